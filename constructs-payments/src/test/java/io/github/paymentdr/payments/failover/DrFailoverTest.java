package io.github.paymentdr.payments.failover;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.core.encryption.CustomerKey;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.recovery.RecoveryPhase;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.endpoint.PaymentEndpoint;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.replication.Replicated;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;

@DisplayName("DrFailover")
class DrFailoverTest {
  private static final String ALARM = "AWS::CloudWatch::Alarm";
  private static final String RULE = "AWS::Events::Rule";
  private static final String POLICY = "AWS::IAM::Policy";
  private static final String STATE_MACHINE = "AWS::StepFunctions::StateMachine";

  private static final RecoveryObjective TWO_MINUTES =
      RecoveryObjective.of(Duration.ofMinutes(2), Duration.ZERO);

  /** As the pair is deployed: with a database that replicates, and the endpoint. */
  private static final Template PRIMARY = Synthesis.primary(DrFailoverTest::complete);

  private static final Template SECONDARY = Synthesis.secondary(DrFailoverTest::complete);
  private static final Template GLOBAL =
      Synthesis.secondary(stack -> FailedOver.globalDatabase(stack).build());
  private static final Template ALONE =
      Synthesis.secondary(stack -> FailedOver.alone(stack).build());

  private static DrFailover complete(Stack stack) {
    PaymentFunction function = FailedOver.function(stack, NAMES, 10);
    return DrFailover.Builder.create(stack, "Failover")
        .names(NAMES)
        .lease(FailedOver.lease(stack, NAMES))
        .paymentFunction(function)
        .notificationTopic(
            Topic.Builder.create(stack, "Notifications")
                .masterKey(CustomerKey.create(stack, "Key", "alarms"))
                .build())
        .objective(TWO_MINUTES)
        .replication(Replicated.logical(stack).build())
        .endpoint(
            PaymentEndpoint.Builder.create(stack, "Endpoint")
                .names(NAMES)
                .paymentFunction(function)
                .build())
        .build();
  }

  private static Map<String, Object> onlyStateMachine(Template template) {
    return propertiesOf(template, STATE_MACHINE).get(0);
  }

  private static String logicalId(Template template, String type, String part) {
    return template.findResources(type).keySet().stream()
        .filter(id -> id.startsWith(part))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + type + " " + part));
  }

  private static Map<String, Object> alarm(Template template, String id) {
    return child(
        template.findResources(ALARM).get(logicalId(template, ALARM, "FailoverAlarms" + id)),
        "Properties");
  }

  private static Map<String, Object> rule(Template template, String id) {
    return child(
        template.findResources(RULE).get(logicalId(template, RULE, "Failover" + id)), "Properties");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> statementsOf(Template template, String policy) {
    Map<String, Object> properties =
        child(
            template.findResources(POLICY).get(logicalId(template, POLICY, policy)), "Properties");
    return (List<Map<String, Object>>) child(properties, "PolicyDocument").get("Statement");
  }

  private static List<Map<String, Object>> statementsWith(
      Template template, String policy, String action) {
    return statementsOf(template, policy).stream()
        .filter(statement -> actionsOf(statement).anyMatch(action::equals))
        .toList();
  }

  private static Stream<String> actionsOf(Map<String, Object> statement) {
    Object actions = statement.get("Action");
    return actions instanceof Collection<?> list
        ? list.stream().map(String::valueOf)
        : Stream.of(String.valueOf(actions));
  }

  private static List<String> warningsOf(Stack stack) {
    return stack.getNode().findAll().stream()
        .flatMap(construct -> construct.getNode().getMetadata().stream())
        .filter(entry -> "aws:cdk:warning".equals(entry.getType()))
        .map(entry -> entry.getData().toString())
        .toList();
  }

  private static Stream<Template> all() {
    return Stream.of(PRIMARY, SECONDARY, GLOBAL, ALONE);
  }

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrFailover-primary", PRIMARY);
      GoldenTemplate.assertMatches("DrFailover-secondary", SECONDARY);
      GoldenTemplate.assertMatches("DrFailover-global-secondary", GLOBAL);
      GoldenTemplate.assertMatches("DrFailover-none-secondary", ALONE);
    }

    @Test
    @DisplayName("B2: an alarm of ten seconds' periods watches the other region")
    void watchesTheOtherRegion() {
      assertThat(alarm(SECONDARY, "PeerUnhealthy"))
          .containsEntry("Namespace", "PaymentDr/Failover")
          .containsEntry("MetricName", "PeerUnhealthy")
          .containsEntry(
              "Dimensions", List.of(Map.of("Name", "Pair", "Value", "payment-dr-failover-test")))
          .containsEntry("Period", 10)
          .containsEntry("Statistic", "Maximum")
          .containsEntry("Threshold", 1)
          .containsEntry("ComparisonOperator", "GreaterThanOrEqualToThreshold")
          .containsEntry("EvaluationPeriods", 3)
          .containsEntry("DatapointsToAlarm", 3)
          .containsEntry("TreatMissingData", "notBreaching");
    }

    @Test
    @DisplayName("B2: silence is told to people and starts nothing")
    void tellsSilenceFromSickness() {
      assertThat(alarm(SECONDARY, "Silence"))
          .containsEntry("MetricName", "PeerUnhealthy")
          .containsEntry("Statistic", "SampleCount")
          .containsEntry("Period", 60)
          .containsEntry("ComparisonOperator", "LessThanThreshold")
          .containsEntry("Threshold", 1)
          .containsEntry("EvaluationPeriods", 3)
          .containsEntry("TreatMissingData", "breaching");
    }

    @Test
    void everyAlarmTellsPeople() {
      all()
          .forEach(
              template -> {
                String topic = logicalId(template, "AWS::SNS::Topic", "Notifications");
                assertThat(template.findResources(ALARM)).hasSize(8);
                assertThat(propertiesOf(template, ALARM))
                    .allSatisfy(
                        alarm ->
                            assertThat(alarm)
                                .containsEntry("AlarmActions", List.of(Map.of("Ref", topic))));
              });
    }

    @Test
    void watchesItsOwnMechanism() {
      assertThat(alarm(PRIMARY, "Blind"))
          .containsEntry("MetricName", "ProbeBlind")
          .containsEntry("TreatMissingData", "notBreaching");
      assertThat(alarm(PRIMARY, "RecoveryOverdue"))
          .containsEntry("MetricName", "RecoverySeconds")
          .containsEntry("Threshold", 96)
          .containsEntry("EvaluationPeriods", 1);
      assertThat(List.of("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"))
          .extracting(id -> alarm(PRIMARY, id).get("MetricName"))
          .containsExactly("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted");
      assertThat(alarm(PRIMARY, "StartLost"))
          .containsEntry("MetricName", "ApproximateNumberOfMessagesVisible");
    }

    @Test
    @DisplayName("B2: exactly this alarm starts the failover")
    void startsByTheAlarm() {
      String alarm = logicalId(SECONDARY, ALARM, "FailoverAlarmsPeerUnhealthy");
      assertThat(child(rule(SECONDARY, "StartRule"), "EventPattern"))
          .containsEntry("source", List.of("aws.cloudwatch"))
          .containsEntry("detail-type", List.of("CloudWatch Alarm State Change"))
          .containsEntry("resources", List.of(Map.of("Fn::GetAtt", List.of(alarm, "Arn"))))
          .containsEntry("detail", Map.of("state", Map.of("value", List.of("ALARM"))));
      assertThat(String.valueOf(rule(SECONDARY, "StartRule").get("Targets")))
          .contains("Input={\"mode\":\"unplanned\",\"startedBy\":\"alarm\"}")
          .contains("DeadLetterConfig")
          .contains("MaximumRetryAttempts=10");
    }

    @Test
    @DisplayName("B2: what the alarm has started once is tried again while the alarm is on")
    void startsAgain() {
      Map<String, Object> again = rule(SECONDARY, "StartAgain");
      assertThat(again)
          .containsEntry("ScheduleExpression", "rate(5 minutes)")
          .doesNotContainKey("EventPattern");
      assertThat(String.valueOf(again.get("Targets")))
          .contains("Input={\"mode\":\"unplanned\",\"startedBy\":\"alarm\",\"repeated\":true}")
          .contains("MaximumRetryAttempts=0");
    }

    @Test
    void aPersonStartsItWhenItIsNotAutomatic() {
      Template template =
          Synthesis.secondary(stack -> FailedOver.alone(stack).automaticFailover(false).build());
      template.resourceCountIs("AWS::SQS::Queue", 0);
      assertThat(template.findResources(RULE).keySet())
          .allMatch(id -> id.matches("Failover((Probe|Actions)Schedule|CleanJournal).*"))
          .hasSize(3);
      assertThat(String.valueOf(alarm(template, "PeerUnhealthy").get("AlarmDescription")))
          .contains("Failover is by hand");
    }

    @Test
    void cleansTheJournalAndKeepsTheFunctionAwake() {
      assertThat(rule(SECONDARY, "CleanJournal"))
          .containsEntry("ScheduleExpression", "rate(1 minute)");
      assertThat(String.valueOf(rule(SECONDARY, "CleanJournal").get("Targets")))
          .contains("{\"operation\":\"cleanJournal\"}")
          .contains("PaymentsAlias");
    }

    @Test
    @DisplayName("B2: in quiet times a schedule keeps the failover function's snapshot")
    void keepsItsFunctionAwake() {
      assertThat(all())
          .allSatisfy(
              template -> {
                Map<String, Object> rule = rule(template, "ActionsSchedule");
                assertThat(rule).containsEntry("ScheduleExpression", "rate(1 hour)");
                assertThat(String.valueOf(rule.get("Targets")))
                    .contains("{\"operation\":\"ready\"}")
                    .contains("FailoverActionsAlias");
              });
    }

    @Test
    @DisplayName("B2: every function of the way that has a snapshot is called by a schedule")
    void noSnapshotIsForgotten() {
      assertThat(all())
          .allSatisfy(
              template ->
                  assertThat(
                          template.findResources("AWS::Lambda::Function").entrySet().stream()
                              .filter(
                                  entry ->
                                      child(entry.getValue(), "Properties")
                                          .containsKey("SnapStart"))
                              .map(entry -> entry.getKey().replaceFirst("Function[0-9A-F]{8}$", ""))
                              .toList())
                      .isNotEmpty()
                      .allSatisfy(
                          function ->
                              assertThat(String.valueOf(template.findResources(RULE)))
                                  .contains("Ref=" + function + "Alias")));
    }

    @Test
    @DisplayName("B2: the functions of the failover are outside the VPC")
    void functionsAreOutsideTheVpc() {
      List<Map<String, Object>> functions =
          SECONDARY.findResources("AWS::Lambda::Function").entrySet().stream()
              .filter(entry -> entry.getKey().matches("Failover(Probe|Actions)Function.*"))
              .map(entry -> child(entry.getValue(), "Properties"))
              .toList();
      assertThat(functions)
          .hasSize(2)
          .allSatisfy(
              function ->
                  assertThat(function)
                      .doesNotContainKey("VpcConfig")
                      .containsEntry("Runtime", "java21")
                      .containsEntry("SnapStart", Map.of("ApplyOn", "PublishedVersions")));
      // The probe's loop is longer than the minute after which the next one is called.
      assertThat(functions)
          .extracting(function -> function.get("Timeout"))
          .containsExactlyInAnyOrder(60, 105);
      assertThat(functions)
          .extracting(function -> child(child(function, "Environment"), "Variables"))
          .allSatisfy(
              variables ->
                  assertThat(variables)
                      .containsEntry("PEER_REGION", "us-east-1")
                      .containsEntry("INITIAL_REGION", "us-east-1")
                      .containsEntry("PAIR_NAME", "payment-dr-failover-test")
                      .containsEntry("COOL_DOWN_SECONDS", "600")
                      .containsEntry("ACTIVATION_SECONDS", "45")
                      .containsEntry("PROBE_TIMEOUT_MILLIS", "3000")
                      .containsEntry("CONFIRM_ATTEMPTS", "2")
                      .containsEntry("HEALTH_PATH", "/health?deep=true")
                      .containsEntry("OBJECTIVE_SECONDS", "120"));
    }

    @Test
    @DisplayName("B2: who is told of a failover is told the command that rebuilds the lost region")
    void knowsTheFunctionThatRebuildsTheOtherRegion() {
      assertThat(rebuildingFunction(PRIMARY)).isEqualTo(controlFunction(SECONDARY) + ":live");
      assertThat(rebuildingFunction(SECONDARY)).isEqualTo(controlFunction(PRIMARY) + ":live");
      assertThat(rebuildingFunction(SECONDARY))
          .isEqualTo("payment-dr-replication-test-us-east-1:live");
      // Aurora rebuilds by itself, and where nothing replicates nothing does.
      assertThat(rebuildingFunction(GLOBAL)).isNull();
      assertThat(rebuildingFunction(ALONE)).isNull();
    }

    private @Nullable Object rebuildingFunction(Template template) {
      return child(child(function(template, "FailoverActionsFunction"), "Environment"), "Variables")
          .get("PEER_REPLICATION_FUNCTION");
    }

    private String controlFunction(Template template) {
      return String.valueOf(function(template, "ReplicationFunction").get("FunctionName"));
    }

    private Map<String, Object> function(Template template, String id) {
      String type = "AWS::Lambda::Function";
      return child(template.findResources(type).get(logicalId(template, type, id)), "Properties");
    }

    @Test
    void warnsOfNothing() {
      Stack stack = Synthesis.secondaryStack();
      complete(stack);
      assertThat(warningsOf(stack)).isEmpty();
    }

    @Test
    void warnsWhenThereIsNothingToPromote() {
      Stack stack = Synthesis.secondaryStack();
      FailedOver.alone(stack).build();
      assertThat(warningsOf(stack))
          .containsExactly(
              "a failover promotes no database, so this region takes over with whatever its"
                  + " database has and only the journal is replayed; set replication(...), or"
                  + " acknowledge this warning when there is nothing to promote [ack:"
                  + " @payment-dr/failover:withoutReplication]");
    }

    @Test
    @DisplayName("G1: everything taggable is tagged")
    void tagsEverything() {
      Template template =
          Synthesis.secondary(
              stack -> {
                complete(stack);
                DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
              });
      List.of(STATE_MACHINE, "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::SQS::Queue")
          .forEach(
              type ->
                  assertThat(propertiesOf(template, type))
                      .allMatch(
                          properties ->
                              String.valueOf(properties.get("Tags")).contains("PaymentProcessor")));
    }
  }

  @Nested
  class LeastPrivilege {
    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      all()
          .forEach(template -> assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty());
    }

    @Test
    @DisplayName("I1: both functions call the health of both regions, and nothing else there")
    void callsTheHealthOfBothRegions() {
      for (String policy : List.of("FailoverProbeRole", "FailoverActionsRole")) {
        List<Map<String, Object>> url =
            statementsWith(SECONDARY, policy, "lambda:InvokeFunctionUrl");
        List<Map<String, Object>> invoke =
            statementsWith(SECONDARY, policy, "lambda:InvokeFunction");
        assertThat(url).hasSize(2);
        assertThat(String.valueOf(url.get(0).get("Resource")))
            .contains(":lambda:us-east-1:")
            .contains(":function:payment-dr-payments-test-us-east-1:live");
        assertThat(invoke)
            .hasSize(2)
            .allSatisfy(
                statement ->
                    assertThat(statement)
                        .containsEntry(
                            "Condition",
                            Map.of("Bool", Map.of("lambda:InvokedViaFunctionUrl", true))));
      }
    }

    @Test
    @DisplayName("I1: metrics go to one namespace")
    void putsMetricsOfOneNamespace() {
      assertThat(statementsWith(SECONDARY, "FailoverProbeRole", "cloudwatch:PutMetricData"))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement)
                      .containsEntry(
                          "Condition",
                          Map.of(
                              "StringEquals",
                              Map.of("cloudwatch:namespace", "PaymentDr/Failover"))));
    }

    @Test
    @DisplayName("I1: the store of the endpoint by its ARN where that is known")
    void movesTheTrafficOfOneStore() {
      assertThat(
              statementsWith(PRIMARY, "FailoverActionsRole", "cloudfront-keyvaluestore:UpdateKeys")
                  .get(0)
                  .get("Resource"))
          .satisfies(resource -> assertThat(resource.toString()).doesNotContain("*"));
      assertThat(
              statementsWith(
                      SECONDARY, "FailoverActionsRole", "cloudfront-keyvaluestore:UpdateKeys")
                  .get(0)
                  .get("Resource")
                  .toString())
          .contains("key-value-store/*");
      assertThat(statementsOf(ALONE, "FailoverActionsRole").toString())
          .doesNotContain("keyvaluestore");
      assertThat(statementsOf(PRIMARY, "FailoverProbeRole").toString())
          .doesNotContain("keyvaluestore");
    }

    @Test
    @DisplayName("I1: the state machine calls its three functions and no others")
    void callsItsFunctions() {
      assertThat(statementsWith(SECONDARY, "FailoverRole", "lambda:InvokeFunction"))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement.get("Resource").toString())
                      .contains("FailoverActionsAlias", "PaymentsAlias", "ReplicationAlias")
                      .doesNotContain("*"));
      assertThat(statementsWith(ALONE, "FailoverRole", "lambda:InvokeFunction"))
          .singleElement()
          .satisfies(statement -> assertThat((Collection<?>) statement.get("Resource")).hasSize(2));
    }

    @Test
    @DisplayName("I1: the state machine publishes by the topic's own key")
    void usesTheKeyOfTheTopic() {
      assertThat(statementsWith(SECONDARY, "FailoverRole", "kms:GenerateDataKey"))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement.get("Condition").toString()).contains("kms:ViaService"));
      assertThat(statementsWith(ALONE, "FailoverRole", "kms:GenerateDataKey")).isEmpty();
    }

    @Test
    @DisplayName("I1: it sees the executions of its own state machine only")
    void seesItsOwnExecutions() {
      assertThat(statementsWith(SECONDARY, "FailoverRole", "states:DescribeExecution"))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement.get("Resource").toString())
                      .contains(":execution:payment-dr-failover-test-us-west-2:*"));
    }

    @Test
    @DisplayName("B2: nothing but the probe's right speaks of the other region")
    void namesTheOtherRegionInPoliciesOfTheHealthOnly() throws JsonProcessingException {
      String template = new ObjectMapper().writeValueAsString(ALONE.toJSON());
      assertThat(template.split(":us-east-1:", -1)).hasSize(1 + 4);
      assertThat(statementsOf(ALONE, "FailoverProbeRole").toString()).contains(":us-east-1:");
      assertThat(statementsOf(ALONE, "FailoverActionsRole").toString()).contains(":us-east-1:");
    }
  }

  @Nested
  class TheStateMachine {
    @Test
    void hasANameThatOperatorsKnow() {
      assertThat(onlyStateMachine(PRIMARY))
          .containsEntry("StateMachineName", "payment-dr-failover-test-us-east-1")
          .containsEntry("StateMachineType", "STANDARD");
      assertThat(onlyStateMachine(SECONDARY))
          .containsEntry("StateMachineName", "payment-dr-failover-test-us-west-2");
    }

    @Test
    void logsEverything() {
      assertThat(child(onlyStateMachine(PRIMARY), "LoggingConfiguration"))
          .containsEntry("Level", "ALL")
          .containsEntry("IncludeExecutionData", true);
    }

    @Test
    void isOneTextWithWhatCloudFormationFillsIn() throws JsonProcessingException {
      assertThat(onlyStateMachine(SECONDARY).get("DefinitionString")).isInstanceOf(String.class);
      assertThat(statesOf(SECONDARY)).containsKeys("Promote", "ReplayJournal", "Done");
      assertThat(child(onlyStateMachine(SECONDARY), "DefinitionSubstitutions"))
          .containsOnlyKeys(
              "ControlTable",
              "FailoverFunction",
              "PaymentFunction",
              "ReplicationFunction",
              "Topic",
              "Alarm")
          .containsEntry("ControlTable", "payment-dr-control-test");
      assertThat(child(onlyStateMachine(ALONE), "DefinitionSubstitutions"))
          .doesNotContainKey("ReplicationFunction");
      assertThat(statesOf(ALONE)).doesNotContainKey("Promote");
    }

    @Test
    void waitsForTheFencingOfTheLease() throws JsonProcessingException {
      assertThat(child(statesOf(SECONDARY), "WaitForFencing")).containsEntry("Seconds", 16);
    }

    /** Or the attempt is cut off before it can say that it was refused. */
    @Test
    void leavesAHandOverTheTimeToAnswer() throws JsonProcessingException {
      for (Template template : List.of(SECONDARY, GLOBAL)) {
        Map<String, Object> promote = child(statesOf(template), "Promote");
        Object within = child(child(promote, "Parameters"), "Payload").get("withinSeconds");
        assertThat(((Number) within).intValue())
            .isEqualTo(((Number) promote.get("TimeoutSeconds")).intValue() - 3)
            .isGreaterThanOrEqualTo(25);
      }
    }

    @Test
    void isBornOfItsRegion() throws JsonProcessingException {
      assertThat(child(statesOf(PRIMARY), "TakeLease").toString()).contains("S=us-east-1");
      assertThat(child(statesOf(SECONDARY), "TakeLease").toString()).contains("S=us-west-2");
    }

    private static Map<String, Object> statesOf(Template template) throws JsonProcessingException {
      Map<String, Object> definition =
          new ObjectMapper()
              .readValue(
                  String.valueOf(onlyStateMachine(template).get("DefinitionString")),
                  new com.fasterxml.jackson.core.type.TypeReference<>() {});
      return child(definition, "States");
    }
  }

  @Nested
  class Budget {
    @Test
    @DisplayName("B2: less than 120 seconds with logical replication, phase by phase")
    void ofLogicalReplication() {
      DrFailover failover = FailedOver.logical(Synthesis.secondaryStack()).build();
      assertThat(failover.getBudget().getPhases())
          .extracting(RecoveryPhase::toString)
          .containsExactly(
              "detection 33 s",
              "alarm 15 s",
              "decision 13 s",
              "lease 1 s",
              "fencing 16 s",
              "promotion 17 s",
              "replay 10 s",
              "opening 9 s",
              "reconnect 5 s");
      assertThat(failover.getBudget().getTotal()).isEqualTo(Duration.ofSeconds(119));
    }

    @Test
    @DisplayName("B2: less than 300 seconds with a global database")
    void ofAGlobalDatabase() {
      DrFailover failover = FailedOver.globalDatabase(Synthesis.secondaryStack()).build();
      assertThat(failover.getBudget().getTotal()).isEqualTo(Duration.ofSeconds(283));
      assertThat(failover.getBudget().getLargest().getName()).isEqualTo("promotion");
    }

    @Test
    void withoutADatabaseNothingIsPromoted() {
      DrFailover failover = FailedOver.alone(Synthesis.secondaryStack()).build();
      assertThat(failover.getBudget())
          .hasToString(
              "99 s of 300 s: detection 33 s, alarm 15 s, decision 10 s, lease 1 s, fencing 16 s,"
                  + " replay 10 s, opening 9 s, reconnect 5 s");
    }

    @Test
    void isMadeOfTheProperties() {
      DrFailover failover =
          FailedOver.logical(Synthesis.secondaryStack())
              .probeInterval(seconds(30))
              .probeTimeout(seconds(5))
              .unhealthyDatapoints(2)
              .confirmAttempts(1)
              .promotionTime(seconds(40))
              .replayTime(seconds(20))
              .alarmEvaluation(seconds(30))
              .eventDelivery(seconds(1))
              .trafficPropagation(seconds(20))
              .clientReconnect(seconds(0))
              .build();
      assertThat(failover.getBudget())
          .hasToString(
              "210 s of 300 s: detection 65 s, alarm 31 s, decision 12 s, lease 1 s, fencing 16 s,"
                  + " promotion 41 s, replay 20 s, opening 24 s, reconnect 0 s");
    }

    @Test
    @DisplayName("B2: a budget over the objective fails the synthesis and names the largest phase")
    void overTheObjective() {
      Stack stack = Synthesis.secondaryStack();
      DrFailover.Builder builder = FailedOver.globalDatabase(stack).objective(TWO_MINUTES);
      assertThatThrownBy(builder::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrFailover: recovery must take at most the 120 s of the objective, got 283 s:"
                  + " detection 33 s, alarm 15 s, decision 13 s, lease 1 s, fencing 16 s, promotion"
                  + " 181 s, replay 10 s, opening 9 s, reconnect 5 s; shorten the largest phase,"
                  + " promotion, or others by 163 s together, or raise the objective");
      assertThat(stack.getNode().tryFindChild("Failover")).isNull();
    }
  }

  @Nested
  class Regions {
    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void otherPairs(String primary, String secondary) {
      RegionPair pair = RegionPair.of(primary, secondary);
      DrNames names = DrNames.Builder.create().regionPair(pair).application("x").build();
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(secondary), stack -> FailedOver.alone(stack, names).build());
      assertThat(onlyStateMachine(template))
          .containsEntry("StateMachineName", "x-failover-" + secondary);
      assertThat(statementsWith(template, "FailoverProbeRole", "lambda:InvokeFunctionUrl"))
          .first()
          .satisfies(
              statement ->
                  assertThat(statement.get("Resource").toString())
                      .contains(":lambda:" + primary + ":"));
    }

    @Test
    void theServicesOfAnotherPartitionAreNamedInIt() {
      RegionPair pair = RegionPair.of("us-gov-west-1", "us-gov-east-1");
      DrNames names = DrNames.Builder.create().regionPair(pair).application("x").build();
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn("us-gov-east-1"), stack -> FailedOver.alone(stack, names).build());
      assertThat(String.valueOf(onlyStateMachine(template).get("DefinitionString")))
          .contains("arn:aws-us-gov:states:::dynamodb:getItem")
          .doesNotContain("arn:aws:");
    }

    @Test
    void hasNoCircles() {
      all().forEach(template -> assertThat(DependencyCycles.in(template.toJSON())).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"us-east-1", "us-west-2"})
    void synthesisesTwiceTheSame(String region) {
      assertThat(Synthesis.templateOf(Synthesis.stackIn(region), DrFailoverTest::complete).toJSON())
          .isEqualTo(
              Synthesis.templateOf(Synthesis.stackIn(region), DrFailoverTest::complete).toJSON());
    }
  }

  @Nested
  class Composition {
    @Test
    void letsSomebodyStartIt() {
      Template template =
          Synthesis.secondary(
              stack -> {
                DrFailover failover = FailedOver.alone(stack).build();
                Role role =
                    Role.Builder.create(stack, "Operator")
                        .assumedBy(new ServicePrincipal("ec2.amazonaws.com"))
                        .build();
                failover.grantStart(role);
              });
      assertThat(statementsWith(template, "Operator", "states:StartExecution"))
          .singleElement()
          .satisfies(
              statement ->
                  assertThat(statement.get("Resource").toString())
                      .contains("FailoverStateMachine"));
    }

    @Test
    void exposesItsParts() {
      DrFailover failover = FailedOver.alone(Synthesis.secondaryStack()).build();
      assertThat(failover.getAlarms()).hasSize(8);
      assertThat(failover.getAlarms().get(0).getAlarmArn())
          .isEqualTo(failover.getTrigger().getAlarmArn());
      assertThat(failover.metricPeerUnhealthy().getPeriod().toSeconds()).isEqualTo(10);
      assertThat(failover.metricRecoverySeconds().getMetricName()).isEqualTo("RecoverySeconds");
      assertThat(failover.metricRecoveryTime().getMetricName()).isEqualTo("RecoveryTime");
      assertThat(failover.metricProbeBlind().getMetricName()).isEqualTo("ProbeBlind");
      assertThat(failover.metricExecutionsStarted().getMetricName()).isEqualTo("ExecutionsStarted");
      assertThat(failover.metricExecutionsFailed().getMetricName()).isEqualTo("ExecutionsFailed");
      assertThat(failover.getProbe().getFunctionArn())
          .isNotEqualTo(failover.getFunction().getFunctionArn());
    }

    @Test
    void twoFitInOneStackWithDifferentPurposes() {
      Stack stack = Synthesis.secondaryStack();
      DrFailover.Builder first = FailedOver.alone(stack);
      first.build();
      ITopic topic = Topic.fromTopicArn(stack, "Topic", "arn:aws:sns:us-west-2:123456789012:t");
      PaymentFunction function = (PaymentFunction) stack.getNode().findChild("Payments");
      RegionLease lease = (RegionLease) stack.getNode().findChild("Lease");
      DrFailover.Builder second =
          DrFailover.Builder.create(stack, "Second")
              .names(NAMES)
              .lease(lease)
              .paymentFunction(function)
              .notificationTopic(topic)
              .objective(TWO_MINUTES);
      assertThatThrownBy(second::build)
          .hasMessage(
              "DrFailover: purpose must differ between the failovers of a stack, got 'failover'"
                  + " twice; set another purpose(...)");
      second.purpose("takeover").build();
      assertThat(propertiesOf(Template.fromStack(stack), STATE_MACHINE))
          .extracting(properties -> properties.get("StateMachineName"))
          .containsExactlyInAnyOrder(
              "payment-dr-failover-test-us-west-2", "payment-dr-takeover-test-us-west-2");
    }
  }

  @Nested
  class Faults {
    @Test
    void whatIsRequired() {
      assertThatThrownBy(() -> DrFailoverProps.builder().build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              """
              DrFailoverProps has 5 faults:
                - names is required; set names(DrNames.Builder.create()...build())
                - lease is required; set lease(RegionLease.Builder.create(...)...build())
                - paymentFunction is required; set paymentFunction(function)
                - notificationTopic is required; set notificationTopic(alarms.getTopic())
                - objective is required; set objective(RecoveryObjective.of(...))\
              """);
    }

    @Test
    void allAtOnce() {
      Stack stack = Synthesis.secondaryStack();
      DrFailover.Builder builder =
          FailedOver.alone(stack)
              .purpose("Fail Over")
              .probeInterval(seconds(15))
              .probeTimeout(seconds(20))
              .unhealthyDatapoints(0)
              .confirmAttempts(1.5)
              .coolDown(software.amazon.awscdk.Duration.days(2))
              .healthPath("health")
              .promotionTime(seconds(0))
              .replayTime(software.amazon.awscdk.Duration.millis(1500))
              .clientReconnect(seconds(301));
      assertThatThrownBy(builder::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrFailoverProps has 11 faults:\n"
                  + "  - purpose must be lower-case letters, digits and single hyphens, got 'Fail"
                  + " Over'\n"
                  + "  - probeInterval must be 10, 20 or 30 seconds, the periods of"
                  + " high-resolution alarms, got 15 seconds; 10 seconds are usual\n"
                  + "  - probeTimeout must be less than probeInterval, got 20 and 15 seconds;"
                  + " shorten the timeout, a probe must end before the next one begins\n"
                  + "  - unhealthyDatapoints must be a whole number between 1 and 10, got 0; 3 are"
                  + " usual\n"
                  + "  - confirmAttempts must be a whole number between 1 and 10, got 1.5; 2 are"
                  + " usual\n"
                  + "  - coolDown must be whole seconds between 0 and 86400, got 2 days; 10 minutes"
                  + " are usual\n"
                  + "  - healthPath must begin with a slash and have at most 256 characters and no"
                  + " blanks, got 'health'; /health?deep=true is usual\n"
                  + "  - promotionTime needs a replication, without which nothing is promoted; set"
                  + " replication(...) or remove it\n"
                  + "  - promotionTime must be whole seconds between 1 and 3600, got 0 seconds;"
                  + " take the worst case that you measured\n"
                  + "  - replayTime must be whole seconds between 1 and 900, got 1 second 500 millis; take"
                  + " the worst case that you measured\n"
                  + "  - clientReconnect must be whole seconds between 0 and 300, got 5 minutes 1"
                  + " second; remove it for what is usual");
      assertThat(stack.getNode().tryFindChild("Failover")).isNull();
    }

    @Test
    void tokens() {
      Stack stack = Synthesis.secondaryStack();
      Number token =
          CfnParameter.Builder.create(stack, "Number").type("Number").build().getValueAsNumber();
      DrFailover.Builder builder =
          FailedOver.alone(stack)
              .probeInterval(seconds(token))
              .probeTimeout(seconds(token))
              .unhealthyDatapoints(token)
              .coolDown(seconds(token))
              .healthPath(software.amazon.awscdk.Aws.REGION);
      String advice = " must be known at synthesis, got a deploy-time token; pass a literal value";
      assertThatThrownBy(builder::build)
          .hasMessage(
              "DrFailoverProps has 5 faults:\n"
                  + Stream.of(
                          "probeInterval",
                          "probeTimeout",
                          "unhealthyDatapoints",
                          "coolDown",
                          "healthPath")
                      .map(name -> "  - " + name + advice)
                      .reduce((a, b) -> a + "\n" + b)
                      .orElseThrow());
    }

    @Test
    void whatIsSetToNothingIsTheDefault() {
      DrFailover failover =
          FailedOver.alone(Synthesis.secondaryStack())
              .purpose(null)
              .probeInterval(null)
              .probeTimeout(null)
              .unhealthyDatapoints(null)
              .confirmAttempts(null)
              .coolDown(null)
              .healthPath(null)
              .replayTime(null)
              .automaticFailover(null)
              .logRetention(null)
              .build();
      assertThat(failover.getBudget().getTotal()).isEqualTo(Duration.ofSeconds(99));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, 0, 11, 2.5, 4_294_967_297.0, Double.NaN, Double.POSITIVE_INFINITY})
    void countsThatAreNone(double count) {
      DrFailover.Builder builder =
          FailedOver.alone(Synthesis.secondaryStack()).unhealthyDatapoints(count);
      assertThatThrownBy(builder::build)
          .hasMessage(
              "DrFailoverProps: unhealthyDatapoints must be a whole number between 1 and 10, got "
                  + count
                  + "; 3 are usual");
    }

    @Test
    void aTimeLimitThatIsNotKnown() {
      Stack stack = Synthesis.secondaryStack();
      Number token =
          CfnParameter.Builder.create(stack, "Number").type("Number").build().getValueAsNumber();
      DrFailover.Builder builder =
          DrFailover.Builder.create(stack, "Failover")
              .names(NAMES)
              .lease(FailedOver.lease(stack, NAMES))
              .paymentFunction(
                  FailedOver.unnamed(stack, 10).names(NAMES).timeout(seconds(token)).build())
              .notificationTopic(FailedOver.topic(stack))
              .objective(TWO_MINUTES);
      assertThatThrownBy(builder::build)
          .hasMessage(
              "DrFailoverProps: the timeout of paymentFunction must be known at synthesis, got a"
                  + " deploy-time token; the wait for fencing is made of it");
    }

    @Test
    void aPaymentFunctionThatTheOtherRegionCannotKnow() {
      Stack stack = Synthesis.secondaryStack();
      DrFailover.Builder builder =
          DrFailover.Builder.create(stack, "Failover")
              .names(NAMES)
              .lease(FailedOver.lease(stack, NAMES))
              .paymentFunction(FailedOver.unnamed(stack, 10).build())
              .notificationTopic(FailedOver.topic(stack))
              .objective(TWO_MINUTES);
      assertThatThrownBy(builder::build)
          .hasMessage(
              "DrFailoverProps: paymentFunction must have names, got one whose name CloudFormation"
                  + " generates, which the other region's probe cannot be allowed to call; set"
                  + " names(...) on it");
    }

    @Test
    void partsOfAnotherPair() {
      Stack stack = Synthesis.secondaryStack();
      DrNames other =
          DrNames.Builder.create()
              .regionPair(Synthesis.PAIR)
              .application("payment-dr")
              .suffix("other")
              .build();
      DrFailover.Builder lease = FailedOver.alone(stack).lease(otherLease(stack, other));
      assertThatThrownBy(lease::build)
          .hasMessage(
              "DrFailover: lease must be of the pair payment-dr-pair-test of us-east-1/us-west-2,"
                  + " got one of payment-dr-pair-other of us-east-1/us-west-2; give both the same"
                  + " names(...)");
      DrFailover.Builder function = FailedOver.alone(Synthesis.secondaryStack()).names(other);
      assertThatThrownBy(function::build)
          .hasMessageContaining(
              "paymentFunction must be of the pair payment-dr-pair-other of us-east-1/us-west-2,"
                  + " got one of payment-dr-pair-test of us-east-1/us-west-2; give both the same"
                  + " names(...)");
    }

    @Test
    void partsOfAnotherRegion() {
      App app = new App();
      Stack primary = Synthesis.stackIn(app, "Primary", "us-east-1");
      Stack secondary = Synthesis.stackIn(app, "Secondary", "us-west-2");
      DrFailover.Builder builder =
          FailedOver.alone(secondary)
              .lease(FailedOver.lease(primary, NAMES))
              .paymentFunction(FailedOver.function(primary, NAMES, 10))
              .notificationTopic(FailedOver.topic(primary))
              .replication(Replicated.globalDatabase(primary).build());
      assertThatThrownBy(builder::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrFailover has 4 faults:\n"
                  + "  - notificationTopic must be in us-west-2 like the stack, got us-east-1; use"
                  + " one of the stack's own region\n"
                  + "  - lease must be in us-west-2 like the stack, got us-east-1; use the one of"
                  + " the stack's own region\n"
                  + "  - paymentFunction must be in us-west-2 like the stack, got us-east-1; use"
                  + " the one of the stack's own region\n"
                  + "  - replication must be in us-west-2 like the stack, got us-east-1; use the"
                  + " one of the stack's own region");
      assertThat(secondary.getNode().tryFindChild("Failover")).isNull();
    }

    private static RegionLease otherLease(Stack stack, DrNames names) {
      return RegionLease.Builder.create(stack, "OtherLease").names(names).build();
    }
  }

  private static software.amazon.awscdk.Duration seconds(@Nullable Number seconds) {
    return software.amazon.awscdk.Duration.seconds(seconds);
  }
}
