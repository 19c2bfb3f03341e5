package io.github.paymentdr.example.payment;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A checkout.
 *
 * @param id made by the caller
 * @param step how far it is
 * @param version counts its changes, from 1
 * @param paymentId the payment that ended it
 * @param expiresAt when it is forgotten
 */
record Session(String id, Step step, long version, Optional<String> paymentId, Instant expiresAt) {
  static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  static final String ID_ALLOWED = "1 to 64 letters, digits, hyphens or underscores";

  /** How far a checkout is. A caller may go to any step but the last, which a payment sets. */
  enum Step {
    CART,
    ADDRESS,
    PAYMENT,
    PAID
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("sessionId", id);
    json.put("step", step.name());
    json.put("version", version);
    paymentId.ifPresent(payment -> json.put("paymentId", payment));
    json.put("expiresAt", expiresAt.toString());
    return json;
  }
}
