package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.TimeConversionOptions;
import software.amazon.awscdk.Token;

/** What the properties of a replication may be. All must be known at synthesis. */
final class PropertyChecks {
  /** From "SQL Syntax: Identifiers" in the PostgreSQL documentation: at most 63 bytes. */
  private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  /** Those of PostgreSQL, and the one where the replication keeps its own state. */
  private static final ImmutableSet<String> OTHERS_SCHEMAS =
      ImmutableSet.of("information_schema", "dr");

  /** Half of what Lambda allows for all variables of a function together, in bytes. */
  private static final int LONGEST_SCHEMAS = 2048;

  private static final long LEAST_RETAINED_WAL = 1L << 30;
  private static final long LARGEST_GAP = 1_000_000_000;
  private static final int LONGEST_HEARTBEAT_SECONDS = 60;
  private static final int LONGEST_ROTATION_DAYS = 365;

  /** Two runs of the schedule may overlap while an operator and a failover call. */
  private static final int LEAST_CONCURRENCY = 4;

  /** Less is not enough for a JVM with a database driver. */
  private static final int LEAST_MEMORY = 256;

  /** From "Lambda quotas" in the Lambda developer guide, in MiB. */
  private static final int MOST_MEMORY = 10_240;

  private PropertyChecks() {}

  static void checkPurpose(Faults faults, @Nullable DrNames names, String purpose) {
    if (names == null) {
      return;
    }
    try {
      names.regionalName(purpose, RegionRole.PRIMARY);
      names.regionalName(purpose, RegionRole.SECONDARY);
    } catch (InvalidInputException e) {
      faults.addAll(e);
    }
  }

  static void checkSchemas(Faults faults, @Nullable List<String> schemas) {
    if (schemas == null || !faults.requireElements("schemas", schemas)) {
      return;
    }
    faults.unless(
        !schemas.isEmpty(), "schemas must name at least one schema, got none; public is usual");
    schemas.forEach(schema -> checkSchema(faults, schema));
    faults.unless(
        ImmutableSet.copyOf(schemas).size() == schemas.size(),
        "schemas must differ from each other, got " + schemas + "; name each once");
    faults.unless(
        String.join(",", schemas).length() <= LONGEST_SCHEMAS,
        "schemas must have at most 2048 characters together; replicate fewer schemas");
  }

  private static void checkSchema(Faults faults, String schema) {
    if (!faults.requireConcrete("schemas", schema)) {
      return;
    }
    if (!SCHEMA.matcher(schema).matches()) {
      faults.add(
          "schemas must be PostgreSQL identifiers of at most 63 lower-case letters, digits and"
              + " underscores, got '"
              + schema
              + "'");
    } else {
      faults.unless(
          !schema.startsWith("pg_") && !OTHERS_SCHEMAS.contains(schema),
          "schemas must be those of the application, got '"
              + schema
              + "', which belongs to PostgreSQL or to the replication; remove it");
    }
  }

  static void checkSequenceGap(Faults faults, @Nullable Number gap) {
    checkWhole(
        faults, "sequenceGap", gap, 1, LARGEST_GAP, "take more than is handed out in a minute");
  }

  static void checkRetainedWalLimit(Faults faults, @Nullable Size limit) {
    if (limit == null) {
      return;
    }
    if (limit.isUnresolved()) {
      addToken(faults, "retainedWalLimit");
      return;
    }
    faults.unless(
        limit.toBytes().longValue() >= LEAST_RETAINED_WAL,
        "retainedWalLimit must be 1 GiB or more, got "
            + limit.toHumanString()
            + "; less would drop the slot in a short disturbance");
  }

  static void checkHeartbeatInterval(Faults faults, @Nullable Duration interval) {
    if (interval == null) {
      return;
    }
    if (interval.isUnresolved()) {
      addToken(faults, "heartbeatInterval");
      return;
    }
    Number seconds = interval.toSeconds(fractional());
    faults.unless(
        isWhole(seconds, 1, LONGEST_HEARTBEAT_SECONDS),
        "heartbeatInterval must be whole seconds between 1 and 60, got "
            + interval.toHumanString()
            + "; 5 seconds are usual");
  }

  static void checkCredentialRotation(Faults faults, @Nullable Duration rotation) {
    if (rotation == null) {
      return;
    }
    if (rotation.isUnresolved()) {
      addToken(faults, "credentialRotation");
      return;
    }
    Number days = rotation.toDays(fractional());
    faults.unless(
        isWhole(days, 1, LONGEST_ROTATION_DAYS),
        "credentialRotation must be whole days between 1 and 365, got "
            + rotation.toHumanString()
            + "; 30 days are usual");
  }

  static void checkConcurrency(Faults faults, @Nullable Number reserved) {
    checkWhole(
        faults,
        "reservedConcurrentExecutions",
        reserved,
        LEAST_CONCURRENCY,
        Integer.MAX_VALUE,
        "the schedule, an operator and a failover may call at once");
  }

  static void checkMemory(Faults faults, @Nullable Number memorySize) {
    checkWhole(faults, "memorySize", memorySize, LEAST_MEMORY, MOST_MEMORY, "512 MiB are usual");
  }

  private static void checkWhole(
      Faults faults, String name, @Nullable Number value, long min, long max, String advice) {
    if (value == null) {
      return;
    }
    if (Token.isUnresolved(value)) {
      addToken(faults, name);
      return;
    }
    faults.unless(
        isWhole(value, min, max),
        String.format(
            "%s must be a whole number between %s and %s, got %s; %s",
            name, min, max, value, advice));
  }

  private static boolean isWhole(Number value, long min, long max) {
    double number = value.doubleValue();
    return number >= min && number <= max && number == Math.rint(number);
  }

  private static TimeConversionOptions fractional() {
    return TimeConversionOptions.builder().integral(false).build();
  }

  private static void addToken(Faults faults, String name) {
    faults.add(name + " must be known at synthesis, got a deploy-time token; pass a literal value");
  }
}
