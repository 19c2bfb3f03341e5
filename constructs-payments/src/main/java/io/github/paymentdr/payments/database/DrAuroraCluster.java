package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.AuroraReplication.Mode;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.rds.IDatabaseCluster;
import software.amazon.awscdk.services.rds.IParameterGroup;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.Construct;

/**
 * The Aurora PostgreSQL cluster of one region of the pair: by default a writer and a reader in
 * isolated subnets.
 *
 * <p>Storage, backups and the master secret are encrypted with a customer key. Clients must use
 * TLS, may log in with IAM authentication, and reach the cluster only where a security group was
 * opened for them. The PostgreSQL log is exported, deletion is refused, and a final snapshot is
 * taken. Both regions have the same engine version and parameters.
 *
 * <pre>{@code
 * DrAuroraCluster database =
 *     DrAuroraCluster.Builder.create(this, "Database")
 *         .names(names)
 *         .vpc(network.getVpc())
 *         .replication(AuroraReplication.logical())
 *         .build();
 * database.connectionFor("payments_app").grantConnect(function);
 * }</pre>
 */
public final class DrAuroraCluster extends Construct implements IConnectable {
  private static final String NO_REPLICATION = "@payment-dr/database:noReplication";

  private final AuroraReplication replication;
  private final String pairName;
  private final String peerRegion;
  private final String peerClusterIdentifier;
  private final String databaseName;
  private final String masterUsername;
  private final Number port;
  private final IKey encryptionKey;
  private final IParameterGroup parameterGroup;
  private final IDatabaseCluster cluster;
  private final ISecret secret;
  private final Connections connections;

  /**
   * Adds the cluster to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, if the VPC or the key is in another region, if the subnets are missing or in
   *     one availability zone only, or if the stack has a cluster of this purpose already
   */
  public DrAuroraCluster(Construct scope, String id, DrAuroraClusterProps props) {
    super(ClusterPlacement.checked(scope, props), id);
    DrNames names = props.getNames();
    RegionPair pair = names.getRegionPair();
    RegionRole role = pair.roleOf(this);
    this.replication = props.getReplication();
    this.pairName = props.pairName();
    this.peerRegion = pair.regionOf(role.peer());
    this.peerClusterIdentifier = names.regionalName(props.getPurpose(), role.peer());
    this.databaseName = props.getDatabaseName();
    this.masterUsername = props.getMasterUsername();
    this.port = props.getPort();
    ClusterParts parts =
        new ClusterParts(this, props, names.regionalName(props.getPurpose(), role));
    this.encryptionKey = parts.getKey();
    this.parameterGroup = parts.getParameterGroup();
    RegionalCluster regional = createCluster(props, parts, role);
    this.cluster = regional.cluster();
    this.secret = regional.secret();
    this.connections =
        Connections.Builder.create()
            .securityGroups(parts.getSecurityGroups())
            .defaultPort(Port.tcp(port))
            .build();
    warnIfNotReplicated();
  }

  /**
   * The cluster as the CDK knows it, for its endpoints and metrics. The secondary of a global
   * database is an imported cluster.
   *
   * @return the cluster
   */
  public IDatabaseCluster getCluster() {
    return cluster;
  }

  /** {@return the cluster's identifier} */
  public String getClusterIdentifier() {
    return cluster.getClusterIdentifier();
  }

  /** {@return the cluster's ARN} */
  public String getClusterArn() {
    return cluster.getClusterArn();
  }

  /**
   * The identifier that the other region's cluster has, or will have. It comes from names alone, so
   * that nothing is read from the other region.
   *
   * @return the identifier
   */
  public String getPeerClusterIdentifier() {
    return peerClusterIdentifier;
  }

  /** {@return the ARN that the other region's cluster of this account has, or will have} */
  public String getPeerClusterArn() {
    return arnOf("cluster", peerRegion, peerClusterIdentifier);
  }

  /**
   * The identifier of the global database that both regions' clusters are in.
   *
   * @return the identifier
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#globalDatabase()}
   */
  public String getGlobalClusterIdentifier() {
    require(
        AuroraReplication.globalDatabase(),
        "getGlobalClusterIdentifier",
        "ask getReplication() first");
    return pairName;
  }

  /**
   * The ARN of the global database that both regions' clusters are in. It names no region.
   *
   * @return the ARN
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#globalDatabase()}
   */
  public String getGlobalClusterArn() {
    require(
        AuroraReplication.globalDatabase(), "getGlobalClusterArn", "ask getReplication() first");
    return arnOf("global-cluster", "", pairName);
  }

  /** {@return the port of every endpoint} */
  public Number getPort() {
    return port;
  }

  /** {@return the name of the database} */
  public String getDatabaseName() {
    return databaseName;
  }

  /** {@return the name of the master user, whose password is in {@link #getSecret()}} */
  public String getMasterUsername() {
    return masterUsername;
  }

  /**
   * The name and password of the master user, in this region. Without a global database each region
   * has a secret of its own, which also holds the host of the cluster. A global database has one
   * secret, whose replica the secondary region has under the same name; it holds no host, because a
   * failover would make it wrong.
   *
   * @return the secret
   */
  public ISecret getSecret() {
    return secret;
  }

  /** {@return the key of storage, backups and master secret, created or given} */
  public IKey getEncryptionKey() {
    return encryptionKey;
  }

  /**
   * The cluster's parameters, to which further ones can be added. Add the same in both regions.
   *
   * @return the cluster's parameter group
   */
  public IParameterGroup getParameterGroup() {
    return parameterGroup;
  }

  /** {@return how data reaches the other region} */
  public AuroraReplication getReplication() {
    return replication;
  }

  /** {@return the cluster's side of network connections, with its port as default port} */
  @Override
  public Connections getConnections() {
    return connections;
  }

  /**
   * How a client in this region reaches this region's cluster as one database user, without a
   * password. The user must exist in the database and have the role {@code rds_iam}.
   *
   * @param databaseUser a lower-case PostgreSQL identifier of at most 63 characters
   * @return the connection, to this region's writer endpoint; in a global database, whose secondary
   *     cluster has no writer before a promotion, with the readers' endpoint beside it
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the user cannot be the
   *     name of a database user
   */
  public DatabaseConnection connectionFor(String databaseUser) {
    DatabaseConnection.Builder connection =
        DatabaseConnection.Builder.create()
            .host(cluster.getClusterEndpoint().getHostname())
            .port(port)
            .databaseName(databaseName)
            .user(databaseUser)
            .resourceId(cluster.getClusterResourceIdentifier())
            .connectable(this);
    if (replication.isGlobalDatabase()) {
      connection.readHost(cluster.getClusterReadEndpoint().getHostname());
    }
    return connection.build();
  }

  /**
   * How far the slowest reader of this region is behind its writer. {@link #getCluster()} has the
   * further metrics.
   *
   * @return the highest lag within a minute, in milliseconds
   */
  public Metric metricReplicaLag() {
    return cluster.metric("AuroraReplicaLagMaximum", highestInAMinute().build());
  }

  /**
   * How much write-ahead log the writer keeps for its replication slots. It grows while a
   * subscriber is absent, and Aurora reports it whether or not the functions that replicate run.
   *
   * @return the most within a minute, in bytes; -1 while the log is not in use
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#logical()}
   */
  public Metric metricTransactionLogsDiskUsage() {
    require(
        AuroraReplication.logical(), "metricTransactionLogsDiskUsage", "do not use this metric");
    return cluster.metric("TransactionLogsDiskUsage", highestInAMinute().build());
  }

  /**
   * How far this region's cluster is behind that of the other region. It has data only while this
   * region is the secondary one, so after a failover it is the other region that has them.
   *
   * @return the highest lag within a minute, in milliseconds
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#globalDatabase()}
   */
  public Metric metricGlobalReplicationLag() {
    require(
        AuroraReplication.globalDatabase(), "metricGlobalReplicationLag", "do not use this metric");
    return cluster.metric(
        "AuroraGlobalDBReplicationLag",
        highestInAMinute()
            .dimensionsMap(
                ImmutableMap.of(
                    "DBClusterIdentifier", getClusterIdentifier(), "SourceRegion", peerRegion))
            .build());
  }

  /** {@return what tells this cluster from the others of its stack} */
  String getPairName() {
    return pairName;
  }

  private RegionalCluster createCluster(
      DrAuroraClusterProps props, ClusterParts parts, RegionRole role) {
    if (!replication.isGlobalDatabase()) {
      return WriterCluster.createAlone(this, props, parts);
    }
    return role == RegionRole.PRIMARY
        ? WriterCluster.createGlobalPrimary(this, props, parts)
        : SecondaryCluster.create(this, props, parts);
  }

  private String arnOf(String resource, String region, String name) {
    return Stack.of(this)
        .formatArn(
            ArnComponents.builder()
                .service("rds")
                .region(region)
                .resource(resource)
                .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                .resourceName(name)
                .build());
  }

  private void require(AuroraReplication needed, String method, String instead) {
    Faults faults = Faults.of("DrAuroraCluster");
    faults.unless(
        replication.equals(needed),
        String.format("%s needs %s, got %s; %s", method, needed, replication, instead));
    faults.throwIfAny();
  }

  private void warnIfNotReplicated() {
    if (replication.getMode() == Mode.NONE) {
      Annotations.of(this)
          .addWarningV2(
              NO_REPLICATION,
              "this cluster does not replicate: nothing but backup copies reach "
                  + peerRegion
                  + ", so the loss of "
                  + Stack.of(this).getRegion()
                  + " loses all data since the last copy (RPO 24 h with a daily backup plan, no"
                  + " bound without one); use AuroraReplication.logical(), or"
                  + " AuroraReplication.globalDatabase() with a memory-optimised class such as"
                  + " db.r6g.large");
    }
  }

  private static MetricOptions.Builder highestInAMinute() {
    return MetricOptions.builder().statistic("Maximum").period(Duration.minutes(1));
  }

  /** Builds a {@link DrAuroraCluster}. */
  public static final class Builder extends DrAuroraClusterProps.Setters<Builder>
      implements software.amazon.jsii.Builder<DrAuroraCluster> {
    private final Construct scope;
    private final String id;

    private Builder(Construct scope, String id) {
      this.scope = scope;
      this.id = id;
    }

    /**
     * Starts a builder.
     *
     * @param scope a construct inside a stack whose environment names a region of the pair
     * @param id the construct's id
     * @return a new builder
     */
    public static Builder create(Construct scope, String id) {
      return new Builder(scope, id);
    }

    /**
     * Adds the cluster to the stack.
     *
     * @return the cluster
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link DrAuroraClusterProps.Builder#build()} do
     */
    @Override
    public DrAuroraCluster build() {
      return new DrAuroraCluster(scope, id, buildProps());
    }
  }
}
