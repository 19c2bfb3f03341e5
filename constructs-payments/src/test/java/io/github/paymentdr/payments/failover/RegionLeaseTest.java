package io.github.paymentdr.payments.failover;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import io.github.paymentdr.runtime.journal.JournalCleaning;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.dynamodb.Operation;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.s3.Bucket;

@DisplayName("RegionLease")
class RegionLeaseTest {
  private static final String TABLE = "AWS::DynamoDB::GlobalTable";
  private static final String FUNCTION = "AWS::Lambda::Function";
  private static final String WARNING = "@payment-dr/failover:eventualLease";

  private static final Template PRIMARY =
      Synthesis.primary(stack -> lease(stack).build().guard(function(stack)));
  private static final Template SECONDARY =
      Synthesis.secondary(stack -> lease(stack).build().guard(function(stack)));

  private static RegionLease.Builder lease(Stack stack) {
    return RegionLease.Builder.create(stack, "Lease").names(NAMES);
  }

  private static PaymentFunction function(Stack stack) {
    return PaymentFunction.Builder.create(stack, "Payments")
        .vpc(
            Vpc.fromVpcAttributes(
                stack,
                "Vpc",
                VpcAttributes.builder()
                    .vpcId("vpc-1")
                    .availabilityZones(List.of("a", "b", "c"))
                    .privateSubnetIds(List.of("subnet-1", "subnet-2", "subnet-3"))
                    .build()))
        .code(Code.fromBucket(Bucket.fromBucketName(stack, "Code", "code"), "handler.jar"))
        .handler("com.example.Handler::handleRequest")
        .build();
  }

  private static Role role(Stack stack) {
    return Role.Builder.create(stack, "Role")
        .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
        .build();
  }

  private static List<Map<String, Object>> replicas(Template template) {
    return list(onlyPropertiesOf(template, TABLE).get("Replicas"));
  }

  /** The statements that name DynamoDB. */
  private static List<Map<String, Object>> statementsOf(Template template) {
    return propertiesOf(template, "AWS::IAM::Policy").stream()
        .flatMap(policy -> list(child(policy, "PolicyDocument").get("Statement")).stream())
        .filter(statement -> statement.get("Action").toString().contains("dynamodb:"))
        .toList();
  }

  private static Map<String, Object> onItems(String... items) {
    Object keys = items.length == 1 ? List.of(items[0]) : List.of((Object[]) items);
    return Map.of(
        "ForAllValues:StringLike",
        Map.of("dynamodb:LeadingKeys", keys),
        "Null",
        Map.of("dynamodb:LeadingKeys", "false"));
  }

  private static void assertStatement(
      Map<String, Object> statement, Object actions, String... items) {
    assertThat(statement)
        .containsEntry("Effect", "Allow")
        .containsEntry("Action", actions)
        .containsEntry("Condition", onItems(items));
  }

  private static DrNames names(String primary, String secondary) {
    return DrNames.Builder.create()
        .regionPair(RegionPair.of(primary, secondary))
        .application("payment-dr")
        .build();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Object value) {
    return (List<Map<String, Object>>) value;
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("RegionLease", PRIMARY);
      GoldenTemplate.assertMatches("RegionLease-secondary", SECONDARY);
    }

    @Test
    @DisplayName("B2: who is active stands in a table that is strongly consistent across regions")
    void stronglyConsistentWithAWitness() {
      assertThat(onlyPropertiesOf(PRIMARY, TABLE))
          .containsEntry("TableName", "payment-dr-control-test")
          .containsEntry("BillingMode", "PAY_PER_REQUEST")
          .containsEntry("MultiRegionConsistency", "STRONG")
          .containsEntry("GlobalTableWitnesses", List.of(Map.of("Region", "us-east-2")))
          .containsEntry("KeySchema", List.of(Map.of("AttributeName", "id", "KeyType", "HASH")))
          .containsEntry(
              "AttributeDefinitions", List.of(Map.of("AttributeName", "id", "AttributeType", "S")));
      assertThat(replicas(PRIMARY))
          .extracting(replica -> replica.get("Region"))
          .containsExactlyInAnyOrder("us-east-1", "us-west-2");
    }

    @Test
    void hasNothingThatStrongConsistencyExcludes() {
      assertThat(onlyPropertiesOf(PRIMARY, TABLE))
          .doesNotContainKeys(
              "TimeToLiveSpecification", "LocalSecondaryIndexes", "GlobalSecondaryIndexes");
    }

    @Test
    void recoverableProtectedAndRetained() {
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
    void encryptedWithTheManagedKeyOfEachRegion() {
      assertThat(onlyPropertiesOf(PRIMARY, TABLE))
          .containsEntry("SSESpecification", Map.of("SSEEnabled", true, "SSEType", "KMS"));
      assertThat(replicas(PRIMARY)).noneMatch(replica -> replica.containsKey("SSESpecification"));
    }

    @Test
    @DisplayName("G1: the four tags are on each replica")
    void tagsEachReplica() {
      Template template =
          Synthesis.primary(
              stack -> {
                lease(stack).build();
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
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(PRIMARY.toJSON())).isEmpty();
      assertThat(IamWildcards.unexplainedIn(SECONDARY.toJSON())).isEmpty();
    }
  }

  @Nested
  class Guard {
    @Test
    @DisplayName("B2: a guarded function knows the lease and its time")
    void tellsTheFunction() {
      assertThat(environmentOf(PRIMARY))
          .containsEntry("CONTROL_TABLE", Map.of("Ref", "LeaseTableB5A010EC"))
          .containsEntry("LEASE_MILLIS", "5000");
      assertThat(environmentOf(SECONDARY))
          .containsEntry("CONTROL_TABLE", "payment-dr-control-test")
          .containsEntry("LEASE_MILLIS", "5000");
    }

    @Test
    @DisplayName("I1: a guarded function reads the lease and writes the journal, nothing else")
    void mayNotChangeTheLease() {
      List<Map<String, Object>> statements = statementsOf(PRIMARY);
      assertThat(statements).hasSize(3);
      assertStatement(
          statements.get(0), "dynamodb:GetItem", "lease", "journal/*", "replay/us-east-1");
      assertStatement(
          statements.get(1),
          List.of("dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"),
          "journal/*",
          "replay/us-east-1");
      assertThat(statements.get(2))
          .containsEntry("Action", "dynamodb:Scan")
          .doesNotContainKey("Condition");
    }

    @Test
    @DisplayName("I1: each region's grants are for its own replica")
    void grantsAreLocal() {
      assertThat(statementsOf(PRIMARY))
          .allSatisfy(
              statement ->
                  assertThat(statement)
                      .containsEntry(
                          "Resource", Map.of("Fn::GetAtt", List.of("LeaseTableB5A010EC", "Arn"))));
      assertThat(statementsOf(SECONDARY))
          .hasSize(3)
          .allSatisfy(
              statement ->
                  assertThat(statement.get("Resource").toString())
                      .contains(":dynamodb:us-west-2:")
                      .contains(":table/payment-dr-control-test"));
    }

    @Test
    void leavesOtherVariablesAlone() {
      Template template =
          Synthesis.primary(
              stack -> {
                PaymentFunction function = function(stack).addEnvironment("MINE", "yes");
                RegionLease lease = lease(stack).leaseTime(Duration.millis(2500)).build();
                assertThat(lease.guard(function)).isSameAs(lease);
              });
      assertThat(environmentOf(template))
          .containsEntry("MINE", "yes")
          .containsEntry("LEASE_MILLIS", "2500");
    }

    @Test
    void refusesNoFunctionAndOneOfAnotherRegion() {
      App app = new App();
      Stack here = Synthesis.stackIn(app, "Here", "us-east-1");
      Stack there = Synthesis.stackIn(app, "There", "us-west-2");
      RegionLease lease = lease(here).build();
      PaymentFunction far = function(there);
      assertThatThrownBy(() -> lease.guard(null))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("RegionLease: function is required; pass the payment function to guard");
      assertThatThrownBy(() -> lease.guard(far))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "RegionLease: function must be in us-east-1 like the stack, got us-west-2; use one of"
                  + " the stack's own region");
    }

    @Test
    @DisplayName("B2: a call that outlives its journal entry would be answered and lost")
    void refusesAFunctionThatTheCleaningWouldTakeForDead() {
      Stack stack = Synthesis.primaryStack();
      RegionLease lease = lease(stack).build();
      assertThat(lease.guard(FailedOver.function(stack, NAMES, 240))).isSameAs(lease);

      Stack far = Synthesis.secondaryStack();
      PaymentFunction slow = FailedOver.function(far, NAMES, 241);
      assertThatThrownBy(() -> lease.guard(slow))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("function must be in us-east-1 like the stack, got us-west-2")
          .hasMessageContaining(
              "function must have a timeout of at most 240 seconds, got 241; the cleaning of the"
                  + " journal takes entries that are older than 5 minutes for those of calls that are"
                  + " over");

      Stack other = Synthesis.primaryStack();
      CfnParameter parameter = CfnParameter.Builder.create(other, "Timeout").type("Number").build();
      PaymentFunction unknown =
          FailedOver.unnamed(other, 10)
              .timeout(Duration.seconds(parameter.getValueAsNumber()))
              .build();
      RegionLease otherLease = lease(other).build();
      assertThatThrownBy(() -> otherLease.guard(unknown))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "RegionLease: function must have a timeout that is known at synthesis, got a"
                  + " deploy-time token; give it a literal value");
    }

    @Test
    @DisplayName("B2: the limit is a minute less than the age at which the cleaning acts")
    void longestCallIsOverBeforeItsEntryIsTakenForDead() {
      assertThat(java.time.Duration.ofSeconds(RegionLease.LONGEST_CALL_SECONDS))
          .isEqualTo(JournalCleaning.DEAD_AFTER.minusMinutes(1));
    }

    private Map<String, Object> environmentOf(Template template) {
      return child(child(onlyPropertiesOf(template, FUNCTION), "Environment"), "Variables");
    }
  }

  @Nested
  class Grants {
    @Test
    @DisplayName("I1: reading the lease is reading this one item")
    void readLease() {
      List<Map<String, Object>> statements = granted(RegionLease::grantReadLease);
      assertThat(statements).hasSize(1);
      assertStatement(statements.get(0), "dynamodb:GetItem", "lease");
    }

    @Test
    @DisplayName("I1: taking the lease is changing this one item")
    void takeLease() {
      List<Map<String, Object>> statements = granted(RegionLease::grantTakeLease);
      assertThat(statements).hasSize(1);
      assertStatement(
          statements.get(0), List.of("dynamodb:GetItem", "dynamodb:UpdateItem"), "lease");
    }

    @Test
    @DisplayName("I1: a probe writes what it remembers itself, and nothing else")
    void probe() {
      List<Map<String, Object>> statements = granted(RegionLease::grantProbe);
      assertThat(statements).hasSize(2);
      assertStatement(
          statements.get(0), "dynamodb:GetItem", "lease", "region/us-west-2", "region/us-east-1");
      assertStatement(
          statements.get(1),
          List.of(
              "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
          "probe/us-west-2");
    }

    @Test
    @DisplayName("I1: registering never deletes the lease and never writes the other region's item")
    void register() {
      List<Map<String, Object>> statements = granted(RegionLease::grantRegister);
      assertThat(statements).hasSize(3);
      assertStatement(
          statements.get(0),
          "dynamodb:GetItem",
          "lease",
          "region/us-west-2",
          "region/us-east-1",
          "probe/us-west-2",
          "endpoint");
      assertStatement(
          statements.get(1), List.of("dynamodb:PutItem", "dynamodb:UpdateItem"), "lease");
      assertStatement(
          statements.get(2),
          List.of("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
          "region/us-west-2",
          "endpoint");
    }

    private List<Map<String, Object>> granted(BiConsumer<RegionLease, IGrantable> grant) {
      return statementsOf(
          Synthesis.secondary(stack -> grant.accept(lease(stack).build(), role(stack))));
    }
  }

  @Nested
  class Roles {
    @Test
    void theSecondaryRegionRefersToItsReplicaByName() {
      SECONDARY.resourceCountIs(TABLE, 0);
      assertThat(lease(Synthesis.secondaryStack()).build().getTableName())
          .isEqualTo("payment-dr-control-test");
    }

    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1, eu-west-2", "us-east-2, us-west-2, us-east-1"})
    void otherPairsHaveAnotherWitness(String primary, String secondary, String witness) {
      Stack stack = Synthesis.stackIn(primary);
      RegionLease.Builder.create(stack, "Lease").names(names(primary, secondary)).build();
      assertThat(onlyPropertiesOf(Template.fromStack(stack), TABLE))
          .containsEntry("MultiRegionConsistency", "STRONG")
          .containsEntry("GlobalTableWitnesses", List.of(Map.of("Region", witness)));
      Annotations.fromStack(stack).hasNoWarning("*", Match.stringLikeRegexp(".*eventualLease.*"));
    }

    @Test
    void aPairOutsideTheSetsIsWarned() {
      DrNames names = names("ap-northeast-1", "ap-southeast-2");
      Stack primary = Synthesis.stackIn("ap-northeast-1");
      RegionLease.Builder.create(primary, "Lease").names(names).build();
      assertThat(onlyPropertiesOf(Template.fromStack(primary), TABLE))
          .containsEntry("MultiRegionConsistency", "EVENTUAL")
          .doesNotContainKey("GlobalTableWitnesses");
      Annotations.fromStack(primary)
          .hasWarning(
              "/TestStack/Lease",
              "DynamoDB keeps no strongly consistent table in ap-northeast-1/ap-southeast-2, so what"
                  + " one region writes to the lease and the journal reaches the other about a"
                  + " second later: after a take-over, a region that is cut off goes on accepting"
                  + " until the new lease reaches it, and a payment acknowledged in the last second"
                  + " may be missing; choose two regions of one set, such as us-east-1 and"
                  + " us-west-2, or accept this [ack: "
                  + WARNING
                  + "]");
      Stack secondary = Synthesis.stackIn("ap-southeast-2");
      RegionLease.Builder.create(secondary, "Lease").names(names).build();
      assertThat(Template.fromStack(secondary).toJSON()).doesNotContainKey("Resources");
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> lease(stack).build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }
  }

  @Nested
  class Fencing {
    @Test
    @DisplayName("B2: a take-over waits out lease time and time limit, with the drift of clocks")
    void waitsOutTheLongestOldAcceptance() {
      RegionLease usual = lease(Synthesis.secondaryStack()).build();
      assertThat(usual.getLeaseTime().toSeconds()).isEqualTo(5);
      assertThat(usual.fencingTime(Duration.seconds(15)))
          .hasToString("21 s: lease 5 s, function 15 s, clock drift 1 %");
      RegionLease other =
          lease(Synthesis.secondaryStack())
              .leaseTime(Duration.seconds(2))
              .clockDriftPercent(10)
              .build();
      assertThat(other.fencingTime(Duration.seconds(8)).toSeconds()).isEqualTo(11);
    }

    @Test
    void refusesTimeLimitsThatCannotBe() {
      RegionLease lease = lease(Synthesis.secondaryStack()).build();
      assertThatThrownBy(() -> lease.fencingTime(null))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "RegionLease: functionTimeout is required; pass that of the payment function");
      assertThatThrownBy(() -> lease.fencingTime(Duration.seconds(Token.asNumber(Aws.ACCOUNT_ID))))
          .hasMessage(
              "RegionLease: functionTimeout must be known at synthesis, got a deploy-time token;"
                  + " pass a literal value");
      assertThatThrownBy(() -> lease.fencingTime(Duration.minutes(16)))
          .hasMessage(
              "FencingTime: functionTimeout must be between 1 and 900 seconds, got PT16M; pass the"
                  + " time limit of the function that accepts");
    }
  }

  @Nested
  class Metrics {
    @Test
    void ofTheLocalReplica() {
      RegionLease lease = lease(Synthesis.secondaryStack()).build();
      assertMetric(lease.metricReadThrottleEvents(), "ReadThrottleEvents", Map.of());
      assertMetric(lease.metricWriteThrottleEvents(), "WriteThrottleEvents", Map.of());
      assertMetric(
          lease.metricThrottledRequests(Operation.GET_ITEM),
          "ThrottledRequests",
          Map.of("Operation", "GetItem"));
      assertMetric(
          lease.metricSystemErrors(Operation.UPDATE_ITEM),
          "SystemErrors",
          Map.of("Operation", "UpdateItem"));
    }

    private void assertMetric(Metric metric, String name, Map<String, Object> dimensions) {
      assertThat(metric.getNamespace()).isEqualTo("AWS/DynamoDB");
      assertThat(metric.getMetricName()).isEqualTo(name);
      assertThat(metric.getStatistic()).isEqualTo("Sum");
      assertThat(metric.getRegion()).isEqualTo("us-west-2");
      assertThat(metric.getDimensions())
          .containsEntry("TableName", "payment-dr-control-test")
          .containsAllEntriesOf(dimensions)
          .hasSize(1 + dimensions.size());
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                lease(stack).build();
                RegionLease.Builder.create(stack, "Payouts")
                    .names(NAMES)
                    .purpose("payouts")
                    .build();
              });
      assertThat(propertiesOf(template, TABLE))
          .extracting(table -> table.get("TableName"))
          .containsExactlyInAnyOrder("payment-dr-control-test", "payment-dr-payouts-test");
    }

    @Test
    void refusesTheSamePurposeTwice() {
      Stack stack = Synthesis.primaryStack();
      lease(stack).build();
      RegionLease.Builder second = RegionLease.Builder.create(stack, "Second").names(NAMES);
      assertThatThrownBy(second::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "RegionLease: purpose must differ between the leases of a stack, got 'control' twice;"
                  + " set another purpose(...)");
    }

    @Test
    void bothRolesInOneApp() {
      App app = new App();
      Stack primary = Synthesis.stackIn(app, "Primary", "us-east-1");
      Stack secondary = Synthesis.stackIn(app, "Secondary", "us-west-2");
      lease(primary).build().guard(function(primary));
      lease(secondary).build().guard(function(secondary));
      assertThat(Template.fromStack(primary).toJSON().toString()).doesNotContain("Custom::");
      assertThat(Template.fromStack(secondary).toJSON().toString())
          .doesNotContain("Custom::")
          .doesNotContain("us-east-1");
    }

    @Test
    void synthesisTwiceIsIdentical() {
      Template again = Synthesis.primary(stack -> lease(stack).build().guard(function(stack)));
      assertThat(again.toJSON().toString()).isEqualTo(PRIMARY.toJSON().toString());
    }

    @Test
    void everyPropertyReachesTheTable() {
      Template template =
          Synthesis.primary(
              stack ->
                  lease(stack)
                      .purpose("who")
                      .recoveryPeriodInDays(7)
                      .deletionProtection(false)
                      .removalPolicy(RemovalPolicy.DESTROY)
                      .build());
      assertThat(onlyPropertiesOf(template, TABLE))
          .containsEntry("TableName", "payment-dr-who-test");
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
  }

  @Nested
  class Props {
    @Test
    void haveDefaults() {
      RegionLeaseProps props = RegionLeaseProps.builder().names(NAMES).build();
      assertThat(props.getNames()).isSameAs(NAMES);
      assertThat(props.getPurpose()).isEqualTo("control");
      assertThat(props.getLeaseTime().toSeconds()).isEqualTo(5);
      assertThat(props.getClockDriftPercent()).isEqualTo(1);
      assertThat(props.getPointInTimeRecovery()).isTrue();
      assertThat(props.getRecoveryPeriodInDays()).isEqualTo(35);
      assertThat(props.getDeletionProtection()).isTrue();
      assertThat(props.getRemovalPolicy()).isEqualTo(RemovalPolicy.RETAIN);
    }

    @Test
    void namesAllFaultsAtOnce() {
      assertThatThrownBy(
              () ->
                  RegionLeaseProps.builder()
                      .leaseTime(Duration.millis(999))
                      .clockDriftPercent(1.5)
                      .pointInTimeRecovery(false)
                      .recoveryPeriodInDays(36)
                      .removalPolicy(RemovalPolicy.DESTROY)
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              """
              RegionLeaseProps has 6 faults:
                - names is required; set names(DrNames.Builder.create()...build())
                - leaseTime must be whole milliseconds between 1 and 60 seconds, got 999 millis; 5 \
              seconds are usual
                - clockDriftPercent must be a whole number between 0 and 10, got 1.5; 1 is usual
                - recoveryPeriodInDays needs point-in-time recovery; remove it or remove \
              pointInTimeRecovery(false)
                - recoveryPeriodInDays must be a whole number between 1 and 35, got 36
                - removalPolicy DESTROY contradicts deletion protection, with which the stack could \
              not be deleted; set deletionProtection(false) too or keep RETAIN""");
    }

    @Test
    void refusesANameThatCannotBe() {
      assertThatThrownBy(() -> RegionLeaseProps.builder().names(NAMES).purpose("Lease").build())
          .hasMessage(
              "RegionLeaseProps: purpose must be lower-case letters, digits and single hyphens, got"
                  + " 'Lease'");
    }

    @ParameterizedTest
    @CsvSource({"1000", "60000", "2500"})
    void takesTheWholeRangeOfLeaseTimes(int millis) {
      RegionLeaseProps props =
          RegionLeaseProps.builder().names(NAMES).leaseTime(Duration.millis(millis)).build();
      assertThat(props.getLeaseTime().toMilliseconds()).isEqualTo(millis);
    }

    @Test
    void refusesLeaseTimesOverAMinute() {
      assertThatThrownBy(
              () ->
                  RegionLeaseProps.builder()
                      .names(NAMES)
                      .leaseTime(Duration.seconds(61))
                      .clockDriftPercent(11)
                      .build())
          .hasMessageContaining("got 1 minute 1 second")
          .hasMessageContaining("got 11");
    }
  }
}
