package io.github.paymentdr.example.drill.pair;

/** A safeguard that is taken away, to show that the drill notices. */
public enum Mutation {
  /** All is there. */
  NONE,
  /** The state machine does not wait until the former region has stopped. */
  FENCING_WAIT_REMOVED,
  /** Entries of the journal are answered and not kept. */
  JOURNAL_REMOVED,
  /** The promotion says that it is done, and is not. */
  PROMOTION_LEFT_OUT,
  /** Each request reaches the payment function with a key of its own. */
  IDEMPOTENCY_LEFT_OUT
}
