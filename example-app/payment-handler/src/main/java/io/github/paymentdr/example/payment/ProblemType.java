package io.github.paymentdr.example.payment;

import java.util.Locale;

/**
 * Every kind of error that the API answers with. The type URI is a contract with the callers: it is
 * made of the constant's name, which therefore never changes. {@code docs/payment-api.md} has a
 * table of them.
 */
enum ProblemType {
  MALFORMED_REQUEST(400, "The request is malformed"),
  NOT_FOUND(404, "There is no such resource"),
  METHOD_NOT_ALLOWED(405, "The resource does not have this method"),
  REQUEST_IN_PROGRESS(409, "A request with this idempotency key is still in progress"),
  STATE_CONFLICT(409, "The state of the resource does not allow this"),
  BODY_TOO_LARGE(413, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body must be application/json"),
  RULE_BROKEN(422, "The request breaks a rule"),
  IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request"),
  TOO_MANY_REQUESTS(429, "There is no room for this request now"),
  INTERNAL_ERROR(500, "The request could not be answered"),
  DATABASE_UNAVAILABLE(503, "The database does not answer now"),
  SESSIONS_UNAVAILABLE(503, "The session table does not answer now"),
  REGION_NOT_ACTIVE(503, "This region does not accept payments now"),
  LEASE_UNAVAILABLE(503, "Nobody can tell now which region accepts payments"),
  JOURNAL_UNAVAILABLE(503, "The journal of accepted payments does not answer now");

  private static final String BASE = "https://paymentdr.github.io/problems/";

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  String slug() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String uri() {
    return BASE + slug();
  }
}
