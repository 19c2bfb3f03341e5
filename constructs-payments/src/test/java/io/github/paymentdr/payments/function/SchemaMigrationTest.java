package io.github.paymentdr.payments.function;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.database.DatabaseConnection;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.secretsmanager.SecretAttributes;
import software.constructs.Construct;

@DisplayName("SchemaMigration")
class SchemaMigrationTest {
  private static final String HANDLER = "com.example.MigrationHandler::handleRequest";
  private static final String SECRET =
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:payments/master-AbCdEf";
  private static final String LAMBDA = "AWS::Lambda::Function";
  private static final String RUN = "Custom::SchemaMigration";

  private static final Template DEFAULTS =
      Synthesis.primary(stack -> builder(stack, "Schema").build());

  /** A migration of a database that somebody else has made, in an imported VPC. */
  private static SchemaMigration.Builder builder(Construct scope, String id) {
    return SchemaMigration.Builder.create(scope, id)
        .vpc(importedVpc(scope))
        .code(code(scope, "version-1"))
        .handler(HANDLER)
        .database(importedDatabase(scope, "payments.cluster-abc.us-east-1.rds.amazonaws.com"))
        .masterSecret(importedSecret(scope));
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

  private static Code code(Construct scope, String version) {
    return Code.fromBucket(artifacts(scope), "handler.jar", version);
  }

  private static IBucket artifacts(Construct scope) {
    IBucket existing = (IBucket) scope.getNode().tryFindChild("Artifacts");
    return existing != null ? existing : Bucket.fromBucketName(scope, "Artifacts", "artifacts");
  }

  private static DatabaseConnection importedDatabase(Construct scope, String host) {
    ISecurityGroup existing =
        (ISecurityGroup) scope.getNode().tryFindChild("DatabaseSecurityGroup");
    return connection(
        existing == null
            ? SecurityGroup.fromSecurityGroupId(scope, "DatabaseSecurityGroup", "sg-database")
            : existing,
        host,
        "payment_app");
  }

  private static DatabaseConnection connection(ISecurityGroup group, String host, String user) {
    return DatabaseConnection.Builder.create()
        .host(host)
        .databaseName("payments")
        .user(user)
        .resourceId("cluster-ABCDEFGHIJKL")
        .connectable(group)
        .build();
  }

  private static ISecret importedSecret(Construct scope) {
    ISecret existing = (ISecret) scope.getNode().tryFindChild("MasterSecret");
    return existing != null
        ? existing
        : Secret.fromSecretCompleteArn(scope, "MasterSecret", SECRET);
  }

  private static SchemaMigrationProps.Builder props() {
    Stack stack = Synthesis.primaryStack();
    return SchemaMigrationProps.builder()
        .vpc(importedVpc(stack))
        .code(code(stack, "version-1"))
        .handler(HANDLER)
        .database(importedDatabase(stack, "host"))
        .masterSecret(importedSecret(stack));
  }

  private static Map<String, Object> handlerOf(Template template) {
    return propertiesOf(template, LAMBDA).stream()
        .filter(function -> HANDLER.equals(function.get("Handler")))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Object> frameworkOf(Template template) {
    return propertiesOf(template, LAMBDA).stream()
        .filter(function -> "framework.onEvent".equals(function.get("Handler")))
        .findFirst()
        .orElseThrow();
  }

  private static String idOf(Template template, String type, String prefix) {
    return template.findResources(type).keySet().stream()
        .filter(id -> id.matches(prefix + "[0-9A-F]{8}"))
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> statementsOf(Template template, String policyPrefix) {
    Map<String, Object> policy =
        child(
            template
                .findResources("AWS::IAM::Policy")
                .get(idOf(template, "AWS::IAM::Policy", policyPrefix)),
            "Properties");
    return (List<Map<String, Object>>) child(policy, "PolicyDocument").get("Statement");
  }

  private static Object triggerOf(Template template) {
    return onlyPropertiesOf(template, RUN).get("Trigger");
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("SchemaMigration", DEFAULTS);
    }

    @Test
    void runsAJava21FunctionInTheVpc() {
      assertThat(handlerOf(DEFAULTS))
          .containsEntry("Runtime", "java21")
          .containsEntry("Architectures", List.of("arm64"))
          .containsEntry("MemorySize", 1024)
          .containsEntry("Timeout", 300)
          .doesNotContainKeys("SnapStart", "FunctionName", "ReservedConcurrentExecutions");
      assertThat(child(handlerOf(DEFAULTS), "VpcConfig"))
          .containsEntry("SubnetIds", List.of("subnet-a", "subnet-b"));
    }

    @Test
    @DisplayName("F1: the environment says where the database is and which secret to read")
    void tellsTheHandlerWhereToConnect() {
      assertThat(child(handlerOf(DEFAULTS), "Environment"))
          .containsEntry(
              "Variables",
              Map.of(
                  "DB_HOST", "payments.cluster-abc.us-east-1.rds.amazonaws.com",
                  "DB_PORT", "5432",
                  "DB_NAME", "payments",
                  "DB_USER", "payment_app",
                  "DB_SECRET_ARN", SECRET));
    }

    @Test
    void cloudFormationCallsItThroughTheProviderFramework() {
      String framework = idOf(DEFAULTS, LAMBDA, "SchemaProviderframeworkonEvent");
      String handler = idOf(DEFAULTS, LAMBDA, "SchemaFunction");
      assertThat(onlyPropertiesOf(DEFAULTS, RUN))
          .containsEntry("ServiceToken", Map.of("Fn::GetAtt", List.of(framework, "Arn")))
          .containsEntry("ServiceTimeout", "960")
          .containsEntry("DatabaseHost", "payments.cluster-abc.us-east-1.rds.amazonaws.com")
          .containsEntry("DatabaseName", "payments")
          .containsEntry("DatabaseUser", "payment_app");
      assertThat(child(frameworkOf(DEFAULTS), "Environment"))
          .containsEntry(
              "Variables",
              Map.of("USER_ON_EVENT_FUNCTION_ARN", Map.of("Fn::GetAtt", List.of(handler, "Arn"))));
    }

    @Test
    @DisplayName("F3: two log groups of its own with 7-day retention, kept on deletion")
    void hasLogGroups() {
      assertThat(propertiesOf(DEFAULTS, "AWS::Logs::LogGroup"))
          .hasSize(2)
          .allSatisfy(group -> assertThat(group).containsEntry("RetentionInDays", 7));
      assertThat(child(handlerOf(DEFAULTS), "LoggingConfig"))
          .containsEntry(
              "LogGroup", Map.of("Ref", idOf(DEFAULTS, "AWS::Logs::LogGroup", "SchemaLogGroup")));
      assertThat(child(frameworkOf(DEFAULTS), "LoggingConfig"))
          .containsEntry(
              "LogGroup",
              Map.of("Ref", idOf(DEFAULTS, "AWS::Logs::LogGroup", "SchemaProviderLogGroup")));
      DEFAULTS.allResources("AWS::Logs::LogGroup", Map.of("DeletionPolicy", "Retain"));
    }

    @Test
    @DisplayName("deleting the stack does not call the handler: migrations only go forward")
    void isNotCalledOnDeletion() {
      DEFAULTS.hasResource(
          RUN, Map.of("DeletionPolicy", "Retain", "UpdateReplacePolicy", "Retain"));
    }

    @Test
    void theFrameworkIsNotInTheVpc() {
      assertThat(frameworkOf(DEFAULTS)).doesNotContainKey("VpcConfig");
    }

    @Test
    @DisplayName("N2: it lets out HTTPS and the way to the database, and lets nothing in")
    void opensTheDatabaseOnly() {
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::EC2::SecurityGroup"))
          .doesNotContainKey("SecurityGroupIngress")
          .extractingByKey("SecurityGroupEgress")
          .asString()
          .contains("ToPort=443");
      Map<String, Object> own =
          Map.of(
              "Fn::GetAtt",
              List.of(idOf(DEFAULTS, "AWS::EC2::SecurityGroup", "SchemaSecurityGroup"), "GroupId"));
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::EC2::SecurityGroupEgress"))
          .containsEntry("GroupId", own)
          .containsEntry("DestinationSecurityGroupId", "sg-database")
          .containsEntry("FromPort", 5432)
          .containsEntry("ToPort", 5432);
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::EC2::SecurityGroupIngress"))
          .containsEntry("GroupId", "sg-database")
          .containsEntry("SourceSecurityGroupId", own)
          .containsEntry("FromPort", 5432)
          .containsEntry("ToPort", 5432);
    }

    @Test
    void runsOnlyOnceItsWayToTheDatabaseIsOpen() {
      assertThat(DEFAULTS.findResources(RUN).values().iterator().next().get("DependsOn"))
          .asInstanceOf(InstanceOfAssertFactories.LIST)
          .containsAll(DEFAULTS.findResources("AWS::EC2::SecurityGroupEgress").keySet())
          .containsAll(DEFAULTS.findResources("AWS::EC2::SecurityGroupIngress").keySet());
    }

    @Test
    @DisplayName("I1: the framework may call this one function and write its own log")
    void frameworkRoleIsNarrow() {
      String handler = idOf(DEFAULTS, LAMBDA, "SchemaFunction");
      String logGroup = idOf(DEFAULTS, "AWS::Logs::LogGroup", "SchemaProviderLogGroup");
      assertThat(statementsOf(DEFAULTS, "SchemaProviderRoleDefaultPolicy"))
          .containsExactly(
              Map.of(
                  "Action", List.of("logs:CreateLogStream", "logs:PutLogEvents"),
                  "Effect", "Allow",
                  "Resource", Map.of("Fn::GetAtt", List.of(logGroup, "Arn"))),
              Map.of(
                  "Action", List.of("lambda:GetFunction", "lambda:InvokeFunction"),
                  "Effect", "Allow",
                  "Resource", Map.of("Fn::GetAtt", List.of(handler, "Arn"))));
      assertThat(propertiesOf(DEFAULTS, "AWS::IAM::Role"))
          .hasSize(2)
          .allSatisfy(role -> assertThat(role).doesNotContainKey("ManagedPolicyArns"));
    }

    @Test
    @DisplayName("I1: it reads exactly the master secret")
    void readsTheSecret() {
      assertThat(statementsOf(DEFAULTS, "SchemaRoleDefaultPolicy"))
          .filteredOn(statement -> statement.toString().contains("secretsmanager"))
          .containsExactly(
              Map.of(
                  "Action", "secretsmanager:GetSecretValue",
                  "Effect", "Allow",
                  "Resource", SECRET));
      assertThat(statementsOf(DEFAULTS, "SchemaRoleDefaultPolicy"))
          .noneMatch(statement -> statement.toString().contains("kms:"))
          .noneMatch(statement -> statement.toString().contains("rds-db:"));
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(DEFAULTS.toJSON())).isEmpty();
    }

    @Test
    void isFreeOfCircles() {
      assertThat(DependencyCycles.in(DEFAULTS.toJSON())).isEmpty();
    }

    @Test
    void bothFunctionsWaitForTheirPolicies() {
      assertThat(DEFAULTS.findResources(LAMBDA).values())
          .allSatisfy(
              function -> assertThat(function.get("DependsOn").toString()).contains("RoleDefault"));
    }
  }

  @Nested
  class MasterSecret {
    @Test
    @DisplayName("I1: a secret known by name only is reached by an explained wildcard")
    void knownByName() {
      Template template =
          Synthesis.secondary(
              stack ->
                  builder(stack, "Schema")
                      .masterSecret(Secret.fromSecretNameV2(stack, "ByName", "pair/master"))
                      .build());
      assertThat(statementsOf(template, "SchemaRoleDefaultPolicy").toString())
          .contains(":secret:pair/master-??????");
      assertThat(child(child(handlerOf(template), "Environment"), "Variables").get("DB_SECRET_ARN"))
          .asString()
          .contains(":secret:pair/master");
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("I1: a customer key may be used through Secrets Manager only")
    void encryptedWithAKey() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Schema")
                      .masterSecret(
                          Secret.fromSecretAttributes(
                              stack,
                              "WithKey",
                              SecretAttributes.builder()
                                  .secretCompleteArn(SECRET)
                                  .encryptionKey(
                                      Key.fromKeyArn(
                                          stack,
                                          "Key",
                                          "arn:aws:kms:us-east-1:123456789012:key/1234"))
                                  .build()))
                      .build());
      assertThat(statementsOf(template, "SchemaRoleDefaultPolicy"))
          .filteredOn(statement -> "kms:Decrypt".equals(statement.get("Action")))
          .singleElement()
          .satisfies(
              statement -> {
                assertThat(statement)
                    .containsEntry("Resource", "arn:aws:kms:us-east-1:123456789012:key/1234");
                assertThat(statement.get("Condition").toString())
                    .contains("kms:ViaService", "secretsmanager.");
              });
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }
  }

  @Nested
  class RunsAgain {
    @Test
    void whenTheObjectInTheBucketChanges() {
      assertThat(triggerOf(DEFAULTS).toString()).contains("handler.jar", "version-1");
      assertThat(triggerOf(with("version-2"))).isNotEqualTo(triggerOf(DEFAULTS));
    }

    @Test
    void whenTheAssetChanges() {
      assertThat(triggerOf(withAsset("schema-migration")).toString())
          .isEqualTo(triggerOf(withAsset("schema-migration")).toString())
          .isNotEqualTo(triggerOf(withAsset("payment-function")).toString())
          .matches("(?s).*[0-9a-f]{64}\\.zip.*");
    }

    @Test
    void whenInlineCodeChanges() {
      assertThat(triggerOf(inline("exports.a = 1")))
          .isEqualTo(triggerOf(inline("exports.a = 1")))
          .isNotEqualTo(triggerOf(inline("exports.a = 2")))
          .asString()
          .matches("[0-9a-f]{64}");
    }

    @Test
    @DisplayName("a key that is known at deploy time only is compared then")
    void whenAParameterOfTheCodeChanges() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Schema")
                      .code(
                          Code.fromBucket(
                              artifacts(stack),
                              new CfnParameter(stack, "CodeKey").getValueAsString()))
                      .build());
      assertThat(triggerOf(template).toString()).contains("{Ref=CodeKey}", "Fn::Join");
    }

    @Test
    void whenTheDatabaseOrItsUserChanges() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Schema")
                      .database(
                          connection(
                              SecurityGroup.fromSecurityGroupId(stack, "Other", "sg-other"),
                              "other.cluster-abc.us-east-1.rds.amazonaws.com",
                              "other_app"))
                      .build());
      assertThat(onlyPropertiesOf(template, RUN))
          .containsEntry("Trigger", triggerOf(DEFAULTS))
          .containsEntry("DatabaseHost", "other.cluster-abc.us-east-1.rds.amazonaws.com")
          .containsEntry("DatabaseUser", "other_app");
    }

    @Test
    void notWhenTheFunctionIsOnlyConfiguredAnew() {
      Template template =
          Synthesis.primary(
              stack ->
                  builder(stack, "Schema")
                      .memorySize(2048)
                      .timeout(Duration.minutes(14))
                      .runtime(Runtime.JAVA_25)
                      .architecture(Architecture.X86_64)
                      .environment(ImmutableMap.of("FLYWAY_LOGGERS", "slf4j"))
                      .logRetention(RetentionDays.ONE_YEAR)
                      .build());
      assertThat(onlyPropertiesOf(template, RUN)).isEqualTo(onlyPropertiesOf(DEFAULTS, RUN));
      assertThat(handlerOf(template))
          .containsEntry("MemorySize", 2048)
          .containsEntry("Timeout", 840)
          .containsEntry("Runtime", "java25")
          .containsEntry("Architectures", List.of("x86_64"));
      assertThat(propertiesOf(template, "AWS::Logs::LogGroup"))
          .allSatisfy(group -> assertThat(group).containsEntry("RetentionInDays", 365));
    }

    @Test
    void whenTheGivenTriggerChangesAndNotWithTheCode() {
      Template one = Synthesis.primary(stack -> builder(stack, "Schema").trigger("V7").build());
      Template other =
          Synthesis.primary(
              stack ->
                  builder(stack, "Schema").code(code(stack, "version-2")).trigger("V7").build());
      assertThat(triggerOf(one)).isEqualTo("V7").isEqualTo(triggerOf(other));
    }

    private static Template with(String version) {
      return Synthesis.primary(
          stack -> builder(stack, "Schema").code(code(stack, version)).build());
    }

    private static Template withAsset(String folder) {
      return Synthesis.primary(
          stack ->
              builder(stack, "Schema")
                  .code(Code.fromAsset("src/test/resources/" + folder))
                  .build());
    }

    private static Template inline(String source) {
      return Synthesis.primary(
          stack ->
              builder(stack, "Schema")
                  .runtime(Runtime.NODEJS_22_X)
                  .code(Code.fromInline(source))
                  .build());
    }
  }

  @Nested
  class Composition {
    @Test
    void aloneInAStackWithoutARegion() {
      Stack stack = new Stack(new App(), "Agnostic");
      builder(stack, "Schema").build();
      Template.fromStack(stack).resourceCountIs(RUN, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"us-west-2", "eu-central-1", "ap-southeast-2"})
    void theSameInEveryRegion(String region) {
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(region), stack -> builder(stack, "Schema").build());
      // The framework's code is an asset, and assets have a bucket in each region.
      assertThat(template.toJSON().toString().replace(region, "us-east-1"))
          .isEqualTo(DEFAULTS.toJSON().toString());
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
              stack -> builder(stack, "Schema").build());
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
      template.resourceCountIs("AWS::IAM::Policy", 2);
      template.resourceCountIs("AWS::Logs::LogGroup", 2);
    }

    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                builder(stack, "One").build();
                builder(stack, "Two").build();
              });
      template.resourceCountIs(RUN, 2);
      template.resourceCountIs(LAMBDA, 4);
      template.resourceCountIs("AWS::EC2::SecurityGroupIngress", 2);
      assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("G1: every taggable resource has the four tags, the framework's too")
    void everythingIsTagged() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
                builder(stack, "Schema").build();
              });
      for (String type :
          List.of(LAMBDA, "AWS::IAM::Role", "AWS::EC2::SecurityGroup", "AWS::Logs::LogGroup")) {
        assertThat(propertiesOf(template, type))
            .isNotEmpty()
            .allSatisfy(
                resource ->
                    assertThat(resource.get("Tags").toString())
                        .contains("Environment", "DR-Tier", "ManagedBy", "Application"));
      }
    }

    @Test
    void exposesItsParts() {
      Stack stack = Synthesis.primaryStack();
      SchemaMigration migration = builder(stack, "Schema").build();
      assertThat(stack.resolve(migration.getSchemaVersion()).toString())
          .matches("\\{Fn::GetAtt=\\[SchemaRun[0-9A-F]{8}, SchemaVersion]}");
      assertThat(migration.getFunction().getRole().getRoleArn())
          .isEqualTo(migration.getRole().getRoleArn());
      assertThat(migration.getGrantPrincipal()).isEqualTo(migration.getRole());
      assertThat(stack.resolve(migration.getLogGroup().getLogGroupName()).toString())
          .contains("SchemaLogGroup");
      assertThat(migration.getConnections().getSecurityGroups()).hasSize(1);
    }

    @Test
    void synthesisesTheSameTwice() {
      assertThat(Synthesis.primary(stack -> builder(stack, "Schema").build()).toJSON())
          .isEqualTo(DEFAULTS.toJSON());
    }

    @Test
    void takesTokens() {
      Template template =
          Synthesis.primary(
              stack -> {
                Number port =
                    CfnParameter.Builder.create(stack, "Port")
                        .type("Number")
                        .build()
                        .getValueAsNumber();
                builder(stack, "Schema")
                    .handler(new CfnParameter(stack, "Handler").getValueAsString())
                    .trigger(new CfnParameter(stack, "Trigger").getValueAsString())
                    .memorySize(
                        CfnParameter.Builder.create(stack, "Memory")
                            .type("Number")
                            .build()
                            .getValueAsNumber())
                    .timeout(
                        Duration.seconds(
                            CfnParameter.Builder.create(stack, "Timeout")
                                .type("Number")
                                .build()
                                .getValueAsNumber()))
                    .database(
                        DatabaseConnection.Builder.create()
                            .host(new CfnParameter(stack, "Host").getValueAsString())
                            .port(port)
                            .databaseName("payments")
                            .user("payment_app")
                            .resourceId("cluster-1")
                            .connectable(
                                SecurityGroup.fromSecurityGroupId(
                                    stack,
                                    "Group",
                                    new CfnParameter(stack, "GroupId").getValueAsString()))
                            .build())
                    .build();
              });
      assertThat(onlyPropertiesOf(template, RUN))
          .containsEntry("Trigger", Map.of("Ref", "Trigger"))
          .containsEntry("DatabaseHost", Map.of("Ref", "Host"));
      assertThat(onlyPropertiesOf(template, "AWS::EC2::SecurityGroupIngress"))
          .containsEntry("FromPort", Map.of("Ref", "Port"));
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
      SchemaMigration.Builder builder =
          builder(stack, "Schema").vpcSubnets(SubnetSelection.builder().subnetType(type).build());
      assertThatThrownBy(builder::build).hasMessage("SchemaMigration: " + fault);
      assertThat(stack.getNode().tryFindChild("Schema")).isNull();
    }
  }

  @Nested
  class Props {
    @Test
    void haveDefaults() {
      SchemaMigrationProps props = props().build();
      assertThat(props.getTimeout().toMinutes()).isEqualTo(5);
      assertThat(props.getMemorySize()).isEqualTo(1024);
      assertThat(props.getLogRetention()).isEqualTo(RetentionDays.ONE_WEEK);
      assertThat(props.getEnvironment()).isEmpty();
      assertThat(props.getTrigger()).isNull();
    }

    @Test
    void nameAllThatIsMissing() {
      assertThatThrownBy(() -> SchemaMigrationProps.builder().build())
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e ->
                  assertThat(e.getFaults())
                      .containsExactly(
                          "vpc is required; set vpc(network.getVpc())",
                          "code is required; set code(Code.fromAsset(\"target/handler.jar\"))",
                          "handler is required; set"
                              + " handler(\"com.example.MigrationHandler::handleRequest\")",
                          "database is required; set"
                              + " database(cluster.connectionFor(\"payment_app\"))",
                          "masterSecret is required; set masterSecret(cluster.getSecret())"));
    }

    @Test
    void nameAllThatIsWrong() {
      assertThatThrownBy(
              () ->
                  props()
                      .code(Code.fromInline("no"))
                      .handler("a handler")
                      .memorySize(64)
                      .timeout(Duration.minutes(15))
                      .environment(
                          ImmutableMap.of(
                              "AWS_REGION", "x", "DB_HOST", "x", "DB_SECRET_ARN", "x", "1", "x"))
                      .trigger("")
                      .build())
          .isInstanceOfSatisfying(
              InvalidInputException.class,
              e ->
                  assertThat(e.getFaults())
                      .containsExactly(
                          "code cannot be inline for the runtime java21; use Code.fromAsset(...) or"
                              + " Code.fromBucket(...)",
                          "handler must be 1 to 128 characters without blanks, got 'a handler';"
                              + " write com.example.Handler::handleRequest",
                          "memorySize must be a whole number of MiB between 128 and 10240, got 64",
                          "timeout must be whole seconds between 1 and 840, got 900000 ms; the"
                              + " provider framework ends after 900 seconds and must be able to"
                              + " report before",
                          "environment variable AWS_REGION is set by Lambda itself; choose another"
                              + " name",
                          "environment variable DB_HOST comes from database(...); remove one of"
                              + " them",
                          "environment variables must be named with at least two letters, digits"
                              + " and underscores, starting with a letter, got '1'",
                          "environment variable DB_SECRET_ARN comes from masterSecret(...); remove"
                              + " one of them",
                          "trigger must not be empty; remove it to run the migration when the code"
                              + " changes"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 840})
    void takeTheBounds(int seconds) {
      assertThat(props().timeout(Duration.seconds(seconds)).build().getTimeout().toSeconds())
          .isEqualTo(seconds);
    }

    @Test
    void copyTheEnvironment() {
      Map<String, String> given = new LinkedHashMap<>(Map.of("ONE", "1"));
      SchemaMigrationProps props = props().environment(given).build();
      given.put("TWO", "2");
      assertThat(props.getEnvironment()).isEqualTo(Map.of("ONE", "1"));
    }
  }

  /** Keeps the builder of the construct and that of the props the same. */
  @Test
  void builderTakesWhatThePropsTake() {
    Stack stack = Synthesis.primaryStack();
    SchemaMigration made = new SchemaMigration(stack, "Schema", propsIn(stack));
    assertThat(made.getNode().getId()).isEqualTo("Schema");
    assertThat(Template.fromStack(stack).toJSON()).isEqualTo(DEFAULTS.toJSON());
  }

  private static SchemaMigrationProps propsIn(Stack stack) {
    return SchemaMigrationProps.builder()
        .vpc(importedVpc(stack))
        .code(code(stack, "version-1"))
        .handler(HANDLER)
        .database(importedDatabase(stack, "payments.cluster-abc.us-east-1.rds.amazonaws.com"))
        .masterSecret(importedSecret(stack))
        .build();
  }
}
