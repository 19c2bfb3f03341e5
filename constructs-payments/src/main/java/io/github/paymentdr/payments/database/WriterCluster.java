package io.github.paymentdr.payments.database;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import java.util.List;
import software.amazon.awscdk.services.rds.BackupProps;
import software.amazon.awscdk.services.rds.CfnDBCluster;
import software.amazon.awscdk.services.rds.CfnGlobalCluster;
import software.amazon.awscdk.services.rds.ClusterInstance;
import software.amazon.awscdk.services.rds.Credentials;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseSecret;
import software.amazon.awscdk.services.rds.IClusterInstance;
import software.amazon.awscdk.services.rds.ProvisionedClusterInstanceProps;
import software.constructs.Construct;

/** A cluster that has a writer from the start: one that stands alone, or a global primary. */
final class WriterCluster {
  private final Construct scope;
  private final DrAuroraClusterProps props;
  private final ClusterParts parts;

  private WriterCluster(Construct scope, DrAuroraClusterProps props, ClusterParts parts) {
    this.scope = scope;
    this.props = props;
    this.parts = parts;
  }

  static RegionalCluster createAlone(
      Construct scope, DrAuroraClusterProps props, ClusterParts parts) {
    DatabaseSecret secret = MasterSecret.create(scope, props, parts.getKey());
    DatabaseCluster cluster =
        new WriterCluster(scope, props, parts)
            .create(Credentials.fromSecret(secret, props.getMasterUsername()));
    return new RegionalCluster(cluster, requireNonNull(cluster.getSecret()));
  }

  /**
   * The global cluster is created empty and the primary joins it. Had it a source cluster, that
   * property would be wrong after the first switchover.
   */
  static RegionalCluster createGlobalPrimary(
      Construct scope, DrAuroraClusterProps props, ClusterParts parts) {
    DatabaseSecret secret = MasterSecret.createReplicated(scope, props, parts.getKey());
    // Not fromSecret: that writes the cluster's host into the secret, which a failover makes wrong.
    Credentials credentials =
        Credentials.fromPassword(props.getMasterUsername(), secret.secretValueFromJson("password"));
    DatabaseCluster cluster = new WriterCluster(scope, props, parts).create(credentials);
    CfnGlobalCluster global = createGlobalCluster(scope, props, parts);
    resourceOf(cluster).setGlobalClusterIdentifier(global.getRef());
    return new RegionalCluster(cluster, secret);
  }

  private static CfnGlobalCluster createGlobalCluster(
      Construct scope, DrAuroraClusterProps props, ClusterParts parts) {
    CfnGlobalCluster global =
        CfnGlobalCluster.Builder.create(scope, "GlobalCluster")
            .globalClusterIdentifier(props.pairName())
            .engine(parts.getEngine().getEngineType())
            .engineVersion(props.getEngineVersion().getAuroraPostgresFullVersion())
            .storageEncrypted(true)
            .deletionProtection(props.getDeletionProtection())
            .build();
    global.applyRemovalPolicy(ClusterParts.companionPolicy(props));
    return global;
  }

  private DatabaseCluster create(Credentials credentials) {
    DatabaseCluster.Builder builder =
        DatabaseCluster.Builder.create(scope, "Cluster")
            .clusterIdentifier(parts.getClusterIdentifier())
            .engine(parts.getEngine())
            .credentials(credentials)
            .defaultDatabaseName(props.getDatabaseName())
            .port(props.getPort())
            .vpc(props.getVpc())
            .vpcSubnets(ClusterParts.subnetsOf(props))
            .subnetGroup(parts.getSubnetGroup())
            .securityGroups(parts.getSecurityGroups())
            .parameterGroup(parts.getParameterGroup())
            .writer(instance(InstanceSlot.WRITER))
            .readers(readers())
            .storageEncryptionKey(parts.getKey())
            .storageEncrypted(true)
            .iamAuthentication(true)
            .cloudwatchLogsExports(ImmutableList.of(ClusterParts.LOG))
            .backup(backup())
            .copyTagsToSnapshot(true)
            .deletionProtection(props.getDeletionProtection())
            .removalPolicy(props.getRemovalPolicy());
    if (props.getPreferredMaintenanceWindow() != null) {
      builder.preferredMaintenanceWindow(props.getPreferredMaintenanceWindow());
    }
    DatabaseCluster cluster = builder.build();
    resourceOf(cluster).getNode().addDependency(parts.getLogGroup());
    return cluster;
  }

  private BackupProps backup() {
    return BackupProps.builder()
        .retention(props.getBackupRetention())
        .preferredWindow(props.getPreferredBackupWindow())
        .build();
  }

  private List<IClusterInstance> readers() {
    return InstanceSlot.readersOf(props).stream().map(this::instance).toList();
  }

  private IClusterInstance instance(InstanceSlot slot) {
    return ClusterInstance.provisioned(
        slot.id(),
        ProvisionedClusterInstanceProps.builder()
            .instanceType(props.getInstanceType())
            .promotionTier(slot.promotionTier())
            .publiclyAccessible(false)
            .autoMinorVersionUpgrade(false)
            .build());
  }

  private static CfnDBCluster resourceOf(DatabaseCluster cluster) {
    return (CfnDBCluster) requireNonNull(cluster.getNode().getDefaultChild());
  }
}
