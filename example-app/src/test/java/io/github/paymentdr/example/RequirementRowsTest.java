package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Streams;
import io.github.paymentdr.core.iam.IamWildcards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows of the requirements, looked up in what {@code mvn package} has synthesised. */
@DisplayName("The synthesised pair")
class RequirementRowsTest {
  private static final Path ASSEMBLY = Path.of("cdk.out");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> TEXT_MAP = new TypeReference<>() {};

  /** From the facts of CloudFormation: types whose resources cannot carry tags. */
  private static final Set<String> UNTAGGABLE =
      ImmutableSet.of(
          "AWS::Backup::BackupSelection",
          "AWS::CloudFront::OriginAccessControl",
          "AWS::CloudFront::ResponseHeadersPolicy",
          "AWS::CloudWatch::Dashboard",
          "AWS::EC2::Route",
          "AWS::EC2::SecurityGroupEgress",
          "AWS::EC2::SecurityGroupIngress",
          "AWS::EC2::SubnetRouteTableAssociation",
          "AWS::EC2::VPCGatewayAttachment",
          "AWS::IAM::Policy",
          "AWS::Lambda::Alias",
          "AWS::Lambda::EventInvokeConfig",
          "AWS::Lambda::Permission",
          "AWS::Lambda::Url",
          "AWS::Lambda::Version",
          "AWS::S3::BucketPolicy",
          "AWS::SNS::Subscription",
          "AWS::SNS::TopicPolicy",
          "AWS::SQS::QueuePolicy",
          "AWS::SecretsManager::RotationSchedule",
          "AWS::SecretsManager::SecretTargetAttachment");

  private static final Region PRIMARY = Region.of("PrimaryStack", "us-east-1", "us-west-2");
  private static final Region SECONDARY = Region.of("SecondaryStack", "us-west-2", "us-east-1");

  private record Region(String code, String peer, RegionTemplate template) {
    static Region of(String stack, String code, String peer) {
      return new Region(code, peer, RegionTemplate.read(ASSEMBLY, stack));
    }

    @Override
    public String toString() {
      return code;
    }
  }

  static List<Region> bothRegions() {
    return List.of(PRIMARY, SECONDARY);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("B4: primary us-east-1, secondary us-west-2")
  void regions(Region region) {
    assertThat(region.template.region()).isEqualTo(region.code);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("N1: private subnets across 3 availability zones")
  void threeZones(Region region) {
    assertThat(region.template.zones())
        .containsExactly(region.code + "a", region.code + "b", region.code + "c");
    assertThat(region.template.count("AWS::EC2::Subnet")).isEqualTo(12);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("N2: the database admits its functions, on its port, and nobody else of the VPC")
  void securityGroups(Region region) {
    List<JsonNode> ingress = region.template.all("AWS::EC2::SecurityGroupIngress");
    assertThat(ingress)
        .allMatch(rule -> rule.path("GroupId").toString().contains("DatabaseSecurityGroup"))
        .allMatch(rule -> rule.path("IpProtocol").asText().equals("tcp"))
        .extracting(rule -> rule.at("/SourceSecurityGroupId/Fn::GetAtt/0").asText())
        .allMatch(
            source ->
                source.matches(
                    "(PaymentFunction|SchemaMigration|Replication|ReplicationRotation)"
                        + "SecurityGroup[0-9A-F]{8}"))
        .doesNotHaveDuplicates()
        // The credentials are rotated where their secret is.
        .hasSize(region.equals(PRIMARY) ? 4 : 3);
    assertThat(region.template.all("AWS::EC2::SecurityGroup"))
        .noneMatch(group -> group.toString().contains("\"IpProtocol\":\"-1\",\"CidrIp\":\"0"))
        .filteredOn(group -> group.has("SecurityGroupIngress"))
        .hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName(
      "N2: of the other region, its databases and its control function come in and no more")
  void securityGroupOfTheDatabase(Region region) {
    RegionTemplate peer = (region.equals(PRIMARY) ? SECONDARY : PRIMARY).template;
    JsonNode database =
        region.template.all("AWS::EC2::SecurityGroup").stream()
            .filter(group -> group.has("SecurityGroupIngress"))
            .findFirst()
            .orElseThrow();
    List<String> databases = peer.cidrsOf("Database");
    List<String> admitted = new ArrayList<>(databases);
    admitted.addAll(peer.cidrsOf("Control"));
    assertThat(admitted).hasSize(6);
    assertThat(database.path("SecurityGroupIngress"))
        .extracting(rule -> rule.path("CidrIp").asText())
        .containsExactlyInAnyOrderElementsOf(admitted);
    assertThat(database.path("SecurityGroupEgress"))
        .extracting(rule -> rule.path("CidrIp").asText())
        .containsExactlyInAnyOrderElementsOf(databases);
    assertThat(database.findValues("FromPort")).extracting(JsonNode::asInt).containsOnly(5432);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("N3: a NAT gateway in each zone")
  void natGateways(Region region) {
    assertThat(region.template.count("AWS::EC2::NatGateway")).isEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("D1: Aurora PostgreSQL 15.12 on db.t3.medium in isolated subnets")
  void aurora(Region region) {
    JsonNode cluster = region.template.first("AWS::RDS::DBCluster").orElseThrow();
    assertThat(cluster.path("Engine").asText()).isEqualTo("aurora-postgresql");
    assertThat(cluster.path("EngineVersion").asText()).isEqualTo("15.12");
    assertThat(region.template.all("AWS::RDS::DBInstance"))
        .hasSize(2)
        .allMatch(instance -> instance.path("DBInstanceClass").asText().equals("db.t3.medium"))
        .noneMatch(instance -> instance.path("PubliclyAccessible").asBoolean());
    assertThat(region.template.text("AWS::RDS::DBSubnetGroup", "/SubnetIds"))
        .doesNotContain("Public");
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("D2: the database is encrypted with a customer key, its health has alarms")
  void databaseHealth(Region region) {
    JsonNode cluster = region.template.first("AWS::RDS::DBCluster").orElseThrow();
    assertThat(cluster.path("StorageEncrypted").asBoolean()).isTrue();
    assertThat(cluster.has("KmsKeyId")).isTrue();
    assertThat(cluster.path("DeletionProtection").asBoolean()).isTrue();
    assertThat(alarmMetrics(region))
        .contains("DatabaseConnections", "CPUUtilization", "FreeableMemory", "Deadlocks");
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("D3: each region's database can publish and subscribe, on this instance class too")
  void replication(Region region) {
    assertThat(
            region.template.text(
                "AWS::RDS::DBClusterParameterGroup", "/Parameters/rds.logical_replication"))
        .isEqualTo("1");
    JsonNode control = region.template.functionWith("REPLICATION").orElseThrow();
    JsonNode environment = control.at("/Environment/Variables");
    assertThat(environment.path("REPLICATION").asText()).isEqualTo("logical");
    assertThat(environment.path("SCHEMAS").asText()).isEqualTo("ledger");
    assertThat(environment.path("INITIAL_ROLE").asText())
        .isEqualTo(region.equals(PRIMARY) ? "ACTIVE" : "STANDBY");
    assertThat(region.template.count("Custom::DrReplication")).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("B3: the replication is kept and watched each minute, and its lag has an alarm")
  void replicationIsWatched(Region region) {
    assertThat(region.template.all("AWS::Events::Rule"))
        .filteredOn(rule -> rule.at("/Targets/0/Input").asText().contains("maintain"))
        .singleElement()
        .satisfies(
            rule ->
                assertThat(rule.path("ScheduleExpression").asText()).isEqualTo("rate(1 minute)"));
    assertThat(region.template.template().toString()).contains("ReplicationLag", "RetainedWal");
  }

  @Test
  @DisplayName("B3: routes lead to exactly the other region's databases and control functions")
  void routesBetweenTheRegions() {
    assertThat(SECONDARY.template.count("AWS::EC2::VPCPeeringConnection")).isEqualTo(1);
    assertThat(PRIMARY.template.count("AWS::EC2::VPCPeeringConnection")).isZero();
    List<String> reachable = new ArrayList<>(PRIMARY.template.cidrsOf("Database"));
    reachable.addAll(PRIMARY.template.cidrsOf("Control"));
    assertThat(SECONDARY.template.all("AWS::EC2::Route"))
        .filteredOn(route -> route.has("VpcPeeringConnectionId"))
        .extracting(route -> route.path("DestinationCidrBlock").asText())
        .hasSameElementsAs(reachable);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("B2: an alarm on the other region starts this one's takeover, within five minutes")
  void takeover(Region region) {
    assertThat(region.template.count("AWS::StepFunctions::StateMachine")).isEqualTo(1);
    assertThat(region.template.all("AWS::Events::Rule"))
        .filteredOn(rule -> rule.at("/EventPattern/source/0").asText().equals("aws.cloudwatch"))
        .singleElement()
        .satisfies(
            rule ->
                assertThat(rule.at("/EventPattern/detail/state/value/0").asText())
                    .isEqualTo("ALARM"))
        .satisfies(rule -> assertThat(rule.at("/Targets/0/Input").asText()).contains("unplanned"));
    String budget = region.template.template().at("/Outputs/RecoveryBudget/Value").asText();
    assertThat(budget).startsWith("119 s of 300 s: detection 33 s");
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("F1: the payment function is in the VPC and knows the database, without a secret")
  void function(Region region) {
    JsonNode function = paymentFunction(region);
    assertThat(function.path("Runtime").asText()).isEqualTo("java21");
    assertThat(function.at("/Architectures/0").asText()).isEqualTo("arm64");
    assertThat(function.at("/VpcConfig/SubnetIds").toString()).contains("FunctionSubnet");
    assertThat(function.at("/Environment/Variables").fieldNames())
        .toIterable()
        .contains("DB_HOST", "DB_PORT", "DB_NAME", "DB_USER")
        .noneMatch(name -> name.contains("PASSWORD") || name.contains("SECRET"));
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("F1: the schema is brought up to date before the function goes live")
  void schemaMigration(Region region) {
    assertThat(region.template.count("Custom::SchemaMigration")).isEqualTo(1);
    assertThat(region.template.resources())
        .filteredOn(resource -> resource.path("Type").asText().equals("AWS::Lambda::Version"))
        .filteredOn(
            version -> version.at("/Properties/FunctionName/Ref").asText().startsWith("Payment"))
        .singleElement()
        .satisfies(
            version ->
                assertThat(version.path("DependsOn").toString()).contains("SchemaMigrationRun"));
    assertThat(paymentFunction(region).at("/Environment/Variables/REGION_ROLE").asText())
        .isEqualTo(region.equals(PRIMARY) ? "PRIMARY" : "SECONDARY");
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("F2: a Function URL with IAM authorisation, on the alias")
  void functionUrl(Region region) {
    JsonNode url = region.template.first("AWS::Lambda::Url").orElseThrow();
    assertThat(url.path("AuthType").asText()).isEqualTo("AWS_IAM");
    assertThat(url.path("Qualifier").asText()).isEqualTo("live");
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("F3: the function's log group keeps 7 days, and its errors have an alarm")
  void functionLogs(Region region) {
    String logGroup = paymentFunction(region).at("/LoggingConfig/LogGroup/Ref").asText();
    String retention = "/Resources/" + logGroup + "/Properties/RetentionInDays";
    assertThat(region.template.template().at(retention).asInt()).isEqualTo(7);
    assertThat(alarmMetrics(region)).contains("Errors");
  }

  @Test
  @DisplayName("T1: one global table with a replica in each region, on demand, recoverable")
  void sessions() {
    assertThat(SECONDARY.template.count("AWS::DynamoDB::GlobalTable")).isZero();
    JsonNode table = PRIMARY.template.first("AWS::DynamoDB::GlobalTable").orElseThrow();
    assertThat(table.path("BillingMode").asText()).isEqualTo("PAY_PER_REQUEST");
    assertThat(table.at("/SSESpecification/SSEEnabled").asBoolean()).isTrue();
    assertThat(table.path("Replicas"))
        .hasSize(2)
        .allMatch(replica -> replica.toString().contains("\"PointInTimeRecoveryEnabled\":true"))
        .allMatch(replica -> replica.path("DeletionProtectionEnabled").asBoolean())
        .extracting(replica -> replica.path("Region").asText())
        .containsExactlyInAnyOrder("us-east-1", "us-west-2");
    assertThat(table.path("Replicas"))
        .allSatisfy(replica -> assertThat(tagsOf(replica)).containsAllEntriesOf(TAGS));
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("A1: an assets bucket, versioned and encrypted")
  void assets(Region region) {
    JsonNode bucket = region.template.first("AWS::S3::Bucket").orElseThrow();
    assertThat(bucket.at("/VersioningConfiguration/Status").asText()).isEqualTo("Enabled");
    assertThat(bucket.path("BucketEncryption").toString()).contains("aws:kms");
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("A2: a role for S3 replication; replication itself is off")
  void replicationRole(Region region) {
    assertThat(region.template.all("AWS::IAM::Role"))
        .anyMatch(
            role -> role.path("AssumeRolePolicyDocument").toString().contains("s3.amazonaws"));
    assertThat(region.template.all("AWS::S3::Bucket"))
        .noneMatch(bucket -> bucket.has("ReplicationConfiguration"));
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("M1: a topic, and alarms for connections, function errors and throttled sessions")
  void alarms(Region region) {
    assertThat(region.template.count("AWS::SNS::Topic")).isEqualTo(1);
    assertThat(region.template.text("AWS::SNS::Topic", "/KmsMasterKeyId/Fn::GetAtt/1"))
        .isEqualTo("Arn");
    assertThat(alarmMetrics(region))
        .contains("DatabaseConnections", "Errors")
        .anyMatch(metric -> metric.contains("Throttle"));
    assertThat(region.template.count("AWS::CloudWatch::Dashboard")).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("K1: daily backups, 7 days, copied to the vault in the other region")
  void backup(Region region) {
    JsonNode rule =
        region
            .template
            .first("AWS::Backup::BackupPlan")
            .orElseThrow()
            .at("/BackupPlan/BackupPlanRule/0");
    assertThat(rule.path("ScheduleExpression").asText()).startsWith("cron(");
    assertThat(rule.at("/Lifecycle/DeleteAfterDays").asInt()).isEqualTo(7);
    assertThat(rule.at("/CopyActions/0/DestinationBackupVaultArn").toString())
        .contains(region.peer);
    assertThat(region.template.count("AWS::Backup::BackupVault")).isEqualTo(1);
    assertThat(region.template.count("AWS::Backup::BackupSelection")).isEqualTo(1);
  }

  private static final Map<String, String> TAGS =
      Map.of(
          "Environment", "Production",
          "DR-Tier", "Critical",
          "ManagedBy", "CDK",
          "Application", "PaymentProcessor");

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("G1: the four tags on every taggable resource")
  void tags(Region region) {
    assertThat(region.template.resources())
        .filteredOn(resource -> !UNTAGGABLE.contains(resource.path("Type").asText()))
        .filteredOn(resource -> resource.path("Type").asText().startsWith("AWS::"))
        .filteredOn(
            resource -> !resource.path("Type").asText().equals("AWS::DynamoDB::GlobalTable"))
        .allSatisfy(
            resource ->
                assertThat(tagsOf(resource.path("Properties")))
                    .as(resource.path("Type").asText())
                    .containsAllEntriesOf(TAGS));
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("I1: no IAM wildcard without a written reason")
  void leastPrivilege(Region region) {
    Map<String, Object> template =
        JSON.convertValue(region.template.template(), new TypeReference<>() {});
    assertThat(IamWildcards.unexplainedIn(template)).isEmpty();
  }

  @Test
  @DisplayName("E3: the secondary depends on the primary")
  void dependency() throws IOException {
    JsonNode manifest = JSON.readTree(Files.readString(ASSEMBLY.resolve("manifest.json")));
    assertThat(manifest.at("/artifacts/SecondaryStack/dependencies").toString())
        .contains("\"PrimaryStack\"");
    assertThat(manifest.at("/artifacts/PrimaryStack/dependencies").toString())
        .doesNotContain("\"SecondaryStack\"");
  }

  @Test
  @DisplayName("E4: the secondary consumes the primary's outputs by Fn::GetStackOutput")
  void consumesOutputs() {
    assertThat(SECONDARY.template.template().toString())
        .contains("\"OutputName\":\"AuroraClusterIdentifier\"")
        .contains("\"OutputName\":\"FunctionUrl\"");
    assertThat(PRIMARY.template.template().toString()).doesNotContain("Fn::GetStackOutput");
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("E4: no custom resource copies values between the regions")
  void noCrossRegionCustomResource(Region region) {
    assertThat(region.template.resources())
        .extracting(resource -> resource.path("Type").asText())
        .noneMatch(type -> type.contains("CrossRegion"));
  }

  @ParameterizedTest
  @MethodSource("bothRegions")
  @DisplayName("E5: outputs VPC id and CIDR, cluster identifier, Function URL, bucket ARN")
  void outputs(Region region) {
    assertThat(region.template.template().path("Outputs").fieldNames())
        .toIterable()
        .contains("VpcId", "VpcCidr", "AuroraClusterIdentifier", "FunctionUrl", "AssetsBucketArn");
  }

  private static JsonNode paymentFunction(Region region) {
    return region.template.all("AWS::Lambda::Function").stream()
        .filter(function -> function.at("/Environment/Variables").has("REGION_ROLE"))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> alarmMetrics(Region region) {
    return region.template.all("AWS::CloudWatch::Alarm").stream()
        .flatMap(alarm -> alarm.findValuesAsText("MetricName").stream())
        .toList();
  }

  private static Map<String, String> tagsOf(JsonNode properties) {
    JsonNode tags = properties.has("Tags") ? properties.path("Tags") : properties;
    Map<String, String> named =
        Streams.stream(tags.elements())
            .filter(tag -> tag.has("Key"))
            .collect(
                Collectors.toMap(
                    tag -> tag.path("Key").asText(), tag -> tag.path("Value").asText()));
    return named.isEmpty() ? JSON.convertValue(taggedByName(properties), TEXT_MAP) : named;
  }

  /** AWS Backup takes its tags as a map instead of a list. */
  private static JsonNode taggedByName(JsonNode properties) {
    return properties.has("BackupVaultTags")
        ? properties.path("BackupVaultTags")
        : properties.has("BackupPlanTags")
            ? properties.path("BackupPlanTags")
            : properties.path("Tags");
  }
}
