package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

@DisplayName("T1: sessions")
class SessionsTest {
  private static TestApi api;

  private final String session = TestApi.unique();
  private final String path = "/sessions/" + session;

  @BeforeAll
  static void start() {
    api = TestApi.start(2);
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  @Test
  void goesThroughTheStepsOfACheckout() {
    Response first = api.put(path, "{\"step\":\"CART\",\"version\":0}");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.json())
        .containsEntry("sessionId", session)
        .containsEntry("step", "CART")
        .containsEntry("version", 1)
        .containsOnlyKeys("sessionId", "step", "version", "expiresAt");
    assertThat(api.put(path, "{\"step\":\"ADDRESS\",\"version\":1}").json())
        .containsEntry("version", 2);
    assertThat(api.get(path).json()).containsEntry("step", "ADDRESS");
  }

  @Test
  void paymentEndsIt() {
    api.put(path, "{\"step\":\"PAYMENT\",\"version\":0}");
    Map<String, Object> order = TestApi.order();
    order.put("sessionId", session);
    String key = TestApi.unique();
    Response payment = api.pay(key, order);
    assertThat(payment.json()).containsEntry("sessionId", session);
    assertThat(api.pay(key, order).body()).isEqualTo(payment.body());
    assertThat(api.get(path).json())
        .containsEntry("step", "PAID")
        .containsEntry("version", 2)
        .containsEntry("paymentId", payment.text("id"));
    assertThat(api.put(path, "{\"step\":\"CART\",\"version\":2}").status()).isEqualTo(409);
  }

  @Test
  void writerWhoSawAnOldVersionLoses() {
    api.put(path, "{\"step\":\"CART\",\"version\":0}");
    api.put(path, "{\"step\":\"ADDRESS\",\"version\":1}");
    Response response = api.put(path, "{\"step\":\"CART\",\"version\":1}");
    assertThat(response.status()).isEqualTo(409);
    assertThat(response.problem()).isEqualTo("state-conflict");
    assertThat(api.put(path, "{\"step\":\"CART\",\"version\":0}").status()).isEqualTo(409);
    assertThat(api.get(path).json()).containsEntry("step", "ADDRESS").containsEntry("version", 2);
  }

  @Test
  void expiredSessionIsGoneThoughStillInTheTable() {
    api.put(path, "{\"step\":\"CART\",\"version\":0}");
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(61));
    try (TestApi tomorrow =
        TestApi.start(Region.Role.PRIMARY, TestDatabase.shared().database(1), later)) {
      assertThat(tomorrow.get(path).status()).isEqualTo(404);
      assertThat(tomorrow.put(path, "{\"step\":\"ADDRESS\",\"version\":1}").status())
          .isEqualTo(409);
      assertThat(tomorrow.put(path, "{\"step\":\"CART\",\"version\":0}").json())
          .containsEntry("version", 1);
    }
  }

  @Test
  void tableForgetsItByTheAttributeExpiresAt() {
    api.put(path, "{\"step\":\"CART\",\"version\":0}");
    AttributeValue expiresAt =
        TestSessionTable.client()
            .getItem(
                get ->
                    get.tableName(TestSessionTable.NAME)
                        .key(Map.of("sessionId", AttributeValue.fromS(session))))
            .item()
            .get("expiresAt");
    assertThat(Instant.ofEpochSecond(Long.parseLong(expiresAt.n())))
        .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3700));
  }

  @Test
  void paymentDoesNotNeedTheSession() {
    Map<String, Object> order = TestApi.order();
    order.put("sessionId", session);
    assertThat(api.pay(TestApi.unique(), order).status()).isEqualTo(201);
    assertThat(api.get(path).status()).isEqualTo(404);
  }

  @Test
  void paymentDoesNotNeedTheTable() {
    DynamoDbClient broken =
        AwsClients.client(
            DynamoDbClient.builder().endpointOverride(URI.create("http://127.0.0.1:1")),
            "us-east-1",
            StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")));
    try (TestApi api =
        TestApi.start(
            Region.Role.PRIMARY,
            TestDatabase.shared().database(1),
            new Sessions(broken, TestSessionTable.NAME, Clock.systemUTC()))) {
      Map<String, Object> order = TestApi.order();
      order.put("sessionId", session);
      assertThat(api.pay(TestApi.unique(), order).status()).isEqualTo(201);
      assertThat(api.logLines().get(0))
          .containsEntry("level", "WARN")
          .containsEntry("sessionEnded", false);
      Response response = api.get(path);
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.problem()).isEqualTo("sessions-unavailable");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"step\":\"PAID\",\"version\":0}        | 400",
        "{\"step\":\"cart\",\"version\":0}        | 400",
        "{\"step\":\"CART\"}                      | 400",
        "{\"step\":\"CART\",\"version\":\"0\"}    | 400",
        "{\"step\":\"CART\",\"version\":-1}       | 422",
        "{\"step\":\"CART\",\"version\":9}        | 409",
        "{\"step\":\"CART\",\"version\":0,\"a\":1}| 400",
      })
  void otherBodies(String body, int status) {
    assertThat(api.put(path, body).status()).isEqualTo(status);
  }
}
