package io.github.paymentdr.example;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.settings.DrSettings;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.network.DrNetworkProps;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.constructs.Construct;

/**
 * What both stacks share. Each setting is read from CDK context, else from an environment variable
 * {@code PAYMENT_DR_…}, else it has its default.
 *
 * @param names the regions, and every name that one region knows of the other
 * @param tags the tags of every resource
 * @param objective what the pair promises when a region is lost
 * @param network the address ranges of both regions
 * @param alertEmails who is told of alarms
 * @param instanceType the Aurora instance type, for example {@code t3.medium}
 * @param replicationMode how the database's data reaches the other region
 * @param automaticFailover whether the other region takes over by itself when the active one is
 *     lost; a database that is not replicated needs a person who restores it first
 * @param readPrimaryOutputs whether the secondary depends on the primary and reads its outputs; it
 *     cannot while the primary region is lost
 */
record PaymentDrConfig(
    DrNames names,
    DrTags tags,
    RecoveryObjective objective,
    DrNetworkProps network,
    List<String> alertEmails,
    String instanceType,
    ReplicationMode replicationMode,
    boolean automaticFailover,
    boolean readPrimaryOutputs) {

  private static final String ENVIRONMENT_PREFIX = "PAYMENT_DR";
  private static final String APPLICATION = "payment-dr";

  /** The values of the setting {@code replicationMode}. */
  enum ReplicationMode {
    NONE("none"),
    LOGICAL("logical"),
    GLOBAL_DATABASE("globalDatabase");

    private final String setting;

    ReplicationMode(String setting) {
      this.setting = setting;
    }

    AuroraReplication toReplication() {
      return switch (this) {
        case NONE -> AuroraReplication.none();
        case LOGICAL -> AuroraReplication.logical();
        case GLOBAL_DATABASE -> AuroraReplication.globalDatabase();
      };
    }

    static ReplicationMode of(String setting) {
      return Arrays.stream(values())
          .filter(mode -> mode.setting.equals(setting))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "use one of "
                          + Arrays.stream(values())
                              .map(ReplicationMode::toString)
                              .collect(joining(", "))));
    }

    @Override
    public String toString() {
      return setting;
    }
  }

  /**
   * Reads the configuration.
   *
   * @param app the app whose context is read
   * @param environment the environment variables
   * @return the configuration
   * @throws io.github.paymentdr.core.validation.InvalidInputException if settings cannot be used;
   *     it names all of them, each with its source
   */
  static PaymentDrConfig of(Construct app, Map<String, String> environment) {
    DrSettings settings = DrSettings.of(app, ENVIRONMENT_PREFIX, environment);
    Optional<RegionPair> pair = readPair(settings);
    String suffix = settings.getText("suffix", "prod");
    List<String> alertEmails = settings.getList("alertEmails");
    String instanceType =
        settings.get("instanceClass", "t3.medium", PaymentDrConfig::parseInstanceClass);
    ReplicationMode replicationMode =
        settings.get("replicationMode", ReplicationMode.LOGICAL, ReplicationMode::of);
    boolean automaticFailover =
        settings.get("automaticFailover", true, PaymentDrConfig::parseBoolean);
    boolean readPrimaryOutputs =
        settings.get("readPrimaryOutputs", true, PaymentDrConfig::parseBoolean);
    Optional<DrNetworkProps> network = pair.flatMap(regions -> readNetwork(settings, regions));
    Optional<DrNames> names =
        pair.flatMap(
            regions ->
                settings.combine(
                    () ->
                        DrNames.Builder.create()
                            .regionPair(regions)
                            .application(APPLICATION)
                            .suffix(suffix)
                            .build()));
    settings.throwIfInvalid();
    return new PaymentDrConfig(
        names.orElseThrow(),
        DrTags.Builder.create().application("PaymentProcessor").build(),
        RecoveryObjective.of(Duration.ofMinutes(5), Duration.ofMinutes(1)),
        network.orElseThrow(),
        alertEmails,
        instanceType,
        replicationMode,
        automaticFailover && replicationMode != ReplicationMode.NONE,
        readPrimaryOutputs);
  }

  /** One line for people: what this configuration makes. */
  String describe() {
    return String.format(
        "Payment DR pair: %s (primary), %s (secondary), suffix %s, db.%s, replication %s, %s",
        pair().getPrimary(),
        pair().getSecondary(),
        names.getSuffix(),
        instanceType,
        replicationMode,
        objective);
  }

  RegionPair pair() {
    return names.getRegionPair();
  }

  private static Optional<RegionPair> readPair(DrSettings settings) {
    String primary = settings.getText("primaryRegion", "us-east-1");
    String secondary = settings.getText("secondaryRegion", "us-west-2");
    return settings.combine(() -> RegionPair.of(primary, secondary));
  }

  private static Optional<DrNetworkProps> readNetwork(DrSettings settings, RegionPair pair) {
    String primaryCidr = settings.getText("primaryCidr", "10.0.0.0/16");
    String secondaryCidr = settings.getText("secondaryCidr", "10.1.0.0/16");
    return settings.combine(
        () ->
            DrNetworkProps.builder()
                .regionPair(pair)
                .primaryCidr(primaryCidr)
                .secondaryCidr(secondaryCidr)
                .build());
  }

  private static boolean parseBoolean(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("use true or false");
    };
  }

  /** RDS writes {@code db.t3.medium} where the CDK wants {@code t3.medium}. */
  private static String parseInstanceClass(String text) {
    if (!text.matches("db\\.[a-z0-9-]+\\.[a-z0-9-]+")) {
      throw new IllegalArgumentException("use an RDS instance class such as db.r6g.large");
    }
    return text.substring("db.".length());
  }
}
