package io.github.paymentdr.example.payment;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * Requests that load the classes of real ones: the database's driver, the session table's client,
 * JSON and the errors. None of them changes anything, and it does not matter whether they succeed.
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

  private Priming() {}

  static void run(PaymentApi api, Clock clock) {
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
  }

  private static HttpRequest request(
      String method, String path, Map<String, String> query, String body) {
    return new HttpRequest(method, path, HEADERS, query, body, false);
  }
}
