package io.github.paymentdr.payments.replication;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Copies;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.network.DrNetwork;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.IBucket;

/**
 * Properties of {@link DrReplication}. The same code can serve both kinds of replication: with
 * {@code AuroraReplication.globalDatabase()} the properties that speak of {@code logical()} have no
 * effect.
 */
public final class DrReplicationProps {
  private static final String DEFAULT_PURPOSE = "replication";
  private static final int DEFAULT_HEARTBEAT_SECONDS = 5;
  private static final int DEFAULT_ROTATION_DAYS = 30;
  private static final int DEFAULT_MEMORY = 512;

  private final DrAuroraCluster cluster;
  private final DrNames names;
  private final @Nullable DrNetwork network;
  private final String purpose;
  private final @Nullable ImmutableList<String> schemas;
  private final @Nullable Number sequenceGap;
  private final @Nullable Size retainedWalLimit;
  private final @Nullable Duration heartbeatInterval;
  private final @Nullable Duration credentialRotation;
  private final @Nullable String certificateAuthorities;
  private final SubscriptionSslMode subscriptionSslMode;
  private final @Nullable IBucket reportBucket;
  private final @Nullable IKey encryptionKey;
  private final @Nullable Number reservedConcurrentExecutions;
  private final Number memorySize;
  private final RetentionDays logRetention;

  private DrReplicationProps(Setters<?> setters) {
    this.cluster = requireNonNull(setters.cluster);
    this.names = requireNonNull(setters.names);
    this.network = setters.network;
    this.purpose = setters.effectivePurpose();
    this.schemas = setters.schemas == null ? null : ImmutableList.copyOf(setters.schemas);
    this.sequenceGap = setters.sequenceGap;
    this.retainedWalLimit = setters.retainedWalLimit;
    this.heartbeatInterval = setters.heartbeatInterval;
    this.credentialRotation = setters.credentialRotation;
    this.certificateAuthorities = setters.certificateAuthorities;
    this.subscriptionSslMode =
        setters.subscriptionSslMode == null
            ? SubscriptionSslMode.VERIFY_FULL
            : setters.subscriptionSslMode;
    this.reportBucket = setters.reportBucket;
    this.encryptionKey = setters.encryptionKey;
    this.reservedConcurrentExecutions = setters.reservedConcurrentExecutions;
    this.memorySize = setters.memorySize == null ? DEFAULT_MEMORY : setters.memorySize;
    this.logRetention =
        setters.logRetention == null ? RetentionDays.ONE_WEEK : setters.logRetention;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return this region's cluster} */
  public DrAuroraCluster getCluster() {
    return cluster;
  }

  /** {@return the names of the pair} */
  public DrNames getNames() {
    return names;
  }

  /** {@return this region's network, null when none was set} */
  public @Nullable DrNetwork getNetwork() {
    return network;
  }

  /** {@return what the replication is for, {@code replication} by default} */
  public String getPurpose() {
    return purpose;
  }

  /** {@return the schemas whose tables are replicated, null when none were set} */
  public @Nullable List<String> getSchemas() {
    return schemas;
  }

  /**
   * {@return how far sequences are moved on at a promotion, null when there is no plan for them}
   */
  public @Nullable Number getSequenceGap() {
    return sequenceGap;
  }

  /** {@return how much WAL is kept for an absent standby, null for as much as it takes} */
  public @Nullable Size getRetainedWalLimit() {
    return retainedWalLimit;
  }

  /** {@return the time from one heartbeat to the next, 5 seconds by default} */
  public Duration getHeartbeatInterval() {
    return heartbeatInterval == null
        ? Duration.seconds(DEFAULT_HEARTBEAT_SECONDS)
        : heartbeatInterval;
  }

  /** {@return how often the replication's password changes, 30 days by default} */
  public Duration getCredentialRotation() {
    return credentialRotation == null ? Duration.days(DEFAULT_ROTATION_DAYS) : credentialRotation;
  }

  /** {@return the path of the file with the certificates of RDS, null when there is none} */
  public @Nullable String getCertificateAuthorities() {
    return certificateAuthorities;
  }

  /** {@return how the standby verifies the active server, {@code VERIFY_FULL} by default} */
  public SubscriptionSslMode getSubscriptionSslMode() {
    return subscriptionSslMode;
  }

  /** {@return the bucket of the reports, null to create one} */
  public @Nullable IBucket getReportBucket() {
    return reportBucket;
  }

  /** {@return the key of the replication's secret and of the reports, null to create one} */
  public @Nullable IKey getEncryptionKey() {
    return encryptionKey;
  }

  /** {@return the concurrency kept for the control function, null for the account's} */
  public @Nullable Number getReservedConcurrentExecutions() {
    return reservedConcurrentExecutions;
  }

  /** {@return the memory of the functions in MiB, 512 by default} */
  public Number getMemorySize() {
    return memorySize;
  }

  /** {@return how long the logs are kept, one week by default} */
  public RetentionDays getLogRetention() {
    return logRetention;
  }

  /** The name that both regions know beforehand. */
  String pairName() {
    return names.pairName(purpose);
  }

  /** The name of the control function, which the other region knows beforehand. */
  String functionName(RegionRole role) {
    return names.regionalName(purpose, role);
  }

  boolean isLogical() {
    return cluster.getReplication().isLogical();
  }

  /** Builds {@link DrReplicationProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrReplicationProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or not allowed, or if the cluster does not replicate; it names all faults
     */
    @Override
    public DrReplicationProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that the builders of the properties and of the construct share.
   *
   * @param <B> the builder
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrAuroraCluster cluster;
    private @Nullable DrNames names;
    private @Nullable DrNetwork network;
    private @Nullable String purpose;
    private @Nullable List<String> schemas;
    private @Nullable Number sequenceGap;
    private @Nullable Size retainedWalLimit;
    private @Nullable Duration heartbeatInterval;
    private @Nullable Duration credentialRotation;
    private @Nullable String certificateAuthorities;
    private @Nullable SubscriptionSslMode subscriptionSslMode;
    private @Nullable IBucket reportBucket;
    private @Nullable IKey encryptionKey;
    private @Nullable Number reservedConcurrentExecutions;
    private @Nullable Number memorySize;
    private @Nullable RetentionDays logRetention;

    Setters() {}

    /**
     * Sets this region's cluster, which says how the pair replicates. Required.
     *
     * @param cluster a cluster with {@code AuroraReplication.logical()} or {@code globalDatabase()}
     * @return this builder
     */
    public B cluster(DrAuroraCluster cluster) {
      this.cluster = cluster;
      return self();
    }

    /**
     * Sets the names of the pair, from which the name of the replication's secret comes. Required.
     *
     * @param names the names, the same in both regions
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets this region's network, in whose control subnets the functions are. Default: none, which
     * only a global database allows.
     *
     * @param network the network
     * @return this builder
     */
    public B network(DrNetwork network) {
      this.network = network;
      return self();
    }

    /**
     * Sets what tells this replication from the others of the pair. Default: {@code replication}.
     *
     * @param purpose lower-case letters, digits and single hyphens, the same in both regions
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets the schemas whose tables are replicated, every table of them. Default: none, which only
     * a global database allows. For {@code logical()}.
     *
     * @param schemas PostgreSQL schemas in lower case, the same in both regions; not those of
     *     PostgreSQL itself and not {@code dr}, where the replication keeps its own state
     * @return this builder
     */
    public B schemas(List<String> schemas) {
      this.schemas = Copies.of(schemas);
      return self();
    }

    /**
     * Sets how far every sequence is moved on, beyond the last value that the standby heard of,
     * when the standby is promoted. PostgreSQL does not replicate sequences; values handed out in
     * the last seconds before a failure are unknown, and the gap must be larger than what can be
     * handed out in that time. Default: none; the set-up then refuses tables with sequences or
     * identities. For {@code logical()}.
     *
     * @param sequenceGap a whole number from 1 to 1000000000
     * @return this builder
     */
    public B sequenceGap(Number sequenceGap) {
      this.sequenceGap = sequenceGap;
      return self();
    }

    /**
     * Sets how much write-ahead log (WAL) the active cluster keeps for a standby that does not
     * fetch it, or is connected and does not get on. Beyond the limit the replication slot is
     * dropped, alarms say so, and the standby must be rebuilt. Default: none; no change is ever
     * withheld from a standby that comes back, but one that stays away makes the active cluster's
     * volume grow without end. For {@code logical()}.
     *
     * @param retainedWalLimit 1 GiB or more
     * @return this builder
     */
    public B retainedWalLimit(Size retainedWalLimit) {
      this.retainedWalLimit = retainedWalLimit;
      return self();
    }

    /**
     * Sets the time from one heartbeat to the next. The active region writes heartbeats, and their
     * arrival in the standby measures the lag. Default: 5 seconds. For {@code logical()}.
     *
     * @param heartbeatInterval whole seconds, 1 to 60
     * @return this builder
     */
    public B heartbeatInterval(Duration heartbeatInterval) {
      this.heartbeatInterval = heartbeatInterval;
      return self();
    }

    /**
     * Sets how often the password of the replication's database users changes. Default: 30 days.
     * For {@code logical()}. Secrets Manager allows up to 1000 days ("RotationRulesType" in the AWS
     * Secrets Manager API reference); more than a year is refused here.
     *
     * @param credentialRotation whole days, 1 to 365
     * @return this builder
     */
    public B credentialRotation(Duration credentialRotation) {
      this.credentialRotation = credentialRotation;
      return self();
    }

    /**
     * Sets the file with the certificates of the authorities that sign for RDS, for example the
     * {@code global-bundle.pem} that AWS publishes. It is put into a Lambda layer. Default: none;
     * the functions then refuse to connect to a database, and the construct warns with the id
     * {@code @payment-dr/replication:withoutCertificates}. For {@code logical()}.
     *
     * @param certificateAuthorities the path of a PEM file, relative to the working directory of
     *     the synthesis
     * @return this builder
     */
    public B certificateAuthorities(String certificateAuthorities) {
      this.certificateAuthorities = certificateAuthorities;
      return self();
    }

    /**
     * Sets how the standby's database verifies the active one when it subscribes. Default: {@link
     * SubscriptionSslMode#VERIFY_FULL}. For {@code logical()}.
     *
     * @param subscriptionSslMode the mode
     * @return this builder
     */
    public B subscriptionSslMode(SubscriptionSslMode subscriptionSslMode) {
      this.subscriptionSslMode = subscriptionSslMode;
      return self();
    }

    /**
     * Sets the bucket for the reports of what only a lost region had written. They hold rows of the
     * replicated tables. Default: a new bucket, versioned, private, encrypted with the {@code
     * encryptionKey} and kept on deletion. For {@code logical()}.
     *
     * @param reportBucket a bucket in this region; an imported one must be known with its key, if
     *     it has one
     * @return this builder
     */
    public B reportBucket(IBucket reportBucket) {
      this.reportBucket = reportBucket;
      return self();
    }

    /**
     * Sets the key that encrypts the replication's secret, in the primary region, and the new
     * bucket of reports. Default: a new customer key. For {@code logical()}.
     *
     * @param encryptionKey a key in this region, not an alias
     * @return this builder
     */
    public B encryptionKey(IKey encryptionKey) {
      this.encryptionKey = encryptionKey;
      return self();
    }

    /**
     * Sets the concurrency that Lambda keeps for the control function, so that a storm of payments
     * that uses up the account's cannot hold up a promotion. Default: none, because Lambda leaves
     * no account with less than 100 unreserved ("Lambda quotas" in the AWS Lambda developer guide),
     * and new accounts have too few to reserve any.
     *
     * @param reservedConcurrentExecutions a whole number of 4 or more: two runs of the schedule may
     *     overlap while an operator and a failover call
     * @return this builder
     */
    public B reservedConcurrentExecutions(Number reservedConcurrentExecutions) {
      this.reservedConcurrentExecutions = reservedConcurrentExecutions;
      return self();
    }

    /**
     * Sets the memory of the control and the rotation function, and in proportion to it their CPU.
     * Default: 512.
     *
     * @param memorySize 256 to 10240 MiB
     * @return this builder
     */
    public B memorySize(Number memorySize) {
      this.memorySize = memorySize;
      return self();
    }

    /**
     * Sets how long the logs of all functions are kept. Default: one week.
     *
     * @param logRetention the retention
     * @return this builder
     */
    public B logRetention(RetentionDays logRetention) {
      this.logRetention = logRetention;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    final DrReplicationProps buildProps() {
      Faults faults = Faults.of("DrReplicationProps");
      faults.require("cluster", cluster, "set cluster(database)");
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      PropertyChecks.checkPurpose(faults, names, effectivePurpose());
      checkReplication(faults);
      PropertyChecks.checkSchemas(faults, schemas);
      PropertyChecks.checkSequenceGap(faults, sequenceGap);
      PropertyChecks.checkRetainedWalLimit(faults, retainedWalLimit);
      PropertyChecks.checkHeartbeatInterval(faults, heartbeatInterval);
      PropertyChecks.checkCredentialRotation(faults, credentialRotation);
      CertificateLayer.check(faults, certificateAuthorities);
      PropertyChecks.checkConcurrency(faults, reservedConcurrentExecutions);
      PropertyChecks.checkMemory(faults, memorySize);
      faults.throwIfAny();
      return new DrReplicationProps(this);
    }

    private void checkReplication(Faults faults) {
      if (cluster == null) {
        return;
      }
      if (cluster.getReplication().isLogical()) {
        faults.require("network", network, "set network(network), whose control subnets it uses");
        faults.require("schemas", schemas, "set schemas(List.of(\"public\"))");
      } else {
        faults.unless(
            cluster.getReplication().isGlobalDatabase(),
            "cluster must replicate, got "
                + cluster.getReplication()
                + "; give the cluster AuroraReplication.logical() or globalDatabase(), or leave the"
                + " replication out");
      }
    }
  }
}
