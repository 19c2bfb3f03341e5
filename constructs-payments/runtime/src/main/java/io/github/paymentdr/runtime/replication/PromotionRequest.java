package io.github.paymentdr.runtime.replication;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a region is to be made active.
 *
 * @param mode whether the other region takes part
 * @param epoch the epoch that begins, when something else counts them; must be higher than any
 *     known
 * @param fencedAt since when the other region accepts nothing, if that is known
 * @param acceptsIncompleteCopy whether tables may be opened although their first copy has not come
 *     to its end, so that rows are missing; a person's decision, when the other region is lost
 */
public record PromotionRequest(
    Mode mode, OptionalLong epoch, Optional<Instant> fencedAt, boolean acceptsIncompleteCopy) {
  /**
   * Makes a request that wants complete tables.
   *
   * @param mode whether the other region takes part
   * @param epoch the epoch that begins, when something else counts them
   * @param fencedAt since when the other region accepts nothing, if that is known
   */
  public PromotionRequest(Mode mode, OptionalLong epoch, Optional<Instant> fencedAt) {
    this(mode, epoch, fencedAt, false);
  }

  /** Whether the other region takes part. */
  public enum Mode {
    /** The other region stops accepting and hands over all it has: nothing is lost. */
    PLANNED,
    /** The other region is not asked: what it did not send is lost here. */
    UNPLANNED
  }
}
