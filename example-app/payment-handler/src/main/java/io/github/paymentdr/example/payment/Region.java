package io.github.paymentdr.example.payment;

import java.time.Duration;

/**
 * The region that the function runs in.
 *
 * @param name for example {@code us-east-1}
 * @param role its place in the pair
 */
record Region(String name, Role role) {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /** The place of a region in the pair. */
  enum Role {
    PRIMARY,
    SECONDARY
  }

  /**
   * Lets a booking pass when this region may book. For now that is the primary region and no other:
   * two regions that both book would make two books of one.
   *
   * @throws ProblemException if it may not
   */
  void requireActive() {
    if (role != Role.PRIMARY) {
      throw ProblemException.retryLater(ProblemType.REGION_NOT_ACTIVE, RETRY_AFTER, null);
    }
  }

  /** {@return which server of the database will do: a replica is there to read from} */
  DatabaseSettings.Target target() {
    return role == Role.PRIMARY ? DatabaseSettings.Target.PRIMARY : DatabaseSettings.Target.ANY;
  }
}
