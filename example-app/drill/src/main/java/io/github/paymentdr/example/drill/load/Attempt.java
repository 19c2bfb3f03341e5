package io.github.paymentdr.example.drill.load;

import java.time.Instant;

/**
 * One request for a payment, and what became of it.
 *
 * @param key the idempotency key; all attempts for a payment have the same one
 * @param reference the payment's reference, which no other payment of any run has
 * @param payer the account that pays
 * @param amount in minor units
 * @param sentAt when it was sent
 * @param answeredAt when the whole answer was there, or when it was given up
 * @param status the status; 0 if there was no answer, or only a part of one
 * @param isReplayed whether the answer says that an earlier attempt was accepted
 * @param region the region that answered, or an empty text when none did
 * @param epoch the lease's epoch in which it was accepted; 0 when the answer does not say
 * @param paymentId the payment's id when it was accepted, else an empty text
 */
public record Attempt(
    String key,
    String reference,
    String payer,
    long amount,
    Instant sentAt,
    Instant answeredAt,
    int status,
    boolean isReplayed,
    String region,
    long epoch,
    String paymentId) {
  private static final int CREATED = 201;

  /** {@return whether the caller was told that the payment is accepted} */
  public boolean isAccepted() {
    return status == CREATED && !paymentId.isEmpty();
  }

  /** {@return whether the caller was told something else} */
  public boolean isRefused() {
    return isAnswered() && !isAccepted();
  }

  /** {@return whether the caller was told anything} */
  public boolean isAnswered() {
    return status != 0;
  }
}
