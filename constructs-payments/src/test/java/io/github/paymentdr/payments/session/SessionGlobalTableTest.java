package io.github.paymentdr.payments.session;

import static io.github.paymentdr.payments.testing.Resources.child;
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
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.dynamodb.Operation;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.Key;

@DisplayName("SessionGlobalTable")
class SessionGlobalTableTest {
  private static final String TABLE = "AWS::DynamoDB::GlobalTable";
  private static final String PRIMARY_KEY = "arn:aws:kms:us-east-1:111122223333:key/1111aaaa";
  private static final String SECONDARY_KEY = "arn:aws:kms:us-west-2:111122223333:key/2222bbbb";
  private static final SessionTableKeys KEYS = SessionTableKeys.of(PRIMARY_KEY, SECONDARY_KEY);

  private static final Template PRIMARY =
      Synthesis.primary(stack -> tableWithReaderAndWriter(stack, sessions(stack)));
  private static final Template SECONDARY =
      Synthesis.secondary(stack -> tableWithReaderAndWriter(stack, sessions(stack)));

  private static SessionGlobalTable.Builder sessions(Stack stack) {
    return SessionGlobalTable.Builder.create(stack, "Sessions").names(NAMES);
  }

  private static void tableWithReaderAndWriter(Stack stack, SessionGlobalTable.Builder builder) {
    SessionGlobalTable table = builder.build();
    table.grantReadData(role(stack, "Reader"));
    table.grantReadWriteData(role(stack, "Writer"));
  }

  private static Role role(Stack stack, String id) {
    return Role.Builder.create(stack, id)
        .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
        .build();
  }

  private static List<Map<String, Object>> replicas(Template template) {
    return list(onlyPropertiesOf(template, TABLE).get("Replicas"));
  }

  private static List<Map<String, Object>> statementsOf(Template template, int policy) {
    return list(
        child(propertiesOf(template, "AWS::IAM::Policy").get(policy), "PolicyDocument")
            .get("Statement"));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Object value) {
    return (List<Map<String, Object>>) value;
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("SessionGlobalTable", PRIMARY);
      GoldenTemplate.assertMatches("SessionGlobalTable-secondary", SECONDARY);
    }

    @Test
    @DisplayName("T1: a global table in both regions, on demand, eventually consistent")
    void globalTableOnDemand() {
      assertThat(onlyPropertiesOf(PRIMARY, TABLE))
          .containsEntry("TableName", "payment-dr-sessions-test")
          .containsEntry("BillingMode", "PAY_PER_REQUEST")
          .containsEntry("MultiRegionConsistency", "EVENTUAL");
      assertThat(replicas(PRIMARY))
          .extracting(replica -> replica.get("Region"))
          .containsExactlyInAnyOrder("us-east-1", "us-west-2");
    }

    @Test
    @DisplayName("T1: point-in-time recovery and deletion protection on each replica")
    void recoverableAndProtected() {
      assertThat(replicas(PRIMARY))
          .hasSize(2)
          .allSatisfy(
              replica ->
                  assertThat(replica)
                      .containsEntry("DeletionProtectionEnabled", true)
                      .containsEntry(
                          "PointInTimeRecoverySpecification",
                          Map.of("PointInTimeRecoveryEnabled", true, "RecoveryPeriodInDays", 35)));
      assertThat(PRIMARY.findResources(TABLE).values())
          .allSatisfy(
              table ->
                  assertThat(table)
                      .containsEntry("DeletionPolicy", "Retain")
                      .containsEntry("UpdateReplacePolicy", "Retain"));
    }

    @Test
    @DisplayName("T1: encrypted with the AWS managed key of each region")
    void encryptedWithManagedKey() {
      assertThat(onlyPropertiesOf(PRIMARY, TABLE))
          .containsEntry("SSESpecification", Map.of("SSEEnabled", true, "SSEType", "KMS"));
      assertThat(replicas(PRIMARY)).noneMatch(replica -> replica.containsKey("SSESpecification"));
    }

    @Test
    void sessionsExpireByThemselves() {
      assertThat(onlyPropertiesOf(PRIMARY, TABLE))
          .containsEntry(
              "TimeToLiveSpecification", Map.of("AttributeName", "expiresAt", "Enabled", true))
          .containsEntry(
              "KeySchema", List.of(Map.of("AttributeName", "sessionId", "KeyType", "HASH")));
    }

    @Test
    @DisplayName("G1: the four tags are on each replica")
    void tagsEachReplica() {
      Template template =
          Synthesis.primary(
              stack -> {
                sessions(stack).build();
                DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
              });
      assertThat(replicas(template))
          .hasSize(2)
          .allSatisfy(
              replica ->
                  assertThat(list(replica.get("Tags")))
                      .containsExactlyInAnyOrder(
                          Map.of("Key", "Application", "Value", "PaymentProcessor"),
                          Map.of("Key", "DR-Tier", "Value", "Critical"),
                          Map.of("Key", "Environment", "Value", "Production"),
                          Map.of("Key", "ManagedBy", "Value", "CDK")));
    }

    @Test
    @DisplayName("I1: reading means by key, writing adds the item operations, nobody scans")
    void grantsAreNarrow() {
      assertThat(statementsOf(PRIMARY, 0))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement)
                      .containsEntry("Action", List.of("dynamodb:GetItem", "dynamodb:Query")));
      assertThat(statementsOf(PRIMARY, 1))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement)
                      .containsEntry(
                          "Action",
                          List.of(
                              "dynamodb:GetItem",
                              "dynamodb:Query",
                              "dynamodb:ConditionCheckItem",
                              "dynamodb:PutItem",
                              "dynamodb:UpdateItem",
                              "dynamodb:DeleteItem")));
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(PRIMARY.toJSON())).isEmpty();
      assertThat(IamWildcards.unexplainedIn(SECONDARY.toJSON())).isEmpty();
    }
  }

  @Nested
  class Roles {
    @Test
    @DisplayName("T1: the secondary region refers to its replica by name")
    void secondaryMakesNoTable() {
      SECONDARY.resourceCountIs(TABLE, 0);
      Stack stack = Synthesis.secondaryStack();
      SessionGlobalTable table = sessions(stack).build();
      assertThat(table.getTableName()).isEqualTo("payment-dr-sessions-test");
    }

    @Test
    @DisplayName("I1: each region's grants are for its own replica")
    void grantsAreLocal() {
      assertThat(statementsOf(PRIMARY, 0).get(0))
          .containsEntry("Resource", Map.of("Fn::GetAtt", List.of("SessionsTableA5E8383B", "Arn")));
      assertThat(statementsOf(SECONDARY, 0).get(0))
          .containsEntry(
              "Resource",
              Map.of(
                  "Fn::Join",
                  List.of(
                      "",
                      List.of(
                          "arn:",
                          Map.of("Ref", "AWS::Partition"),
                          ":dynamodb:us-west-2:",
                          Map.of("Ref", "AWS::AccountId"),
                          ":table/payment-dr-sessions-test"))));
    }

    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void worksInOtherPairs(String primary, String secondary) {
      DrNames names = names(RegionPair.of(primary, secondary));
      Template defining =
          Synthesis.templateOf(
              Synthesis.stackIn(primary),
              stack -> SessionGlobalTable.Builder.create(stack, "Sessions").names(names).build());
      Template importing =
          Synthesis.templateOf(
              Synthesis.stackIn(secondary),
              stack -> SessionGlobalTable.Builder.create(stack, "Sessions").names(names).build());
      assertThat(replicas(defining))
          .extracting(replica -> replica.get("Region"))
          .containsExactlyInAnyOrder(primary, secondary);
      assertThat(importing.toJSON()).doesNotContainKey("Resources");
    }

    @Test
    void acceptsAKnownAccount() {
      App app = new App();
      Stack stack =
          Stack.Builder.create(app, "Known")
              .env(Environment.builder().region("us-west-2").account("111122223333").build())
              .build();
      tableWithReaderAndWriter(stack, sessions(stack));
      assertThat(statementsOf(Template.fromStack(stack), 0).get(0).get("Resource").toString())
          .contains(":dynamodb:us-west-2:111122223333:table/payment-dr-sessions-test");
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> sessions(stack).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }

    @Test
    void refusesAStackWithoutARegion() {
      Stack stack = new Stack(new App(), "Agnostic");
      assertThatThrownBy(() -> sessions(stack).build())
          .hasMessage(
              "stack Agnostic: the stack must name its region, got an environment-agnostic stack;"
                  + " set env(Environment.builder().region(\"us-east-1\").build())");
    }

    private DrNames names(RegionPair pair) {
      return DrNames.Builder.create().regionPair(pair).application("payment-dr").build();
    }
  }

  @Nested
  class CustomerKeys {
    private static final Template WITH_KEYS =
        Synthesis.primary(
            stack -> tableWithReaderAndWriter(stack, sessions(stack).customerKeys(KEYS)));
    private static final Template SECONDARY_WITH_KEYS =
        Synthesis.secondary(
            stack -> tableWithReaderAndWriter(stack, sessions(stack).customerKeys(KEYS)));

    @Test
    @DisplayName("T1: a customer key for each replica, of the replica's region")
    void encryptsEachReplica() {
      assertThat(replicas(WITH_KEYS))
          .allSatisfy(
              replica ->
                  assertThat(replica)
                      .containsEntry(
                          "SSESpecification",
                          Map.of(
                              "KMSMasterKeyId",
                              "us-east-1".equals(replica.get("Region"))
                                  ? PRIMARY_KEY
                                  : SECONDARY_KEY)));
    }

    @Test
    @DisplayName("I1: whoever may use the replica may use its key, through DynamoDB only")
    void grantsTheLocalKey() {
      assertThat(statementsOf(WITH_KEYS, 0).get(1))
          .containsEntry("Action", List.of("kms:Decrypt", "kms:DescribeKey"))
          .containsEntry("Resource", PRIMARY_KEY)
          .containsEntry("Condition", onlyThrough("dynamodb.us-east-1."));
      assertThat(statementsOf(SECONDARY_WITH_KEYS, 1).get(1))
          .containsEntry(
              "Action",
              List.of(
                  "kms:Decrypt",
                  "kms:DescribeKey",
                  "kms:Encrypt",
                  "kms:GenerateDataKey",
                  "kms:GenerateDataKeyWithoutPlaintext",
                  "kms:ReEncryptFrom",
                  "kms:ReEncryptTo"))
          .containsEntry("Resource", SECONDARY_KEY)
          .containsEntry("Condition", onlyThrough("dynamodb.us-west-2."));
      assertThat(IamWildcards.unexplainedIn(WITH_KEYS.toJSON())).isEmpty();
      assertThat(IamWildcards.unexplainedIn(SECONDARY_WITH_KEYS.toJSON())).isEmpty();
    }

    private Map<String, ?> onlyThrough(String service) {
      return Map.of(
          "StringEquals",
          Map.of(
              "kms:ViaService",
              Map.of("Fn::Join", List.of("", List.of(service, Map.of("Ref", "AWS::URLSuffix"))))));
    }

    @Test
    void mayBeTokens() {
      Template template =
          Synthesis.primary(
              stack -> {
                Key key = new Key(stack, "Own");
                String peerKey = Fn.getStackOutput("keys", "KeyArn", "us-west-2");
                tableWithReaderAndWriter(
                    stack,
                    sessions(stack).customerKeys(SessionTableKeys.of(key.getKeyArn(), peerKey)));
              });
      assertThat(replicas(template).toString())
          .contains("Fn::GetAtt=[Own30425842, Arn]")
          .contains("Fn::GetStackOutput");
    }

    @Test
    void haveTheUsualValueMethods() {
      SessionTableKeys same = SessionTableKeys.of(PRIMARY_KEY, SECONDARY_KEY);
      assertThat(same).isEqualTo(KEYS).hasSameHashCodeAs(KEYS);
      assertThat(same).isNotEqualTo(SessionTableKeys.of(SECONDARY_KEY, PRIMARY_KEY));
      assertThat(same).hasToString(PRIMARY_KEY + " and " + SECONDARY_KEY);
    }
  }

  @Nested
  class Metrics {
    @Test
    @DisplayName("T1: throttling is measured for the local replica, in each role")
    void ofTheLocalReplica() {
      Stack stack = Synthesis.secondaryStack();
      SessionGlobalTable table = sessions(stack).build();
      assertMetric(
          table.metricReadThrottleEvents(),
          "ReadThrottleEvents",
          "Sum",
          Map.of("TableName", "payment-dr-sessions-test"));
      assertMetric(
          table.metricWriteThrottleEvents(),
          "WriteThrottleEvents",
          "Sum",
          Map.of("TableName", "payment-dr-sessions-test"));
      assertMetric(
          table.metricThrottledRequests(Operation.PUT_ITEM),
          "ThrottledRequests",
          "Sum",
          Map.of("TableName", "payment-dr-sessions-test", "Operation", "PutItem"));
      assertMetric(
          table.metricSystemErrors(Operation.TRANSACT_WRITE_ITEMS),
          "SystemErrors",
          "Sum",
          Map.of("TableName", "payment-dr-sessions-test", "Operation", "TransactWriteItems"));
      assertMetric(
          table.metricReplicationLatency(),
          "ReplicationLatency",
          "Average",
          Map.of("TableName", "payment-dr-sessions-test", "ReceivingRegion", "us-east-1"));
    }

    @Test
    void inThePrimaryRegionTheTableIsDeployedBeforeItsAlarms() {
      Stack stack = Synthesis.primaryStack();
      SessionGlobalTable table = sessions(stack).build();
      Metric metric = table.metricReplicationLatency();
      assertThat(metric.getDimensions()).containsEntry("ReceivingRegion", "us-west-2");
      assertThat(stack.resolve(metric.getDimensions().get("TableName")))
          .isEqualTo(Map.of("Ref", "SessionsTableA5E8383B"));
    }

    private void assertMetric(
        Metric metric, String name, String statistic, Map<String, Object> dimensions) {
      assertThat(metric.getNamespace()).isEqualTo("AWS/DynamoDB");
      assertThat(metric.getMetricName()).isEqualTo(name);
      assertThat(metric.getStatistic()).isEqualTo(statistic);
      assertThat(metric.getRegion()).isEqualTo("us-west-2");
      assertThat(metric.getDimensions()).containsExactlyInAnyOrderEntriesOf(dimensions);
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                sessions(stack).customerKeys(KEYS).build();
                SessionGlobalTable.Builder.create(stack, "Carts")
                    .names(NAMES)
                    .purpose("carts")
                    .customerKeys(KEYS)
                    .build();
              });
      assertThat(propertiesOf(template, TABLE))
          .extracting(table -> table.get("TableName"))
          .containsExactlyInAnyOrder("payment-dr-sessions-test", "payment-dr-carts-test");
    }

    @Test
    void bothRolesInOneApp() {
      App app = new App();
      Stack primary = Synthesis.stackIn(app, "Primary", "us-east-1");
      Stack secondary = Synthesis.stackIn(app, "Secondary", "us-west-2");
      sessions(primary).build();
      sessions(secondary).build().grantReadData(role(secondary, "Reader"));
      assertThat(Template.fromStack(primary).toJSON().toString()).doesNotContain("Custom::");
      assertThat(Template.fromStack(secondary).toJSON().toString())
          .doesNotContain("Custom::")
          .doesNotContain("us-east-1");
    }

    @Test
    void synthesisTwiceIsIdentical() {
      Template again = Synthesis.primary(stack -> tableWithReaderAndWriter(stack, sessions(stack)));
      assertThat(again.toJSON().toString()).isEqualTo(PRIMARY.toJSON().toString());
    }

    @Test
    void everyPropertyReachesTheTable() {
      Template template =
          Synthesis.primary(
              stack ->
                  sessions(stack)
                      .partitionKeyName("customer")
                      .sortKeyName("device")
                      .timeToLiveAttribute("until")
                      .recoveryPeriodInDays(7)
                      .deletionProtection(false)
                      .removalPolicy(RemovalPolicy.DESTROY)
                      .build());
      assertThat(onlyPropertiesOf(template, TABLE))
          .containsEntry(
              "KeySchema",
              List.of(
                  Map.of("AttributeName", "customer", "KeyType", "HASH"),
                  Map.of("AttributeName", "device", "KeyType", "RANGE")))
          .containsEntry(
              "TimeToLiveSpecification", Map.of("AttributeName", "until", "Enabled", true));
      assertThat(replicas(template))
          .allSatisfy(
              replica ->
                  assertThat(replica)
                      .containsEntry("DeletionProtectionEnabled", false)
                      .containsEntry(
                          "PointInTimeRecoverySpecification",
                          Map.of("PointInTimeRecoveryEnabled", true, "RecoveryPeriodInDays", 7)));
      assertThat(template.findResources(TABLE).values())
          .allSatisfy(table -> assertThat(table).containsEntry("DeletionPolicy", "Delete"));
    }

    @Test
    void pointInTimeRecoveryCanBeOff() {
      Template template =
          Synthesis.primary(stack -> sessions(stack).pointInTimeRecovery(false).build());
      assertThat(replicas(template))
          .allSatisfy(
              replica ->
                  assertThat(replica)
                      .containsEntry(
                          "PointInTimeRecoverySpecification",
                          Map.of("PointInTimeRecoveryEnabled", false)));
    }
  }

  @Nested
  class Props {
    @Test
    void haveDefaults() {
      SessionGlobalTableProps props = SessionGlobalTableProps.builder().names(NAMES).build();
      assertThat(props.getNames()).isSameAs(NAMES);
      assertThat(props.getPurpose()).isEqualTo("sessions");
      assertThat(props.getPartitionKeyName()).isEqualTo("sessionId");
      assertThat(props.getSortKeyName()).isNull();
      assertThat(props.getTimeToLiveAttribute()).isEqualTo("expiresAt");
      assertThat(props.getPointInTimeRecovery()).isTrue();
      assertThat(props.getRecoveryPeriodInDays()).isEqualTo(35);
      assertThat(props.getDeletionProtection()).isTrue();
      assertThat(props.getRemovalPolicy()).isEqualTo(RemovalPolicy.RETAIN);
      assertThat(props.getCustomerKeys()).isNull();
    }

    @Test
    void namesAllFaultsAtOnce() {
      assertThatThrownBy(
              () ->
                  SessionGlobalTableProps.builder()
                      .partitionKeyName("")
                      .sortKeyName(Aws.STACK_NAME)
                      .timeToLiveAttribute("é".repeat(128))
                      .pointInTimeRecovery(false)
                      .recoveryPeriodInDays(36)
                      .removalPolicy(RemovalPolicy.SNAPSHOT)
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "SessionGlobalTableProps has 7 faults:\n"
                  + "  - names is required; set names(DrNames.Builder.create()...build())\n"
                  + "  - partitionKeyName must have 1 to 255 bytes, got 0\n"
                  + "  - timeToLiveAttribute must have 1 to 255 bytes, got 256\n"
                  + "  - sortKeyName must be known at synthesis, got a deploy-time token; pass a"
                  + " literal value\n"
                  + "  - recoveryPeriodInDays needs point-in-time recovery; remove it or remove"
                  + " pointInTimeRecovery(false)\n"
                  + "  - recoveryPeriodInDays must be a whole number between 1 and 35, got 36\n"
                  + "  - removalPolicy must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got"
                  + " SNAPSHOT; CloudFormation takes no snapshots of DynamoDB tables");
    }

    @Test
    void refusesKeysOfTheWrongRegionAndNamesThatCannotBe() {
      assertThatThrownBy(
              () ->
                  SessionGlobalTableProps.builder()
                      .names(NAMES)
                      .purpose("Sessions")
                      .sortKeyName("sessionId")
                      .timeToLiveAttribute("sessionId")
                      .recoveryPeriodInDays(1.5)
                      .removalPolicy(RemovalPolicy.DESTROY)
                      .customerKeys(SessionTableKeys.of(SECONDARY_KEY, "alias/sessions"))
                      .build())
          .hasMessage(
              "SessionGlobalTableProps has 7 faults:\n"
                  + "  - purpose must be lower-case letters, digits and single hyphens, got"
                  + " 'Sessions'\n"
                  + "  - sortKeyName must not be the partition key, got 'sessionId' for both\n"
                  + "  - timeToLiveAttribute must not be a key, got 'sessionId'; keys are strings"
                  + " and a time to live is a number\n"
                  + "  - recoveryPeriodInDays must be a whole number between 1 and 35, got 1.5\n"
                  + "  - removalPolicy DESTROY contradicts deletion protection, with which the stack"
                  + " could not be deleted; set deletionProtection(false) too or keep RETAIN\n"
                  + "  - the primary key of customerKeys must name a key in us-east-1, got one in"
                  + " us-west-2; choose a key of that region\n"
                  + "  - the secondary key of customerKeys must be the ARN of a KMS key such as"
                  + " arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab,"
                  + " got 'alias/sessions'; an alias is not a key, because policies name keys");
    }

    @Test
    void refusesANameThatIsTooLong() {
      assertThatThrownBy(
              () -> SessionGlobalTableProps.builder().names(NAMES).purpose("a".repeat(60)).build())
          .hasMessageContaining(
              "must have at most 63 characters, got 76; shorten the purpose by 13");
    }

    @Test
    void pairIsThatOfTheNames() {
      assertThat(SessionGlobalTableProps.builder().names(NAMES).build().getNames().getRegionPair())
          .isEqualTo(PAIR);
    }
  }
}
