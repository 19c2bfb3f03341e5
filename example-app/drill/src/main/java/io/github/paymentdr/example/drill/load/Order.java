package io.github.paymentdr.example.drill.load;

import java.time.Instant;

/**
 * A payment that a caller has begun.
 *
 * @param key its idempotency key
 * @param reference its reference
 * @param payer the account that pays
 * @param amount in minor units
 * @param begunAt when
 * @param state what became of it
 */
public record Order(
    String key, String reference, String payer, long amount, Instant begunAt, State state) {
  /** What becomes of a payment. */
  public enum State {
    /** Its caller does not know: it is still under way, or was given up. It may be booked. */
    UNDECIDED,
    /** Its caller was told that it is accepted. */
    ACKNOWLEDGED,
    /**
     * Its caller was told that it will not be accepted, for a reason that repetition does not mend.
     * If an earlier attempt was lost, it may be booked all the same.
     */
    REJECTED
  }
}
