package io.github.paymentdr.payments.database;

import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.alarms.DrAlarms;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Resources;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.ec2.VpcLookupOptions;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.logs.RetentionDays;

@DisplayName("DrAuroraCluster")
class DrAuroraClusterTest {
  private static final String CLUSTER = "AWS::RDS::DBCluster";
  private static final String INSTANCE = "AWS::RDS::DBInstance";
  private static final String CLUSTER_ID = "DatabaseCluster5B53A178";

  private static final Deployed ALONE = deploy(PAIR.getPrimary(), AuroraReplication.none());
  private static final Deployed ALONE_SECONDARY =
      deploy(PAIR.getSecondary(), AuroraReplication.none());
  private static final Deployed LOGICAL = deploy(PAIR.getPrimary(), AuroraReplication.logical());
  private static final Deployed LOGICAL_SECONDARY =
      deploy(PAIR.getSecondary(), AuroraReplication.logical());
  private static final Deployed GLOBAL_PRIMARY =
      deploy(PAIR.getPrimary(), AuroraReplication.globalDatabase());
  private static final Deployed GLOBAL_SECONDARY =
      deploy(PAIR.getSecondary(), AuroraReplication.globalDatabase());

  private static final List<Deployed> ALL =
      List.of(ALONE, ALONE_SECONDARY, LOGICAL, LOGICAL_SECONDARY, GLOBAL_PRIMARY, GLOBAL_SECONDARY);

  private record Deployed(Stack stack, DrAuroraCluster construct, Template template) {
    Map<String, Object> cluster() {
      return onlyPropertiesOf(template, CLUSTER);
    }

    Map<String, Object> parameters() {
      return Resources.child(
          onlyPropertiesOf(template, "AWS::RDS::DBClusterParameterGroup"), "Parameters");
    }
  }

  private static Deployed deploy(String region, AuroraReplication replication) {
    Stack stack = Synthesis.stackIn(region);
    DrAuroraCluster construct = builder(stack, "Database", replication).build();
    return new Deployed(stack, construct, Template.fromStack(stack));
  }

  private static DrAuroraCluster.Builder builder(
      Stack stack, String id, AuroraReplication replication) {
    DrAuroraCluster.Builder builder =
        DrAuroraCluster.Builder.create(stack, id)
            .names(NAMES)
            .vpc(vpcOf(stack))
            .replication(replication);
    return replication.isGlobalDatabase()
        ? builder.instanceType(new InstanceType("r6g.large"))
        : builder;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> resourcesOf(Template template) {
    return (Map<String, Map<String, Object>>) template.toJSON().get("Resources");
  }

  private static IVpc vpcOf(Stack stack) {
    IVpc existing = (IVpc) stack.getNode().tryFindChild("Vpc");
    return existing == null ? importVpc(stack, List.of("subnet-1", "subnet-2")) : existing;
  }

  private static IVpc importVpc(Stack stack, List<String> isolatedSubnets) {
    return Vpc.fromVpcAttributes(
        stack,
        "Vpc",
        VpcAttributes.builder()
            .vpcId("vpc-1")
            .availabilityZones(
                List.of("a", "b").subList(0, isolatedSubnets.size()).stream()
                    .map(letter -> stack.getRegion() + letter)
                    .toList())
            .isolatedSubnetIds(isolatedSubnets)
            .build());
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrAuroraCluster-none", ALONE.template());
    }

    @Test
    @DisplayName("D1: Aurora PostgreSQL 15.12 on db.t3.medium, a writer and a reader")
    void engineAndInstances() {
      assertThat(ALONE.cluster())
          .containsEntry("Engine", "aurora-postgresql")
          .containsEntry("EngineVersion", "15.12")
          .containsEntry("DatabaseName", "payments")
          .containsEntry("Port", 5432);
      assertThat(propertiesOf(ALONE.template(), INSTANCE))
          .hasSize(2)
          .allMatch(instance -> "db.t3.medium".equals(instance.get("DBInstanceClass")))
          .extracting(instance -> instance.get("PromotionTier"))
          .containsExactlyInAnyOrder(0, 1);
    }

    @Test
    @DisplayName("D1: in isolated subnets, not public")
    void privateSubnets() {
      assertThat(onlyPropertiesOf(ALONE.template(), "AWS::RDS::DBSubnetGroup"))
          .containsEntry("SubnetIds", List.of("subnet-1", "subnet-2"));
      assertThat(propertiesOf(ALONE.template(), INSTANCE))
          .allMatch(instance -> Boolean.FALSE.equals(instance.get("PubliclyAccessible")));
    }

    @Test
    @DisplayName("D2: storage and secret encrypted with a customer key that rotates")
    void encrypted() {
      Object keyArn = Map.of("Fn::GetAtt", List.of("DatabaseKey5E5D9547", "Arn"));
      assertThat(ALONE.cluster())
          .containsEntry("StorageEncrypted", true)
          .containsEntry("KmsKeyId", keyArn);
      assertThat(onlyPropertiesOf(ALONE.template(), "AWS::SecretsManager::Secret"))
          .containsEntry("KmsKeyId", keyArn);
      assertThat(onlyPropertiesOf(ALONE.template(), "AWS::KMS::Key"))
          .containsEntry("EnableKeyRotation", true);
    }

    @Test
    @DisplayName("N2: the security group has no rule in and none out")
    void closedSecurityGroup() {
      Map<String, Object> group = onlyPropertiesOf(ALONE.template(), "AWS::EC2::SecurityGroup");
      assertThat(group).doesNotContainKey("SecurityGroupIngress");
      assertThat(group.get("SecurityGroupEgress").toString())
          .contains("255.255.255.255/32")
          .doesNotContain("0.0.0.0/0");
      ALONE.template().resourceCountIs("AWS::EC2::SecurityGroupIngress", 0);
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason, in any role")
    void noUnexplainedWildcard() {
      assertThat(ALL)
          .allSatisfy(
              deployed ->
                  assertThat(IamWildcards.unexplainedIn(deployed.template().toJSON())).isEmpty());
    }

    @Test
    void warnsOfTheMissingReplication() {
      Annotations.fromStack(ALONE.stack())
          .hasWarning(
              "/TestStack/Database",
              "this cluster does not replicate: nothing but backup copies reach us-west-2, so the"
                  + " loss of us-east-1 loses all data since the last copy (RPO 24 h with a daily"
                  + " backup plan, no bound without one); use AuroraReplication.logical(), or"
                  + " AuroraReplication.globalDatabase() with a memory-optimised class such as"
                  + " db.r6g.large [ack:"
                  + " @payment-dr/database:noReplication]");
      for (Deployed deployed :
          List.of(LOGICAL, LOGICAL_SECONDARY, GLOBAL_PRIMARY, GLOBAL_SECONDARY)) {
        Annotations.fromStack(deployed.stack())
            .hasNoWarning("/TestStack/Database", Match.anyValue());
      }
    }

    @Test
    void writesTheHostIntoTheSecretOfAClusterThatStandsAlone() {
      ALONE.template().resourceCountIs("AWS::SecretsManager::SecretTargetAttachment", 1);
    }
  }

  @Nested
  class InEveryRoleAndMode {
    @Test
    @DisplayName("D1: IAM authentication, TLS forced")
    void secured() {
      for (Deployed deployed : ALL) {
        assertThat(deployed.cluster()).containsEntry("EnableIAMDatabaseAuthentication", true);
        assertThat(onlyPropertiesOf(deployed.template(), "AWS::RDS::DBClusterParameterGroup"))
            .containsEntry("Family", "aurora-postgresql15");
        assertThat(deployed.parameters()).containsEntry("rds.force_ssl", "1");
      }
    }

    @Test
    @DisplayName("D1: both regions have the same parameters")
    void sameParameters() {
      assertThat(ALONE.parameters()).isEqualTo(Map.of("rds.force_ssl", "1"));
      assertThat(ALONE_SECONDARY.parameters()).isEqualTo(ALONE.parameters());
      assertThat(LOGICAL_SECONDARY.parameters()).isEqualTo(LOGICAL.parameters());
      assertThat(GLOBAL_PRIMARY.parameters()).isEqualTo(ALONE.parameters());
      assertThat(GLOBAL_SECONDARY.parameters()).isEqualTo(ALONE.parameters());
    }

    @Test
    @DisplayName("D1: the PostgreSQL log is exported to a group that expires")
    void exportsItsLog() {
      for (Deployed deployed : ALL) {
        assertThat(deployed.cluster())
            .containsEntry("EnableCloudwatchLogsExports", List.of("postgresql"));
        Map<String, Object> group = onlyPropertiesOf(deployed.template(), "AWS::Logs::LogGroup");
        assertThat(group)
            .containsEntry(
                "LogGroupName",
                "/aws/rds/cluster/" + deployed.cluster().get("DBClusterIdentifier") + "/postgresql")
            .containsEntry("RetentionInDays", 30);
        deployed
            .template()
            .hasResource(CLUSTER, Map.of("DependsOn", List.of("DatabaseLogCF7B0BC9")));
      }
    }

    @Test
    @DisplayName("D1: deletion protection, a final snapshot, tags on snapshots")
    void protectedFromDeletion() {
      for (Deployed deployed : ALL) {
        assertThat(deployed.cluster())
            .containsEntry("DeletionProtection", true)
            .containsEntry("CopyTagsToSnapshot", true)
            .containsEntry("BackupRetentionPeriod", 7);
        deployed
            .template()
            .hasResource(
                CLUSTER, Map.of("DeletionPolicy", "Snapshot", "UpdateReplacePolicy", "Snapshot"));
      }
    }

    @Test
    void staysOnItsMinorVersion() {
      for (Deployed deployed : ALL) {
        assertThat(propertiesOf(deployed.template(), INSTANCE))
            .hasSize(2)
            .allMatch(instance -> Boolean.FALSE.equals(instance.get("AutoMinorVersionUpgrade")));
      }
    }

    @Test
    void hasTheSameLogicalIds() {
      assertThat(ALL)
          .allSatisfy(
              deployed ->
                  assertThat(deployed.template().findResources(CLUSTER))
                      .containsOnlyKeys(CLUSTER_ID));
      assertThat(GLOBAL_SECONDARY.template().findResources(INSTANCE).keySet())
          .isEqualTo(GLOBAL_PRIMARY.template().findResources(INSTANCE).keySet());
    }

    @Test
    void clusterIdentifiersDifferBetweenTheRegions() {
      assertThat(ALONE.cluster())
          .containsEntry("DBClusterIdentifier", "payment-dr-database-test-us-east-1");
      assertThat(ALONE_SECONDARY.cluster())
          .containsEntry("DBClusterIdentifier", "payment-dr-database-test-us-west-2");
      assertThat(GLOBAL_SECONDARY.cluster())
          .containsEntry("DBClusterIdentifier", "payment-dr-database-test-us-west-2");
    }

    @Test
    @DisplayName("D3: each knows the other region's cluster by name, and reads nothing from there")
    void knowsItsPeerByName() {
      for (Deployed deployed : ALL) {
        DrAuroraCluster construct = deployed.construct();
        String peer = peerOf(deployed).stack().getRegion();
        assertThat(peerOf(deployed).cluster())
            .containsEntry("DBClusterIdentifier", construct.getPeerClusterIdentifier());
        assertThat(deployed.stack().resolve(construct.getPeerClusterArn()).toString())
            .contains(":rds:" + peer + ":", ":cluster:" + construct.getPeerClusterIdentifier())
            .doesNotContain(CLUSTER_ID);
        assertThat(deployed.stack().getDependencies()).isEmpty();
        assertThat(deployed.template().toJSON().toString()).doesNotContain("Fn::GetStackOutput");
      }
    }

    private Deployed peerOf(Deployed deployed) {
      return ALL.stream()
          .filter(
              other ->
                  other.construct().getReplication().equals(deployed.construct().getReplication())
                      && !other.stack().getRegion().equals(deployed.stack().getRegion()))
          .findFirst()
          .orElseThrow();
    }

    @Test
    void answersTheSameGetters() {
      for (Deployed deployed : ALL) {
        DrAuroraCluster construct = deployed.construct();
        Stack stack = deployed.stack();
        assertThat(stack.resolve(construct.getClusterIdentifier()))
            .isEqualTo(Map.of("Ref", CLUSTER_ID));
        assertThat(stack.resolve(construct.getClusterArn()).toString())
            .contains(":rds:" + stack.getRegion() + ":", "{Ref=" + CLUSTER_ID + "}");
        assertThat(construct.getCluster().getInstanceIdentifiers()).hasSize(2);
        assertThat(construct.getCluster().getInstanceEndpoints()).hasSize(2);
        assertThat(construct.getCluster().getEngine()).isNotNull();
        assertThat(construct.getDatabaseName()).isEqualTo("payments");
        assertThat(construct.getMasterUsername()).isEqualTo("clusteradmin");
        assertThat(construct.getPort()).isEqualTo(5432);
        assertThat(construct.getSecret().getSecretArn()).isNotEmpty();
        assertThat(construct.getEncryptionKey().getKeyArn()).isNotEmpty();
        assertThat(construct.getConnections().getSecurityGroups()).hasSize(1);
      }
    }

    @Test
    @DisplayName("I1: a connection is to this region's writer, as one user of this cluster")
    void connects() {
      for (Deployed deployed : ALL) {
        DatabaseConnection connection = deployed.construct().connectionFor("payments_app");
        Stack stack = deployed.stack();
        assertThat(stack.resolve(connection.getHost()))
            .isEqualTo(Map.of("Fn::GetAtt", List.of(CLUSTER_ID, "Endpoint.Address")));
        assertThat(connection.getPort()).isEqualTo(5432);
        assertThat(connection.getDatabaseName()).isEqualTo("payments");
        assertThat(connection.getUser()).isEqualTo("payments_app");
        assertThat(connection.getConnectable()).isSameAs(deployed.construct());
      }
    }

    @Test
    @DisplayName("D3: only a global database's region may have a writer that does not answer")
    void connectsToReaders() {
      for (Deployed deployed : ALL) {
        DatabaseConnection connection = deployed.construct().connectionFor("payments_app");
        if (deployed.construct().getReplication().isGlobalDatabase()) {
          assertThat(deployed.stack().resolve(connection.getReadHost()))
              .isEqualTo(Map.of("Fn::GetAtt", List.of(CLUSTER_ID, "ReadEndpoint.Address")));
        } else {
          assertThat(connection.getReadHost()).isNull();
        }
      }
    }

    @Test
    @DisplayName("D2: metrics by cluster identifier, also of the imported secondary")
    void hasMetrics() {
      for (Deployed deployed : ALL) {
        DrAuroraCluster construct = deployed.construct();
        for (Metric metric :
            List.of(
                construct.getCluster().metricDatabaseConnections(),
                construct.getCluster().metricCPUUtilization(),
                construct.getCluster().metricFreeableMemory(),
                construct.getCluster().metricDeadlocks(),
                construct.metricReplicaLag())) {
          assertThat(metric.getNamespace()).isEqualTo("AWS/RDS");
          assertThat(deployed.stack().resolve(metric.getDimensions()))
              .isEqualTo(Map.of("DBClusterIdentifier", Map.of("Ref", CLUSTER_ID)));
        }
        assertThat(construct.metricReplicaLag().getMetricName())
            .isEqualTo("AuroraReplicaLagMaximum");
        assertThat(construct.metricReplicaLag().getStatistic()).isEqualTo("Maximum");
        assertThat(construct.metricReplicaLag().getPeriod().toSeconds()).isEqualTo(60);
      }
    }

    @Test
    @DisplayName("G1: every taggable resource has the four tags, in every role")
    void isTagged() {
      for (String region : PAIR.getRegions()) {
        for (AuroraReplication replication :
            List.of(
                AuroraReplication.none(),
                AuroraReplication.logical(),
                AuroraReplication.globalDatabase())) {
          Stack stack = Synthesis.stackIn(region);
          builder(stack, "Database", replication).build();
          DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
          Template template = Template.fromStack(stack);
          Map<String, Map<String, Object>> resources = new LinkedHashMap<>(resourcesOf(template));
          resources
              .values()
              .removeIf(
                  resource ->
                      resource.get("Type").equals("AWS::SecretsManager::SecretTargetAttachment"));
          assertThat(resources.values())
              .hasSizeGreaterThanOrEqualTo(8)
              .allSatisfy(
                  resource ->
                      assertThat(Resources.child(resource, "Properties").get("Tags").toString())
                          .contains("Environment", "DR-Tier", "ManagedBy", "PaymentProcessor"));
        }
      }
    }

    @Test
    void synthesisesTheSameAgain() {
      for (Deployed deployed : ALL) {
        Deployed again =
            deploy(deployed.stack().getRegion(), deployed.construct().getReplication());
        assertThat(again.template().toJSON().toString())
            .isEqualTo(deployed.template().toJSON().toString());
      }
    }
  }

  @Nested
  class Logical {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrAuroraCluster-logical-primary", LOGICAL.template());
      GoldenTemplate.assertMatches(
          "DrAuroraCluster-logical-secondary", LOGICAL_SECONDARY.template());
    }

    @Test
    @DisplayName("D1, D3: real-time replication does not exclude db.t3.medium")
    void onTheRequiredClass() {
      for (Deployed deployed : List.of(LOGICAL, LOGICAL_SECONDARY)) {
        assertThat(deployed.cluster()).containsEntry("EngineVersion", "15.12");
        assertThat(propertiesOf(deployed.template(), INSTANCE))
            .hasSize(2)
            .allMatch(instance -> "db.t3.medium".equals(instance.get("DBInstanceClass")));
      }
    }

    @Test
    @DisplayName("D3: each region has a writer with a master user and secret of its own")
    void ordinaryClustersInBothRegions() {
      for (Deployed deployed : List.of(LOGICAL, LOGICAL_SECONDARY)) {
        assertThat(deployed.cluster())
            .containsKeys("MasterUsername", "MasterUserPassword")
            .containsEntry("DatabaseName", "payments")
            .containsEntry("StorageEncrypted", true)
            .doesNotContainKeys("GlobalClusterIdentifier", "SourceRegion");
        assertThat(onlyPropertiesOf(deployed.template(), "AWS::SecretsManager::Secret"))
            .doesNotContainKeys("Name", "ReplicaRegions");
        deployed.template().resourceCountIs("AWS::RDS::GlobalCluster", 0);
        deployed.template().resourceCountIs("AWS::SecretsManager::SecretTargetAttachment", 1);
      }
    }

    @Test
    @DisplayName("D3: either region can publish and subscribe, and notices a lost peer in 20 s")
    void parameters() {
      assertThat(LOGICAL.parameters())
          .isEqualTo(
              Map.of(
                  "rds.force_ssl", "1",
                  "rds.logical_replication", "1",
                  "max_replication_slots", "20",
                  "max_wal_senders", "20",
                  "max_logical_replication_workers", "6",
                  "max_worker_processes", "20",
                  "wal_sender_timeout", "20000"));
    }

    @Test
    @DisplayName("D3: parallel queries and autovacuum always leave workers that apply changes")
    void workersFitIntoTheirProcesses() {
      int launcher = 1;
      int autovacuum = 3;
      int parallelQueries = 8;
      assertThat(parameter("max_worker_processes"))
          .isGreaterThanOrEqualTo(
              parameter("max_logical_replication_workers")
                  + launcher
                  + autovacuum
                  + parallelQueries);
      assertThat(parameter("max_wal_senders"))
          .isGreaterThanOrEqualTo(parameter("max_replication_slots"));
    }

    private int parameter(String name) {
      return Integer.parseInt(LOGICAL.parameters().get(name).toString());
    }

    @Test
    void differsFromNoReplicationInParametersOnly() {
      assertThat(withoutParameters(LOGICAL.template().toJSON()))
          .isEqualTo(withoutParameters(ALONE.template().toJSON()));
    }

    private String withoutParameters(Map<String, Object> template) {
      return template.toString().replaceAll("Parameters=\\{rds[^}]*}", "");
    }

    @Test
    @DisplayName("D2: the log kept for an absent subscriber is measured")
    void measuresTheLogThatIsKept() {
      for (Deployed deployed : List.of(LOGICAL, LOGICAL_SECONDARY)) {
        Metric metric = deployed.construct().metricTransactionLogsDiskUsage();
        assertThat(metric.getNamespace()).isEqualTo("AWS/RDS");
        assertThat(metric.getMetricName()).isEqualTo("TransactionLogsDiskUsage");
        assertThat(metric.getStatistic()).isEqualTo("Maximum");
        assertThat(deployed.stack().resolve(metric.getDimensions()))
            .isEqualTo(Map.of("DBClusterIdentifier", Map.of("Ref", CLUSTER_ID)));
      }
    }

    @Test
    void refusesTheLogsMetricWithoutLogicalReplication() {
      for (Deployed deployed : List.of(ALONE, GLOBAL_PRIMARY, GLOBAL_SECONDARY)) {
        assertThatThrownBy(() -> deployed.construct().metricTransactionLogsDiskUsage())
            .isInstanceOf(InvalidInputException.class)
            .hasMessage(
                "DrAuroraCluster: metricTransactionLogsDiskUsage needs"
                    + " AuroraReplication.logical(), got "
                    + deployed.construct().getReplication()
                    + "; do not use this metric");
      }
    }

    @Test
    void hasNoGlobalCluster() {
      for (Deployed deployed : List.of(ALONE, LOGICAL, LOGICAL_SECONDARY)) {
        DrAuroraCluster construct = deployed.construct();
        String got = "AuroraReplication.globalDatabase(), got " + construct.getReplication();
        assertThatThrownBy(construct::getGlobalClusterIdentifier)
            .isInstanceOf(InvalidInputException.class)
            .hasMessage(
                "DrAuroraCluster: getGlobalClusterIdentifier needs "
                    + got
                    + "; ask getReplication() first");
        assertThatThrownBy(construct::getGlobalClusterArn)
            .isInstanceOf(InvalidInputException.class)
            .hasMessage(
                "DrAuroraCluster: getGlobalClusterArn needs "
                    + got
                    + "; ask getReplication() first");
      }
    }

    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void worksForOtherPairs(String primary, String secondary) {
      DrNames names =
          DrNames.Builder.create()
              .regionPair(RegionPair.of(primary, secondary))
              .application("payment-dr")
              .build();
      DrAuroraCluster first =
          builder(Synthesis.stackIn(primary), "Database", AuroraReplication.logical())
              .names(names)
              .build();
      DrAuroraCluster second =
          builder(Synthesis.stackIn(secondary), "Database", AuroraReplication.logical())
              .names(names)
              .build();
      assertThat(first.getPeerClusterIdentifier()).isEqualTo("payment-dr-database-" + secondary);
      assertThat(second.getPeerClusterIdentifier()).isEqualTo("payment-dr-database-" + primary);
      assertThat(onlyPropertiesOf(Template.fromStack(Stack.of(first)), CLUSTER))
          .containsEntry("DBClusterIdentifier", second.getPeerClusterIdentifier());
      assertThat(onlyPropertiesOf(Template.fromStack(Stack.of(second)), CLUSTER))
          .containsEntry("DBClusterIdentifier", first.getPeerClusterIdentifier());
    }

    @Test
    void takesOtherValuesOfItsParameters() {
      Stack stack = Synthesis.primaryStack();
      builder(stack, "Database", AuroraReplication.logical())
          .build()
          .getParameterGroup()
          .addParameter("max_worker_processes", "64");
      assertThat(
              Resources.child(
                  onlyPropertiesOf(Template.fromStack(stack), "AWS::RDS::DBClusterParameterGroup"),
                  "Parameters"))
          .containsEntry("max_worker_processes", "64")
          .containsEntry("rds.logical_replication", "1");
    }

    @Test
    void oneInstanceIsEnough() {
      Stack stack = Synthesis.primaryStack();
      builder(stack, "Database", AuroraReplication.logical()).readers(0).build();
      Template.fromStack(stack).resourceCountIs(INSTANCE, 1);
    }
  }

  @Nested
  class GlobalDatabase {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrAuroraCluster-global-primary", GLOBAL_PRIMARY.template());
      GoldenTemplate.assertMatches("DrAuroraCluster-global-secondary", GLOBAL_SECONDARY.template());
    }

    @Test
    @DisplayName("D3: the global cluster is created empty and the primary joins it")
    void primaryJoinsTheEmptyGlobalCluster() {
      assertThat(onlyPropertiesOf(GLOBAL_PRIMARY.template(), "AWS::RDS::GlobalCluster"))
          .containsEntry("GlobalClusterIdentifier", "payment-dr-database-test")
          .containsEntry("Engine", "aurora-postgresql")
          .containsEntry("EngineVersion", "15.12")
          .containsEntry("StorageEncrypted", true)
          .containsEntry("DeletionProtection", true)
          .doesNotContainKey("SourceDBClusterIdentifier");
      assertThat(GLOBAL_PRIMARY.cluster())
          .containsEntry("GlobalClusterIdentifier", Map.of("Ref", "DatabaseGlobalCluster4A226354"));
    }

    @Test
    @DisplayName("D3: the secondary joins by name, with a key of its own and no master user")
    void secondaryJoinsByName() {
      assertThat(GLOBAL_SECONDARY.cluster())
          .containsEntry("GlobalClusterIdentifier", "payment-dr-database-test")
          .containsEntry("SourceRegion", "us-east-1")
          .containsEntry("EngineVersion", "15.12")
          .containsEntry("Port", 5432)
          .containsEntry("StorageEncrypted", true)
          .containsEntry("KmsKeyId", Map.of("Fn::GetAtt", List.of("DatabaseKey5E5D9547", "Arn")))
          .doesNotContainKeys(
              "MasterUsername", "MasterUserPassword", "ManageMasterUserPassword", "DatabaseName");
      GLOBAL_SECONDARY.template().resourceCountIs("AWS::RDS::GlobalCluster", 0);
      GLOBAL_SECONDARY.template().resourceCountIs("AWS::SecretsManager::Secret", 0);
      assertThat(GLOBAL_SECONDARY.stack().getDependencies()).isEmpty();
    }

    @Test
    @DisplayName("D3: both regions name the same global cluster")
    void namesTheGlobalCluster() {
      for (Deployed deployed : List.of(GLOBAL_PRIMARY, GLOBAL_SECONDARY)) {
        DrAuroraCluster construct = deployed.construct();
        assertThat(construct.getGlobalClusterIdentifier()).isEqualTo("payment-dr-database-test");
        assertThat(deployed.stack().resolve(construct.getGlobalClusterArn()).toString())
            .contains(":rds::", ":global-cluster:payment-dr-database-test");
      }
    }

    @Test
    void secretIsReplicatedAndHasNoHost() {
      assertThat(onlyPropertiesOf(GLOBAL_PRIMARY.template(), "AWS::SecretsManager::Secret"))
          .containsEntry("Name", "payment-dr-database-test/master")
          .containsEntry("ReplicaRegions", List.of(Map.of("Region", "us-west-2")));
      GLOBAL_PRIMARY.template().resourceCountIs("AWS::SecretsManager::SecretTargetAttachment", 0);
      assertThat(GLOBAL_SECONDARY.construct().getSecret().getSecretName())
          .isEqualTo("payment-dr-database-test/master");
    }

    @Test
    void secretsNameNeverEndsLikeTheArnOfAnother() {
      assertThat(GLOBAL_SECONDARY.construct().getSecret().getSecretName())
          .doesNotMatch(".*-[A-Za-z0-9]{6}");
    }

    @Test
    void lagIsMeasuredFromTheOtherRegion() {
      Metric metric = GLOBAL_SECONDARY.construct().metricGlobalReplicationLag();
      assertThat(metric.getMetricName()).isEqualTo("AuroraGlobalDBReplicationLag");
      assertThat(metric.getStatistic()).isEqualTo("Maximum");
      assertThat(GLOBAL_SECONDARY.stack().resolve(metric.getDimensions()))
          .isEqualTo(
              Map.of(
                  "DBClusterIdentifier", Map.of("Ref", CLUSTER_ID), "SourceRegion", "us-east-1"));
      assertThat(GLOBAL_PRIMARY.construct().metricGlobalReplicationLag().getDimensions().toString())
          .contains("SourceRegion=us-west-2");
    }

    @Test
    void lagIsRefusedWithoutAGlobalDatabase() {
      for (Deployed deployed : List.of(ALONE, LOGICAL)) {
        assertThatThrownBy(() -> deployed.construct().metricGlobalReplicationLag())
            .hasMessage(
                "DrAuroraCluster: metricGlobalReplicationLag needs"
                    + " AuroraReplication.globalDatabase(), got "
                    + deployed.construct().getReplication()
                    + "; do not use this metric");
      }
    }

    @Test
    @DisplayName("D2: what waits for the cluster, such as its alarms, waits for its instances")
    void waitsForItsInstances() {
      for (String region : PAIR.getRegions()) {
        Stack stack = Synthesis.stackIn(region);
        DrAuroraCluster database =
            builder(stack, "Database", AuroraReplication.globalDatabase()).build();
        DrAlarms.Builder.create(stack, "Alarms")
            .regionPair(PAIR)
            .build()
            .monitorCluster(database.getCluster());
        Template template = Template.fromStack(stack);
        String[] instances =
            template.findResources(INSTANCE).keySet().stream().sorted().toArray(String[]::new);
        assertThat(instances).hasSize(2);
        assertThat(template.findResources("AWS::CloudWatch::Alarm").values())
            .hasSize(5)
            .allSatisfy(alarm -> assertThat(alarm.get("DependsOn").toString()).contains(instances));
      }
    }

    @Test
    void oneInstanceIsEnough() {
      for (String region : PAIR.getRegions()) {
        Stack stack = Synthesis.stackIn(region);
        builder(stack, "Database", AuroraReplication.globalDatabase()).readers(0).build();
        Template.fromStack(stack).resourceCountIs(INSTANCE, 1);
      }
    }

    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void worksForOtherPairs(String primary, String secondary) {
      DrNames names =
          DrNames.Builder.create()
              .regionPair(RegionPair.of(primary, secondary))
              .application("payment-dr")
              .build();
      Stack first = Synthesis.stackIn(primary);
      Stack second = Synthesis.stackIn(secondary);
      for (Stack stack : List.of(first, second)) {
        builder(stack, "Database", AuroraReplication.globalDatabase()).names(names).build();
      }
      assertThat(onlyPropertiesOf(Template.fromStack(first), CLUSTER))
          .containsEntry("DBClusterIdentifier", "payment-dr-database-" + primary);
      assertThat(onlyPropertiesOf(Template.fromStack(second), CLUSTER))
          .containsEntry("DBClusterIdentifier", "payment-dr-database-" + secondary)
          .containsEntry("SourceRegion", primary)
          .containsEntry("GlobalClusterIdentifier", "payment-dr-database");
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStack() {
      for (String region : PAIR.getRegions()) {
        Stack stack = Synthesis.stackIn(region);
        builder(stack, "One", AuroraReplication.globalDatabase()).build();
        builder(stack, "Two", AuroraReplication.globalDatabase()).purpose("ledger").build();
        builder(stack, "Three", AuroraReplication.none()).purpose("reports").build();
        builder(stack, "Four", AuroraReplication.logical()).purpose("payouts").build();
        assertThat(propertiesOf(Template.fromStack(stack), CLUSTER))
            .extracting(cluster -> cluster.get("DBClusterIdentifier").toString())
            .containsExactlyInAnyOrder(
                "payment-dr-database-test-" + region,
                "payment-dr-ledger-test-" + region,
                "payment-dr-reports-test-" + region,
                "payment-dr-payouts-test-" + region);
      }
    }

    @Test
    void refusesOnePurposeTwice() {
      Stack stack = Synthesis.primaryStack();
      builder(stack, "One", AuroraReplication.none()).build();
      assertThatThrownBy(() -> builder(stack, "Two", AuroraReplication.none()).build())
          .hasMessage(
              "DrAuroraCluster: purpose must differ between the clusters of a stack, got 'database'"
                  + " twice; set another purpose(...)");
      assertThat(stack.getNode().tryFindChild("Two")).isNull();
    }

    @Test
    @DisplayName("N1: in the database subnets of a DrNetwork")
    void withTheNetwork() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network = DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).build();
      DrAuroraCluster.Builder.create(stack, "Database")
          .names(NAMES)
          .vpc(network.getVpc())
          .vpcSubnets(network.getDatabaseSubnets())
          .replication(AuroraReplication.none())
          .build();
      assertThat(
              onlyPropertiesOf(Template.fromStack(stack), "AWS::RDS::DBSubnetGroup")
                  .get("SubnetIds")
                  .toString())
          .contains("DatabaseSubnet1", "DatabaseSubnet2", "DatabaseSubnet3");
    }

    @Test
    @DisplayName("N2: a connection opens one port for one security group")
    void opensOnlyWhatIsConnected() {
      for (AuroraReplication replication :
          List.of(AuroraReplication.none(), AuroraReplication.globalDatabase())) {
        Stack stack = Synthesis.secondaryStack();
        DrAuroraCluster database = builder(stack, "Database", replication).build();
        SecurityGroup client =
            SecurityGroup.Builder.create(stack, "Client")
                .vpc(vpcOf(stack))
                .allowAllOutbound(false)
                .build();
        client.getConnections().allowToDefaultPort(database);
        assertThat(onlyPropertiesOf(Template.fromStack(stack), "AWS::EC2::SecurityGroupIngress"))
            .containsEntry("FromPort", 5432)
            .containsEntry("ToPort", 5432)
            .containsEntry("IpProtocol", "tcp")
            .containsEntry(
                "SourceSecurityGroupId",
                Map.of("Fn::GetAtt", List.of("Client4A7F64DF", "GroupId")));
      }
    }

    @Test
    @DisplayName("I1: rds-db:connect names the cluster and the user")
    void grantsConnectNarrowly() {
      for (AuroraReplication replication :
          List.of(AuroraReplication.none(), AuroraReplication.globalDatabase())) {
        Stack stack = Synthesis.secondaryStack();
        Role role =
            Role.Builder.create(stack, "Role")
                .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                .build();
        builder(stack, "Database", replication)
            .build()
            .connectionFor("payments_app")
            .grantConnect(role)
            .assertSuccess();
        Template template = Template.fromStack(stack);
        assertThat(onlyPropertiesOf(template, "AWS::IAM::Policy").toString())
            .contains(
                "Action=rds-db:connect",
                "Fn::GetAtt=[" + CLUSTER_ID + ", DBClusterResourceId]}, /payments_app");
        assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
      }
    }

    @Test
    void usesAnImportedKeyAndSecurityGroup() {
      for (String region : PAIR.getRegions()) {
        Stack stack = Synthesis.stackIn(region);
        String arn = "arn:aws:kms:" + region + ":123456789012:key/1";
        IKey key = Key.fromKeyArn(stack, "Key", arn);
        ISecurityGroup group = SecurityGroup.fromSecurityGroupId(stack, "Group", "sg-1");
        DrAuroraCluster database =
            builder(stack, "Database", AuroraReplication.globalDatabase())
                .encryptionKey(key)
                .securityGroups(List.of(group))
                .build();
        assertThat(database.getEncryptionKey()).isSameAs(key);
        Template template = Template.fromStack(stack);
        template.resourceCountIs("AWS::KMS::Key", 0);
        template.resourceCountIs("AWS::EC2::SecurityGroup", 0);
        assertThat(onlyPropertiesOf(template, CLUSTER))
            .containsEntry("KmsKeyId", arn)
            .containsEntry("VpcSecurityGroupIds", List.of("sg-1"));
      }
    }

    @Test
    @DisplayName("I1: what it adds to a given key's policy is explained there")
    void explainsWhatItAddsToAGivenKey() {
      Stack stack = Synthesis.primaryStack();
      Key key = new Key(stack, "Key");
      builder(stack, "Database", AuroraReplication.none()).encryptionKey(key).build();
      assertThat(IamWildcards.unexplainedIn(Template.fromStack(stack).toJSON()))
          .hasSize(1)
          .first()
          .asString()
          .contains("kms:* on");
    }

    @Test
    void refusesTheOtherRegionsKeyAndVpc() {
      App app = new App();
      Stack primary = Synthesis.stackIn(app, "Primary", PAIR.getPrimary());
      Stack secondary = Synthesis.stackIn(app, "Secondary", PAIR.getSecondary());
      assertThatThrownBy(
              () ->
                  builder(secondary, "Database", AuroraReplication.none())
                      .vpc(new Vpc(primary, "PrimaryVpc"))
                      .vpcSubnets(
                          SubnetSelection.builder()
                              .subnetType(SubnetType.PRIVATE_WITH_EGRESS)
                              .build())
                      .encryptionKey(
                          Key.fromKeyArn(
                              secondary, "Key", "arn:aws:kms:us-east-1:123456789012:key/1"))
                      .build())
          .hasMessage(
              "DrAuroraCluster has 2 faults:\n"
                  + "  - vpc must be in us-west-2 like the stack, got us-east-1; use one of the"
                  + " stack's own region\n"
                  + "  - encryptionKey must be in us-west-2 like the stack, got us-east-1; use one"
                  + " of the stack's own region");
    }

    @Test
    void refusesAVpcWithoutIsolatedSubnets() {
      Stack stack = Synthesis.primaryStack();
      Vpc vpc = new Vpc(stack, "Vpc");
      assertThatThrownBy(() -> builder(stack, "Database", AuroraReplication.none()).build())
          .hasMessage(
              "DrAuroraCluster: the given vpc has no isolated subnets; set vpcSubnets(...)");
      assertThat(stack.getNode().getChildren()).containsExactly(vpc);
    }

    @Test
    void refusesSubnetsOfOneZone() {
      Stack stack = Synthesis.primaryStack();
      importVpc(stack, List.of("subnet-1"));
      assertThatThrownBy(() -> builder(stack, "Database", AuroraReplication.none()).build())
          .hasMessage(
              "DrAuroraCluster: vpcSubnets must be in at least 2 availability zones, got"
                  + " [us-east-1a]; select subnets of more zones");
    }

    @Test
    void acceptsAVpcThatIsStillToBeLookedUp() {
      Stack stack =
          Stack.Builder.create(new App(), "TestStack")
              .env(Environment.builder().account("123456789012").region("us-east-1").build())
              .build();
      IVpc vpc = Vpc.fromLookup(stack, "Vpc", VpcLookupOptions.builder().vpcName("shared").build());
      assertThat(builder(stack, "Database", AuroraReplication.none()).vpc(vpc).build()).isNotNull();
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> builder(stack, "Database", AuroraReplication.none()).build())
          .hasMessage(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
      assertThat(stack.getNode().tryFindChild("Database")).isNull();
    }

    @Test
    void takesFurtherParametersInEveryRole() {
      for (String region : PAIR.getRegions()) {
        Stack stack = Synthesis.stackIn(region);
        builder(stack, "Database", AuroraReplication.globalDatabase())
            .build()
            .getParameterGroup()
            .addParameter("log_min_duration_statement", "1000");
        assertThat(
                onlyPropertiesOf(Template.fromStack(stack), "AWS::RDS::DBClusterParameterGroup")
                    .get("Parameters"))
            .isEqualTo(Map.of("rds.force_ssl", "1", "log_min_duration_statement", "1000"));
      }
    }

    @Test
    void setsWhatItIsGiven() {
      for (String region : PAIR.getRegions()) {
        Stack stack = Synthesis.stackIn(region);
        builder(stack, "Database", AuroraReplication.globalDatabase())
            .readers(14)
            .port(6543)
            .backupRetention(software.amazon.awscdk.Duration.days(35))
            .preferredBackupWindow("02:00-03:00")
            .preferredMaintenanceWindow("sun:04:00-sun:05:00")
            .logRetention(RetentionDays.ONE_YEAR)
            .build();
        Template template = Template.fromStack(stack);
        template.resourceCountIs(INSTANCE, 15);
        assertThat(onlyPropertiesOf(template, CLUSTER))
            .containsEntry("Port", 6543)
            .containsEntry("BackupRetentionPeriod", 35)
            .containsEntry("PreferredBackupWindow", "02:00-03:00")
            .containsEntry("PreferredMaintenanceWindow", "sun:04:00-sun:05:00");
        assertThat(onlyPropertiesOf(template, "AWS::Logs::LogGroup"))
            .containsEntry("RetentionInDays", 365);
      }
    }

    @ParameterizedTest
    @CsvSource({
      "SNAPSHOT, Snapshot, Delete, RetainExceptOnCreate",
      "RETAIN, Retain, Retain, RetainExceptOnCreate",
      "DESTROY, Delete, Delete, Delete",
    })
    void leavesBehindWhatItIsTold(
        RemovalPolicy policy, String cluster, String companions, String log) {
      for (String region : PAIR.getRegions()) {
        Stack stack = Synthesis.stackIn(region);
        builder(stack, "Database", AuroraReplication.globalDatabase())
            .removalPolicy(policy)
            .deletionProtection(false)
            .build();
        Template template = Template.fromStack(stack);
        template.allResources(CLUSTER, Map.of("DeletionPolicy", cluster));
        template.allResources("AWS::Logs::LogGroup", Map.of("DeletionPolicy", log));
        template.allResources("AWS::KMS::Key", Map.of("DeletionPolicy", "Retain"));
        assertThat(resourcesOf(template).values())
            .filteredOn(
                resource ->
                    !List.of(CLUSTER, "AWS::Logs::LogGroup", "AWS::KMS::Key")
                        .contains(resource.get("Type")))
            .hasSizeGreaterThanOrEqualTo(5)
            .allMatch(resource -> companions.equals(resource.get("DeletionPolicy")));
        assertThat(onlyPropertiesOf(template, CLUSTER)).containsEntry("DeletionProtection", false);
      }
    }
  }
}
