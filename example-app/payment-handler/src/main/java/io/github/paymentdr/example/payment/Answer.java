package io.github.paymentdr.example.payment;

import java.util.UUID;

/**
 * The answer to a request that booked something, as it is kept beside the booking.
 *
 * @param status the HTTP status
 * @param paymentId the payment
 * @param body the body, which a repeated request gets to the letter
 * @param replayed whether this request is a repeated one
 */
record Answer(int status, UUID paymentId, String body, boolean replayed) {
  static Answer of(int status, Payment payment) {
    return new Answer(status, payment.id(), Json.write(payment.toJson()), false);
  }
}
