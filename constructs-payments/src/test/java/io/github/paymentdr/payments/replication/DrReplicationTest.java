package io.github.paymentdr.payments.replication;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.dynamodb.ITableV2;
import software.amazon.awscdk.services.dynamodb.TableV2;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.Bucket;
import software.constructs.Construct;

@DisplayName("DrReplication")
class DrReplicationTest {
  private static final String LAMBDA = "AWS::Lambda::Function";
  private static final String SET_UP = "Custom::DrReplication";
  private static final String CONTROL =
      "io.github.paymentdr.runtime.lambda.ReplicationHandler::handleRequest";
  private static final String ROTATION =
      "io.github.paymentdr.runtime.lambda.CredentialRotationHandler::handleRequest";

  private static final Template LOGICAL_PRIMARY =
      Synthesis.primary(stack -> Replicated.logical(stack).build());
  private static final Template LOGICAL_SECONDARY =
      Synthesis.secondary(stack -> Replicated.logical(stack).build());
  private static final Template GLOBAL_PRIMARY =
      Synthesis.primary(stack -> Replicated.globalDatabase(stack).build());
  private static final Template GLOBAL_SECONDARY =
      Synthesis.secondary(stack -> Replicated.globalDatabase(stack).build());
  private static final List<Template> LOGICAL = List.of(LOGICAL_PRIMARY, LOGICAL_SECONDARY);
  private static final List<Template> GLOBAL = List.of(GLOBAL_PRIMARY, GLOBAL_SECONDARY);
  private static final List<Template> ALL =
      List.of(LOGICAL_PRIMARY, LOGICAL_SECONDARY, GLOBAL_PRIMARY, GLOBAL_SECONDARY);

  private static Map<String, Object> functionOf(Template template, String handler) {
    return propertiesOf(template, LAMBDA).stream()
        .filter(function -> handler.equals(function.get("Handler")))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Object> environmentOf(Template template, String handler) {
    return child(child(functionOf(template, handler), "Environment"), "Variables");
  }

  private static String idOf(Template template, String type, String prefix) {
    return template.findResources(type).keySet().stream()
        .filter(id -> id.matches(prefix + "[0-9A-F]{8}"))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Object> resource(Template template, String type, String prefix) {
    return template.findResources(type).get(idOf(template, type, prefix));
  }

  private static Map<String, Object> oneOf(Template template, String type, String prefix) {
    return child(resource(template, type, prefix), "Properties");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> statementsOf(Template template, String policyPrefix) {
    Map<String, Object> policy = oneOf(template, "AWS::IAM::Policy", policyPrefix);
    return (List<Map<String, Object>>) child(policy, "PolicyDocument").get("Statement");
  }

  private static Map<String, Object> arnOf(String resource, String attribute) {
    return Map.of("Fn::GetAtt", List.of(resource, attribute));
  }

  private static Map<String, Object> ref(String resource) {
    return Map.of("Ref", resource);
  }

  private static Map<String, Object> join(Object... parts) {
    return Map.of("Fn::Join", List.of("", List.of(parts)));
  }

  private static Map<String, Object> rdsArn(String region, String type, Object name) {
    return name instanceof String text
        ? join(
            "arn:",
            ref("AWS::Partition"),
            ":rds:" + region + ":",
            ref("AWS::AccountId"),
            ":" + type + ":" + text)
        : join(
            "arn:",
            ref("AWS::Partition"),
            ":rds:" + region + ":",
            ref("AWS::AccountId"),
            ":" + type + ":",
            name);
  }

  private static Map<String, Object> allow(Object action, Object resource) {
    return Map.of("Action", action, "Effect", "Allow", "Resource", resource);
  }

  private static Map<String, Object> allow(Object action, Object resource, Object condition) {
    return Map.of(
        "Action", action, "Effect", "Allow", "Resource", resource, "Condition", condition);
  }

  @Nested
  class Goldens {
    @Test
    void keepTheirLogicalIds() {
      GoldenTemplate.assertMatches("DrReplication-logical-primary", LOGICAL_PRIMARY);
      GoldenTemplate.assertMatches("DrReplication-logical-secondary", LOGICAL_SECONDARY);
      GoldenTemplate.assertMatches("DrReplication-global-primary", GLOBAL_PRIMARY);
    }

    @Test
    void theSameInputGivesTheSameTemplate() {
      assertThat(Synthesis.primary(stack -> Replicated.logical(stack).build()).toJSON())
          .isEqualTo(LOGICAL_PRIMARY.toJSON());
    }
  }

  @Nested
  @DisplayName("The control function")
  class ControlFunctionOfARegion {
    @Test
    void runsTheLibrarysOwnCodeReadyToStart() {
      assertThat(ALL)
          .allSatisfy(
              template ->
                  assertThat(functionOf(template, CONTROL))
                      .containsEntry("Runtime", "java21")
                      .containsEntry("Architectures", List.of("arm64"))
                      .containsEntry("MemorySize", 512)
                      .containsEntry("SnapStart", Map.of("ApplyOn", "PublishedVersions"))
                      .doesNotContainKey("ReservedConcurrentExecutions"));
    }

    @Test
    @DisplayName("has a name only where the other region must know it")
    void isKnownToTheOtherRegionWherePeopleRebuildIt() {
      assertThat(functionOf(LOGICAL_PRIMARY, CONTROL))
          .containsEntry("FunctionName", "payment-dr-replication-test-us-east-1");
      assertThat(functionOf(GLOBAL_PRIMARY, CONTROL)).doesNotContainKey("FunctionName");
      List<String> peers = new ArrayList<>();
      Synthesis.primary(
          stack -> peers.add(Replicated.logical(stack).build().getPeerFunctionName()));
      Synthesis.primary(
          stack ->
              assertThat(Replicated.globalDatabase(stack).build().getPeerFunctionName()).isNull());
      assertThat(peers).containsExactly("payment-dr-replication-test-us-west-2:live");
    }

    @Test
    @DisplayName("ends before the provider framework does, which must be able to report")
    void endsBeforeTheFramework() {
      assertThat(ALL)
          .allSatisfy(
              template -> assertThat(functionOf(template, CONTROL)).containsEntry("Timeout", 840));
      assertThat(functionOf(LOGICAL_PRIMARY, "framework.onEvent")).containsEntry("Timeout", 900);
      assertThat(onlyPropertiesOf(LOGICAL_PRIMARY, SET_UP)).containsEntry("ServiceTimeout", "960");
    }

    @Test
    void knowsItsPlaceInALogicalPair() {
      String cluster = idOf(LOGICAL_PRIMARY, "AWS::RDS::DBCluster", "DatabaseCluster");
      assertThat(environmentOf(LOGICAL_PRIMARY, CONTROL))
          .containsExactlyInAnyOrderEntriesOf(
              ImmutableMap.<String, Object>builder()
                  .put("REPLICATION", "logical")
                  .put("PEER_REGION", "us-west-2")
                  .put("INITIAL_ROLE", "ACTIVE")
                  .put("CLUSTER_IDENTIFIER", ref(cluster))
                  .put("PEER_CLUSTER_IDENTIFIER", "payment-dr-database-test-us-west-2")
                  .put("DB_HOST", arnOf(cluster, "Endpoint.Address"))
                  .put("DB_PORT", "5432")
                  .put("DB_NAME", "payments")
                  .put(
                      "DB_SECRET_ARN",
                      ref(
                          idOf(
                              LOGICAL_PRIMARY,
                              "AWS::SecretsManager::SecretTargetAttachment",
                              "DatabaseSecretAttachment")))
                  .put(
                      "REPLICATION_SECRET_ARN",
                      ref(
                          idOf(
                              LOGICAL_PRIMARY, "AWS::SecretsManager::Secret", "ReplicationSecret")))
                  .put("SCHEMAS", "public")
                  .put("HEARTBEAT_SECONDS", "5")
                  .put("SUBSCRIPTION_SSL_MODE", "verify-full")
                  .put("DB_TRUST_STORE_PEM", "/opt/rds-ca-bundle.pem")
                  .put(
                      "REPORT_BUCKET",
                      ref(idOf(LOGICAL_PRIMARY, "AWS::S3::Bucket", "ReplicationReports")))
                  .buildOrThrow());
      assertThat(environmentOf(LOGICAL_SECONDARY, CONTROL))
          .containsEntry("INITIAL_ROLE", "STANDBY")
          .containsEntry("PEER_REGION", "us-east-1")
          .containsEntry("PEER_CLUSTER_IDENTIFIER", "payment-dr-database-test-us-east-1")
          .containsEntry(
              "REPLICATION_SECRET_ARN",
              join(
                  "arn:",
                  ref("AWS::Partition"),
                  ":secretsmanager:us-west-2:",
                  ref("AWS::AccountId"),
                  ":secret:payment-dr-replication-test/credentials"))
          .hasSameSizeAs(environmentOf(LOGICAL_PRIMARY, CONTROL));
    }

    @Test
    void knowsItsPlaceInAGlobalPair() {
      String cluster = idOf(GLOBAL_PRIMARY, "AWS::RDS::DBCluster", "DatabaseCluster");
      assertThat(environmentOf(GLOBAL_PRIMARY, CONTROL))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "REPLICATION",
                  "globalDatabase",
                  "PEER_REGION",
                  "us-west-2",
                  "INITIAL_ROLE",
                  "ACTIVE",
                  "CLUSTER_IDENTIFIER",
                  ref(cluster),
                  "PEER_CLUSTER_IDENTIFIER",
                  "payment-dr-database-test-us-west-2",
                  "GLOBAL_CLUSTER_IDENTIFIER",
                  "payment-dr-database-test",
                  "CLUSTER_ARN",
                  rdsArn("us-east-1", "cluster", ref(cluster))));
      assertThat(environmentOf(GLOBAL_SECONDARY, CONTROL))
          .containsEntry("INITIAL_ROLE", "STANDBY")
          .containsEntry("PEER_CLUSTER_IDENTIFIER", "payment-dr-database-test-us-east-1")
          .containsEntry("GLOBAL_CLUSTER_IDENTIFIER", "payment-dr-database-test");
    }

    @Test
    @DisplayName("is called each minute by its alias, and never twice for one minute")
    void isCalledEachMinute() {
      for (Template template : ALL) {
        Map<String, Object> alias = ref(idOf(template, "AWS::Lambda::Alias", "ReplicationAlias"));
        assertThat(onlyPropertiesOf(template, "AWS::Events::Rule"))
            .containsEntry("ScheduleExpression", "rate(1 minute)")
            .containsEntry("State", "ENABLED")
            .containsEntry(
                "Targets",
                List.of(
                    Map.of(
                        "Arn",
                        alias,
                        "Id",
                        "Target0",
                        "Input",
                        "{\"operation\":\"maintain\"}",
                        "RetryPolicy",
                        Map.of("MaximumEventAgeInSeconds", 60, "MaximumRetryAttempts", 0))));
        assertThat(onlyPropertiesOf(template, "AWS::Lambda::EventInvokeConfig"))
            .containsEntry("MaximumRetryAttempts", 0)
            .containsEntry("MaximumEventAgeInSeconds", 60);
        assertThat(propertiesOf(template, "AWS::Lambda::Permission"))
            .filteredOn(permission -> "events.amazonaws.com".equals(permission.get("Principal")))
            .containsExactly(
                Map.of(
                    "Action",
                    "lambda:InvokeFunction",
                    "FunctionName",
                    alias,
                    "Principal",
                    "events.amazonaws.com",
                    "SourceArn",
                    arnOf(idOf(template, "AWS::Events::Rule", "ReplicationSchedule"), "Arn")));
      }
    }

    @Test
    @DisplayName("goes live with a new version only when the set-up has succeeded")
    void goesLiveAfterTheSetUp() {
      for (Template template : LOGICAL) {
        assertThat(
                template
                    .findResources("AWS::Lambda::Version")
                    .values()
                    .iterator()
                    .next()
                    .get("DependsOn"))
            .asString()
            .contains(idOf(template, SET_UP, "ReplicationSetUp"));
      }
    }

    @Test
    @DisplayName("F3: log groups of its own with 7-day retention, kept on deletion")
    void hasLogGroups() {
      assertThat(
              LOGICAL_PRIMARY.findResources("AWS::Logs::LogGroup").entrySet().stream()
                  .filter(entry -> entry.getKey().startsWith("Replication")))
          .hasSize(3)
          .allSatisfy(
              entry -> {
                assertThat(child(entry.getValue(), "Properties"))
                    .containsEntry("RetentionInDays", 7);
                assertThat(entry.getValue()).containsEntry("DeletionPolicy", "Retain");
              });
    }

    @Test
    void isOutsideOfTheNetworkForAGlobalDatabase() {
      assertThat(GLOBAL)
          .allSatisfy(
              template -> {
                assertThat(functionOf(template, CONTROL)).doesNotContainKeys("VpcConfig", "Layers");
                template.resourceCountIs(SET_UP, 0);
                template.resourceCountIs("AWS::SecretsManager::RotationSchedule", 0);
                assertThat(template.findResources("AWS::EC2::SecurityGroup").keySet())
                    .noneMatch(id -> id.startsWith("Replication"));
                assertThat(template.findResources("AWS::S3::Bucket")).isEmpty();
              });
    }
  }

  @Nested
  class Network {
    private static final List<String> WEST_DATABASES =
        List.of("10.1.96.0/20", "10.1.112.0/20", "10.1.128.0/20");
    private static final List<String> WEST_CONTROL =
        List.of("10.1.144.0/28", "10.1.144.16/28", "10.1.144.32/28");

    @SuppressWarnings("unchecked")
    private static List<String> rules(Map<String, Object> group, String direction) {
      return ((List<Map<String, Object>>) group.get(direction))
          .stream()
              .map(
                  rule ->
                      rule.get("CidrIp") + " " + rule.get("FromPort") + "-" + rule.get("ToPort"))
              .toList();
    }

    private static List<String> onPort(List<String> cidrs, int port) {
      return cidrs.stream().map(cidr -> cidr + " " + port + "-" + port).toList();
    }

    @Test
    @DisplayName("N2: the control function reaches AWS APIs and the databases of both regions")
    void controlReachesBothDatabases() {
      Map<String, Object> group =
          oneOf(LOGICAL_PRIMARY, "AWS::EC2::SecurityGroup", "ReplicationSecurityGroup");
      assertThat(group).doesNotContainKey("SecurityGroupIngress");
      assertThat(rules(group, "SecurityGroupEgress"))
          .containsExactlyElementsOf(
              ImmutableList.<String>builder()
                  .add("0.0.0.0/0 443-443")
                  .addAll(onPort(WEST_DATABASES, 5432))
                  .build());
      Map<String, Object> own =
          arnOf(
              idOf(LOGICAL_PRIMARY, "AWS::EC2::SecurityGroup", "ReplicationSecurityGroup"),
              "GroupId");
      assertThat(propertiesOf(LOGICAL_PRIMARY, "AWS::EC2::SecurityGroupEgress"))
          .filteredOn(rule -> own.equals(rule.get("GroupId")))
          .singleElement()
          .satisfies(
              rule ->
                  assertThat(rule)
                      .containsEntry("FromPort", 5432)
                      .containsEntry("ToPort", 5432)
                      .containsEntry(
                          "DestinationSecurityGroupId",
                          arnOf(
                              idOf(
                                  LOGICAL_PRIMARY,
                                  "AWS::EC2::SecurityGroup",
                                  "DatabaseSecurityGroup"),
                              "GroupId")));
    }

    @Test
    @DisplayName(
        "N2: the database admits the other region's databases and control, and reaches"
            + " those databases only")
    void databaseAdmitsThePeer() {
      Map<String, Object> group =
          oneOf(LOGICAL_PRIMARY, "AWS::EC2::SecurityGroup", "DatabaseSecurityGroup");
      assertThat(rules(group, "SecurityGroupIngress"))
          .containsExactlyElementsOf(
              ImmutableList.<String>builder()
                  .addAll(onPort(WEST_DATABASES, 5432))
                  .addAll(onPort(WEST_CONTROL, 5432))
                  .build());
      assertThat(rules(group, "SecurityGroupEgress"))
          .containsExactlyElementsOf(onPort(WEST_DATABASES, 5432));
    }

    @Test
    @DisplayName("N2: beside the control function, only the rotation may enter from this region")
    void databaseAdmitsNobodyElse() {
      assertThat(propertiesOf(LOGICAL_PRIMARY, "AWS::EC2::SecurityGroupIngress")).hasSize(2);
      assertThat(propertiesOf(LOGICAL_SECONDARY, "AWS::EC2::SecurityGroupIngress")).hasSize(1);
    }

    @Test
    void theOtherRegionMirrorsIt() {
      assertThat(
              rules(
                  oneOf(LOGICAL_SECONDARY, "AWS::EC2::SecurityGroup", "DatabaseSecurityGroup"),
                  "SecurityGroupEgress"))
          .containsExactly(
              "10.0.96.0/20 5432-5432", "10.0.112.0/20 5432-5432", "10.0.128.0/20 5432-5432");
    }

    @Test
    @DisplayName("N1: the functions are in the control subnets")
    void areInTheControlSubnets() {
      for (String handler : List.of(CONTROL, ROTATION)) {
        assertThat(child(functionOf(LOGICAL_PRIMARY, handler), "VpcConfig").get("SubnetIds"))
            .asString()
            .contains("ControlSubnet1", "ControlSubnet2", "ControlSubnet3")
            .doesNotContain("FunctionSubnet", "PublicSubnet");
      }
    }

    @Test
    void followsThePortOfTheCluster() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrNetwork network = Replicated.network(stack, Synthesis.NAMES);
                DrReplication.Builder.create(stack, "Replication")
                    .cluster(
                        DrAuroraCluster.Builder.create(stack, "Database")
                            .names(Synthesis.NAMES)
                            .vpc(network.getVpc())
                            .replication(AuroraReplication.logical())
                            .port(6543)
                            .build())
                    .names(Synthesis.NAMES)
                    .network(network)
                    .schemas(List.of("public"))
                    .certificateAuthorities(Replicated.AUTHORITIES)
                    .build();
              });
      assertThat(
              rules(
                  oneOf(template, "AWS::EC2::SecurityGroup", "DatabaseSecurityGroup"),
                  "SecurityGroupEgress"))
          .containsExactlyElementsOf(onPort(WEST_DATABASES, 6543));
      assertThat(environmentOf(template, CONTROL)).containsEntry("DB_PORT", "6543");
    }

    @Test
    @DisplayName("a cluster with imported security groups gets the same rules")
    void worksWithImportedSecurityGroups() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrNetwork network = Replicated.network(stack, Synthesis.NAMES);
                ISecurityGroup imported =
                    SecurityGroup.fromSecurityGroupId(stack, "Imported", "sg-database");
                DrReplication.Builder.create(stack, "Replication")
                    .cluster(
                        DrAuroraCluster.Builder.create(stack, "Database")
                            .names(Synthesis.NAMES)
                            .vpc(network.getVpc())
                            .securityGroups(List.of(imported))
                            .replication(AuroraReplication.logical())
                            .build())
                    .names(Synthesis.NAMES)
                    .network(network)
                    .schemas(List.of("public"))
                    .certificateAuthorities(Replicated.AUTHORITIES)
                    .build();
              });
      assertThat(propertiesOf(template, "AWS::EC2::SecurityGroupIngress"))
          .filteredOn(rule -> rule.containsKey("CidrIp"))
          .hasSize(6)
          .allSatisfy(rule -> assertThat(rule).containsEntry("GroupId", "sg-database"));
      assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
    }
  }

  @Nested
  class Permissions {
    private static final int OF_LAMBDA = 5;

    @Test
    @DisplayName("I1: no wildcard without a written reason, in any role and kind")
    void noUnexplainedWildcard() {
      assertThat(ALL)
          .allSatisfy(
              template -> assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty());
    }

    @Test
    @DisplayName("I1: no managed policies")
    void noManagedPolicies() {
      assertThat(ALL)
          .allSatisfy(
              template ->
                  assertThat(template.findResources("AWS::IAM::Role").entrySet())
                      .filteredOn(role -> role.getKey().startsWith("Replication"))
                      .isNotEmpty()
                      .allSatisfy(
                          role ->
                              assertThat(child(role.getValue(), "Properties"))
                                  .doesNotContainKeys("ManagedPolicyArns", "RoleName")));
    }

    @Test
    @DisplayName("I1: the control function reads two secrets, finds the peer, keeps reports")
    void ofTheLogicalControl() {
      String reports = idOf(LOGICAL_PRIMARY, "AWS::S3::Bucket", "ReplicationReports");
      String key = idOf(LOGICAL_PRIMARY, "AWS::KMS::Key", "ReplicationKey");
      Map<String, Object> bySecrets =
          Map.of(
              "StringEquals",
              Map.of(
                  "kms:ViaService", join("secretsmanager.", ref("AWS::Region"), ".amazonaws.com")));
      List<Map<String, Object>> statements =
          statementsOf(LOGICAL_PRIMARY, "ReplicationRoleDefaultPolicy");
      assertThat(statements.subList(OF_LAMBDA, statements.size()))
          .containsExactly(
              allow(
                  "secretsmanager:GetSecretValue",
                  ref(
                      idOf(
                          LOGICAL_PRIMARY,
                          "AWS::SecretsManager::SecretTargetAttachment",
                          "DatabaseSecretAttachment"))),
              allow(
                  "kms:Decrypt",
                  arnOf(idOf(LOGICAL_PRIMARY, "AWS::KMS::Key", "DatabaseKey"), "Arn"),
                  bySecrets),
              allow(
                  "secretsmanager:GetSecretValue",
                  ref(idOf(LOGICAL_PRIMARY, "AWS::SecretsManager::Secret", "ReplicationSecret"))),
              allow("kms:Decrypt", arnOf(key, "Arn"), bySecrets),
              allow(
                  "rds:DescribeDBClusters",
                  rdsArn("us-west-2", "cluster", "payment-dr-database-test-us-west-2")),
              allow(
                  List.of("s3:GetObject", "s3:PutObject"),
                  join(arnOf(reports, "Arn"), "/rebuild-of-us-east-1/*")),
              allow(
                  List.of("kms:Decrypt", "kms:GenerateDataKey"),
                  arnOf(key, "Arn"),
                  Map.of(
                      "StringEquals",
                      Map.of("kms:ViaService", join("s3.us-east-1.", ref("AWS::URLSuffix"))),
                      "StringLike",
                      Map.of(
                          "kms:EncryptionContext:aws:s3:arn",
                          List.of(arnOf(reports, "Arn"), join(arnOf(reports, "Arn"), "/*"))))));
    }

    @Test
    @DisplayName("I1: in the secondary region it reads the replica by its name")
    void ofTheLogicalControlInTheSecondary() {
      assertThat(statementsOf(LOGICAL_SECONDARY, "ReplicationRoleDefaultPolicy"))
          .contains(
              allow(
                  "secretsmanager:GetSecretValue",
                  join(
                      "arn:",
                      ref("AWS::Partition"),
                      ":secretsmanager:us-west-2:",
                      ref("AWS::AccountId"),
                      ":secret:payment-dr-replication-test/credentials-??????")));
    }

    @Test
    @DisplayName("I1: the rotation changes one secret, and logs in as the master user")
    void ofTheRotation() {
      List<Map<String, Object>> statements =
          statementsOf(LOGICAL_PRIMARY, "ReplicationRotationRoleDefaultPolicy");
      assertThat(statements).hasSize(OF_LAMBDA + 4);
      assertThat(statements.subList(OF_LAMBDA + 2, statements.size()))
          .containsExactly(
              allow(
                  List.of(
                      "secretsmanager:DescribeSecret",
                      "secretsmanager:GetSecretValue",
                      "secretsmanager:PutSecretValue",
                      "secretsmanager:UpdateSecretVersionStage"),
                  ref(idOf(LOGICAL_PRIMARY, "AWS::SecretsManager::Secret", "ReplicationSecret"))),
              allow(
                  List.of("kms:Decrypt", "kms:GenerateDataKey"),
                  arnOf(idOf(LOGICAL_PRIMARY, "AWS::KMS::Key", "ReplicationKey"), "Arn"),
                  Map.of(
                      "StringEquals",
                      Map.of("kms:ViaService", "secretsmanager.us-east-1.amazonaws.com"))));
    }

    @Test
    @DisplayName("I1: a global database's control function may move that one database")
    void ofTheGlobalControl() {
      String cluster = idOf(GLOBAL_PRIMARY, "AWS::RDS::DBCluster", "DatabaseCluster");
      Map<String, Object> own = rdsArn("us-east-1", "cluster", ref(cluster));
      Map<String, Object> peer =
          rdsArn("us-west-2", "cluster", "payment-dr-database-test-us-west-2");
      Map<String, Object> global = rdsArn("", "global-cluster", "payment-dr-database-test");
      assertThat(statementsOf(GLOBAL_PRIMARY, "ReplicationRoleDefaultPolicy"))
          .containsExactly(
              allow(
                  List.of("logs:CreateLogStream", "logs:PutLogEvents"),
                  arnOf(idOf(GLOBAL_PRIMARY, "AWS::Logs::LogGroup", "ReplicationLogGroup"), "Arn")),
              allow("rds:DescribeGlobalClusters", global),
              allow(
                  List.of("rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"),
                  List.of(global, own, peer)),
              allow("cloudwatch:GetMetricData", "*"));
    }

    @Test
    @DisplayName("I1: the framework may call the control function, and nothing else")
    void ofTheFramework() {
      assertThat(statementsOf(LOGICAL_PRIMARY, "ReplicationProviderRoleDefaultPolicy"))
          .containsExactly(
              allow(
                  List.of("logs:CreateLogStream", "logs:PutLogEvents"),
                  arnOf(
                      idOf(LOGICAL_PRIMARY, "AWS::Logs::LogGroup", "ReplicationProviderLogGroup"),
                      "Arn")),
              allow(
                  List.of("lambda:GetFunction", "lambda:InvokeFunction"),
                  arnOf(idOf(LOGICAL_PRIMARY, LAMBDA, "ReplicationFunction"), "Arn")));
    }

    @Test
    @DisplayName("I1: an operator may call the alias, and nothing else")
    void ofAnOperator() {
      Template template =
          Synthesis.secondary(
              stack -> {
                Role operator =
                    Role.Builder.create(stack, "Operator")
                        .assumedBy(new ServicePrincipal("states.amazonaws.com"))
                        .build();
                Replicated.logical(stack).build().grantOperate(operator);
              });
      assertThat(statementsOf(template, "OperatorDefaultPolicy"))
          .containsExactly(
              allow(
                  "lambda:InvokeFunction",
                  ref(idOf(template, "AWS::Lambda::Alias", "ReplicationAlias"))));
    }

    @Test
    void secretsManagerCallsTheRotationForThisAccountOnly() {
      assertThat(propertiesOf(LOGICAL_PRIMARY, "AWS::Lambda::Permission"))
          .filteredOn(
              permission -> "secretsmanager.amazonaws.com".equals(permission.get("Principal")))
          .containsExactly(
              Map.of(
                  "Action",
                  "lambda:InvokeFunction",
                  "FunctionName",
                  arnOf(idOf(LOGICAL_PRIMARY, LAMBDA, "ReplicationRotationFunction"), "Arn"),
                  "Principal",
                  "secretsmanager.amazonaws.com",
                  "SourceAccount",
                  ref("AWS::AccountId")));
    }
  }

  @Nested
  @DisplayName("The user that subscribes")
  class Credentials {
    @Test
    void isMadeInThePrimaryRegionWithAReplica() {
      assertThat(oneOf(LOGICAL_PRIMARY, "AWS::SecretsManager::Secret", "ReplicationSecret"))
          .containsEntry("Name", "payment-dr-replication-test/credentials")
          .containsEntry("ReplicaRegions", List.of(Map.of("Region", "us-west-2")))
          .containsEntry(
              "KmsKeyId", arnOf(idOf(LOGICAL_PRIMARY, "AWS::KMS::Key", "ReplicationKey"), "Arn"))
          .containsEntry(
              "GenerateSecretString",
              Map.of(
                  "SecretStringTemplate",
                  "{\"username\":\"dr_replication_a\"}",
                  "GenerateStringKey",
                  "password",
                  "PasswordLength",
                  40,
                  "ExcludePunctuation",
                  true));
      assertThat(LOGICAL_SECONDARY.findResources("AWS::SecretsManager::Secret").keySet())
          .noneMatch(id -> id.startsWith("Replication"));
    }

    @Test
    @DisplayName("S1: rotates in the primary region only, and not at once")
    void rotates() {
      assertThat(onlyPropertiesOf(LOGICAL_PRIMARY, "AWS::SecretsManager::RotationSchedule"))
          .containsEntry("RotationRules", Map.of("AutomaticallyAfterDays", 30))
          .containsEntry("RotateImmediatelyOnUpdate", false)
          .containsEntry(
              "RotationLambdaARN",
              arnOf(idOf(LOGICAL_PRIMARY, LAMBDA, "ReplicationRotationFunction"), "Arn"));
      LOGICAL_SECONDARY.resourceCountIs("AWS::SecretsManager::RotationSchedule", 0);
      assertThat(environmentOf(LOGICAL_PRIMARY, ROTATION))
          .containsEntry(
              "REPLICATION_SECRET_ARN",
              environmentOf(LOGICAL_PRIMARY, CONTROL).get("REPLICATION_SECRET_ARN"))
          .doesNotContainKey("REPORT_BUCKET");
    }

    @Test
    @DisplayName("rotation begins when the set-up has made the user, and ends before it is gone")
    void rotationWaitsForTheSetUp() {
      assertThat(
              LOGICAL_PRIMARY
                  .findResources("AWS::SecretsManager::RotationSchedule")
                  .values()
                  .iterator()
                  .next()
                  .get("DependsOn"))
          .asString()
          .contains(
              "ReplicationSetUp",
              "ReplicationRotationFunctionSecretsManager",
              "ReplicationRotationSecurityGroupto",
              "DatabaseSecurityGroupfromTestStackReplicationRotationSecurityGroup");
    }
  }

  @Nested
  class Reports {
    @Test
    @DisplayName("S3: versioned, encrypted, private, by TLS only, kept on deletion")
    void areKeptSafely() {
      assertThat(LOGICAL)
          .allSatisfy(
              template -> {
                Map<String, Object> bucket = onlyPropertiesOf(template, "AWS::S3::Bucket");
                assertThat(bucket)
                    .containsEntry("VersioningConfiguration", Map.of("Status", "Enabled"))
                    .doesNotContainKey("BucketName");
                assertThat(child(bucket, "PublicAccessBlockConfiguration"))
                    .hasSize(4)
                    .allSatisfy((name, value) -> assertThat(value).isEqualTo(true));
                assertThat(bucket.get("BucketEncryption").toString())
                    .contains("aws:kms", "ReplicationKey");
                assertThat(onlyPropertiesOf(template, "AWS::S3::BucketPolicy").toString())
                    .contains("aws:SecureTransport", "s3:TlsVersion=1.2");
                template.hasResource("AWS::S3::Bucket", Map.of("DeletionPolicy", "Retain"));
              });
    }

    @Test
    void mayGoToABucketOfTheUsers() {
      Template template =
          Synthesis.secondary(
              stack ->
                  Replicated.logical(stack)
                      .reportBucket(Bucket.fromBucketName(stack, "Mine", "my-reports"))
                      .build());
      template.resourceCountIs("AWS::S3::Bucket", 0);
      assertThat(environmentOf(template, CONTROL)).containsEntry("REPORT_BUCKET", "my-reports");
      assertThat(template.findResources("AWS::KMS::Key").keySet())
          .as("a standby that imports the secret needs no key of its own then")
          .noneMatch(id -> id.startsWith("Replication"));
      assertThat(statementsOf(template, "ReplicationRoleDefaultPolicy").toString())
          .contains(":s3:::my-reports/rebuild-of-us-west-2/*")
          .doesNotContain("kms:GenerateDataKey");
    }

    @Test
    void aGivenBucketsKeyIsUsed() {
      Template template =
          Synthesis.secondary(
              stack ->
                  Replicated.logical(stack)
                      .reportBucket(
                          Bucket.Builder.create(stack, "Mine")
                              .encryptionKey(Key.Builder.create(stack, "MyKey").build())
                              .build())
                      .build());
      assertThat(statementsOf(template, "ReplicationRoleDefaultPolicy"))
          .anySatisfy(
              statement ->
                  assertThat(statement)
                      .containsEntry("Action", List.of("kms:Decrypt", "kms:GenerateDataKey"))
                      .containsEntry(
                          "Resource", arnOf(idOf(template, "AWS::KMS::Key", "MyKey"), "Arn")));
    }
  }

  @Nested
  class SettingUp {
    @Test
    @DisplayName("happens when the cluster's servers and the way to them are there")
    void waitsForTheDatabase() {
      for (Template template : LOGICAL) {
        assertThat(resource(template, SET_UP, "ReplicationSetUp").get("DependsOn").toString())
            .contains(template.findResources("AWS::RDS::DBInstance").keySet())
            .contains(
                "DatabaseCluster",
                "ReplicationSecurityGroup",
                "DatabaseSecurityGroupfromTestStackReplicationSecurityGroup");
      }
    }

    @Test
    @DisplayName("is undone when the construct is deleted")
    void isUndone() {
      LOGICAL_PRIMARY.hasResource(SET_UP, Map.of("DeletionPolicy", "Delete"));
    }

    @Test
    void callsTheFunctionItselfWhoseAliasWaits() {
      assertThat(
              child(
                  child(functionOf(LOGICAL_PRIMARY, "framework.onEvent"), "Environment"),
                  "Variables"))
          .containsEntry(
              "USER_ON_EVENT_FUNCTION_ARN",
              arnOf(idOf(LOGICAL_PRIMARY, LAMBDA, "ReplicationFunction"), "Arn"));
    }

    @ParameterizedTest
    @CsvSource({"schemas", "sequenceGap", "retainedWalLimit", "sslMode", "version"})
    void happensAgainWhenItMatters(String change) {
      Template changed =
          Synthesis.primary(
              stack -> {
                DrReplication.Builder builder = Replicated.logical(stack);
                switch (change) {
                  case "schemas" -> builder.schemas(List.of("public", "ledger"));
                  case "sequenceGap" -> builder.sequenceGap(1000);
                  case "retainedWalLimit" -> builder.retainedWalLimit(Size.gibibytes(2));
                  case "sslMode" -> builder.subscriptionSslMode(SubscriptionSslMode.REQUIRE);
                  default -> {}
                }
                DrReplication replication = builder.build();
                if (change.equals("version")) {
                  replication.refreshOn("7");
                }
              });
      assertThat(onlyPropertiesOf(changed, SET_UP))
          .isNotEqualTo(onlyPropertiesOf(LOGICAL_PRIMARY, SET_UP));
    }

    @Test
    @DisplayName("does not happen again for what it does not use")
    void doesNotHappenAgainOtherwise() {
      Template changed =
          Synthesis.primary(
              stack ->
                  Replicated.logical(stack)
                      .memorySize(1024)
                      .logRetention(RetentionDays.ONE_YEAR)
                      .heartbeatInterval(Duration.seconds(10))
                      .credentialRotation(Duration.days(90))
                      .build());
      assertThat(onlyPropertiesOf(changed, SET_UP))
          .isEqualTo(onlyPropertiesOf(LOGICAL_PRIMARY, SET_UP));
    }

    @Test
    void takesMoreThanOneVersion() {
      Template template =
          Synthesis.primary(
              stack -> Replicated.logical(stack).build().refreshOn("7").refreshOn("2"));
      assertThat(onlyPropertiesOf(template, SET_UP)).containsEntry("Versions", List.of("7", "2"));
    }

    @Test
    void aGlobalDatabaseIsNotSetUp() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrReplication replication = Replicated.globalDatabase(stack).build();
                Construct other = new Construct(stack, "Other");
                assertThat(replication.startAfter(other).refreshOn("7")).isSameAs(replication);
              });
      assertThat(template.toJSON()).isEqualTo(GLOBAL_PRIMARY.toJSON());
    }

    @Test
    void aVersionIsNotEmpty() {
      Stack stack = Synthesis.primaryStack();
      DrReplication replication = Replicated.globalDatabase(stack).build();
      assertThatThrownBy(() -> replication.refreshOn(""))
          .hasMessage(
              "DrReplication: version must be a text, got none; pass"
                  + " migration.getSchemaVersion()");
    }
  }

  @Nested
  class Certificates {
    @TempDir private Path folder;

    @Test
    @DisplayName("S2: both functions trust the given authorities, from a layer")
    void areInALayer() {
      Object layers =
          List.of(
              ref(idOf(LOGICAL_PRIMARY, "AWS::Lambda::LayerVersion", "ReplicationCertificates")));
      assertThat(functionOf(LOGICAL_PRIMARY, CONTROL)).containsEntry("Layers", layers);
      assertThat(functionOf(LOGICAL_PRIMARY, ROTATION)).containsEntry("Layers", layers);
    }

    @Test
    @DisplayName("S2: Lambda can read them, although the user's file is for the user only")
    void areReadableInTheLayer() throws IOException {
      Path mine = Files.copy(Path.of(Replicated.AUTHORITIES), folder.resolve("mine.pem"));
      Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rw-------"));
      App app = new App(AppProps.builder().outdir(folder.resolve("out").toString()).build());
      Replicated.logical(Synthesis.stackIn(app, "TestStack", "us-east-1"))
          .certificateAuthorities(mine.toString())
          .build();
      app.synth();
      try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
        assertThat(files.filter(file -> file.endsWith("rds-ca-bundle.pem")))
            .isNotEmpty()
            .allSatisfy(
                file ->
                    assertThat(Files.getPosixFilePermissions(file))
                        .contains(PosixFilePermission.OTHERS_READ));
      }
    }

    @Test
    @DisplayName("S2: without them there is a warning, and no layer")
    void areMissed() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network = Replicated.network(stack, Synthesis.NAMES);
      DrReplication.Builder.create(stack, "Replication")
          .cluster(Replicated.cluster(stack, Synthesis.NAMES, network, AuroraReplication.logical()))
          .names(Synthesis.NAMES)
          .network(network)
          .schemas(List.of("public"))
          .build();
      Annotations.fromStack(stack)
          .hasWarning(
              "/TestStack/Replication",
              Match.stringLikeRegexp(
                  "the functions have no certificates .*set certificateAuthorities.*"
                      + "@payment-dr/replication:withoutCertificates.*"));
      Template template = Template.fromStack(stack);
      template.resourceCountIs("AWS::Lambda::LayerVersion", 0);
      assertThat(environmentOf(template, CONTROL)).doesNotContainKey("DB_TRUST_STORE_PEM");
    }
  }

  @Nested
  class Metrics {
    @Test
    void areThoseOfTheFunction() {
      Stack stack = Synthesis.primaryStack();
      DrReplication replication = Replicated.logical(stack).build();
      Map<String, String> found = new LinkedHashMap<>();
      List.of(
              replication.metricReplicationLag(),
              replication.metricSlotInactive(),
              replication.metricRetainedWal(),
              replication.metricTablesNotInSync(),
              replication.metricApplyErrors(),
              replication.metricNotFit())
          .forEach(
              metric -> {
                assertThat(metric.getNamespace()).isEqualTo("PaymentDr/Replication");
                assertThat(metric.getDimensions())
                    .containsExactly(
                        Map.entry(
                            "ClusterIdentifier", replication.getCluster().getClusterIdentifier()));
                assertThat(metric.getPeriod().toSeconds()).isEqualTo(60);
                assertThat(metric.getRegion()).isEqualTo("us-east-1");
                found.put(metric.getMetricName(), metric.getStatistic());
              });
      assertThat(found)
          .containsExactly(
              Map.entry("ReplicationLag", "Maximum"),
              Map.entry("SlotInactive", "Maximum"),
              Map.entry("RetainedWal", "Maximum"),
              Map.entry("TablesNotInSync", "Maximum"),
              Map.entry("ApplyErrors", "Sum"),
              Map.entry("NotFit", "Maximum"));
    }

    @Test
    void aGlobalDatabasesLagIsAurorasAndBesideItThereIsOnlyFitness() {
      Stack stack = Synthesis.secondaryStack();
      DrReplication replication = Replicated.globalDatabase(stack).build();
      assertThat(replication.metricReplicationLag().getMetricName())
          .isEqualTo("AuroraGlobalDBReplicationLag");
      assertThat(replication.metricNotFit().getMetricName()).isEqualTo("NotFit");
      assertThatThrownBy(replication::metricSlotInactive)
          .hasMessage(
              "DrReplication: metricSlotInactive needs AuroraReplication.logical(), got"
                  + " AuroraReplication.globalDatabase(); do not use this metric");
      assertThatThrownBy(replication::metricRetainedWal).hasMessageContaining("logical()");
      assertThatThrownBy(replication::metricTablesNotInSync).hasMessageContaining("logical()");
      assertThatThrownBy(replication::metricApplyErrors).hasMessageContaining("logical()");
    }
  }

  @Nested
  @DisplayName("The lease")
  class TheLease {
    private Template following(Function<Construct, DrReplication.Builder> replication) {
      return Synthesis.secondary(
          stack ->
              replication
                  .apply(stack)
                  .build()
                  .followLease(TableV2.fromTableName(stack, "Control", "payments-control")));
    }

    @Test
    @DisplayName("I1: is read by the control function, and nothing else of its table")
    void isReadByTheControlFunction() {
      Template template = following(Replicated::logical);
      assertThat(environmentOf(template, CONTROL))
          .containsEntry("CONTROL_TABLE", "payments-control");
      assertThat(statementsOf(template, "ReplicationRoleDefaultPolicy"))
          .filteredOn(statement -> statement.toString().contains("dynamodb"))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement)
                      .containsEntry("Action", "dynamodb:GetItem")
                      .containsEntry(
                          "Condition",
                          Map.of(
                              "ForAllValues:StringEquals",
                              Map.of("dynamodb:LeadingKeys", List.of("lease"))))
                      .extractingByKey("Resource")
                      .asString()
                      .contains(":dynamodb:us-west-2:")
                      .contains(":table/payments-control"));
    }

    @Test
    void isReachedFromTheControlSubnets() {
      Template template = following(Replicated::logical);
      assertThat(propertiesOf(template, "AWS::EC2::VPCEndpoint"))
          .filteredOn(endpoint -> endpoint.get("ServiceName").toString().contains("dynamodb"))
          .singleElement()
          .satisfies(
              endpoint ->
                  assertThat(((List<?>) endpoint.get("RouteTableIds")).stream())
                      .filteredOn(table -> table.toString().contains("ControlSubnet"))
                      .hasSize(3));
    }

    @Test
    void isNothingToAGlobalDatabase() {
      Template template = following(Replicated::globalDatabase);
      assertThat(environmentOf(template, CONTROL)).doesNotContainKey("CONTROL_TABLE");
      assertThat(template.toJSON().toString()).doesNotContain("dynamodb:GetItem");
    }

    @Test
    void isRequiredAndOfTheStacksRegion() {
      Synthesis.secondary(
          stack -> {
            DrReplication replication = Replicated.logical(stack).build();
            assertThatThrownBy(() -> replication.followLease(null))
                .hasMessageContaining("controlTable")
                .hasMessageContaining("pass the table of the lease");
            ITableV2 elsewhere =
                TableV2.fromTableArn(
                    stack,
                    "Elsewhere",
                    "arn:aws:dynamodb:us-east-1:123456789012:table/payments-control");
            assertThatThrownBy(() -> replication.followLease(elsewhere))
                .hasMessageContaining(
                    "controlTable must be in us-west-2 like the stack, got us-east-1; use one of the"
                        + " stack's own region");
          });
    }
  }

  @Nested
  class Getters {
    @Test
    void ofALogicalReplication() {
      Stack stack = Synthesis.primaryStack();
      DrReplication replication =
          Replicated.logical(stack).retainedWalLimit(Size.gibibytes(5)).build();
      assertThat(replication.getReplication()).isEqualTo(AuroraReplication.logical());
      assertThat(replication.getSecret()).isNotNull();
      assertThat(replication.getReportBucket()).isNotNull();
      assertThat(replication.getRetainedWalLimit().toGibibytes()).isEqualTo(5);
      assertThat(replication.getFunction().getFunctionArn()).contains("Token");
    }

    @Test
    void ofAGlobalDatabase() {
      Stack stack = Synthesis.secondaryStack();
      DrReplication replication =
          Replicated.globalDatabase(stack).retainedWalLimit(Size.gibibytes(5)).build();
      assertThat(replication.getReplication()).isEqualTo(AuroraReplication.globalDatabase());
      assertThat(replication.getSecret()).isNull();
      assertThat(replication.getReportBucket()).isNull();
      assertThat(replication.getRetainedWalLimit()).isNull();
    }
  }

  @Nested
  class Composition {
    @Test
    @DisplayName("G1: everything that can be tagged has the four tags")
    void everythingIsTagged() {
      for (AuroraReplication kind :
          List.of(AuroraReplication.logical(), AuroraReplication.globalDatabase())) {
        Template template =
            Synthesis.primary(
                stack -> {
                  if (kind.isLogical()) {
                    Replicated.logical(stack).build();
                  } else {
                    Replicated.globalDatabase(stack).build();
                  }
                  DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
                });
        Set<String> untaggable =
            Set.of(
                "AWS::EC2::SecurityGroupEgress",
                "AWS::IAM::Policy",
                "AWS::Lambda::Alias",
                "AWS::Lambda::EventInvokeConfig",
                "AWS::Lambda::LayerVersion",
                "AWS::Lambda::Permission",
                "AWS::Lambda::Version",
                "AWS::S3::BucketPolicy",
                "AWS::SecretsManager::RotationSchedule",
                SET_UP);
        Map<String, Map<String, Object>> resources = resourcesOf(template);
        assertThat(resources.entrySet())
            .filteredOn(entry -> entry.getKey().startsWith("Replication"))
            .filteredOn(entry -> !untaggable.contains(entry.getValue().get("Type")))
            .hasSizeGreaterThan(3)
            .allSatisfy(
                entry ->
                    assertThat(String.valueOf(child(entry.getValue(), "Properties").get("Tags")))
                        .as(entry.getKey())
                        .contains("Environment", "DR-Tier", "ManagedBy", "Application"));
      }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> resourcesOf(Template template) {
      return (Map<String, Map<String, Object>>) template.toJSON().get("Resources");
    }

    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void otherPairs(String primary, String secondary) {
      DrNames names =
          DrNames.Builder.create()
              .regionPair(RegionPair.of(primary, secondary))
              .application("shop")
              .build();
      for (String region : List.of(primary, secondary)) {
        Template template =
            Synthesis.templateOf(
                Synthesis.stackIn(region), stack -> Replicated.logical(stack, names).build());
        String peer = region.equals(primary) ? secondary : primary;
        assertThat(environmentOf(template, CONTROL))
            .containsEntry("PEER_REGION", peer)
            .containsEntry("PEER_CLUSTER_IDENTIFIER", "shop-database-" + peer)
            .containsEntry("INITIAL_ROLE", region.equals(primary) ? "ACTIVE" : "STANDBY");
        assertThat(template.toJSON().toString()).doesNotContain("us-east-1", "us-west-2");
      }
    }

    @Test
    @DisplayName("two pairs in one app do not share anything")
    void twoPairsInOneApp() {
      App app = new App();
      List<Stack> stacks =
          List.of(
              Synthesis.stackIn(app, "shop", "us-east-1"),
              Synthesis.stackIn(app, "bank", "us-east-1"));
      for (Stack stack : stacks) {
        DrNames names =
            DrNames.Builder.create()
                .regionPair(Synthesis.PAIR)
                .application(stack.getStackName())
                .build();
        Replicated.logical(stack, names).build();
      }
      for (Stack stack : stacks) {
        Template template = Template.fromStack(stack);
        assertThat(oneOf(template, "AWS::SecretsManager::Secret", "ReplicationSecret"))
            .containsEntry("Name", stack.getStackName() + "-replication/credentials");
      }
    }

    @Test
    void twoReplicationsOfTwoClustersInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrNetwork network = Replicated.network(stack, Synthesis.NAMES);
                for (String purpose : List.of("orders", "ledger")) {
                  DrReplication.Builder.create(stack, purpose + "-replication")
                      .cluster(
                          DrAuroraCluster.Builder.create(stack, purpose)
                              .names(Synthesis.NAMES)
                              .purpose(purpose)
                              .vpc(network.getVpc())
                              .replication(AuroraReplication.logical())
                              .build())
                      .names(Synthesis.NAMES)
                      .network(network)
                      .purpose(purpose + "-copy")
                      .schemas(List.of(purpose))
                      .certificateAuthorities(Replicated.AUTHORITIES)
                      .build();
                }
              });
      assertThat(propertiesOf(template, "AWS::SecretsManager::Secret"))
          .extracting(secret -> secret.get("Name"))
          .contains(
              "payment-dr-orders-copy-test/credentials", "payment-dr-ledger-copy-test/credentials");
      template.resourceCountIs(SET_UP, 2);
    }

    @Test
    void reservesConcurrencyWhenAsked() {
      Template template =
          Synthesis.secondary(
              stack -> Replicated.logical(stack).reservedConcurrentExecutions(5).build());
      assertThat(functionOf(template, CONTROL)).containsEntry("ReservedConcurrentExecutions", 5);
    }

    @Test
    void theChosenValuesReachTheFunction() {
      Template template =
          Synthesis.primary(
              stack ->
                  Replicated.logical(stack)
                      .schemas(List.of("public", "ledger"))
                      .sequenceGap(5000)
                      .retainedWalLimit(Size.gibibytes(20))
                      .heartbeatInterval(Duration.seconds(2))
                      .credentialRotation(Duration.days(7))
                      .subscriptionSslMode(SubscriptionSslMode.REQUIRE)
                      .memorySize(1024)
                      .build());
      assertThat(environmentOf(template, CONTROL))
          .containsEntry("SCHEMAS", "public,ledger")
          .containsEntry("SEQUENCE_GAP", "5000")
          .containsEntry("RETAINED_WAL_LIMIT_BYTES", "21474836480")
          .containsEntry("HEARTBEAT_SECONDS", "2")
          .containsEntry("SUBSCRIPTION_SSL_MODE", "require");
      assertThat(functionOf(template, ROTATION)).containsEntry("MemorySize", 1024);
      assertThat(onlyPropertiesOf(template, "AWS::SecretsManager::RotationSchedule"))
          .containsEntry("RotationRules", Map.of("AutomaticallyAfterDays", 7));
    }

    @Test
    void usesTheGivenKey() {
      Template template =
          Synthesis.primary(
              stack ->
                  Replicated.logical(stack)
                      .encryptionKey(Key.Builder.create(stack, "Mine").build())
                      .build());
      assertThat(oneOf(template, "AWS::SecretsManager::Secret", "ReplicationSecret"))
          .containsEntry("KmsKeyId", arnOf(idOf(template, "AWS::KMS::Key", "Mine"), "Arn"));
      assertThat(template.findResources("AWS::KMS::Key").keySet())
          .noneMatch(id -> id.startsWith("ReplicationKey"));
    }
  }
}
