package io.github.paymentdr.runtime.lease;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Lets this region accept writes while it has the lease, and never longer. */
@SuppressWarnings("DoNotCallSuggester")
public final class RegionGuard {
  /**
   * Makes a guard of the region's processes.
   *
   * @param region this region
   * @param lease the lease
   * @param leaseTime how long a reading is good for
   */
  public RegionGuard(String region, LeaseReader lease, Duration leaseTime) {
    requireNonNull(region);
    requireNonNull(lease);
    requireNonNull(leaseTime);
  }

  /** Forgets every reading; to be called when the process may have been frozen since the last. */
  public void forget() {}

  /**
   * Lets a write begin, or refuses it early.
   *
   * @return the permit
   * @throws RegionNotActiveException if this region is not active
   * @throws LeaseUnavailableException if the lease cannot be read
   */
  public Permit admit() {
    throw new UnsupportedOperationException();
  }

  /**
   * Lets a write be accepted: reads the lease now. What is accepted must be committed at once.
   *
   * @param permit the permit that the write began with
   * @throws RegionNotActiveException if this region is not active any more, or is in another epoch
   * @throws LeaseUnavailableException if the lease cannot be read in time
   */
  public void confirm(Permit permit) {
    throw new UnsupportedOperationException();
  }
}
