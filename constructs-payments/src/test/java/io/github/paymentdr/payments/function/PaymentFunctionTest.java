package io.github.paymentdr.payments.function;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.encryption.CustomerKey;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SecurityGroupImportOptions;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.iam.ArnPrincipal;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.FunctionUrlAuthType;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.Tracing;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.rds.AuroraPostgresClusterEngineProps;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;
import software.amazon.awscdk.services.rds.ClusterInstance;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterEngine;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.IBucket;
import software.constructs.Construct;

@DisplayName("PaymentFunction")
class PaymentFunctionTest {
  private static final String HANDLER = "com.example.PaymentHandler::handleRequest";
  private static final String LAMBDA = "AWS::Lambda::Function";
  private static final String POLICY = "AWS::IAM::Policy";

  private static final Template DEFAULTS =
      Synthesis.primary(stack -> builder(stack, "Payments").build());

  private static final Template WITH_DATABASE =
      Synthesis.primary(
          stack -> builder(stack, "Payments").database(importedDatabase(stack)).build());

  /** A function with nothing but what is required, in an imported VPC. */
  private static PaymentFunction.Builder builder(Construct scope, String id) {
    return PaymentFunction.Builder.create(scope, id)
        .vpc(importedVpc(scope))
        .code(code(scope))
        .handler(HANDLER);
  }

  private static IVpc importedVpc(Construct scope) {
    IVpc existing = (IVpc) scope.getNode().tryFindChild("ImportedVpc");
    return existing != null
        ? existing
        : Vpc.fromVpcAttributes(
            scope,
            "ImportedVpc",
            VpcAttributes.builder()
                .vpcId("vpc-1")
                .availabilityZones(List.of("us-east-1a", "us-east-1b"))
                .publicSubnetIds(List.of("subnet-public-a", "subnet-public-b"))
                .publicSubnetRouteTableIds(List.of("rtb-public", "rtb-public"))
                .privateSubnetIds(List.of("subnet-a", "subnet-b"))
                .privateSubnetRouteTableIds(List.of("rtb-a", "rtb-b"))
                .build());
  }

  private static Code code(Construct scope) {
    Construct existing = (Construct) scope.getNode().tryFindChild("Artifacts");
    return Code.fromBucket(
        existing instanceof IBucket bucket
            ? bucket
            : Bucket.fromBucketName(scope, "Artifacts", "artifacts"),
        "handler.jar",
        "version-1");
  }

  private static DatabaseConnection importedDatabase(Construct scope) {
    return connection(
        SecurityGroup.fromSecurityGroupId(scope, "DatabaseSecurityGroup", "sg-database"), 5432);
  }

  private static DatabaseConnection connection(ISecurityGroup securityGroup, Number port) {
    return DatabaseConnection.Builder.create()
        .host("payments.cluster-abc.us-east-1.rds.amazonaws.com")
        .port(port)
        .databaseName("payments")
        .user("payments_app")
        .resourceId("cluster-ABCDEFGHIJKL")
        .connectable(securityGroup)
        .build();
  }

  private static PaymentFunctionProps.Builder props() {
    Stack stack = Synthesis.primaryStack();
    return PaymentFunctionProps.builder()
        .vpc(importedVpc(stack))
        .code(code(stack))
        .handler(HANDLER);
  }

  private static List<Map<String, Object>> statementsOf(Template template) {
    return propertiesOf(template, POLICY).stream()
        .flatMap(policy -> statements(child(policy, "PolicyDocument")))
        .toList();
  }

  @SuppressWarnings("unchecked")
  private static Stream<Map<String, Object>> statements(Map<String, Object> document) {
    return ((List<Map<String, Object>>) document.get("Statement")).stream();
  }

  private static List<Map<String, Object>> statementsWith(Template template, String action) {
    return statementsOf(template).stream()
        .filter(
            statement ->
                statement.get("Action") instanceof List<?> list
                    ? list.contains(action)
                    : action.equals(statement.get("Action")))
        .toList();
  }

  private static List<String> warningsOf(Stack stack) {
    return stack.getNode().findAll().stream()
        .flatMap(construct -> construct.getNode().getMetadata().stream())
        .filter(entry -> "aws:cdk:warning".equals(entry.getType()))
        .map(entry -> entry.getData().toString())
        .toList();
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("PaymentFunction", DEFAULTS);
    }

    @Test
    void keepsItsLogicalIdsWithADatabase() {
      GoldenTemplate.assertMatches("PaymentFunctionWithDatabase", WITH_DATABASE);
    }

    @Test
    @DisplayName("F1: a Java 21 function on arm64 in the VPC's private subnets")
    void runsInTheVpc() {
      Map<String, Object> function = onlyPropertiesOf(DEFAULTS, LAMBDA);
      assertThat(function)
          .containsEntry("Runtime", "java21")
          .containsEntry("Architectures", List.of("arm64"))
          .containsEntry("Handler", HANDLER)
          .containsEntry("MemorySize", 1024)
          .containsEntry("Timeout", 15)
          .containsEntry("TracingConfig", Map.of("Mode", "Active"))
          .doesNotContainKeys(
              "Environment", "DeadLetterConfig", "FunctionName", "ReservedConcurrentExecutions");
      assertThat(child(function, "VpcConfig"))
          .containsEntry("SubnetIds", List.of("subnet-a", "subnet-b"));
    }

    @Test
    @DisplayName("B2: a scheduled call that fails is not repeated by Lambda, which does so twice")
    void repeatsNoCallThatNobodyWaitsFor() {
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::Lambda::EventInvokeConfig"))
          .containsEntry("MaximumRetryAttempts", 0)
          .containsEntry("MaximumEventAgeInSeconds", 60)
          .extractingByKey("Qualifier")
          .asString()
          .contains("PaymentsAlias");
    }

    @Test
    @DisplayName("F1: a version with SnapStart behind the alias live")
    void publishesAVersionBehindAnAlias() {
      assertThat(onlyPropertiesOf(DEFAULTS, LAMBDA))
          .containsEntry("SnapStart", Map.of("ApplyOn", "PublishedVersions"));
      String version = DEFAULTS.findResources("AWS::Lambda::Version").keySet().iterator().next();
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::Lambda::Alias"))
          .containsEntry("Name", "live")
          .containsEntry("FunctionVersion", Map.of("Fn::GetAtt", List.of(version, "Version")))
          .doesNotContainKey("ProvisionedConcurrencyConfig");
    }

    @Test
    @DisplayName("F2: a Function URL on the alias, for signed requests only")
    void hasAFunctionUrl() {
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::Lambda::Url"))
          .containsEntry("AuthType", "AWS_IAM")
          .containsEntry("InvokeMode", "BUFFERED")
          .containsEntry("Qualifier", "live")
          .doesNotContainKey("Cors");
      DEFAULTS.resourceCountIs("AWS::Lambda::Permission", 0);
    }

    @Test
    @DisplayName("F3: a log group of its own with 7-day retention, kept on deletion")
    void hasALogGroup() {
      DEFAULTS.hasResource(
          "AWS::Logs::LogGroup",
          Map.of(
              "Properties", Map.of("RetentionInDays", 7),
              "DeletionPolicy", "Retain",
              "UpdateReplacePolicy", "Retain"));
      String logGroup = DEFAULTS.findResources("AWS::Logs::LogGroup").keySet().iterator().next();
      assertThat(onlyPropertiesOf(DEFAULTS, LAMBDA))
          .containsEntry(
              "LoggingConfig", Map.of("LogFormat", "JSON", "LogGroup", Map.of("Ref", logGroup)));
    }

    @Test
    @DisplayName("N2: the security group lets out HTTPS and lets nothing in")
    void securityGroupIsClosed() {
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::EC2::SecurityGroup"))
          .containsEntry(
              "SecurityGroupEgress",
              List.of(
                  Map.of(
                      "CidrIp", "0.0.0.0/0",
                      "Description", "AWS APIs",
                      "FromPort", 443,
                      "IpProtocol", "tcp",
                      "ToPort", 443)))
          .doesNotContainKey("SecurityGroupIngress");
      DEFAULTS.resourceCountIs("AWS::EC2::SecurityGroupEgress", 0);
      DEFAULTS.resourceCountIs("AWS::EC2::SecurityGroupIngress", 0);
    }

    @Test
    @DisplayName("I1: the role has no managed policy and writes to its own log group only")
    void roleIsNarrow() {
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::IAM::Role"))
          .doesNotContainKey("ManagedPolicyArns");
      String logGroup = DEFAULTS.findResources("AWS::Logs::LogGroup").keySet().iterator().next();
      assertThat(statementsOf(DEFAULTS))
          .filteredOn(statement -> statement.get("Action").toString().contains("logs:"))
          .containsExactly(
              Map.of(
                  "Action", List.of("logs:CreateLogStream", "logs:PutLogEvents"),
                  "Effect", "Allow",
                  "Resource", Map.of("Fn::GetAtt", List.of(logGroup, "Arn"))));
    }

    @Test
    @DisplayName("I1: the code itself may not touch network interfaces")
    void deniesNetworkInterfacesToCode() {
      assertThat(statementsWith(DEFAULTS, "ec2:CreateNetworkInterface"))
          .extracting(statement -> statement.get("Effect"), statement -> statement.get("Condition"))
          .containsExactly(
              tuple("Allow", null),
              tuple("Deny", Map.of("Null", Map.of("lambda:SourceFunctionArn", "false"))));
    }

    @Test
    @DisplayName(
        "I1: what is allowed on network interfaces is denied to the code, action for action")
    void deniesAllThatIsAllowed() {
      List<String> allowed = ec2Actions("Allow");
      assertThat(ec2Actions("Deny")).containsExactlyInAnyOrderElementsOf(allowed).hasSize(6);
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(DEFAULTS.toJSON())).isEmpty();
      assertThat(IamWildcards.unexplainedIn(WITH_DATABASE.toJSON())).isEmpty();
    }

    @Test
    void functionWaitsForItsPolicy() {
      Map<String, Object> function = DEFAULTS.findResources(LAMBDA).values().iterator().next();
      assertThat(function.get("DependsOn").toString())
          .contains(DEFAULTS.findResources(POLICY).keySet());
    }

    @Test
    void warnsOfNothing() {
      Stack stack = Synthesis.primaryStack();
      builder(stack, "Payments").build();
      assertThat(warningsOf(stack)).isEmpty();
    }

    private static List<String> ec2Actions(String effect) {
      return statementsOf(DEFAULTS).stream()
          .filter(statement -> effect.equals(statement.get("Effect")))
          .map(statement -> statement.get("Action"))
          .flatMap(action -> action instanceof List<?> list ? list.stream() : Stream.of(action))
          .map(String::valueOf)
          .filter(action -> action.startsWith("ec2:"))
          .toList();
    }
  }

  @Nested
  class Database {
    @Test
    @DisplayName("F1: the environment says where and as whom to connect, without a secret")
    void tellsTheFunctionWhereToConnect() {
      assertThat(child(onlyPropertiesOf(WITH_DATABASE, LAMBDA), "Environment"))
          .containsEntry(
              "Variables",
              Map.of(
                  "DB_HOST", "payments.cluster-abc.us-east-1.rds.amazonaws.com",
                  "DB_PORT", "5432",
                  "DB_NAME", "payments",
                  "DB_USER", "payments_app"));
    }

    @Test
    void tellsTheFunctionWhereToReadIfThatIsElsewhere() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Payments")
                      .database(
                          DatabaseConnection.Builder.create()
                              .host("writer.example.com")
                              .readHost("reader.example.com")
                              .databaseName("payments")
                              .user("payments_app")
                              .resourceId("cluster-ABC")
                              .connectable(
                                  SecurityGroup.fromSecurityGroupId(stack, "Given", "sg-database"))
                              .build())
                      .build());
      assertThat(child(child(onlyPropertiesOf(template, LAMBDA), "Environment"), "Variables"))
          .containsEntry("DB_HOST", "writer.example.com")
          .containsEntry("DB_READ_HOST", "reader.example.com");
    }

    @Test
    @DisplayName("N2: both security groups open the database's port to each other only")
    void opensBothSecurityGroups() {
      String own =
          WITH_DATABASE.findResources("AWS::EC2::SecurityGroup").keySet().iterator().next();
      Map<String, Object> ownId = Map.of("Fn::GetAtt", List.of(own, "GroupId"));
      assertThat(onlyPropertiesOf(WITH_DATABASE, "AWS::EC2::SecurityGroupIngress"))
          .containsEntry("GroupId", "sg-database")
          .containsEntry("SourceSecurityGroupId", ownId)
          .containsEntry("FromPort", 5432)
          .containsEntry("ToPort", 5432);
      assertThat(onlyPropertiesOf(WITH_DATABASE, "AWS::EC2::SecurityGroupEgress"))
          .containsEntry("GroupId", ownId)
          .containsEntry("DestinationSecurityGroupId", "sg-database")
          .containsEntry("FromPort", 5432)
          .containsEntry("ToPort", 5432);
    }

    @Test
    @DisplayName("I1: the function logs in as its own database user only")
    void grantsConnect() {
      assertThat(statementsWith(WITH_DATABASE, "rds-db:connect"))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement.get("Resource").toString())
                      .contains(":dbuser:cluster-ABCDEFGHIJKL/payments_app"));
    }

    @Test
    void connectsToAClusterOfTheSameStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                Vpc vpc = new Vpc(stack, "Vpc");
                DatabaseCluster cluster =
                    DatabaseCluster.Builder.create(stack, "Cluster")
                        .engine(
                            DatabaseClusterEngine.auroraPostgres(
                                AuroraPostgresClusterEngineProps.builder()
                                    .version(AuroraPostgresEngineVersion.VER_15_12)
                                    .build()))
                        .writer(ClusterInstance.serverlessV2("Writer"))
                        .vpc(vpc)
                        .build();
                DatabaseConnection connection =
                    DatabaseConnection.Builder.create()
                        .host(cluster.getClusterEndpoint().getHostname())
                        .port(cluster.getClusterEndpoint().getPort())
                        .databaseName("payments")
                        .user("payments_app")
                        .resourceId(cluster.getClusterResourceIdentifier())
                        .connectable(cluster)
                        .build();
                builder(stack, "Payments").vpc(vpc).database(connection).build();
              });
      String cluster = template.findResources("AWS::RDS::DBCluster").keySet().iterator().next();
      Map<String, Object> port = Map.of("Fn::GetAtt", List.of(cluster, "Endpoint.Port"));
      assertThat(child(child(onlyPropertiesOf(template, LAMBDA), "Environment"), "Variables"))
          .containsEntry("DB_PORT", port);
      assertThat(onlyPropertiesOf(template, "AWS::EC2::SecurityGroupIngress"))
          .containsEntry("FromPort", port);
    }

    @Test
    void keepsTheRulesOfAGivenSecurityGroup() {
      Stack stack = Synthesis.primaryStack();
      ISecurityGroup given =
          SecurityGroup.fromSecurityGroupId(
              stack,
              "Given",
              "sg-given",
              SecurityGroupImportOptions.builder().allowAllOutbound(false).build());
      PaymentFunction function =
          builder(stack, "Payments").securityGroup(given).database(importedDatabase(stack)).build();
      assertThat(function.getConnections().getSecurityGroups()).containsExactly(given);
      Template template = Template.fromStack(stack);
      template.resourceCountIs("AWS::EC2::SecurityGroup", 0);
      assertThat(onlyPropertiesOf(template, "AWS::EC2::SecurityGroupEgress"))
          .containsEntry("GroupId", "sg-given")
          .containsEntry("FromPort", 5432);
    }
  }

  @Nested
  class Callers {
    @Test
    @DisplayName("F2: a role of the app gets both rights that a Function URL asks for, no more")
    void roleMayCallTheUrl() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Payments")
                      .build()
                      .grantInvokeUrl(
                          Role.Builder.create(stack, "Caller")
                              .assumedBy(new ServicePrincipal("ec2.amazonaws.com"))
                              .build()));
      String alias = template.findResources("AWS::Lambda::Alias").keySet().iterator().next();
      assertThat(statementsOf(template))
          .filteredOn(statement -> statement.get("Action").toString().startsWith("lambda:"))
          .containsExactly(
              Map.of(
                  "Action",
                  "lambda:InvokeFunctionUrl",
                  "Effect",
                  "Allow",
                  "Resource",
                  Map.of("Ref", alias),
                  "Condition",
                  Map.of("StringEquals", Map.of("lambda:FunctionUrlAuthType", "AWS_IAM"))),
              Map.of(
                  "Action",
                  "lambda:InvokeFunction",
                  "Effect",
                  "Allow",
                  "Resource",
                  Map.of("Ref", alias),
                  "Condition",
                  Map.of("Bool", Map.of("lambda:InvokedViaFunctionUrl", true))));
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("F2: a principal outside the app gets both rights in the alias's policy")
    void outsiderMayCallTheUrl() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Payments")
                      .build()
                      .grantInvokeUrl(new ArnPrincipal("arn:aws:iam::123456789012:role/prober")));
      assertThat(propertiesOf(template, "AWS::Lambda::Permission"))
          .extracting(
              permission -> permission.get("Action"),
              permission -> permission.get("FunctionUrlAuthType"),
              permission -> permission.get("InvokedViaFunctionUrl"))
          .containsExactlyInAnyOrder(
              tuple("lambda:InvokeFunctionUrl", "AWS_IAM", null),
              tuple("lambda:InvokeFunction", null, true));
      assertThat(propertiesOf(template, "AWS::Lambda::Permission"))
          .allSatisfy(
              permission ->
                  assertThat(permission)
                      .containsEntry("Principal", "arn:aws:iam::123456789012:role/prober")
                      .containsEntry(
                          "FunctionName",
                          Map.of(
                              "Ref",
                              template
                                  .findResources("AWS::Lambda::Alias")
                                  .keySet()
                                  .iterator()
                                  .next())));
    }

    @Test
    @DisplayName("F2: a role in the other region's stack gets both rights on the alias's ARN")
    void roleOfTheOtherRegionMayCallTheUrl() {
      Template template =
          Synthesis.secondary(
              stack ->
                  PaymentFunction.grantInvokeUrlOf(
                      "arn:aws:lambda:us-east-1:123456789012:function:payments:live",
                      Role.Builder.create(stack, "Caller")
                          .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                          .build()));
      String arn = "arn:aws:lambda:us-east-1:123456789012:function:payments:live";
      assertThat(statementsOf(template))
          .containsExactly(
              Map.of(
                  "Action",
                  "lambda:InvokeFunctionUrl",
                  "Effect",
                  "Allow",
                  "Resource",
                  arn,
                  "Condition",
                  Map.of("StringEquals", Map.of("lambda:FunctionUrlAuthType", "AWS_IAM"))),
              Map.of(
                  "Action",
                  "lambda:InvokeFunction",
                  "Effect",
                  "Allow",
                  "Resource",
                  arn,
                  "Condition",
                  Map.of("Bool", Map.of("lambda:InvokedViaFunctionUrl", true))));
    }

    @Test
    void openUrlWarns() {
      Stack stack = Synthesis.primaryStack();
      builder(stack, "Payments").authType(FunctionUrlAuthType.NONE).build();
      assertThat(warningsOf(stack))
          .containsExactly(
              "anybody on the internet can call this Function URL; the code must authorise every"
                  + " request itself, or remove authType(FunctionUrlAuthType.NONE) [ack:"
                  + " @payment-dr/function:urlWithoutAuthorization]");
      assertThat(propertiesOf(Template.fromStack(stack), "AWS::Lambda::Permission"))
          .extracting(permission -> permission.get("Action"))
          .containsExactlyInAnyOrder("lambda:InvokeFunctionUrl", "lambda:InvokeFunction");
    }
  }

  @Nested
  class Versions {
    @Test
    void environmentMakesANewVersion() {
      Template changed =
          Synthesis.primary(
              stack -> builder(stack, "Payments").build().addEnvironment("LEASE_TABLE", "leases"));
      assertThat(versionOf(changed)).isNotEqualTo(versionOf(DEFAULTS));
      assertThat(child(onlyPropertiesOf(changed, LAMBDA), "Environment"))
          .containsEntry("Variables", Map.of("LEASE_TABLE", "leases"));
    }

    @Test
    @DisplayName("tags and concurrency make no new version: Lambda would refuse to publish it")
    void onlyWhatAVersionHoldsMakesANewOne() {
      Template changed =
          Synthesis.primary(
              stack -> {
                tag(stack);
                builder(stack, "Payments").reservedConcurrentExecutions(5).build();
              });
      assertThat(versionOf(changed)).isEqualTo(versionOf(DEFAULTS));
    }

    @Test
    void sameAssetGivesTheSameTemplate() {
      assertThat(withAsset().toJSON()).isEqualTo(withAsset().toJSON());
    }

    @Test
    void orderOfTheEnvironmentMakesNoNewVersion() {
      assertThat(versionOf(withEnvironment("ONE", "TWO")))
          .isEqualTo(versionOf(withEnvironment("TWO", "ONE")));
    }

    private static Template withEnvironment(String first, String second) {
      return Synthesis.primary(
          stack ->
              builder(stack, "Payments")
                  .environment(ImmutableMap.of(first, "1", second, "1"))
                  .build());
    }

    private static Template withAsset() {
      return Synthesis.primary(
          stack ->
              builder(stack, "Payments")
                  .code(Code.fromAsset("src/test/resources/payment-function"))
                  .build());
    }

    private static String versionOf(Template template) {
      return template.findResources("AWS::Lambda::Version").keySet().iterator().next();
    }
  }

  @Nested
  class Metrics {
    @Test
    @DisplayName("F3: metrics speak of the alias, minute by minute")
    void metricsHaveTheAliasesDimensions() {
      Stack stack = Synthesis.primaryStack();
      PaymentFunction function = builder(stack, "Payments").build();
      assertMetric(stack, function.metricInvocations(), "Invocations", "Sum");
      assertMetric(stack, function.metricErrors(), "Errors", "Sum");
      assertMetric(stack, function.metricThrottles(), "Throttles", "Sum");
      assertMetric(stack, function.metricDuration(), "Duration", "p99");
      assertMetric(stack, function.metricConcurrentExecutions(), "ConcurrentExecutions", "Maximum");
    }

    private static void assertMetric(Stack stack, Metric metric, String name, String statistic) {
      assertThat(metric.getNamespace()).isEqualTo("AWS/Lambda");
      assertThat(metric.getMetricName()).isEqualTo(name);
      assertThat(metric.getStatistic()).isEqualTo(statistic);
      assertThat(metric.getPeriod().toSeconds().intValue()).isEqualTo(60);
      assertThat(stack.resolve(metric.getDimensions()).toString())
          .contains("FunctionName={Ref=PaymentsFunction")
          .contains("Resource={Fn::Join=")
          .contains(":live");
    }
  }

  @Nested
  class Composition {
    @Test
    void aloneInAStackWithoutARegion() {
      Stack stack = new Stack(new App(), "Agnostic");
      builder(stack, "Payments").build();
      Template.fromStack(stack).resourceCountIs(LAMBDA, 1);
    }

    @Test
    @DisplayName("I1: no unexplained wildcard under the feature flags of a new project either")
    void underFeatureFlags() {
      App app =
          App.Builder.create()
              .context(
                  ImmutableMap.of(
                      "@aws-cdk/aws-iam:minimizePolicies",
                      true,
                      "@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy",
                      true,
                      "@aws-cdk/aws-lambda:useCdkManagedLogGroup",
                      true))
              .build();
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(app, "TestStack", "us-east-1"),
              stack -> builder(stack, "Payments").database(importedDatabase(stack)).build());
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
      template.resourceCountIs(POLICY, 1);
      template.resourceCountIs("AWS::Logs::LogGroup", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"us-west-2", "eu-central-1", "ap-southeast-2"})
    void theSameInEveryRegion(String region) {
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(region), stack -> builder(stack, "Payments").build());
      assertThat(template.toJSON()).isEqualTo(DEFAULTS.toJSON());
    }

    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                builder(stack, "One").build();
                builder(stack, "Two").build();
              });
      template.resourceCountIs("AWS::Lambda::Url", 2);
      template.resourceCountIs("AWS::Logs::LogGroup", 2);
    }

    @Test
    @DisplayName("G1: every taggable resource has the four tags")
    void everythingIsTagged() {
      Template template =
          Synthesis.primary(
              stack -> {
                tag(stack);
                builder(stack, "Payments").database(importedDatabase(stack)).build();
              });
      for (String type :
          List.of(LAMBDA, "AWS::IAM::Role", "AWS::EC2::SecurityGroup", "AWS::Logs::LogGroup")) {
        assertThat(onlyPropertiesOf(template, type).get("Tags").toString())
            .contains("Environment", "DR-Tier", "ManagedBy", "Application");
      }
    }

    @Test
    void isGrantableAndConnectable() {
      Template template =
          Synthesis.primary(
              stack -> {
                PaymentFunction function = builder(stack, "Payments").build();
                Table table =
                    Table.Builder.create(stack, "Table")
                        .partitionKey(
                            Attribute.builder().name("id").type(AttributeType.STRING).build())
                        .build();
                table.grant(function, "dynamodb:GetItem");
                function
                    .getConnections()
                    .allowTo(
                        SecurityGroup.fromSecurityGroupId(stack, "Cache", "sg-cache"),
                        Port.tcp(6379));
              });
      assertThat(statementsWith(template, "dynamodb:GetItem")).hasSize(1);
      template.resourceCountIs("AWS::EC2::SecurityGroupEgress", 1);
    }

    @Test
    void exposesItsParts() {
      Stack stack = Synthesis.primaryStack();
      PaymentFunction function = builder(stack, "Payments").aliasName("blue").build();
      assertThat(function.getAlias().getAliasName()).isEqualTo("blue");
      assertThat(stack.resolve(function.getUrl()).toString()).contains("FunctionUrl");
      assertThat(function.getFunctionUrl().getUrl()).isEqualTo(function.getUrl());
      assertThat(function.getFunction().getRole().getRoleArn())
          .isEqualTo(function.getRole().getRoleArn());
      assertThat(stack.resolve(function.getLogGroup().getLogGroupName()).toString())
          .contains("PaymentsLogGroup");
    }

    @Test
    void refusesAVpcWithoutPrivateSubnets() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc = publicVpc(stack);
      PaymentFunction.Builder builder = builder(stack, "Payments").vpc(vpc);
      assertThatThrownBy(builder::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "PaymentFunction: the given vpc has no private subnets with egress; set"
                  + " vpcSubnets(...)");
      assertThat(stack.getNode().tryFindChild("Payments")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
      "PUBLIC, 'vpcSubnets must be private, got public subnets; a function in a public subnet has no"
          + " way out'",
      "PRIVATE_ISOLATED, 'vpcSubnets must select subnets that the given vpc has; change the"
          + " selection'"
    })
    void refusesSubnetsThatDoNotServe(SubnetType type, String fault) {
      Stack stack = Synthesis.primaryStack();
      PaymentFunction.Builder builder =
          builder(stack, "Payments").vpcSubnets(SubnetSelection.builder().subnetType(type).build());
      assertThatThrownBy(builder::build).hasMessage("PaymentFunction: " + fault);
      assertThat(stack.getNode().tryFindChild("Payments")).isNull();
    }

    private static IVpc publicVpc(Stack stack) {
      return Vpc.fromVpcAttributes(
          stack,
          "Public",
          VpcAttributes.builder()
              .vpcId("vpc-1")
              .availabilityZones(List.of("us-east-1a"))
              .publicSubnetIds(List.of("subnet-1"))
              .build());
    }
  }

  @Nested
  class Named {
    @Test
    @DisplayName("B2: the function has a name that the other region knows beforehand")
    void hasTheNameOfItsRegion() {
      assertThat(onlyPropertiesOf(named(Synthesis.primaryStack()), LAMBDA))
          .containsEntry("FunctionName", "payment-dr-payments-test-us-east-1");
      assertThat(onlyPropertiesOf(named(Synthesis.secondaryStack()), LAMBDA))
          .containsEntry("FunctionName", "payment-dr-payments-test-us-west-2");
    }

    @Test
    void knowsTheAliasOfTheOtherRegion() {
      Stack stack = Synthesis.primaryStack();
      PaymentFunction function =
          builder(stack, "Payments").names(NAMES).purpose("refunds").aliasName("blue").build();
      assertThat(stack.resolve(function.getPeerAliasArn()).toString())
          .contains(":lambda:us-west-2:")
          .contains(":function:payment-dr-refunds-test-us-west-2:blue")
          .doesNotContain("us-east-1");
      assertThat(function.getNames()).isSameAs(NAMES);
      assertThat(function.getTimeout().toSeconds()).isEqualTo(15);
    }

    @Test
    void knowsNoAliasWithoutANameOfItsOwn() {
      PaymentFunction function = builder(Synthesis.primaryStack(), "Payments").build();
      assertThat(function.getNames()).isNull();
      assertThatThrownBy(function::getPeerAliasArn)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "PaymentFunction: names is required; set names(...), from which the other region's"
                  + " name is made");
    }

    @Test
    void twoFitInOneStackWithDifferentPurposes() {
      Stack stack = Synthesis.primaryStack();
      builder(stack, "Payments").names(NAMES).build();
      builder(stack, "Refunds").names(NAMES).purpose("refunds").build();
      PaymentFunction.Builder second = builder(stack, "Second").names(NAMES);
      assertThatThrownBy(second::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "PaymentFunction: purpose must differ between the payment functions of a stack, got"
                  + " 'payments' twice; set another purpose(...)");
      assertThat(stack.getNode().tryFindChild("Second")).isNull();
    }

    @Test
    void refusesARegionOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      PaymentFunction.Builder builder = builder(stack, "Payments").names(NAMES);
      assertThatThrownBy(builder::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("must be in a region of the pair us-east-1/us-west-2");
      assertThat(stack.getNode().tryFindChild("Payments")).isNull();
    }

    @Test
    void refusesAPurposeThatMakesNoName() {
      PaymentFunctionProps.Builder alone = props().purpose("payments");
      assertThatThrownBy(alone::build)
          .hasMessage(
              "PaymentFunctionProps: purpose needs names, got 'payments' without; set names(...), or"
                  + " remove it and let CloudFormation generate the name");
      PaymentFunctionProps.Builder malformed = props().names(NAMES).purpose("Pay Ments");
      assertThatThrownBy(malformed::build)
          .hasMessage(
              "PaymentFunctionProps: purpose must be lower-case letters, digits and single hyphens,"
                  + " got 'Pay Ments'");
      PaymentFunctionProps.Builder tooLong = props().names(NAMES).purpose("p".repeat(40));
      assertThatThrownBy(tooLong::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("must have at most 63 characters");
    }

    private static Template named(Stack stack) {
      return Synthesis.templateOf(stack, s -> builder(s, "Payments").names(NAMES).build());
    }
  }

  @Nested
  class LogKey {
    @Test
    @DisplayName(
        "I1: CloudWatch Logs may use the key for log groups of this account and region only")
    void admitsCloudWatchLogs() {
      Template template =
          Synthesis.primary(
              stack -> {
                Key key = CustomerKey.create(stack, "LogKey", "function logs");
                builder(stack, "One").logEncryptionKey(key).build();
                builder(stack, "Two").logEncryptionKey(key).build();
              });
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
      assertThat(statements(child(onlyPropertiesOf(template, "AWS::KMS::Key"), "KeyPolicy")))
          .filteredOn(statement -> statement.get("Principal").toString().contains("logs."))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement.get("Condition").toString())
                      .contains("kms:EncryptionContext:aws:logs:arn")
                      .contains(":log-group:*"));
      assertThat(propertiesOf(template, "AWS::Logs::LogGroup"))
          .allMatch(group -> group.containsKey("KmsKeyId"));
    }

    @Test
    void warnsOfAnImportedKey() {
      Stack stack = Synthesis.primaryStack();
      IKey key =
          Key.fromKeyArn(
              stack, "LogKey", "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000");
      builder(stack, "Payments").logEncryptionKey(key).build();
      assertThat(warningsOf(stack))
          .containsExactly(
              "the policy of an imported logEncryptionKey cannot be changed from here; it must"
                  + " admit CloudWatch Logs, otherwise the log group cannot be created [ack:"
                  + " @payment-dr/function:logKeyPolicyNotManaged]");
    }
  }

  @Nested
  class Props {
    @Test
    void namesAllFaultsAtOnce() {
      assertThatThrownBy(
              () ->
                  PaymentFunctionProps.builder()
                      .handler("com.example.Handler handleRequest")
                      .memorySize(64)
                      .timeout(Duration.minutes(16))
                      .environment(ImmutableMap.of("AWS_REGION", "eu-west-1", "1X", "y"))
                      .reservedConcurrentExecutions(-1)
                      .provisionedConcurrentExecutions(0)
                      .aliasName("1")
                      .description("x".repeat(257))
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "PaymentFunctionProps has 12 faults:\n"
                  + "  - vpc is required; set vpc(network.getVpc())\n"
                  + "  - code is required; set code(Code.fromAsset(\"target/handler.jar\"))\n"
                  + "  - handler must be 1 to 128 characters without blanks, got"
                  + " 'com.example.Handler handleRequest'; write"
                  + " com.example.Handler::handleRequest\n"
                  + "  - memorySize must be a whole number of MiB between 128 and 10240, got 64\n"
                  + "  - timeout must be whole seconds between 1 and 900, got 960000 ms\n"
                  + "  - environment variable AWS_REGION is set by Lambda itself; choose another"
                  + " name\n"
                  + "  - environment variables must be named with at least two letters, digits and"
                  + " underscores, starting with a letter, got '1X'\n"
                  + "  - snapStart and provisionedConcurrentExecutions exclude each other; set"
                  + " snapStart(false) or remove provisionedConcurrentExecutions(...)\n"
                  + "  - reservedConcurrentExecutions must be a whole number of 0 or more, got -1;"
                  + " use 0 to refuse every call\n"
                  + "  - provisionedConcurrentExecutions must be a whole number of 1 or more, got"
                  + " 0; remove it for none\n"
                  + "  - aliasName must be 1 to 128 letters, digits, hyphens and underscores, not"
                  + " only digits, got '1'\n"
                  + "  - description must have at most 256 characters, got 257; shorten it by 1");
    }

    @Test
    void refusesMoreProvisionedThanReservedConcurrency() {
      PaymentFunctionProps.Builder props =
          props()
              .snapStart(false)
              .reservedConcurrentExecutions(5)
              .provisionedConcurrentExecutions(6);
      assertThatThrownBy(props::build)
          .hasMessage(
              "PaymentFunctionProps: provisionedConcurrentExecutions must not exceed"
                  + " reservedConcurrentExecutions, got 6 and 5; reserve more or provision less");
    }

    @Test
    void refusesSnapStartOnARuntimeWithoutIt() {
      PaymentFunctionProps.Builder props = props().runtime(Runtime.PROVIDED_AL2023);
      assertThatThrownBy(props::build)
          .hasMessage(
              "PaymentFunctionProps: snapStart does not work with the runtime provided.al2023; set"
                  + " snapStart(false) or choose a runtime such as java21");
    }

    @Test
    void refusesInlineCodeForJava() {
      PaymentFunctionProps.Builder props = props().code(Code.fromInline("class X {}"));
      assertThatThrownBy(props::build)
          .hasMessage(
              "PaymentFunctionProps: code cannot be inline for the runtime java21; use"
                  + " Code.fromAsset(...) or Code.fromBucket(...)");
    }

    @Test
    void refusesAnEnvironmentThatTheDatabaseSets() {
      PaymentFunctionProps.Builder props =
          props()
              .database(importedDatabase(Synthesis.primaryStack()))
              .environment(ImmutableMap.of("DB_HOST", "localhost"));
      assertThatThrownBy(props::build)
          .hasMessage(
              "PaymentFunctionProps: environment variable DB_HOST comes from database(...); remove"
                  + " one of them");
    }

    @Test
    void refusesAnEnvironmentThatIsTooLarge() {
      PaymentFunctionProps.Builder props =
          props().environment(ImmutableMap.of("LARGE", "ä".repeat(2046)));
      assertThatThrownBy(props::build)
          .hasMessage(
              "PaymentFunctionProps: environment must be at most 4096 bytes, got 4097; move what is"
                  + " large into the code");
    }

    @Test
    void refusesToAddWhatLambdaOrTheDatabaseSets() {
      Stack stack = Synthesis.primaryStack();
      PaymentFunction function =
          builder(stack, "Payments").database(importedDatabase(stack)).build();
      assertThatThrownBy(() -> function.addEnvironment("DB_USER", "root"))
          .hasMessage(
              "PaymentFunction: environment variable DB_USER comes from database(...); remove one of"
                  + " them");
      assertThatThrownBy(() -> function.addEnvironment("AWS_SESSION_TOKEN", "x"))
          .hasMessage(
              "PaymentFunction: environment variable AWS_SESSION_TOKEN is set by Lambda itself;"
                  + " choose another name");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1500, 900_001})
    void refusesTimeoutsThatLambdaDoesNotHave(long millis) {
      PaymentFunctionProps.Builder props = props().timeout(Duration.millis(millis));
      assertThatThrownBy(props::build)
          .hasMessage(
              "PaymentFunctionProps: timeout must be whole seconds between 1 and 900, got "
                  + millis
                  + " ms");
    }

    @Test
    void refusesATokenAsAlias() {
      PaymentFunctionProps.Builder props = props().aliasName(Aws.STACK_NAME);
      assertThatThrownBy(props::build)
          .hasMessage(
              "PaymentFunctionProps: aliasName must be known at synthesis, got a deploy-time token;"
                  + " pass a literal value");
    }

    @Test
    void letsDeployTimeTokensThrough() {
      AtomicReference<CfnParameter> parameter = new AtomicReference<>();
      Template template =
          Synthesis.primary(
              stack -> {
                CfnParameter number =
                    CfnParameter.Builder.create(stack, "Number").type("Number").build();
                parameter.set(number);
                builder(stack, "Payments")
                    .handler(number.getValueAsString())
                    .memorySize(number.getValueAsNumber())
                    .timeout(Duration.seconds(number.getValueAsNumber()))
                    .reservedConcurrentExecutions(number.getValueAsNumber())
                    .provisionedConcurrentExecutions(2)
                    .snapStart(false)
                    .environment(ImmutableMap.of("LIMIT", number.getValueAsString()))
                    .description(number.getValueAsString())
                    .build();
              });
      assertThat(onlyPropertiesOf(template, LAMBDA))
          .containsEntry("MemorySize", Map.of("Ref", "Number"))
          .containsEntry("Timeout", Map.of("Ref", "Number"))
          .containsEntry("ReservedConcurrentExecutions", Map.of("Ref", "Number"))
          .doesNotContainKey("SnapStart");
      assertThat(
              child(
                  onlyPropertiesOf(template, "AWS::Lambda::Alias"), "ProvisionedConcurrencyConfig"))
          .containsEntry("ProvisionedConcurrentExecutions", 2);
    }

    @Test
    void everythingCanBeSet() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Payments")
                      .vpcSubnets(
                          SubnetSelection.builder()
                              .subnetType(SubnetType.PRIVATE_WITH_EGRESS)
                              .availabilityZones(List.of("us-east-1a"))
                              .build())
                      .runtime(Runtime.JAVA_25)
                      .architecture(Architecture.X86_64)
                      .memorySize(2048)
                      .timeout(Duration.seconds(5))
                      .logRetention(RetentionDays.ONE_MONTH)
                      .tracing(Tracing.DISABLED)
                      .description("payments")
                      .build());
      assertThat(onlyPropertiesOf(template, LAMBDA))
          .containsEntry("Runtime", "java25")
          .containsEntry("Architectures", List.of("x86_64"))
          .containsEntry("MemorySize", 2048)
          .containsEntry("Timeout", 5)
          .containsEntry("Description", "payments")
          .doesNotContainKey("TracingConfig");
      assertThat(onlyPropertiesOf(template, "AWS::Logs::LogGroup"))
          .containsEntry("RetentionInDays", 30);
      assertThat(statementsWith(template, "xray:PutTraceSegments")).isEmpty();
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }

    @Test
    void gettersReturnTheDefaults() {
      PaymentFunctionProps props = props().build();
      assertThat(props.getRuntime()).hasToString("java21");
      assertThat(props.getArchitecture()).hasToString("arm64");
      assertThat(props.getMemorySize()).isEqualTo(1024);
      assertThat(props.getTimeout().toHumanString()).isEqualTo("15 seconds");
      assertThat(props.getEnvironment()).hasToString("{}");
      assertThat(props.getSnapStart()).isTrue();
      assertThat(props.getAliasName()).isEqualTo("live");
      assertThat(props.getAuthType()).isEqualTo(FunctionUrlAuthType.AWS_IAM);
      assertThat(props.getLogRetention()).isEqualTo(RetentionDays.ONE_WEEK);
      assertThat(props.getTracing()).isEqualTo(Tracing.ACTIVE);
    }
  }

  private static void tag(Stack stack) {
    DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
  }
}
