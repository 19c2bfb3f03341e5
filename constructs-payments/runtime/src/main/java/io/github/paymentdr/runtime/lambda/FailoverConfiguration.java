package io.github.paymentdr.runtime.lambda;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What the functions of the failover were configured with.
 *
 * @param region this region
 * @param peerRegion the other region
 * @param initialRegion the region that is active at first
 * @param table the control table
 * @param pair the name of the pair
 * @param coolDown for how long after a takeover no alarm starts another
 * @param probeTimeout how long one question for health may take
 * @param confirmAttempts how often the other region must fail before it is given up
 * @param healthPath path and query of that question
 * @param objective how long a recovery may take
 * @param peerReplicationFunction what rebuilds the other region, if something does
 */
record FailoverConfiguration(
    String region,
    String peerRegion,
    String initialRegion,
    String table,
    String pair,
    Duration coolDown,
    Duration activation,
    Duration probeTimeout,
    int confirmAttempts,
    String healthPath,
    Duration objective,
    Optional<String> peerReplicationFunction) {
  private static final String HEALTH_PATH = "HEALTH_PATH";
  private static final long MOST_MILLIS = 30_000;
  private static final long MOST_SECONDS = 86_400;

  /**
   * Reads the configuration.
   *
   * @param environment the environment variables; the caller checks them
   * @return the configuration
   */
  static FailoverConfiguration read(Environment environment) {
    String region = environment.text("AWS_REGION");
    String peerRegion = environment.text("PEER_REGION");
    if (!region.isEmpty() && region.equals(peerRegion)) {
      environment.fault("PEER_REGION must be another region than '" + region + "'");
    }
    return new FailoverConfiguration(
        region,
        peerRegion,
        environment.oneOf("INITIAL_REGION", region, peerRegion),
        environment.text("CONTROL_TABLE"),
        environment.text("PAIR_NAME"),
        Duration.ofSeconds(environment.number("COOL_DOWN_SECONDS", 0, MOST_SECONDS)),
        Duration.ofSeconds(environment.number("ACTIVATION_SECONDS", 0, MOST_SECONDS)),
        Duration.ofMillis(environment.number("PROBE_TIMEOUT_MILLIS", 100, MOST_MILLIS)),
        (int) environment.number("CONFIRM_ATTEMPTS", 1, 10),
        healthPath(environment),
        Duration.ofSeconds(environment.number("OBJECTIVE_SECONDS", 1, MOST_SECONDS)),
        environment.optional("PEER_REPLICATION_FUNCTION"));
  }

  /** Reads it for a function that needs nothing else. */
  static FailoverConfiguration of(Map<String, String> variables) {
    Environment environment = new Environment(variables);
    FailoverConfiguration configuration = read(environment);
    environment.check();
    return configuration;
  }

  private static String healthPath(Environment environment) {
    String path = environment.optional(HEALTH_PATH).orElse("/health?deep=true");
    if (!path.startsWith("/")) {
      environment.fault(HEALTH_PATH + " must begin with /, got '" + path + "'");
    }
    return path;
  }
}
