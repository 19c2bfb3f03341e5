package io.github.paymentdr.example.payment;

import java.util.Set;

/**
 * The states of a payment and the ways between them. This is the only place that knows them; {@code
 * docs/payment-api.md} draws them and the check {@code payment_state} of the schema says which
 * amounts belong to each.
 */
enum PaymentStatus {
  AUTHORISED,
  CAPTURED,
  PARTIALLY_REFUNDED,
  REFUNDED;

  /** {@return the states that may follow this one} */
  Set<PaymentStatus> next() {
    return switch (this) {
      case AUTHORISED -> Set.of(CAPTURED);
      case CAPTURED, PARTIALLY_REFUNDED -> Set.of(PARTIALLY_REFUNDED, REFUNDED);
      case REFUNDED -> Set.of();
    };
  }
}
