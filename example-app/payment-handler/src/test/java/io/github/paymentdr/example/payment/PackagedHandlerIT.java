package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.testing.LambdaProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

@DisplayName("F1: payment-handler.jar under the Lambda runtime interface client")
@Timeout(60)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PackagedHandlerIT {
  private static TestFunction function;

  @BeforeAll
  static void start() {
    function = TestFunction.on(TestDatabase.start());
  }

  @AfterAll
  static void stop() {
    function.close();
  }

  @Test
  @Order(1)
  void migratesTheSchema() throws InterruptedException {
    try (LambdaProcess process = function.start(MigrationHandler.class)) {
      assertThat(process.call("{\"RequestType\":\"Create\",\"ResourceProperties\":{}}"))
          .isEqualTo(
              Map.of("PhysicalResourceId", "ledger-schema", "Data", Map.of("SchemaVersion", "3")));
      assertThat(process.call("{\"RequestType\":\"Update\",\"PhysicalResourceId\":\"other\"}"))
          .containsEntry("PhysicalResourceId", "other");
    }
  }

  @Test
  @Order(2)
  void books() throws InterruptedException {
    try (LambdaProcess process = function.start(PaymentHandler.class)) {
      assertThat(process.call(FunctionUrlEvent.of("GET", "/health").toJson()))
          .containsEntry("statusCode", 200);
      assertThat(process.call(FunctionUrlEvent.of("GET", "/sessions/session-1").toJson()))
          .containsEntry("statusCode", 200);
      checkBooking(process);
      assertThat(process.output())
          .hasSize(4)
          .allSatisfy(line -> assertThat(TestApi.parse(line)).containsKey("correlationId"));
    }
  }

  @Test
  @Order(3)
  void replaysAndCleansTheJournal() throws InterruptedException {
    try (LambdaProcess process = function.start(PaymentHandler.class)) {
      assertThat(process.call("{\"operation\":\"replayJournal\",\"epoch\":1}"))
          .isEqualTo(
              Map.of(
                  "complete",
                  true,
                  "entries",
                  1,
                  "applied",
                  0,
                  "present",
                  1,
                  "superseded",
                  0,
                  "blocked",
                  0,
                  "blockedSlots",
                  List.of()));
      assertThat(process.call("{\"operation\":\"cleanJournal\"}"))
          .isEqualTo(Map.of("complete", true, "entries", 1, "replicated", 0, "dead", 0));
      assertThat(process.call("{\"operation\":\"replayJournal\",\"epoch\":2}"))
          .containsEntry("errorType", "java.lang.IllegalStateException")
          .containsEntry(
              "errorMessage",
              "the journal is not replayed: the lease is with us-east-1 in epoch 1, not with"
                  + " us-east-1 in epoch 2");
    }
  }

  @Test
  @Order(4)
  void booksAfterItWasRestoredFromASnapshot() throws Exception {
    long written = function.tables().count("PutItem");
    try (LambdaProcess process = function.startWithSnapshot()) {
      process.awaitSnapshot();
      assertThat(function.tables().calls())
          .as("the lease, the session table and the journal are called")
          .endsWith("GetItem", "DeleteItem")
          .doesNotContain("UpdateItem");
      assertThat(function.tables().count("PutItem")).isEqualTo(written);
      assertThat(
              function
                  .database()
                  .count("select count(*) from pg_stat_activity where usename = 'payment_app'"))
          .isZero();
      checkBooking(process);
    }
  }

  private static void checkBooking(LambdaProcess process) throws InterruptedException {
    Map<String, Object> answer =
        process.call(
            FunctionUrlEvent.of("POST", "/payments")
                .key(TestApi.unique())
                .body(Json.write(TestApi.order()))
                .toJson());
    assertThat(answer).as("output %s", process.output()).containsEntry("statusCode", 201);
    String id = (String) TestApi.parse((String) answer.get("body")).get("id");
    assertThat(process.call(FunctionUrlEvent.of("GET", "/payments/" + id).toJson()))
        .containsEntry("statusCode", 200)
        .containsEntry("body", answer.get("body"));
  }
}
