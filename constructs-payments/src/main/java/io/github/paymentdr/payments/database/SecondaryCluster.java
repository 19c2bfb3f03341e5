package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableList;
import java.util.List;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.rds.CfnDBCluster;
import software.amazon.awscdk.services.rds.CfnDBInstance;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterAttributes;
import software.amazon.awscdk.services.rds.IDatabaseCluster;
import software.amazon.awscdk.services.rds.ParameterGroupClusterBindOptions;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.Construct;
import software.constructs.Dependable;

/**
 * The secondary cluster of a global database: it has no master user and no database name of its
 * own, which the L2 construct would insist on.
 *
 * <p>It joins the global cluster by a name known beforehand and reads nothing from the primary's
 * stack, so that its own stack can be updated while the primary region is lost.
 */
final class SecondaryCluster {
  private final Construct scope;
  private final DrAuroraClusterProps props;
  private final ClusterParts parts;

  private SecondaryCluster(Construct scope, DrAuroraClusterProps props, ClusterParts parts) {
    // Gives the resources the logical ids that the L2 construct would give them.
    this.scope = new Construct(scope, "Cluster");
    this.props = props;
    this.parts = parts;
  }

  static RegionalCluster create(Construct scope, DrAuroraClusterProps props, ClusterParts parts) {
    ISecret secret = MasterSecret.importReplica(scope, props);
    return new RegionalCluster(new SecondaryCluster(scope, props, parts).create(secret), secret);
  }

  private IDatabaseCluster create(ISecret secret) {
    CfnDBCluster cluster = createCluster();
    List<CfnDBInstance> instances = createInstances(cluster);
    IDatabaseCluster imported = importOf(cluster, instances, secret);
    // Whoever depends on the imported cluster, which is no resource, waits for the real one.
    Dependable.implement(imported, Dependable.of(scope));
    return imported;
  }

  private IDatabaseCluster importOf(
      CfnDBCluster cluster, List<CfnDBInstance> instances, ISecret secret) {
    return DatabaseCluster.fromDatabaseClusterAttributes(
        scope,
        "Imported",
        DatabaseClusterAttributes.builder()
            .clusterIdentifier(cluster.getRef())
            .clusterResourceIdentifier(cluster.getAttrDbClusterResourceId())
            .engine(parts.getEngine())
            .port(props.getPort())
            .securityGroups(parts.getSecurityGroups())
            .clusterEndpointAddress(cluster.getAttrEndpointAddress())
            .readerEndpointAddress(cluster.getAttrReadEndpointAddress())
            .instanceIdentifiers(instances.stream().map(CfnDBInstance::getRef).toList())
            .instanceEndpointAddresses(
                instances.stream().map(CfnDBInstance::getAttrEndpointAddress).toList())
            .secret(secret)
            .build());
  }

  private CfnDBCluster createCluster() {
    CfnDBCluster cluster =
        CfnDBCluster.Builder.create(scope, "Resource")
            .dbClusterIdentifier(parts.getClusterIdentifier())
            .globalClusterIdentifier(props.pairName())
            // RDS refuses an encrypted secondary without it: aws-cloudformation/
            // cloudformation-coverage-roadmap#719.
            .sourceRegion(props.getNames().getRegionPair().getPrimary())
            .engine(parts.getEngine().getEngineType())
            .engineVersion(props.getEngineVersion().getAuroraPostgresFullVersion())
            // CloudFormation's own default is the port of MySQL.
            .port(props.getPort())
            .dbSubnetGroupName(parts.getSubnetGroup().getSubnetGroupName())
            .vpcSecurityGroupIds(securityGroupIds())
            .dbClusterParameterGroupName(parameterGroupName())
            .storageEncrypted(true)
            .kmsKeyId(parts.getKey().getKeyArn())
            .enableIamDatabaseAuthentication(true)
            .enableCloudwatchLogsExports(ImmutableList.of(ClusterParts.LOG))
            .backupRetentionPeriod(props.getBackupRetention().toDays())
            .preferredBackupWindow(props.getPreferredBackupWindow())
            .preferredMaintenanceWindow(props.getPreferredMaintenanceWindow())
            .copyTagsToSnapshot(true)
            .deletionProtection(props.getDeletionProtection())
            .build();
    cluster.applyRemovalPolicy(props.getRemovalPolicy());
    cluster.getNode().addDependency(parts.getLogGroup());
    return cluster;
  }

  private List<CfnDBInstance> createInstances(CfnDBCluster cluster) {
    CfnDBInstance first = createInstance(cluster, InstanceSlot.WRITER);
    ImmutableList.Builder<CfnDBInstance> instances = ImmutableList.builder();
    instances.add(first);
    for (InstanceSlot slot : InstanceSlot.readersOf(props)) {
      CfnDBInstance reader = createInstance(cluster, slot);
      reader.getNode().addDependency(first);
      instances.add(reader);
    }
    return instances.build();
  }

  private CfnDBInstance createInstance(CfnDBCluster cluster, InstanceSlot slot) {
    CfnDBInstance instance =
        CfnDBInstance.Builder.create(new Construct(scope, slot.id()), "Resource")
            .dbClusterIdentifier(cluster.getRef())
            .engine(parts.getEngine().getEngineType())
            .dbInstanceClass("db." + props.getInstanceType())
            .promotionTier(slot.promotionTier())
            .publiclyAccessible(false)
            .autoMinorVersionUpgrade(false)
            .build();
    instance.applyRemovalPolicy(ClusterParts.companionPolicy(props));
    return instance;
  }

  private String parameterGroupName() {
    return parts
        .getParameterGroup()
        .bindToCluster(ParameterGroupClusterBindOptions.builder().build())
        .getParameterGroupName();
  }

  private List<String> securityGroupIds() {
    return parts.getSecurityGroups().stream().map(ISecurityGroup::getSecurityGroupId).toList();
  }
}
