package io.github.paymentdr.payments.database;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.validation.Copies;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;

/** Properties of {@link DrAuroraCluster}. */
public final class DrAuroraClusterProps {
  private static final String DEFAULT_PURPOSE = "database";
  private static final String DEFAULT_INSTANCE_TYPE = "t3.medium";
  private static final int DEFAULT_READERS = 1;
  private static final String DEFAULT_DATABASE_NAME = "payments";
  private static final String DEFAULT_MASTER_USERNAME = "clusteradmin";
  private static final int DEFAULT_PORT = 5432;
  private static final int DEFAULT_BACKUP_DAYS = 7;

  private final DrNames names;
  private final IVpc vpc;
  private final AuroraReplication replication;
  private final String purpose;
  private final @Nullable SubnetSelection vpcSubnets;
  private final @Nullable List<ISecurityGroup> securityGroups;
  private final @Nullable AuroraPostgresEngineVersion engineVersion;
  private final @Nullable InstanceType instanceType;
  private final Number readers;
  private final String databaseName;
  private final String masterUsername;
  private final Number port;
  private final @Nullable IKey encryptionKey;
  private final @Nullable Duration backupRetention;
  private final @Nullable String preferredBackupWindow;
  private final @Nullable String preferredMaintenanceWindow;
  private final RetentionDays logRetention;
  private final Boolean deletionProtection;
  private final RemovalPolicy removalPolicy;

  private DrAuroraClusterProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.vpc = requireNonNull(setters.vpc);
    this.replication = requireNonNull(setters.replication);
    this.purpose = setters.purpose();
    this.vpcSubnets = setters.vpcSubnets;
    this.securityGroups = setters.securityGroups;
    this.engineVersion = setters.engineVersion;
    this.instanceType = setters.instanceType;
    this.readers = setters.readers();
    this.databaseName = setters.databaseName();
    this.masterUsername = setters.masterUsername();
    this.port = setters.port();
    this.encryptionKey = setters.encryptionKey;
    this.backupRetention = setters.backupRetention;
    this.preferredBackupWindow = setters.preferredBackupWindow;
    this.preferredMaintenanceWindow = setters.preferredMaintenanceWindow;
    this.logRetention =
        setters.logRetention == null ? RetentionDays.ONE_MONTH : setters.logRetention;
    this.deletionProtection =
        setters.deletionProtection == null ? true : setters.deletionProtection;
    this.removalPolicy =
        setters.removalPolicy == null ? RemovalPolicy.SNAPSHOT : setters.removalPolicy;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the names of the pair} */
  public DrNames getNames() {
    return names;
  }

  /** {@return the network} */
  public IVpc getVpc() {
    return vpc;
  }

  /** {@return how data reaches the other region} */
  public AuroraReplication getReplication() {
    return replication;
  }

  /** {@return what the cluster is for, {@code database} by default} */
  public String getPurpose() {
    return purpose;
  }

  /** {@return the subnets of the instances, null for the isolated ones} */
  public @Nullable SubnetSelection getVpcSubnets() {
    return vpcSubnets;
  }

  /** {@return the security groups to use, null to create one} */
  public @Nullable List<ISecurityGroup> getSecurityGroups() {
    return securityGroups;
  }

  /** {@return the engine version, 15.12 by default} */
  public AuroraPostgresEngineVersion getEngineVersion() {
    return engineVersion == null ? AuroraPostgresEngineVersion.VER_15_12 : engineVersion;
  }

  /** {@return the class of every instance, {@code t3.medium} by default} */
  public InstanceType getInstanceType() {
    return instanceType == null ? new InstanceType(DEFAULT_INSTANCE_TYPE) : instanceType;
  }

  /** {@return the number of readers beside the writer, 1 by default} */
  public Number getReaders() {
    return readers;
  }

  /** {@return the name of the database, {@code payments} by default} */
  public String getDatabaseName() {
    return databaseName;
  }

  /** {@return the name of the master user, {@code clusteradmin} by default} */
  public String getMasterUsername() {
    return masterUsername;
  }

  /** {@return the port, 5432 by default} */
  public Number getPort() {
    return port;
  }

  /** {@return the key to use, null to create one} */
  public @Nullable IKey getEncryptionKey() {
    return encryptionKey;
  }

  /** {@return how long automatic backups are kept, 7 days by default} */
  public Duration getBackupRetention() {
    return backupRetention == null ? Duration.days(DEFAULT_BACKUP_DAYS) : backupRetention;
  }

  /** {@return when the daily backup is made, null for RDS to choose} */
  public @Nullable String getPreferredBackupWindow() {
    return preferredBackupWindow;
  }

  /** {@return when AWS may maintain the cluster, null for RDS to choose} */
  public @Nullable String getPreferredMaintenanceWindow() {
    return preferredMaintenanceWindow;
  }

  /** {@return how long the exported log is kept, one month by default} */
  public RetentionDays getLogRetention() {
    return logRetention;
  }

  /** {@return whether Aurora refuses to delete the cluster, true by default} */
  public Boolean getDeletionProtection() {
    return deletionProtection;
  }

  /** {@return what becomes of the cluster when it leaves the stack, {@code SNAPSHOT} by default} */
  public RemovalPolicy getRemovalPolicy() {
    return removalPolicy;
  }

  String pairName() {
    return names.pairName(purpose);
  }

  /** Builds {@link DrAuroraClusterProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrAuroraClusterProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public DrAuroraClusterProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link DrAuroraCluster.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable IVpc vpc;
    private @Nullable AuroraReplication replication;
    private @Nullable String purpose;
    private @Nullable SubnetSelection vpcSubnets;
    private @Nullable List<ISecurityGroup> securityGroups;
    private @Nullable AuroraPostgresEngineVersion engineVersion;
    private @Nullable InstanceType instanceType;
    private @Nullable Number readers;
    private @Nullable String databaseName;
    private @Nullable String masterUsername;
    private @Nullable Number port;
    private @Nullable IKey encryptionKey;
    private @Nullable Duration backupRetention;
    private @Nullable String preferredBackupWindow;
    private @Nullable String preferredMaintenanceWindow;
    private @Nullable RetentionDays logRetention;
    private @Nullable Boolean deletionProtection;
    private @Nullable RemovalPolicy removalPolicy;

    Setters() {}

    /**
     * Sets the names of the pair. Required.
     *
     * @param names the names; their pair has the stack's region
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets the network. Required.
     *
     * @param vpc a VPC of the stack's region
     * @return this builder
     */
    public B vpc(IVpc vpc) {
      this.vpc = vpc;
      return self();
    }

    /**
     * Sets how data reaches the other region, the same in both regions. It has no default, because
     * a pair that silently does not replicate is worse than none. Required.
     *
     * @param replication the choice
     * @return this builder
     */
    public B replication(AuroraReplication replication) {
      this.replication = replication;
      return self();
    }

    /**
     * Sets what the cluster is for. It becomes part of the cluster's name, so two clusters of a
     * pair need two purposes, and a change makes a new, empty cluster. Default: {@code database}.
     *
     * @param purpose lower-case letters, digits and single hyphens; the name that {@link
     *     DrNames#regionalName} makes of it has at most 63 characters
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets the subnets of the instances. Default: the isolated subnets of the VPC.
     *
     * @param vpcSubnets subnets in at least two availability zones
     * @return this builder
     */
    public B vpcSubnets(SubnetSelection vpcSubnets) {
      this.vpcSubnets = vpcSubnets;
      return self();
    }

    /**
     * Sets existing security groups instead of creating one. Default: a new group without outbound
     * rules that admits nobody until somebody connects.
     *
     * @param securityGroups at least one group of the VPC
     * @return this builder
     */
    public B securityGroups(List<ISecurityGroup> securityGroups) {
      this.securityGroups = Copies.of(securityGroups);
      return self();
    }

    /**
     * Sets the engine version, the same in both regions. Minor versions are never upgraded by
     * themselves, so that the regions stay alike. Default: 15.12.
     *
     * @param engineVersion the version; 15 or newer with {@link AuroraReplication#logical()}, whose
     *     publications need column lists
     * @return this builder
     */
    public B engineVersion(AuroraPostgresEngineVersion engineVersion) {
      this.engineVersion = engineVersion;
      return self();
    }

    /**
     * Sets the class of every instance. Default: {@code t3.medium}, which {@link
     * AuroraReplication#logical()} takes like every other class. An Aurora global database accepts
     * only memory-optimised classes, from "Configuration requirements of an Amazon Aurora global
     * database" in the Aurora user guide; with it the default is refused, so that the dearer class
     * is always chosen knowingly.
     *
     * @param instanceType the class without {@code db.} at its head, for example {@code r6g.large}
     * @return this builder
     */
    public B instanceType(InstanceType instanceType) {
      this.instanceType = instanceType;
      return self();
    }

    /**
     * Sets the number of readers beside the writer. Aurora places them in other availability zones
     * and fails over to them. Default: 1.
     *
     * @param readers 0 to 15, or 0 to 14 with {@link AuroraReplication#globalDatabase()}
     * @return this builder
     */
    public B readers(Number readers) {
      this.readers = readers;
      return self();
    }

    /**
     * Sets the name of the database. It cannot be changed later. Default: {@code payments}.
     *
     * @param databaseName 1 to 63 lower-case letters, digits and underscores, starting with a
     *     letter; not a reserved word
     * @return this builder
     */
    public B databaseName(String databaseName) {
      this.databaseName = databaseName;
      return self();
    }

    /**
     * Sets the name of the master user, who owns the database and creates the other users. It
     * cannot be changed later. Default: {@code clusteradmin}.
     *
     * @param masterUsername 1 to 16 lower-case letters and digits, starting with a letter; not a
     *     reserved word
     * @return this builder
     */
    public B masterUsername(String masterUsername) {
      this.masterUsername = masterUsername;
      return self();
    }

    /**
     * Sets the port, the same in both regions. Default: 5432.
     *
     * @param port 1150 to 65535
     * @return this builder
     */
    public B port(Number port) {
      this.port = port;
      return self();
    }

    /**
     * Sets an existing key instead of creating one. It encrypts the storage, the backups and the
     * master secret, and cannot be changed later. Default: a new customer-managed key.
     *
     * @param encryptionKey a symmetric key of the stack's region
     * @return this builder
     */
    public B encryptionKey(IKey encryptionKey) {
      this.encryptionKey = encryptionKey;
      return self();
    }

    /**
     * Sets how long Aurora's own backups are kept, within which the cluster can be restored to any
     * second. Default: 7 days.
     *
     * @param backupRetention 1 to 35 days
     * @return this builder
     */
    public B backupRetention(Duration backupRetention) {
      this.backupRetention = backupRetention;
      return self();
    }

    /**
     * Sets when the daily backup is made. Default: chosen by RDS.
     *
     * @param preferredBackupWindow at least 30 minutes in UTC, for example {@code 02:00-03:00}
     * @return this builder
     */
    public B preferredBackupWindow(String preferredBackupWindow) {
      this.preferredBackupWindow = preferredBackupWindow;
      return self();
    }

    /**
     * Sets when AWS may maintain the cluster. Default: chosen by RDS.
     *
     * @param preferredMaintenanceWindow at least 30 minutes in UTC outside the backup window, for
     *     example {@code sun:04:00-sun:05:00}
     * @return this builder
     */
    public B preferredMaintenanceWindow(String preferredMaintenanceWindow) {
      this.preferredMaintenanceWindow = preferredMaintenanceWindow;
      return self();
    }

    /**
     * Sets how long the exported PostgreSQL log is kept. Default: one month.
     *
     * @param logRetention the retention
     * @return this builder
     */
    public B logRetention(RetentionDays logRetention) {
      this.logRetention = logRetention;
      return self();
    }

    /**
     * Sets whether Aurora refuses to delete the cluster, and the global database if there is one.
     * Default: true.
     *
     * @param deletionProtection false to be able to delete the stack
     * @return this builder
     */
    public B deletionProtection(Boolean deletionProtection) {
      this.deletionProtection = deletionProtection;
      return self();
    }

    /**
     * Sets what becomes of the cluster when it leaves the stack. Default: {@code SNAPSHOT}, a final
     * snapshot is taken.
     *
     * @param removalPolicy {@code SNAPSHOT}, {@code RETAIN} or {@code DESTROY}
     * @return this builder
     */
    public B removalPolicy(RemovalPolicy removalPolicy) {
      this.removalPolicy = removalPolicy;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String purpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    private Number readers() {
      return readers == null ? DEFAULT_READERS : readers;
    }

    private String databaseName() {
      return databaseName == null ? DEFAULT_DATABASE_NAME : databaseName;
    }

    private String masterUsername() {
      return masterUsername == null ? DEFAULT_MASTER_USERNAME : masterUsername;
    }

    private Number port() {
      return port == null ? DEFAULT_PORT : port;
    }

    final DrAuroraClusterProps buildProps() {
      Faults faults = Faults.of("DrAuroraClusterProps");
      faults.require("names", names, "set names(DrNames.Builder.create()...)");
      faults.require("vpc", vpc, "set vpc(network.getVpc())");
      faults.require(
          "replication",
          replication,
          "set replication(AuroraReplication.logical()) or another one");
      ClusterRules.checkNames(faults, names, purpose());
      faults.unless(
          securityGroups == null || !securityGroups.isEmpty(),
          "securityGroups must not be empty, got []; add a group or remove securityGroups(...)");
      if (securityGroups != null) {
        faults.requireElements("securityGroups", securityGroups);
      }
      ClusterRules.checkInstanceType(faults, instanceType, DEFAULT_INSTANCE_TYPE, replication);
      ClusterRules.checkEngineVersion(faults, engineVersion, replication);
      ClusterRules.checkReaders(faults, readers(), replication);
      PostgresNames.checkDatabase(faults, databaseName());
      PostgresNames.checkMasterUser(faults, masterUsername());
      ClusterRules.checkPort(faults, port());
      if (backupRetention != null) {
        ClusterRules.checkBackupRetention(faults, backupRetention);
      }
      RdsWindows.check(faults, preferredBackupWindow, preferredMaintenanceWindow);
      if (removalPolicy != null) {
        ClusterRules.checkRemovalPolicy(faults, removalPolicy);
      }
      faults.throwIfAny();
      return new DrAuroraClusterProps(this);
    }
  }
}
