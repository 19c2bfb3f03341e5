package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.Security;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flywaydb.core.api.FlywayException;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Migrates the schema when a region is deployed: the handler of a custom resource, called by the
 * CDK's provider framework. It may run again and at the same time as another one.
 *
 * <p>It reads the environment variables {@code DB_HOST}, {@code DB_PORT}, {@code DB_NAME}, {@code
 * DB_USER} (the application's user, whom it creates), {@code DB_SECRET_ARN} (the master user's) and
 * {@code AWS_REGION}, and {@code DB_TRUST_STORE_PEM} where the certificates are not built in.
 */
public final class MigrationHandler implements RequestStreamHandler {
  static {
    Security.setProperty("networkaddress.cache.ttl", "5");
  }

  private static final String PHYSICAL_ID = "ledger-schema";

  /** CloudFormation shortens reasons; what matters comes first. */
  private static final int MAX_MESSAGE = 1_000;

  private final Migration migration;

  /**
   * Makes the handler from the environment.
   *
   * @throws IllegalStateException if the environment is incomplete; the message says what is
   *     missing
   */
  public MigrationHandler() {
    this(fromEnvironment(new Environment(System.getenv())));
  }

  MigrationHandler(Migration migration) {
    this.migration = migration;
  }

  private static Migration fromEnvironment(Environment environment) {
    AwsCredentialsProvider credentials = AwsClients.credentials();
    SecretsManagerClient secrets =
        AwsClients.client(
            SecretsManagerClient.builder(), environment.text("AWS_REGION"), credentials);
    String secret = environment.text("DB_SECRET_ARN");
    return new Migration(
        environment.database(DatabaseSettings.Target.ANY),
        environment.text("DB_USER"),
        () -> MasterUser.read(secrets, secret),
        "classpath:db/migration");
  }

  /**
   * Migrates on {@code Create} and {@code Update} and does nothing on {@code Delete}: the data
   * outlives the stack.
   *
   * @param event the provider framework's event
   * @param response gets {@code PhysicalResourceId} and {@code Data}
   * @param context not used
   * @throws IOException if the event is not one of a custom resource
   * @throws IllegalStateException if the migration failed; the message says why
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    Map<String, Object> request = Json.readObject(new String(event.readAllBytes(), UTF_8));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(
        "PhysicalResourceId",
        request.get("PhysicalResourceId") instanceof String id ? id : PHYSICAL_ID);
    String type = String.valueOf(request.get("RequestType"));
    switch (type) {
      case "Create", "Update" -> answer.put("Data", migrate());
      case "Delete" -> {}
      default -> throw new IOException("RequestType must be Create, Update or Delete");
    }
    response.write(Json.write(answer).getBytes(UTF_8));
  }

  private Map<String, Object> migrate() {
    try {
      Migration.Outcome outcome = migration.run();
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("SchemaVersion", outcome.schemaVersion());
      if (outcome.replica()) {
        data.put("Skipped", "the database is a read-only replica, which gets its schema by itself");
      }
      return data;
    } catch (SQLException | FlywayException e) {
      throw new IllegalStateException(shortened("the schema was not migrated: " + e.getMessage()));
    }
  }

  private static String shortened(String message) {
    String line = message.replaceAll("\\s+", " ");
    return line.length() <= MAX_MESSAGE ? line : line.substring(0, MAX_MESSAGE);
  }
}
