package io.github.paymentdr.example.payment;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** What the API does on each route. */
final class PaymentApi {
  /** As {@link UUID#toString()} writes it: one payment has one address. */
  private static final Pattern PAYMENT_ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private static final Pattern STEP = Pattern.compile("CART|ADDRESS|PAYMENT");

  private final Ledger ledger;
  private final Sessions sessions;
  private final Health health;

  PaymentApi(Ledger ledger, Sessions sessions, Health health) {
    this.ledger = ledger;
    this.sessions = sessions;
    this.health = health;
  }

  /**
   * Answers a request.
   *
   * @param request the request
   * @param version the version of the function
   * @param log takes what is to be logged
   * @return the answer
   * @throws ProblemException if there is none
   */
  HttpResponse answer(HttpRequest request, String version, RequestLog log) {
    Route.Match match = Route.of(request.path()).orElseThrow(ProblemException::notFound);
    log.route(match.route(), request.method());
    if (!match.route().has(request.method())) {
      throw ProblemException.methodNotAllowed(match.route().allow());
    }
    return switch (match.route()) {
      case PAYMENTS -> authorise(request, log);
      case PAYMENT -> HttpResponse.json(200, ledger.find(paymentId(match)).toJson());
      case CAPTURE -> change(request, match, log, Payment::capture);
      case REFUND -> change(request, match, log, Payment::refund);
      case BALANCE -> balance(match.id());
      case SESSION -> session(request, match.id());
      case HEALTH -> health(request, version);
    };
  }

  private HttpResponse authorise(HttpRequest request, RequestLog log) {
    Map<String, Object> body = request.jsonBody();
    PaymentOrder order = PaymentOrder.read(body);
    IdempotencyKey key = IdempotencyKey.of(request, "POST /payments", body);
    Accepted accepted = ledger.authorise(order, key);
    Answer answer = accepted.answer();
    log.answer(answer);
    order.sessionId().ifPresent(session -> endSession(session, answer.paymentId(), log));
    return response(accepted).withHeader("location", "/payments/" + answer.paymentId());
  }

  /** The payment is booked and stays so, whatever happens to the checkout. */
  private void endSession(String session, UUID paymentId, RequestLog log) {
    try {
      log.session(sessions.pay(session, paymentId));
    } catch (ProblemException e) {
      log.sessionFault(e);
    }
  }

  /** Changes a payment. */
  private interface Change {
    Payment.Change of(Payment payment, Optional<Long> amount, Instant now);
  }

  private HttpResponse change(
      HttpRequest request, Route.Match match, RequestLog log, Change change) {
    UUID id = paymentId(match);
    Map<String, Object> body = request.jsonBody();
    Optional<Long> amount =
        Fields.of(body, Set.of("amount")).optionalNumber("amount", 1, PaymentOrder.MAX_AMOUNT);
    IdempotencyKey key = IdempotencyKey.of(request, "POST " + request.path(), body);
    Accepted accepted = ledger.change(id, key, (payment, now) -> change.of(payment, amount, now));
    log.answer(accepted.answer());
    return response(accepted);
  }

  private static HttpResponse response(Accepted accepted) {
    Answer answer = accepted.answer();
    HttpResponse response =
        HttpResponse.json(answer.status(), answer.body())
            .withHeader("x-lease-epoch", Long.toString(accepted.epoch()));
    return answer.replayed() ? response.withHeader("idempotency-replayed", "true") : response;
  }

  private HttpResponse balance(String account) {
    if (!PaymentOrder.ACCOUNT.matcher(account).matches()) {
      throw ProblemException.notFound();
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("account", account);
    content.put("balances", ledger.balances(account));
    return HttpResponse.json(200, content);
  }

  private HttpResponse session(HttpRequest request, String id) {
    if (!Session.ID.matcher(id).matches()) {
      throw ProblemException.notFound();
    }
    if (!request.method().equals("PUT")) {
      return HttpResponse.json(200, sessions.find(id).toJson());
    }
    Fields fields = Fields.of(request.jsonBody(), Set.of("step", "version"));
    String step = fields.text("step", STEP, "CART, ADDRESS or PAYMENT");
    long version = fields.number("version", 0, Integer.MAX_VALUE);
    return HttpResponse.json(200, sessions.move(id, Session.Step.valueOf(step), version).toJson());
  }

  private HttpResponse health(HttpRequest request, String version) {
    return switch (Optional.ofNullable(request.query().get("deep")).orElse("false")) {
      case "true" -> health.deep(version);
      case "false" -> health.shallow(version);
      default -> throw ProblemException.malformed("deep must be true or false");
    };
  }

  private static UUID paymentId(Route.Match match) {
    if (!PAYMENT_ID.matcher(match.id()).matches()) {
      throw ProblemException.notFound();
    }
    return UUID.fromString(match.id());
  }
}
