package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.TrustBundle;
import io.github.paymentdr.runtime.replication.logical.LogicalSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a function of one region was configured with.
 *
 * @param region this region
 * @param peerRegion the other region
 * @param cluster the identifier of this region's cluster
 * @param mode how the databases replicate, and what is needed for that
 */
record Configuration(String region, String peerRegion, String cluster, Mode mode) {
  /** How the databases replicate. */
  sealed interface Mode permits Logical, GlobalDatabase {}

  /**
   * By logical replication between two clusters.
   *
   * @param settings how this region takes part
   * @param server this region's database
   * @param masterSecret the secret of its master user
   * @param replicationSecret the secret of the replication user
   * @param peerCluster the identifier of the other region's cluster
   * @param reportBucket where reports go; empty for a function that makes none
   * @param controlTable the table with the lease; empty for a pair without one
   */
  record Logical(
      LogicalSettings settings,
      DatabaseServer server,
      String masterSecret,
      String replicationSecret,
      String peerCluster,
      Optional<String> reportBucket,
      Optional<String> controlTable)
      implements Mode {}

  /**
   * As an Aurora global database.
   *
   * @param globalCluster the identifier of the global cluster
   * @param clusterArn the ARN of this region's cluster
   */
  record GlobalDatabase(String globalCluster, String clusterArn) implements Mode {}

  static final String LOGICAL = "logical";
  static final String GLOBAL_DATABASE = "globalDatabase";

  /**
   * Reads the configuration of the control function.
   *
   * @param variables the environment variables
   * @return the configuration
   * @throws IllegalStateException if variables are missing or wrong; the message has all faults
   */
  static Configuration ofControl(Map<String, String> variables) {
    return read(variables, environment -> Optional.of(environment.text("REPORT_BUCKET")));
  }

  /**
   * Reads the configuration of the rotation, which makes no reports and is given no bucket.
   *
   * @param variables the environment variables
   * @return the configuration
   * @throws IllegalStateException if variables are missing or wrong; the message has all faults
   */
  static Configuration ofRotation(Map<String, String> variables) {
    return read(variables, environment -> Optional.empty());
  }

  private static Configuration read(
      Map<String, String> variables, Function<Environment, Optional<String>> reportBucket) {
    Environment environment = new Environment(variables);
    String replication = environment.oneOf("REPLICATION", LOGICAL, GLOBAL_DATABASE);
    String region = environment.text("AWS_REGION");
    String peerRegion = environment.text("PEER_REGION");
    if (!region.isEmpty() && region.equals(peerRegion)) {
      environment.fault("PEER_REGION must be another region than '" + region + "'");
    }
    String cluster = environment.text("CLUSTER_IDENTIFIER");
    Mode mode =
        replication.equals(GLOBAL_DATABASE)
            ? globalDatabase(environment)
            : logical(environment, region, peerRegion, reportBucket);
    environment.check();
    return new Configuration(region, peerRegion, cluster, mode);
  }

  private static GlobalDatabase globalDatabase(Environment environment) {
    return new GlobalDatabase(
        environment.text("GLOBAL_CLUSTER_IDENTIFIER"), environment.text("CLUSTER_ARN"));
  }

  private static Logical logical(
      Environment environment,
      String region,
      String peerRegion,
      Function<Environment, Optional<String>> reportBucket) {
    LogicalSettings settings =
        new LogicalSettings(
            region,
            peerRegion,
            environment.text("DB_NAME"),
            environment.oneOf("INITIAL_ROLE", "ACTIVE", "STANDBY").equals("ACTIVE"),
            environment.list("SCHEMAS"),
            environment.optionalNumber("SEQUENCE_GAP", 0),
            environment.optionalNumber("RETAINED_WAL_LIMIT_BYTES", 1),
            heartbeat(environment),
            sslMode(environment));
    DatabaseServer server =
        new DatabaseServer(
            region,
            environment.text("DB_HOST"),
            (int) environment.number("DB_PORT", 1, 65_535),
            settings.database(),
            trust(environment));
    return new Logical(
        settings,
        server,
        environment.text("DB_SECRET_ARN"),
        environment.text("REPLICATION_SECRET_ARN"),
        environment.text("PEER_CLUSTER_IDENTIFIER"),
        reportBucket.apply(environment),
        environment.optional("CONTROL_TABLE"));
  }

  private static Duration heartbeat(Environment environment) {
    return environment.optional("HEARTBEAT_SECONDS").isEmpty()
        ? Duration.ofSeconds(5)
        : Duration.ofSeconds(environment.number("HEARTBEAT_SECONDS", 1, 60));
  }

  private static String sslMode(Environment environment) {
    return environment.optional("SUBSCRIPTION_SSL_MODE").isEmpty()
        ? "verify-full"
        : environment.oneOf("SUBSCRIPTION_SSL_MODE", "verify-full", "require");
  }

  private static Path trust(Environment environment) {
    Optional<Path> found = Optional.empty();
    try {
      found = Optional.of(TrustBundle.locate(environment.variables()));
    } catch (IllegalStateException e) {
      environment.fault(String.valueOf(e.getMessage()));
    }
    return found.orElse(Path.of(""));
  }
}
