package io.github.paymentdr.runtime.lease;

/**
 * Which region is active.
 *
 * @param activeRegion the region that has the lease
 * @param epoch how often the lease has changed hands, counted from 1
 * @param state whether the region may accept yet
 */
public record Lease(String activeRegion, long epoch, State state) {
  /** Whether the region that has the lease may accept. */
  public enum State {
    /** It accepts. */
    ACTIVE,
    /** It is becoming active; nobody accepts. */
    ACTIVATING
  }

  /**
   * Says whether a region may accept.
   *
   * @param region the region
   * @return whether this lease lets it
   */
  public boolean admits(String region) {
    return state == State.ACTIVE && activeRegion.equals(region);
  }
}
