package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F1: PaymentHandler")
class PaymentHandlerTest {
  private static TestApi api;

  @BeforeAll
  static void start() {
    api = TestApi.start(8);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Nested
  class Authorise {
    @Test
    void answersWithThePayment() {
      Map<String, Object> order = TestApi.order();
      order.put("reference", "Invoice 7 – café");
      Response response = api.pay(TestApi.unique(), order);
      assertThat(response.status()).isEqualTo(201);
      assertThat(response.headers())
          .containsEntry("content-type", "application/json")
          .containsEntry("cache-control", "no-store")
          .containsEntry("location", "/payments/" + response.text("id"))
          .doesNotContainKey("idempotency-replayed");
      assertThat(response.json())
          .containsAllEntriesOf(TestApi.parse(Json.write(order)))
          .containsEntry("status", "AUTHORISED")
          .containsEntry("capturedAmount", 0)
          .containsEntry("refundedAmount", 0)
          .containsEntry("updatedAt", response.text("createdAt"))
          .doesNotContainKey("sessionId");
      assertThat(response.text("id")).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab].*");
      assertThat(api.get("/payments/" + response.text("id")).body()).isEqualTo(response.body());
    }

    @Test
    void movesTheMoneyFromThePayerToTheHoldAccount() throws SQLException {
      String payer = TestApi.unique();
      Response response =
          api.pay(TestApi.unique(), TestApi.order(1999, "EUR", payer, TestApi.unique()));
      assertThat(balance(payer, "EUR")).isEqualTo(-1999);
      assertThat(
              TestDatabase.shared()
                  .count(
                      "select amount from ledger.posting p join ledger.booking b"
                          + " on b.id = p.booking_id where account = 'hold:EUR' and payment_id = '"
                          + response.text("id")
                          + "'"))
          .isEqualTo(1999);
    }

    @Test
    void acceptsABodyInBase64() {
      Response response =
          api.send(
              FunctionUrlEvent.of("POST", "/payments")
                  .key(TestApi.unique())
                  .body(Json.write(TestApi.order()).getBytes(UTF_8)));
      assertThat(response.status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JPY", "USD", "KWD", "CHF"})
    void acceptsCurrenciesWithMinorUnits(String currency) {
      assertThat(api.pay(TestApi.unique(), TestApi.order(1, currency, "a", "b")).status())
          .isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"XAU", "XXX", "XTS", "ZZZ"})
    void refusesCurrenciesWithout(String currency) {
      Response response = api.pay(TestApi.unique(), TestApi.order(1, currency, "a", "b"));
      assertThat(response.status()).isEqualTo(422);
      assertThat(response.problem()).isEqualTo("rule-broken");
    }
  }

  @Nested
  class Idempotency {
    @Test
    void repeatedRequestGetsTheSameAnswer() {
      String key = TestApi.unique();
      Response first = api.pay(key, TestApi.order());
      Response second = api.pay(key, TestApi.order());
      assertThat(second.status()).isEqualTo(201);
      assertThat(second.body()).isEqualTo(first.body());
      assertThat(second.headers())
          .containsEntry("location", first.headers().get("location"))
          .containsEntry("idempotency-replayed", "true");
    }

    @Test
    void whiteSpaceAndOrderOfMembersDoNotMatter() {
      String key = TestApi.unique();
      Response first =
          api.post(
              "/payments",
              key,
              "{\"amount\":5,\"currency\":\"EUR\",\"payer\":\"a\",\"payee\":\"b\"}");
      Response second =
          api.post(
              "/payments",
              key,
              "{ \"payee\": \"\\u0062\", \"payer\":\"a\",\n \"currency\":\"EUR\", \"amount\":5}");
      assertThat(first.status()).isEqualTo(201);
      assertThat(second.body()).isEqualTo(first.body());
    }

    @Test
    void anotherBodyIsRefused() {
      String key = TestApi.unique();
      api.pay(key, TestApi.order());
      Response response = api.pay(key, TestApi.order(2000, "EUR", "payer-1", "payee-1"));
      assertThat(response.status()).isEqualTo(422);
      assertThat(response.problem()).isEqualTo("idempotency-key-reused");
    }

    @Test
    void anotherOperationIsRefused() {
      String key = TestApi.unique();
      String id = api.pay(key, TestApi.order()).text("id");
      Response response = api.post("/payments/" + id + "/capture", key, "{}");
      assertThat(response.problem()).isEqualTo("idempotency-key-reused");
      assertThat(api.get("/payments/" + id).text("status")).isEqualTo("AUTHORISED");
    }

    @Test
    void captureAndRefundAreRepeatableToo() {
      String id = api.pay(TestApi.unique(), TestApi.order()).text("id");
      String key = TestApi.unique();
      Response first = api.post("/payments/" + id + "/capture", key, "{\"amount\":1000}");
      String other = TestApi.unique();
      Response refund = api.post("/payments/" + id + "/refund", other, "{\"amount\":400}");
      assertThat(api.post("/payments/" + id + "/capture", key, "{\"amount\":1000}").body())
          .isEqualTo(first.body());
      assertThat(api.post("/payments/" + id + "/refund", other, "{\"amount\":400}").body())
          .isEqualTo(refund.body());
      assertThat(api.get("/payments/" + id).json()).containsEntry("refundedAmount", 400);
    }

    @Test
    void aFailedRequestDoesNotUseUpItsKey() {
      String key = TestApi.unique();
      assertThat(api.pay(key, TestApi.order(1, "XXX", "a", "b")).status()).isEqualTo(422);
      assertThat(api.pay(key, TestApi.order(1, "EUR", "a", "b")).status()).isEqualTo(201);
    }

    @Test
    void oneOfManyAtTheSameMomentBooks() throws Exception {
      String payer = TestApi.unique();
      Map<String, Object> order = TestApi.order(10, "EUR", payer, "payee-1");
      String key = TestApi.unique();
      List<Response> responses = atOnce(8, () -> api.pay(key, order));
      assertThat(responses).extracting(Response::status).containsOnly(201);
      assertThat(responses).extracting(Response::body).containsOnly(responses.get(0).body());
      assertThat(responses)
          .filteredOn(response -> !response.headers().containsKey("idempotency-replayed"))
          .hasSize(1);
      assertThat(balance(payer, "EUR")).isEqualTo(-10);
    }

    @Test
    void refundsAtTheSameMomentNeverGiveBackMoreThanWasCaptured() throws Exception {
      String id = captured(1000);
      List<Response> responses =
          atOnce(
              8,
              () -> api.post("/payments/" + id + "/refund", TestApi.unique(), "{\"amount\":400}"));
      assertThat(responses).filteredOn(response -> response.status() == 200).hasSize(2);
      assertThat(responses).filteredOn(response -> response.status() == 422).hasSize(6);
      assertThat(api.get("/payments/" + id).json()).containsEntry("refundedAmount", 800);
    }

    private static List<Response> atOnce(int times, Callable<Response> request) throws Exception {
      ExecutorService threads = Executors.newFixedThreadPool(times);
      try {
        List<Callable<Response>> requests =
            IntStream.range(0, times).mapToObj(i -> request).toList();
        List<Response> responses = new ArrayList<>();
        for (Future<Response> response : threads.invokeAll(requests)) {
          responses.add(response.get());
        }
        return responses;
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Nested
  class CaptureAndRefund {
    @Test
    void captureGivesAPartToThePayeeAndTheRestBack() {
      String payer = TestApi.unique();
      String payee = TestApi.unique();
      String id = api.pay(TestApi.unique(), TestApi.order(1000, "EUR", payer, payee)).text("id");
      Response response =
          api.post("/payments/" + id + "/capture", TestApi.unique(), "{\"amount\":700}");
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.json())
          .containsEntry("status", "CAPTURED")
          .containsEntry("amount", 1000)
          .containsEntry("capturedAmount", 700);
      assertThat(balance(payer, "EUR")).isEqualTo(-700);
      assertThat(balance(payee, "EUR")).isEqualTo(700);
    }

    @Test
    void refundsGoBackUntilNothingIsLeft() {
      String id = captured(1000);
      Response first =
          api.post("/payments/" + id + "/refund", TestApi.unique(), "{\"amount\":300}");
      assertThat(first.json())
          .containsEntry("status", "PARTIALLY_REFUNDED")
          .containsEntry("refundedAmount", 300);
      Response second = api.post("/payments/" + id + "/refund", TestApi.unique(), "{}");
      assertThat(second.json())
          .containsEntry("status", "REFUNDED")
          .containsEntry("refundedAmount", 1000);
      Response third = api.post("/payments/" + id + "/refund", TestApi.unique(), "{\"amount\":1}");
      assertThat(third.status()).isEqualTo(409);
      assertThat(third.json())
          .containsEntry("detail", "the payment is REFUNDED and cannot be REFUNDED");
    }

    @ParameterizedTest
    @CsvSource({"capture, 1001", "refund, 1001"})
    void neverAboveWhatThereIs(String operation, int amount) {
      String id =
          operation.equals("refund")
              ? captured(1000)
              : api.pay(TestApi.unique(), TestApi.order(1000, "EUR", "a", "b")).text("id");
      Response response =
          api.post(
              "/payments/" + id + "/" + operation, TestApi.unique(), "{\"amount\":" + amount + "}");
      assertThat(response.status()).isEqualTo(422);
      assertThat(response.problem()).isEqualTo("rule-broken");
    }

    @Test
    void wayOutsideTheMachineIsAConflict() {
      String id = api.pay(TestApi.unique(), TestApi.order()).text("id");
      Response response = api.post("/payments/" + id + "/refund", TestApi.unique(), "{}");
      assertThat(response.status()).isEqualTo(409);
      assertThat(response.problem()).isEqualTo("state-conflict");
    }

    @Test
    void secondCaptureIsAConflict() {
      String id = captured(1000);
      assertThat(api.post("/payments/" + id + "/capture", TestApi.unique(), "{}").status())
          .isEqualTo(409);
    }

    @Test
    void unknownPaymentIsNotFound() {
      assertThat(
              api.post("/payments/" + TestApi.unique() + "/capture", TestApi.unique(), "{}")
                  .status())
          .isEqualTo(404);
    }
  }

  @Nested
  class Balances {
    @Test
    void areByCurrency() {
      String account = TestApi.unique();
      api.pay(TestApi.unique(), TestApi.order(5, "EUR", account, "b"));
      api.pay(TestApi.unique(), TestApi.order(7, "JPY", account, "b"));
      assertThat(api.get("/accounts/" + account + "/balance").json())
          .isEqualTo(Map.of("account", account, "balances", Map.of("EUR", -5, "JPY", -7)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "hold:EUR", "hold%3AEUR", "'", "a b", "..", "é"})
    void unknownAccountIsNotFound(String account) {
      assertThat(api.get("/accounts/" + account + "/balance").status()).isEqualTo(404);
    }
  }

  @Nested
  class Sending {
    @ParameterizedTest
    @CsvSource({
      "GET, /, 404, not-found",
      "GET, /payments/, 404, not-found",
      "GET, /payments/1, 404, not-found",
      "GET, /payments/00000000-0000-7000-8000-000000000000, 404, not-found",
      "GET, /payments/00000000-0000-7000-8000-00000000000A, 404, not-found",
      "GET, //health, 404, not-found",
      "GET, /payments, 405, method-not-allowed",
      "DELETE, /health, 405, method-not-allowed",
      "PATCH, /sessions/1, 405, method-not-allowed",
    })
    void wrongAddressesAndMethods(String method, String path, int status, String problem) {
      Response response = api.send(FunctionUrlEvent.of(method, path));
      assertThat(response.status()).isEqualTo(status);
      assertThat(response.problem()).isEqualTo(problem);
      assertThat(response.headers()).containsEntry("content-type", "application/problem+json");
      assertThat(response.json()).containsKeys("title", "correlationId");
    }

    @Test
    void methodNotAllowedNamesTheMethods() {
      assertThat(api.send(FunctionUrlEvent.of("POST", "/health")).headers())
          .containsEntry("allow", "GET, HEAD");
    }

    @Test
    void headHasNoBody() {
      Response response = api.send(FunctionUrlEvent.of("HEAD", "/health"));
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "null",
          "[]",
          "{",
          "{}",
          "{} {}",
          "{\"amount\":1,\"amount\":1}",
          "{\"amount\":NaN}",
          "{\"amount\":01}",
          "{\"amount\":1.0,\"currency\":\"EUR\",\"payer\":\"a\",\"payee\":\"b\"}",
          "{\"amount\":1e2,\"currency\":\"EUR\",\"payer\":\"a\",\"payee\":\"b\"}",
          "{\"amount\":\"1\",\"currency\":\"EUR\",\"payer\":\"a\",\"payee\":\"b\"}",
          "{\"amount\":1,\"currency\":\"eur\",\"payer\":\"a\",\"payee\":\"b\"}",
          "{\"amount\":1,\"currency\":\"EUR\",\"payer\":null,\"payee\":\"b\"}",
          "{\"amount\":1,\"currency\":\"EUR\",\"payer\":\"a\",\"payee\":\"b\",\"x\":1}",
          "{\"amount\":1,\"currency\":\"EUR\",\"payer\":\"a\",\"payee\":\"b\",\"reference\":\"\\u0000\"}",
        })
    void malformedBodies(String body) {
      Response response = api.post("/payments", TestApi.unique(), body);
      assertThat(response.status()).isEqualTo(400);
      assertThat(response.problem()).isEqualTo("malformed-request");
    }

    @Test
    void deepNestingIsMalformed() {
      assertThat(
              api.post("/payments", TestApi.unique(), "{\"a\":" + "[".repeat(4000) + "}").status())
          .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1000000000000001", "9223372036854775808", "-0"})
    void amountsOutOfRangeBreakARule(String amount) {
      Response response =
          api.post(
              "/payments",
              TestApi.unique(),
              "{\"amount\":" + amount + ",\"currency\":\"EUR\",\"payer\":\"a\",\"payee\":\"b\"}");
      assertThat(response.status()).isEqualTo(422);
      assertThat(response.json())
          .containsEntry("detail", "amount must be between 1 and 1000000000000000");
    }

    @Test
    void sameAccountTwiceBreaksARule() {
      assertThat(api.pay(TestApi.unique(), TestApi.order(1, "EUR", "a", "a")).status())
          .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a,b", "é", "a'b", "\"a\""})
    void malformedKeys(String key) {
      assertThat(api.pay(key, TestApi.order()).status()).isEqualTo(400);
    }

    @Test
    void keyIsRequired() {
      assertThat(
              api.send(FunctionUrlEvent.of("POST", "/payments").body(Json.write(TestApi.order())))
                  .status())
          .isEqualTo(400);
    }

    @Test
    void largeBodyIsTooLarge() {
      Response response = api.post("/payments", TestApi.unique(), " ".repeat(8 * 1024 + 1));
      assertThat(response.status()).isEqualTo(413);
      assertThat(response.problem()).isEqualTo("body-too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/json; charset=latin1", "application/jsonx"})
    void otherMediaTypesAreNotSupported(String type) {
      Response response =
          api.send(
              FunctionUrlEvent.of("POST", "/payments")
                  .key(TestApi.unique())
                  .body("{}")
                  .header("content-type", type));
      assertThat(response.status()).isEqualTo(415);
    }

    @Test
    void otherEncodingsAreNotSupported() {
      assertThat(
              api.send(
                      FunctionUrlEvent.of("POST", "/payments")
                          .body("{}")
                          .header("content-encoding", "gzip"))
                  .status())
          .isEqualTo(415);
    }

    @Test
    void bytesThatAreNoUtf8AreMalformed() {
      assertThat(
              api.send(
                      FunctionUrlEvent.of("POST", "/payments")
                          .key(TestApi.unique())
                          .body(new byte[] {'{', (byte) 0xff, '}'}))
                  .status())
          .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "{}", "{\"Records\":[]}", "{\"rawPath\":7}"})
    void otherEventsAreMalformed(String event) {
      assertThat(api.send(event.getBytes(UTF_8)).status()).isEqualTo(400);
    }
  }

  @Nested
  class Roles {
    @Test
    void secondaryRegionReadsButDoesNotBook() {
      String id = api.pay(TestApi.unique(), TestApi.order()).text("id");
      try (TestApi secondary = secondary()) {
        assertThat(secondary.get("/payments/" + id).status()).isEqualTo(200);
        Response response = secondary.pay(TestApi.unique(), TestApi.order());
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.problem()).isEqualTo("region-not-active");
        assertThat(response.headers()).containsEntry("retry-after", "5");
      }
    }

    private static TestApi secondary() {
      return TestApi.start(
          Region.Role.SECONDARY, TestDatabase.shared().database(1), Clock.systemUTC());
    }
  }

  @Nested
  class HealthRequests {
    @Test
    void shallow() {
      assertThat(api.get("/health").json())
          .isEqualTo(
              Map.of("status", "UP", "region", "us-east-1", "role", "PRIMARY", "version", "7"));
    }

    @Test
    void deep() {
      Response response = api.send(FunctionUrlEvent.of("GET", "/health").query("deep", "true"));
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.json())
          .containsEntry("status", "UP")
          .containsEntry(
              "database",
              Map.of(
                  "reachable",
                  true,
                  "writable",
                  true,
                  "role",
                  "WRITER",
                  "replicationLagSeconds",
                  "UNKNOWN"));
    }

    @Test
    void deepSaysWhoHasTheLease() {
      Response response = api.send(FunctionUrlEvent.of("GET", "/health").query("deep", "true"));
      assertThat(response.json())
          .containsEntry(
              "lease", Map.of("activeRegion", "us-east-1", "epoch", 1, "state", "ACTIVE"));
    }

    @Test
    void regionThatIsNotActiveIsWellWhenItsDatabaseIsReached() {
      try (TestApi secondary = Roles.secondary()) {
        Response response =
            secondary.send(FunctionUrlEvent.of("GET", "/health").query("deep", "true"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json())
            .containsEntry("region", "us-west-2")
            .containsEntry("role", "SECONDARY")
            .containsEntry(
                "lease", Map.of("activeRegion", "us-east-1", "epoch", 1, "state", "ACTIVE"));
      }
    }

    @Test
    void otherDepthsAreMalformed() {
      assertThat(api.send(FunctionUrlEvent.of("GET", "/health").query("deep", "1")).status())
          .isEqualTo(400);
    }
  }

  private static String captured(long amount) {
    String id =
        api.pay(TestApi.unique(), TestApi.order(amount, "EUR", "payer-1", "payee-1")).text("id");
    assertThat(api.post("/payments/" + id + "/capture", TestApi.unique(), "{}").status())
        .isEqualTo(200);
    return id;
  }

  private static long balance(String account, String currency) {
    Map<?, ?> balances =
        (Map<?, ?>) api.get("/accounts/" + account + "/balance").json().get("balances");
    return new BigInteger(balances.get(currency).toString()).longValueExact();
  }
}
