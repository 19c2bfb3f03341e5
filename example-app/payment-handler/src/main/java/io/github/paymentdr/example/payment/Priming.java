package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.journal.Journal;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.journal.JournalTarget;
import io.github.paymentdr.runtime.lease.Permit;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests that load the classes of real ones: the database's driver, the clients of the session
 * and the control table, the guard, JSON and the errors. None of them changes anything, and it does
 * not matter whether they succeed.
 */
final class Priming {
  private static final String NOBODY = "00000000-0000-7000-8000-000000000000";

  private static final Map<String, String> HEADERS =
      Map.of("content-type", "application/json", "idempotency-key", "priming");

  private static final List<HttpRequest> REQUESTS =
      List.of(
          request("GET", "/health", Map.of("deep", "true"), ""),
          request("GET", "/payments/" + NOBODY, Map.of(), ""),
          request("POST", "/payments/" + NOBODY + "/capture", Map.of(), "{\"amount\":1}"),
          request("POST", "/payments", Map.of(), "{\"amount\":1,\"currency\":\"XXX\"}"),
          request("GET", "/accounts/0/balance", Map.of(), ""),
          request("GET", "/sessions/priming", Map.of(), ""));

  private final PaymentApi api;
  private final Journal journal;
  private final JournalTarget ledger;
  private final Clock clock;

  Priming(PaymentApi api, Journal journal, JournalTarget ledger, Clock clock) {
    this.api = api;
    this.journal = journal;
    this.ledger = ledger;
    this.clock = clock;
  }

  void run() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    for (HttpRequest request : REQUESTS) {
      RequestLog log = new RequestLog(nowhere, clock, "priming", true);
      try {
        log.finish(api.answer(request, "priming", log).status());
      } catch (ProblemException e) {
        log.problem(e);
        log.finish(HttpResponse.problem(e, "priming").status());
      } catch (RuntimeException e) {
        // A snapshot without some classes is better than none.
        log.fault(e);
      }
    }
    try {
      JournalEntry entry = entry();
      ledger.present(List.of(entry));
      // No booking has this attempt, so the condition is never met.
      journal.removeDead(entry);
    } catch (RuntimeException e) {
      new RequestLog(nowhere, clock, "priming", true).fault(e);
    }
  }

  private static JournalEntry entry() {
    Payment.Change change =
        Payment.authorise(
            new PaymentOrder(
                1, "EUR", "priming-1", "priming-2", Optional.empty(), Optional.empty()),
            Instant.EPOCH);
    IdempotencyKey key = new IdempotencyKey("priming", "0".repeat(64));
    return new LedgerEntry(key, Answer.of(201, change.payment()), change)
        .toJournal(1, new Permit(1), "priming", Instant.EPOCH);
  }

  private static HttpRequest request(
      String method, String path, Map<String, String> query, String body) {
    return new HttpRequest(method, path, HEADERS, query, body, false);
  }
}
