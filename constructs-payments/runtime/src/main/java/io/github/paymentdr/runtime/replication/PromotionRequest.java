package io.github.paymentdr.runtime.replication;

import java.time.Duration;
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
 * @param within how long the other region's part may take, because nobody hears later answers
 */
public record PromotionRequest(
    Mode mode,
    OptionalLong epoch,
    Optional<Instant> fencedAt,
    boolean acceptsIncompleteCopy,
    Duration within) {
  /** For who waits for the answer as long as it takes. */
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);

  /**
   * Makes a request whose answer is waited for.
   *
   * @param mode whether the other region takes part
   * @param epoch the epoch that begins, when something else counts them
   * @param fencedAt since when the other region accepts nothing, if that is known
   * @param acceptsIncompleteCopy whether rows may be missing
   */
  public PromotionRequest(
      Mode mode, OptionalLong epoch, Optional<Instant> fencedAt, boolean acceptsIncompleteCopy) {
    this(mode, epoch, fencedAt, acceptsIncompleteCopy, LONG_ENOUGH);
  }

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

  /** {@return the same with another time for the other region's part} */
  public PromotionRequest within(Duration time) {
    return new PromotionRequest(mode, epoch, fencedAt, acceptsIncompleteCopy, time);
  }

  /** Whether the other region takes part. */
  public enum Mode {
    /** The other region stops accepting and hands over all it has: nothing is lost. */
    PLANNED,
    /** The other region is not asked: what it did not send is lost here. */
    UNPLANNED
  }
}
