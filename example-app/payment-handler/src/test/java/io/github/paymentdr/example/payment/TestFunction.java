package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.SecretsStub;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.testing.ControlLink;
import io.github.paymentdr.runtime.testing.ControlTables;
import io.github.paymentdr.runtime.testing.LambdaProcess;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** The packaged function in us-east-1, with all that it calls: us-east-1 is active. */
final class TestFunction implements AutoCloseable {
  private static final Path JAR = Path.of("target/payment-handler.jar");
  private static final String SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:s";
  private static final String SESSIONS = "sessions";

  private final TestDatabase database;
  private final AwsStub aws = AwsStub.start();
  private final ControlTables control = ControlTables.create();

  private TestFunction(TestDatabase database) {
    this.database = database;
    new SecretsStub(aws, TestControlTable.EAST).with(SECRET, "postgres", "any password");
    control.putLease(TestControlTable.EAST, 1, Lease.State.ACTIVE);
    control
        .client()
        .createTable(
            table ->
                table
                    .tableName(SESSIONS)
                    .billingMode(BillingMode.PAY_PER_REQUEST)
                    .keySchema(
                        KeySchemaElement.builder()
                            .attributeName("sessionId")
                            .keyType(KeyType.HASH)
                            .build())
                    .attributeDefinitions(
                        AttributeDefinition.builder()
                            .attributeName("sessionId")
                            .attributeType(ScalarAttributeType.S)
                            .build()));
    control
        .client()
        .putItem(
            put ->
                put.tableName(SESSIONS)
                    .item(
                        Map.of(
                            "sessionId", AttributeValue.fromS("session-1"),
                            "step", AttributeValue.fromS("CART"),
                            "version", AttributeValue.fromN("1"),
                            "expiresAt", AttributeValue.fromN("9999999999"))));
  }

  static TestFunction on(TestDatabase database) {
    return new TestFunction(database);
  }

  TestDatabase database() {
    return database;
  }

  /** {@return how the function reaches its tables} */
  ControlLink tables() {
    return control.link(TestControlTable.EAST);
  }

  LambdaProcess start(Class<?> handler) {
    return LambdaProcess.start(JAR, handler, environment(), aws);
  }

  LambdaProcess startWithSnapshot() {
    Map<String, String> environment = environment();
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    return LambdaProcess.start(JAR, PaymentHandler.class, environment, aws);
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_REGION", TestControlTable.EAST);
    environment.put("AWS_ENDPOINT_URL_DYNAMODB", tables().endpoint().toString());
    environment.put("DB_HOST", "localhost");
    environment.put("DB_PORT", Integer.toString(database.port()));
    environment.put("DB_NAME", "postgres");
    environment.put("DB_USER", TestDatabase.USER);
    environment.put("DB_TRUST_STORE_PEM", database.certificates().authority().toString());
    environment.put("DB_SECRET_ARN", SECRET);
    environment.put("SESSION_TABLE", SESSIONS);
    environment.put("CONTROL_TABLE", control.name());
    environment.put("LEASE_MILLIS", "5000");
    environment.put("REGION_ROLE", "PRIMARY");
    return environment;
  }

  @Override
  public void close() {
    database.close();
    control.client().deleteTable(delete -> delete.tableName(SESSIONS));
    control.close();
    aws.close();
  }
}
