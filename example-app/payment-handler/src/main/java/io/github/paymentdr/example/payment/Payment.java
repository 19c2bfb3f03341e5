package io.github.paymentdr.example.payment;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A payment and what may happen to it. Amounts are in minor units of the currency.
 *
 * @param id a UUIDv7
 * @param status where it is
 * @param order what was asked for
 * @param captured how much the payee got
 * @param refunded how much of that went back
 * @param createdAt when it was authorised
 * @param updatedAt when it changed last
 */
record Payment(
    UUID id,
    PaymentStatus status,
    PaymentOrder order,
    long captured,
    long refunded,
    Instant createdAt,
    Instant updatedAt) {

  /**
   * A payment after something was booked on it.
   *
   * @param payment the payment as it is then
   * @param booking what was booked
   */
  record Change(Payment payment, Booking booking) {}

  /**
   * Takes the amount from the payer and holds it.
   *
   * @param order what was asked for
   * @param now the time
   * @return the new payment
   */
  static Change authorise(PaymentOrder order, Instant now) {
    return new Change(
        new Payment(UuidV7.at(now), PaymentStatus.AUTHORISED, order, 0, 0, now, now),
        Booking.of(
            Booking.Kind.AUTHORISATION,
            now,
            new Posting(order.payer(), -order.amount()),
            new Posting(order.holdAccount(), order.amount())));
  }

  /**
   * Gives what is held to the payee, or a part of it; the rest goes back to the payer.
   *
   * @param amount how much; all by default
   * @param now the time
   * @return the changed payment
   * @throws ProblemException if the state or the amount does not allow it
   */
  Change capture(Optional<Long> amount, Instant now) {
    check(PaymentStatus.CAPTURED);
    long taken = amount.orElse(order.amount());
    if (taken > order.amount()) {
      throw ProblemException.ruleBroken("amount must not be above the authorised amount");
    }
    return changed(
        PaymentStatus.CAPTURED,
        taken,
        refunded,
        now,
        Booking.of(
            Booking.Kind.CAPTURE,
            now,
            new Posting(order.holdAccount(), -order.amount()),
            new Posting(order.payee(), taken),
            new Posting(order.payer(), order.amount() - taken)));
  }

  /**
   * Gives back what was captured, or a part of it.
   *
   * @param amount how much; all that is left by default
   * @param now the time
   * @return the changed payment
   * @throws ProblemException if the state or the amount does not allow it
   */
  Change refund(Optional<Long> amount, Instant now) {
    long left = captured - refunded;
    long returned = amount.orElse(left);
    PaymentStatus target =
        returned < left ? PaymentStatus.PARTIALLY_REFUNDED : PaymentStatus.REFUNDED;
    check(target);
    if (returned > left) {
      throw ProblemException.ruleBroken(
          "amount must not be above what is captured and not yet refunded");
    }
    return changed(
        target,
        captured,
        refunded + returned,
        now,
        Booking.of(
            Booking.Kind.REFUND,
            now,
            new Posting(order.payee(), -returned),
            new Posting(order.payer(), returned)));
  }

  private void check(PaymentStatus target) {
    if (!status.next().contains(target)) {
      throw ProblemException.of(
          ProblemType.STATE_CONFLICT, "the payment is " + status + " and cannot be " + target);
    }
  }

  private Change changed(
      PaymentStatus target, long captured, long refunded, Instant now, Booking booking) {
    // The clock of another function may have been ahead of this one's.
    Instant at = now.isBefore(updatedAt) ? updatedAt : now;
    return new Change(new Payment(id, target, order, captured, refunded, createdAt, at), booking);
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id.toString());
    json.put("status", status.name());
    json.put("amount", order.amount());
    json.put("capturedAmount", captured);
    json.put("refundedAmount", refunded);
    json.put("currency", order.currency());
    json.put("payer", order.payer());
    json.put("payee", order.payee());
    putIfPresent(json, "reference", order.reference());
    putIfPresent(json, "sessionId", order.sessionId());
    json.put("createdAt", createdAt.toString());
    json.put("updatedAt", updatedAt.toString());
    return json;
  }

  private static void putIfPresent(Map<String, Object> json, String name, Optional<String> value) {
    value.ifPresent(text -> json.put(name, text));
  }
}
