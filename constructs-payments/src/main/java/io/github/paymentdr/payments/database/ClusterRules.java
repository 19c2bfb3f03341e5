package io.github.paymentdr.payments.database;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.TimeConversionOptions;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;

/** What Aurora and PostgreSQL allow for a cluster, by how it replicates. */
final class ClusterRules {
  /** From "Quotas in Amazon Aurora" in the Aurora user guide. */
  private static final int MAX_READERS = 15;

  /**
   * The other region's cluster takes the place of one reader, from "Adding an AWS Region to an
   * Amazon Aurora global database" in the Aurora user guide.
   */
  private static final int MAX_READERS_OF_GLOBAL_PRIMARY = MAX_READERS - 1;

  /** From "CreateDBCluster" in the Amazon RDS API reference. */
  private static final int LOWEST_PORT = 1150;

  private static final int HIGHEST_PORT = 65535;
  private static final int MAX_BACKUP_DAYS = 35;

  /**
   * From "Configuration requirements of an Amazon Aurora global database" in the Aurora user guide:
   * memory-optimised classes from db.r5 on.
   */
  private static final Pattern MEMORY_OPTIMISED = Pattern.compile("(r[5-9]|r[1-9][0-9]|x).*");

  /** From "CREATE PUBLICATION" in the PostgreSQL documentation: column lists came with 15. */
  private static final int FIRST_WITH_COLUMN_LISTS = 15;

  private static final Pattern MAJOR_VERSION = Pattern.compile("([0-9]{1,4})(\\.[0-9.]+)?");

  private static final Pattern INSTANCE_TYPE = Pattern.compile("[a-z0-9-]+\\.[a-z0-9-]+");

  private ClusterRules() {}

  static void checkNames(Faults faults, @Nullable DrNames names, String purpose) {
    if (names == null) {
      return;
    }
    RegionPair pair = names.getRegionPair();
    RegionRole longest =
        pair.getPrimary().length() < pair.getSecondary().length()
            ? RegionRole.SECONDARY
            : RegionRole.PRIMARY;
    try {
      names.regionalName(purpose, longest);
    } catch (InvalidInputException e) {
      faults.addAll(e);
    }
  }

  static void checkInstanceType(
      Faults faults,
      @Nullable InstanceType given,
      String defaultType,
      @Nullable AuroraReplication replication) {
    String type = given == null ? defaultType : given.toString();
    if (!faults.requireConcrete("instanceType", type)) {
      return;
    }
    if (type.startsWith("db.")) {
      faults.add(
          "instanceType must be written without db., got " + type + "; use " + type.substring(3));
      return;
    }
    if (!INSTANCE_TYPE.matcher(type).matches()) {
      faults.add("instanceType must look like r6g.large, got '" + type + "'; use an RDS class");
      return;
    }
    if (isGlobal(replication)) {
      faults.unless(
          MEMORY_OPTIMISED.matcher(type).matches(),
          String.format(
              "instanceType must be memory-optimised with %s, got %sdb.%s; set a class such as"
                  + " db.r6g.large, or choose another replication",
              replication, given == null ? "the default " : "", type));
    }
  }

  /** The default version needs no check. */
  static void checkEngineVersion(
      Faults faults,
      @Nullable AuroraPostgresEngineVersion given,
      @Nullable AuroraReplication replication) {
    if (given == null || replication == null || !replication.isLogical()) {
      return;
    }
    String version = given.getAuroraPostgresFullVersion();
    if (faults.requireConcrete("engineVersion", version)) {
      faults.unless(
          majorOf(version) >= FIRST_WITH_COLUMN_LISTS,
          String.format(
              "engineVersion must be %s or newer with %s, got '%s'; older publications have no"
                  + " column lists: set a newer version, or choose another replication",
              FIRST_WITH_COLUMN_LISTS, replication, version));
    }
  }

  static void checkReaders(Faults faults, Number readers, @Nullable AuroraReplication replication) {
    int max = isGlobal(replication) ? MAX_READERS_OF_GLOBAL_PRIMARY : MAX_READERS;
    String mode = isGlobal(replication) ? " with " + replication : "";
    if (!isConcrete(faults, "readers", readers)) {
      return;
    }
    String allowed = "readers must be between 0 and " + max + mode + ", got " + readers;
    long count = readers.longValue();
    if (isNotWhole(readers)) {
      faults.add(allowed + "; use a whole number");
    } else if (count < 0) {
      faults.add(allowed + "; use 0 for a writer alone");
    } else if (count > max) {
      faults.add(
          allowed + "; remove " + (count - max) + (count - max == 1 ? " reader" : " readers"));
    }
  }

  static void checkPort(Faults faults, Number port) {
    if (isConcrete(faults, "port", port)) {
      faults.unless(
          !isNotWhole(port) && port.longValue() >= LOWEST_PORT && port.longValue() <= HIGHEST_PORT,
          String.format(
              "port must be between %s and %s, got %s; 5432 is usual",
              LOWEST_PORT, HIGHEST_PORT, port));
    }
  }

  static void checkBackupRetention(Faults faults, Duration retention) {
    if (retention.isUnresolved()) {
      faults.add(
          "backupRetention must be known at synthesis, got a deploy-time token; pass a literal"
              + " value");
      return;
    }
    Number days = retention.toDays(TimeConversionOptions.builder().integral(false).build());
    faults.unless(
        !isNotWhole(days) && days.intValue() >= 1 && days.intValue() <= MAX_BACKUP_DAYS,
        "backupRetention must be between 1 and 35 whole days, got "
            + retention.toHumanString()
            + "; keep older backups with a backup plan");
  }

  static void checkRemovalPolicy(Faults faults, RemovalPolicy policy) {
    faults.unless(
        policy != RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        "removalPolicy must be SNAPSHOT, RETAIN or DESTROY, got " + policy + "; use RETAIN");
  }

  private static boolean isGlobal(@Nullable AuroraReplication replication) {
    return replication != null && replication.isGlobalDatabase();
  }

  private static int majorOf(String version) {
    Matcher matcher = MAJOR_VERSION.matcher(version);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static boolean isConcrete(Faults faults, String name, Number number) {
    boolean concrete = !Token.isUnresolved(number);
    faults.unless(
        concrete,
        name + " must be known at synthesis, got a deploy-time token; pass a literal value");
    return concrete;
  }

  private static boolean isNotWhole(Number number) {
    return number.doubleValue() != Math.rint(number.doubleValue());
  }
}
