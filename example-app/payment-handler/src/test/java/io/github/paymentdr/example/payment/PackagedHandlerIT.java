package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
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
  private static TestDatabase database;

  @BeforeAll
  static void start() {
    database = TestDatabase.start();
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  @Order(1)
  void migratesTheSchema() throws InterruptedException {
    try (LambdaProcess function = LambdaProcess.start(MigrationHandler.class, environment())) {
      assertThat(function.call("{\"RequestType\":\"Create\",\"ResourceProperties\":{}}"))
          .isEqualTo(
              Map.of("PhysicalResourceId", "ledger-schema", "Data", Map.of("SchemaVersion", "2")));
      assertThat(function.call("{\"RequestType\":\"Update\",\"PhysicalResourceId\":\"other\"}"))
          .containsEntry("PhysicalResourceId", "other");
    }
  }

  @Test
  @Order(2)
  void books() throws InterruptedException {
    try (LambdaProcess function = LambdaProcess.start(PaymentHandler.class, environment())) {
      assertThat(function.call(FunctionUrlEvent.of("GET", "/health").toJson()))
          .containsEntry("statusCode", 200);
      assertThat(function.call(FunctionUrlEvent.of("GET", "/sessions/session-1").toJson()))
          .containsEntry("statusCode", 200);
      checkBooking(function);
      assertThat(function.output())
          .hasSize(4)
          .allSatisfy(line -> assertThat(TestApi.parse(line)).containsKey("correlationId"));
    }
  }

  @Test
  @Order(3)
  void booksAfterItWasRestoredFromASnapshot() throws Exception {
    Map<String, String> environment = environment();
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    try (LambdaProcess function = LambdaProcess.start(PaymentHandler.class, environment)) {
      function.awaitSnapshot();
      assertThat(function.serviceCalls()).containsExactly("DynamoDB_20120810.GetItem");
      assertThat(
              database.count("select count(*) from pg_stat_activity where usename = 'payment_app'"))
          .isZero();
      checkBooking(function);
    }
  }

  private static void checkBooking(LambdaProcess function) throws InterruptedException {
    Map<String, Object> answer =
        function.call(
            FunctionUrlEvent.of("POST", "/payments")
                .key(TestApi.unique())
                .body(Json.write(TestApi.order()))
                .toJson());
    assertThat(answer).as("output %s", function.output()).containsEntry("statusCode", 201);
    String id = (String) TestApi.parse((String) answer.get("body")).get("id");
    assertThat(function.call(FunctionUrlEvent.of("GET", "/payments/" + id).toJson()))
        .containsEntry("statusCode", 200)
        .containsEntry("body", answer.get("body"));
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_REGION", "us-east-1");
    environment.put("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    environment.put("AWS_SECRET_ACCESS_KEY", "example");
    environment.put("DB_HOST", "localhost");
    environment.put("DB_PORT", Integer.toString(database.port()));
    environment.put("DB_NAME", "postgres");
    environment.put("DB_USER", TestDatabase.USER);
    environment.put("DB_TRUST_STORE_PEM", database.certificates().authority().toString());
    environment.put("DB_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:s");
    environment.put("SESSION_TABLE", "sessions");
    environment.put("REGION_ROLE", "PRIMARY");
    return environment;
  }
}
