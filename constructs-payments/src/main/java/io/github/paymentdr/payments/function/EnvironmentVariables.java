package io.github.paymentdr.payments.function;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.DatabaseConnection;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awscdk.Tokenization;

/** What may stand in the environment of a function, and what a database connection puts there. */
final class EnvironmentVariables {
  private static final String DB_HOST = "DB_HOST";
  private static final String DB_READ_HOST = "DB_READ_HOST";
  private static final String DB_PORT = "DB_PORT";
  private static final String DB_NAME = "DB_NAME";
  private static final String DB_USER = "DB_USER";
  private static final String DB_SECRET_ARN = "DB_SECRET_ARN";

  private static final Set<String> OF_DATABASE =
      ImmutableSet.of(DB_HOST, DB_READ_HOST, DB_PORT, DB_NAME, DB_USER);

  /** From "CreateFunction" in the Lambda API reference. */
  private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]+");

  /** From "Lambda quotas" in the Lambda developer guide: all variables of a function together. */
  private static final int MAX_BYTES = 4096;

  /** From "Defined runtime environment variables" in the Lambda developer guide. */
  private static final Set<String> RESERVED =
      ImmutableSet.of(
          "_HANDLER",
          "_X_AMZN_TRACE_ID",
          "AWS_DEFAULT_REGION",
          "AWS_REGION",
          "AWS_EXECUTION_ENV",
          "AWS_LAMBDA_FUNCTION_NAME",
          "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
          "AWS_LAMBDA_FUNCTION_VERSION",
          "AWS_LAMBDA_INITIALIZATION_TYPE",
          "AWS_LAMBDA_LOG_GROUP_NAME",
          "AWS_LAMBDA_LOG_STREAM_NAME",
          "AWS_ACCESS_KEY",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "AWS_LAMBDA_RUNTIME_API",
          "LAMBDA_TASK_ROOT",
          "LAMBDA_RUNTIME_DIR");

  private EnvironmentVariables() {}

  static ImmutableMap<String, String> of(DatabaseConnection database) {
    return ImmutableMap.of(
        DB_HOST, database.getHost(),
        DB_PORT, Tokenization.stringifyNumber(database.getPort()),
        DB_NAME, database.getDatabaseName(),
        DB_USER, database.getUser());
  }

  /** What reads as well as books may need another server for that; a migration only writes. */
  static ImmutableMap<String, String> ofReader(DatabaseConnection database) {
    String readHost = database.getReadHost();
    return readHost == null
        ? of(database)
        : ImmutableMap.<String, String>builder()
            .putAll(of(database))
            .put(DB_READ_HOST, readHost)
            .buildOrThrow();
  }

  static ImmutableMap<String, String> of(SchemaMigrationProps props) {
    return ImmutableMap.<String, String>builder()
        .putAll(props.getEnvironment())
        .putAll(of(props.getDatabase()))
        .put(DB_SECRET_ARN, props.getMasterSecret().getSecretArn())
        .buildOrThrow();
  }

  static void checkNoSecretArn(Faults faults, Map<String, String> variables) {
    faults.unless(
        !variables.containsKey(DB_SECRET_ARN),
        "environment variable "
            + DB_SECRET_ARN
            + " comes from masterSecret(...); remove one of them");
  }

  static void checkAll(Faults faults, Map<String, String> variables, boolean withDatabase) {
    if (!faults.requireElements("environment", variables.keySet())
        || !faults.requireElements("environment", variables.values())) {
      return;
    }
    variables.keySet().forEach(name -> checkName(faults, name, withDatabase));
    int bytes =
        variables.entrySet().stream()
            .mapToInt(entry -> (entry.getKey() + entry.getValue()).getBytes(UTF_8).length)
            .sum();
    faults.unless(
        bytes <= MAX_BYTES,
        String.format(
            "environment must be at most %s bytes, got %s; move what is large into the code",
            MAX_BYTES, bytes));
  }

  static void checkName(Faults faults, String name, boolean withDatabase) {
    if (RESERVED.contains(name)) {
      faults.add("environment variable " + name + " is set by Lambda itself; choose another name");
    } else if (withDatabase && OF_DATABASE.contains(name)) {
      faults.add("environment variable " + name + " comes from database(...); remove one of them");
    } else {
      faults.unless(
          NAME.matcher(name).matches(),
          "environment variables must be named with at least two letters, digits and underscores,"
              + " starting with a letter, got '"
              + name
              + "'");
    }
  }
}
