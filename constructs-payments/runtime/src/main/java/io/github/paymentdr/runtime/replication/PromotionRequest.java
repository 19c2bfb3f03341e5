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
 */
public record PromotionRequest(Mode mode, OptionalLong epoch, Optional<Instant> fencedAt) {
  /** Whether the other region takes part. */
  public enum Mode {
    /** The other region stops accepting and hands over all it has: nothing is lost. */
    PLANNED,
    /** The other region is not asked: what it did not send is lost here. */
    UNPLANNED
  }
}
