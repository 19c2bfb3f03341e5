package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F3: the log")
class RequestLogTest {
  private TestApi api;

  @BeforeEach
  void start() {
    api = TestApi.start(1);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void hasALineForEachRequest() {
    Response response = api.pay(TestApi.unique(), TestApi.order());
    api.get("/nowhere");
    assertThat(api.logLines()).hasSize(2);
    assertThat(api.logLines().get(0))
        .containsEntry("level", "INFO")
        .containsEntry("requestId", "request-1")
        .containsEntry("coldStart", true)
        .containsEntry("route", "POST /payments")
        .containsEntry("status", 201)
        .containsEntry("paymentId", response.text("id"))
        .containsEntry("replayed", false)
        .containsEntry("correlationId", response.headers().get("x-correlation-id"))
        .containsKeys("time", "durationMs");
    assertThat(api.logLines().get(1))
        .containsEntry("coldStart", false)
        .containsEntry("route", "none")
        .containsEntry("problem", "not-found");
  }

  @Test
  void hasMetricsInTheEmbeddedFormat() {
    api.get("/health");
    Map<String, Object> line = api.logLines().get(0);
    Map<?, ?> aws = (Map<?, ?>) line.get("_aws");
    Map<?, ?> directive = (Map<?, ?>) ((List<?>) aws.get("CloudWatchMetrics")).get(0);
    assertThat(aws.get("Timestamp")).isInstanceOf(Long.class);
    assertThat(directive.get("Namespace")).isEqualTo("PaymentDr/Api");
    assertThat(directive.get("Dimensions")).isEqualTo(List.of(List.of("route")));
    List<String> metrics =
        ((List<?>) directive.get("Metrics"))
            .stream().map(metric -> (String) ((Map<?, ?>) metric).get("Name")).toList();
    assertThat(metrics).containsExactly("durationMs", "requests", "clientErrors", "serverErrors");
    assertThat(line).containsKeys(metrics.toArray(String[]::new));
    assertThat(line).containsEntry("requests", 1).containsEntry("route", "GET /health");
  }

  @Test
  void holdsNothingThatACallerSent() {
    String key = "key-" + TestApi.unique();
    Map<String, Object> order = TestApi.order(123454321, "EUR", "DE89370400440532", "FR7630006000");
    order.put("reference", "Salary of May");
    order.put("sessionId", "session-" + TestApi.unique());
    api.pay(key, order);
    api.pay(key, TestApi.order());
    api.get("/accounts/DE89370400440532/balance");
    api.get("/accounts/unknown-account/balance");
    api.send(FunctionUrlEvent.of("LEAK", "/payments/leak"));
    assertThat(api.logLines()).hasSize(5);
    assertThat(api.log())
        .doesNotContain(key, "DE89370400440532", "FR7630006000", "Salary", "session-", "123454321")
        .doesNotContain("unknown-account", "leak", "LEAK", "192.0.2.1", "AROAEXAMPLE");
  }

  @Test
  void correlationIdIsTheCallers() {
    Response response =
        api.send(FunctionUrlEvent.of("GET", "/nowhere").header("X-Correlation-Id", "order-4711.a"));
    assertThat(response.headers()).containsEntry("x-correlation-id", "order-4711.a");
    assertThat(response.json()).containsEntry("correlationId", "order-4711.a");
    assertThat(api.logLines().get(0)).containsEntry("correlationId", "order-4711.a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "short", "with space", "new\nline-in-it", "{\"a\":\"b\"}", "ä-umlaut"})
  void malformedCorrelationIdsAreReplaced(String id) {
    Response response =
        api.send(FunctionUrlEvent.of("GET", "/health").header("x-correlation-id", id));
    assertThat((String) response.headers().get("x-correlation-id"))
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}");
  }
}
