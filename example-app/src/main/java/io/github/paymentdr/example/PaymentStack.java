package io.github.paymentdr.example;

import io.github.paymentdr.core.reference.StackOutput;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.example.PaymentDrConfig.ReplicationMode;
import io.github.paymentdr.payments.alarms.DrAlarms;
import io.github.paymentdr.payments.assets.DrAssetsBucket;
import io.github.paymentdr.payments.backup.DrBackupPlan;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.endpoint.PaymentEndpoint;
import io.github.paymentdr.payments.failover.DrFailover;
import io.github.paymentdr.payments.failover.RegionLease;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.function.SchemaMigration;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.network.DrPeering;
import io.github.paymentdr.payments.replication.DrReplication;
import io.github.paymentdr.payments.session.SessionGlobalTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.s3.IBucket;
import software.constructs.Construct;

/**
 * What each region of the pair has, a method a section. Both regions are the same but for the role
 * that every construct takes from the region of its stack.
 */
abstract class PaymentStack extends Stack {
  /** Built by the module before this one; a path from the folder of the example app. */
  private static final String HANDLER_JAR = "payment-handler/target/payment-handler.jar";

  /** What the payment API verifies its database with; who deploys puts it there. */
  private static final Path CERTIFICATES =
      Path.of("payment-handler/certificates/rds-ca-bundle.pem");

  private static final String PAYMENT_HANDLER =
      "io.github.paymentdr.example.payment.PaymentHandler::handleRequest";
  private static final String MIGRATION_HANDLER =
      "io.github.paymentdr.example.payment.MigrationHandler::handleRequest";

  /** The only database user that the payment function can log in as. */
  private static final String DATABASE_USER = "payment_app";

  private final PaymentDrConfig config;
  private final RegionRole role;
  private final PaymentOutputs outputs;

  /**
   * Adds a region of the pair.
   *
   * @param scope the app, or a stage of it
   * @param id the stack's id
   * @param config what both stacks share
   * @param role the region's role
   */
  PaymentStack(Construct scope, String id, PaymentDrConfig config, RegionRole role) {
    super(
        scope,
        id,
        StackProps.builder()
            .env(Environment.builder().region(config.pair().regionOf(role)).build())
            .stackName(config.names().stackName(role))
            .description("Payment disaster-recovery pair: the " + role + " region")
            .terminationProtection(true)
            .tags(config.tags().asMap())
            .build());
    this.config = config;
    this.role = role;
    config.tags().applyTo(this);

    DrNetwork network = addVpc();
    Optional<DrPeering> peering = addPeering(network);
    DrAuroraCluster database = addAurora(network);
    Optional<SchemaMigration> schema = addSchema(network, database);
    Optional<DrReplication> replication = addReplication(network, database, peering, schema);
    PaymentFunction function = addLambda(network, database, schema);
    SessionGlobalTable sessions = addDynamoDb(function);
    DrAssetsBucket assets = addS3();
    DrAlarms alarms = addSns();
    PaymentEndpoint endpoint = addEndpoint(function);
    DrFailover failover = addFailover(function, replication, alarms, endpoint);
    addCloudWatch(alarms, database, replication, function, sessions, failover);
    addBackup(database, alarms);
    this.outputs = addOutputs(network, database, replication, function, assets, endpoint, failover);
  }

  final PaymentOutputs outputs() {
    return outputs;
  }

  private DrNetwork addVpc() {
    return new DrNetwork(this, "Network", config.network());
  }

  private DrAuroraCluster addAurora(DrNetwork network) {
    return DrAuroraCluster.Builder.create(this, "Database")
        .names(config.names())
        .vpc(network.getVpc())
        .vpcSubnets(network.getDatabaseSubnets())
        .instanceType(new InstanceType(config.instanceType()))
        .replication(config.replicationMode().toReplication())
        .build();
  }

  /** Only logical replication goes from database to database; Aurora has ways of its own. */
  private Optional<DrPeering> addPeering(DrNetwork network) {
    return config.replicationMode() == ReplicationMode.LOGICAL
        ? Optional.of(
            DrPeering.Builder.create(this, "Peering")
                .names(config.names())
                .network(network)
                .build())
        : Optional.empty();
  }

  /** The secondary cluster of a global database cannot be written to: its schema is replicated. */
  private Optional<SchemaMigration> addSchema(DrNetwork network, DrAuroraCluster database) {
    if (config.replicationMode() == ReplicationMode.GLOBAL_DATABASE
        && role == RegionRole.SECONDARY) {
      return Optional.empty();
    }
    return Optional.of(
        SchemaMigration.Builder.create(this, "SchemaMigration")
            .vpc(network.getVpc())
            .vpcSubnets(network.getFunctionSubnets())
            .code(Code.fromAsset(HANDLER_JAR))
            .handler(MIGRATION_HANDLER)
            .database(database.connectionFor(DATABASE_USER))
            .masterSecret(database.getSecret())
            .build());
  }

  private Optional<DrReplication> addReplication(
      DrNetwork network,
      DrAuroraCluster database,
      Optional<DrPeering> peering,
      Optional<SchemaMigration> schema) {
    if (config.replicationMode() == ReplicationMode.NONE) {
      return Optional.empty();
    }
    DrReplication.Builder builder =
        DrReplication.Builder.create(this, "Replication").names(config.names()).cluster(database);
    if (config.replicationMode() == ReplicationMode.LOGICAL) {
      builder.network(network).schemas(List.of("ledger"));
      if (Files.exists(CERTIFICATES)) {
        builder.certificateAuthorities(CERTIFICATES.toString());
      }
    }
    DrReplication replication = builder.build();
    peering.ifPresent(replication::startAfter);
    schema.ifPresent(
        migration -> replication.startAfter(migration).refreshOn(migration.getSchemaVersion()));
    return Optional.of(replication);
  }

  private PaymentFunction addLambda(
      DrNetwork network, DrAuroraCluster database, Optional<SchemaMigration> schema) {
    warnWithoutCertificates();
    PaymentFunction function =
        PaymentFunction.Builder.create(this, "PaymentFunction")
            .vpc(network.getVpc())
            .vpcSubnets(network.getFunctionSubnets())
            .code(Code.fromAsset(HANDLER_JAR))
            .handler(PAYMENT_HANDLER)
            .names(config.names())
            // A takeover waits for it; the handler gives a request eight seconds.
            .timeout(Duration.seconds(10))
            .database(database.connectionFor(DATABASE_USER))
            .build();
    function.addEnvironment("REGION_ROLE", role.name());
    schema.ifPresent(function::goLiveAfter);
    return function;
  }

  private void warnWithoutCertificates() {
    if (!Files.exists(CERTIFICATES)) {
      Annotations.of(this)
          .addWarningV2(
              "@payment-dr/example:withoutCertificates",
              "the payment API will refuse to connect to its database, and its deployment will fail:"
                  + " there is no "
                  + CERTIFICATES
                  + "; see \"Certificates\" in docs/payment-api.md");
    }
  }

  private SessionGlobalTable addDynamoDb(PaymentFunction function) {
    SessionGlobalTable sessions =
        SessionGlobalTable.Builder.create(this, "Sessions").names(config.names()).build();
    sessions.grantReadWriteData(function);
    function.addEnvironment("SESSION_TABLE", sessions.getTableName());
    return sessions;
  }

  private DrAssetsBucket addS3() {
    return DrAssetsBucket.Builder.create(this, "Assets").names(config.names()).build();
  }

  private PaymentEndpoint addEndpoint(PaymentFunction function) {
    return PaymentEndpoint.Builder.create(this, "Endpoint")
        .names(config.names())
        .paymentFunction(function)
        .build();
  }

  private DrFailover addFailover(
      PaymentFunction function,
      Optional<DrReplication> replication,
      DrAlarms alarms,
      PaymentEndpoint endpoint) {
    RegionLease lease =
        RegionLease.Builder.create(this, "Lease").names(config.names()).build().guard(function);
    DrFailover.Builder failover =
        DrFailover.Builder.create(this, "Failover")
            .names(config.names())
            .lease(lease)
            .paymentFunction(function)
            .endpoint(endpoint)
            .notificationTopic(alarms.getTopic())
            .objective(config.objective())
            .automaticFailover(config.automaticFailover());
    replication.ifPresent(found -> failover.replication(found.followLease(lease.getTable())));
    return failover.build();
  }

  private DrAlarms addSns() {
    return DrAlarms.Builder.create(this, "Alarms")
        .regionPair(config.pair())
        .emailSubscriptions(config.alertEmails())
        .recoveryObjective(config.objective())
        .build();
  }

  private void addCloudWatch(
      DrAlarms alarms,
      DrAuroraCluster database,
      Optional<DrReplication> replication,
      PaymentFunction function,
      SessionGlobalTable sessions,
      DrFailover failover) {
    alarms.monitorCluster(database.getCluster());
    replication.ifPresent(alarms::monitorReplication);
    if (config.replicationMode() == ReplicationMode.GLOBAL_DATABASE) {
      alarms.monitorGlobalDatabase(database.getCluster());
    }
    alarms.monitorFunction(function.getAlias());
    alarms.monitorTable(sessions.getTable());
    alarms.monitorFailover(failover);
  }

  private void addBackup(DrAuroraCluster database, DrAlarms alarms) {
    DrBackupPlan backup =
        DrBackupPlan.Builder.create(this, "Backup")
            .names(config.names())
            .notificationTopic(alarms.getTopic())
            .build();
    backup.addCluster(database.getCluster());
  }

  private PaymentOutputs addOutputs(
      DrNetwork network,
      DrAuroraCluster database,
      Optional<DrReplication> replication,
      PaymentFunction function,
      DrAssetsBucket assets,
      PaymentEndpoint endpoint,
      DrFailover failover) {
    replication.ifPresent(this::addReplicationOutputs);
    addFailoverOutputs(endpoint, failover);
    return new PaymentOutputs(
        StackOutput.ofText(this, "VpcId", network.getVpc().getVpcId(), "The VPC"),
        StackOutput.ofText(
            this, "VpcCidr", network.getVpc().getVpcCidrBlock(), "The VPC's address range"),
        StackOutput.ofText(
            this,
            "AuroraClusterIdentifier",
            database.getClusterIdentifier(),
            "The Aurora cluster of this region"),
        StackOutput.ofText(
            this, "FunctionUrl", function.getUrl(), "The payment function; sign requests to it"),
        StackOutput.ofText(
            this, "AssetsBucketArn", assets.getBucketArn(), "The assets bucket of this region"));
  }

  /** For the operator's command line; nothing of the other region reads them. */
  private void addReplicationOutputs(DrReplication replication) {
    StackOutput.ofText(
        this,
        "ReplicationFunction",
        replication.getFunction().getFunctionArn(),
        "The control function of the replication; see docs/constructs/DrReplication.md");
    IBucket reports = replication.getReportBucket();
    if (reports != null) {
      StackOutput.ofText(
          this,
          "ReplicationReports",
          reports.getBucketName(),
          "The reports of payments that only a lost region had");
    }
  }

  /** The one URL is of the whole pair; CloudFront is where the primary's stack is. */
  private void addFailoverOutputs(PaymentEndpoint endpoint, DrFailover failover) {
    String url = endpoint.getUrl();
    if (url != null) {
      StackOutput.ofText(this, "EndpointUrl", url, "The one URL of the pair, for callers");
    }
    StackOutput.ofText(
        this,
        "FailoverStateMachine",
        failover.getStateMachine().getStateMachineArn(),
        "Makes this region the active one; see docs/runbook.md");
    StackOutput.ofText(
        this,
        "RecoveryBudget",
        failover.getBudget().toString(),
        "How long a takeover by this region takes at worst");
  }
}
