package io.github.paymentdr.payments.replication;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.encryption.CustomerKey;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.internal.FunctionLogs;
import io.github.paymentdr.payments.network.DrNetwork;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.services.dynamodb.ITableV2;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.ILayerVersion;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.Construct;

/**
 * What PostgreSQL's logical replication needs in a region: a control function that reaches both
 * databases, the way between the databases, the user that subscribes, and the set-up.
 */
final class LogicalReplication {
  private static final String CONTROL_TABLE = "CONTROL_TABLE";

  private final Construct scope;
  private final DrReplicationProps props;
  private final RegionRole role;
  private final ImmutableList<String> schemas;
  private final DatabasePlacement placement;
  private final ISecret secret;
  private final IBucket reports;
  private final Function function;
  private final Alias alias;
  private final SetUp setUp;
  private @Nullable IKey key;

  LogicalReplication(Construct scope, DrReplicationProps props) {
    this.scope = scope;
    this.props = props;
    this.role = props.getNames().getRegionPair().roleOf(scope);
    this.schemas = ImmutableList.copyOf(requireNonNull(props.getSchemas()));
    this.placement =
        new DatabasePlacement(
            props.getCluster(), requireNonNull(props.getNetwork()), certificates());
    this.secret =
        role == RegionRole.PRIMARY
            ? ReplicationSecret.create(scope, props, key())
            : ReplicationSecret.importReplica(scope, props);
    IBucket given = props.getReportBucket();
    this.reports = given == null ? ReportBucket.create(scope, key()) : given;
    SecurityGroup securityGroup = placement.createSecurityGroup(scope, "Replication control");
    openWays(securityGroup);
    this.function = createFunction(securityGroup);
    this.setUp = new SetUp(scope, props, function, schemas);
    setUp.waitFor(placement, securityGroup);
    this.alias = ControlFunction.createAlias(scope, function);
    setUp.goLiveBefore(function.getCurrentVersion());
    if (role == RegionRole.PRIMARY) {
      CredentialRotation.create(scope, props, placement, environment(), secret, key(), setUp);
    }
  }

  void followLease(ITableV2 controlTable) {
    function.addEnvironment(CONTROL_TABLE, controlTable.getTableName());
    ControlRole.allowLease(function, controlTable);
  }

  Alias getAlias() {
    return alias;
  }

  ISecret getSecret() {
    return secret;
  }

  IBucket getReports() {
    return reports;
  }

  SetUp getSetUp() {
    return setUp;
  }

  /** Made for the first thing that needs it: a region may have neither secret nor new bucket. */
  private IKey key() {
    if (key == null) {
      IKey given = props.getEncryptionKey();
      key =
          given == null
              ? CustomerKey.create(scope, "Key", "The replication's secret and reports")
              : given;
    }
    return key;
  }

  private List<ILayerVersion> certificates() {
    String file = props.getCertificateAuthorities();
    if (file != null) {
      return ImmutableList.of(CertificateLayer.create(scope, file));
    }
    Annotations.of(scope)
        .addWarningV2(
            "@payment-dr/replication:withoutCertificates",
            "the functions have no certificates to know the databases by and will refuse to"
                + " connect; set certificateAuthorities(...) to the bundle that AWS publishes for"
                + " RDS");
    return ImmutableList.of();
  }

  private Function createFunction(SecurityGroup securityGroup) {
    LogGroup logGroup = FunctionLogs.create(scope, props.getLogRetention(), null);
    Role control = ControlRole.ofLogical(scope, props.getCluster(), logGroup, secret);
    ReportBucket.allow(control, reports);
    return placement.place(
        ControlFunction.builder(scope, props, control, logGroup)
            .functionName(props.functionName(role))
            .environment(ReplicationEnvironment.withReports(environment(), reports)),
        securityGroup);
  }

  private ImmutableMap<String, String> environment() {
    return ReplicationEnvironment.ofLogical(props, role, schemas, secret);
  }

  /**
   * Rules by address, because security groups of a peer VPC can be named within a region only. The
   * standby's database fetches from the active one, and either may be either.
   */
  private void openWays(SecurityGroup control) {
    DrAuroraCluster cluster = placement.cluster();
    DrNetwork network = placement.network();
    Port port = placement.port();
    for (String cidr : network.getPeerDatabaseCidrs()) {
      control.addEgressRule(Peer.ipv4(cidr), port, "databases of the other region");
      cluster
          .getConnections()
          .allowTo(Peer.ipv4(cidr), port, "subscription to the other region's database");
      cluster
          .getConnections()
          .allowFrom(Peer.ipv4(cidr), port, "subscription of the other region's database");
    }
    for (String cidr : network.getPeerControlCidrs()) {
      cluster
          .getConnections()
          .allowFrom(Peer.ipv4(cidr), port, "control function of the other region");
    }
  }
}
