package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.encryption.CustomerKey;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.rds.AuroraPostgresClusterEngineProps;
import software.amazon.awscdk.services.rds.DatabaseClusterEngine;
import software.amazon.awscdk.services.rds.IClusterEngine;
import software.amazon.awscdk.services.rds.ParameterGroup;
import software.amazon.awscdk.services.rds.SubnetGroup;
import software.constructs.Construct;

/** What a cluster needs around it, the same whatever its role and replication. */
final class ClusterParts {
  static final String LOG = "postgresql";

  private final String clusterIdentifier;
  private final IClusterEngine engine;
  private final IKey key;
  private final List<ISecurityGroup> securityGroups;
  private final SubnetGroup subnetGroup;
  private final ParameterGroup parameterGroup;
  private final LogGroup logGroup;

  ClusterParts(Construct scope, DrAuroraClusterProps props, String clusterIdentifier) {
    this.clusterIdentifier = clusterIdentifier;
    this.engine =
        DatabaseClusterEngine.auroraPostgres(
            AuroraPostgresClusterEngineProps.builder().version(props.getEngineVersion()).build());
    this.key = keyFor(scope, props.getEncryptionKey());
    this.securityGroups = securityGroupsFor(scope, props);
    this.subnetGroup = createSubnetGroup(scope, props);
    this.parameterGroup = createParameterGroup(scope, props);
    this.logGroup = createLogGroup(scope, props);
  }

  String getClusterIdentifier() {
    return clusterIdentifier;
  }

  IClusterEngine getEngine() {
    return engine;
  }

  IKey getKey() {
    return key;
  }

  List<ISecurityGroup> getSecurityGroups() {
    return securityGroups;
  }

  SubnetGroup getSubnetGroup() {
    return subnetGroup;
  }

  ParameterGroup getParameterGroup() {
    return parameterGroup;
  }

  LogGroup getLogGroup() {
    return logGroup;
  }

  static SubnetSelection subnetsOf(DrAuroraClusterProps props) {
    SubnetSelection given = props.getVpcSubnets();
    return given == null
        ? SubnetSelection.builder().subnetType(SubnetType.PRIVATE_ISOLATED).build()
        : given;
  }

  private static IKey keyFor(Construct scope, @Nullable IKey given) {
    return given == null
        ? CustomerKey.create(scope, "Key", "Aurora storage, backups and master secret")
        : given;
  }

  private static List<ISecurityGroup> securityGroupsFor(
      Construct scope, DrAuroraClusterProps props) {
    List<ISecurityGroup> given = props.getSecurityGroups();
    if (given != null) {
      return given;
    }
    SecurityGroup created =
        SecurityGroup.Builder.create(scope, "SecurityGroup")
            .vpc(props.getVpc())
            .description("Connections to the Aurora cluster")
            .allowAllOutbound(false)
            .build();
    created.applyRemovalPolicy(companionPolicy(props));
    return ImmutableList.of(created);
  }

  private static SubnetGroup createSubnetGroup(Construct scope, DrAuroraClusterProps props) {
    return SubnetGroup.Builder.create(scope, "Subnets")
        .vpc(props.getVpc())
        .vpcSubnets(subnetsOf(props))
        .description("Subnets of the Aurora cluster")
        .removalPolicy(companionPolicy(props))
        .build();
  }

  private ParameterGroup createParameterGroup(Construct scope, DrAuroraClusterProps props) {
    return ParameterGroup.Builder.create(scope, "Parameters")
        .engine(engine)
        .description("Parameters of the Aurora cluster, the same in both regions")
        .parameters(ClusterParameters.of(props.getReplication()))
        .removalPolicy(companionPolicy(props))
        .build();
  }

  /** RDS writes to a group of this name if it exists, else creates one that never expires. */
  private LogGroup createLogGroup(Construct scope, DrAuroraClusterProps props) {
    return LogGroup.Builder.create(scope, "Log")
        .logGroupName("/aws/rds/cluster/" + clusterIdentifier + "/" + LOG)
        .retention(props.getLogRetention())
        .removalPolicy(logPolicy(props.getRemovalPolicy()))
        .build();
  }

  /** A first deployment that is rolled back must not leave the name taken for the next attempt. */
  private static RemovalPolicy logPolicy(RemovalPolicy clusterPolicy) {
    return clusterPolicy == RemovalPolicy.DESTROY
        ? RemovalPolicy.DESTROY
        : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
  }

  /** What a retained cluster still uses cannot be deleted either. */
  static RemovalPolicy companionPolicy(DrAuroraClusterProps props) {
    return props.getRemovalPolicy() == RemovalPolicy.RETAIN
        ? RemovalPolicy.RETAIN
        : RemovalPolicy.DESTROY;
  }
}
