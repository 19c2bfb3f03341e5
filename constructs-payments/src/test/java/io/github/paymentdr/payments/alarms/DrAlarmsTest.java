package io.github.paymentdr.payments.alarms;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.recovery.RecoveryObjective;
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
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.SearchExpression;
import software.amazon.awscdk.services.cloudwatch.actions.OpsItemSeverity;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.cloudwatch.actions.SsmAction;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.ITable;
import software.amazon.awscdk.services.dynamodb.ReplicaTableProps;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.dynamodb.TableV2;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.targets.SnsTopic;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.rds.AuroraPostgresClusterEngineProps;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;
import software.amazon.awscdk.services.rds.ClusterInstance;
import software.amazon.awscdk.services.rds.DatabaseCluster;
import software.amazon.awscdk.services.rds.DatabaseClusterEngine;
import software.amazon.awscdk.services.rds.IDatabaseCluster;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;

@DisplayName("DrAlarms")
class DrAlarmsTest {
  private static final String ALARM = "AWS::CloudWatch::Alarm";
  private static final AlarmThreshold ABOVE_ONE = AlarmThreshold.Builder.create().value(1).build();

  private static final Template EVERYTHING =
      Synthesis.primary(stack -> Monitored.everything(stack, PAIR));

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrAlarms", EVERYTHING);
    }

    @Test
    @DisplayName("M1: SNS topic with e-mail subscriptions")
    void emailSubscription() {
      assertThat(onlyPropertiesOf(EVERYTHING, "AWS::SNS::Subscription"))
          .containsEntry("Protocol", "email")
          .containsEntry("Endpoint", "on-call@example.com");
    }

    @Test
    @DisplayName("M1: alarm on Aurora connections above 80 % of what db.t3.medium accepts")
    void connections() {
      assertThat(alarm(EVERYTHING, "DatabaseConnections"))
          .containsEntry("Statistic", "Maximum")
          .containsEntry("Threshold", 324)
          .containsEntry("ComparisonOperator", "GreaterThanThreshold");
    }

    @Test
    @DisplayName("M1, F3: alarm on the first Lambda error")
    void lambdaErrors() {
      assertThat(alarm(EVERYTHING, "Errors"))
          .containsEntry("Namespace", "AWS/Lambda")
          .containsEntry("Statistic", "Sum")
          .containsEntry("Threshold", 0)
          .containsEntry("EvaluationPeriods", 1);
    }

    @Test
    @DisplayName("M1, T1: alarm on DynamoDB throttling, from the metrics that exist per table")
    void throttling() {
      Map<String, Object> alarm = expressionAlarm(EVERYTHING, "FILL(reads, 0) + FILL(writes, 0)");
      assertThat(alarm.get("Metrics").toString())
          .contains("ReadThrottleEvents", "WriteThrottleEvents", "TableName")
          .doesNotContain("Operation");
    }

    @Test
    @DisplayName("D2: alarms on the database's CPU, memory, replica lag and deadlocks")
    void databaseHealth() {
      assertThat(alarm(EVERYTHING, "CPUUtilization")).containsEntry("Statistic", "Maximum");
      assertThat(alarm(EVERYTHING, "FreeableMemory"))
          .containsEntry("Statistic", "Minimum")
          .containsEntry("ComparisonOperator", "LessThanThreshold")
          .containsEntry("Threshold", 268435456);
      assertThat(alarm(EVERYTHING, "AuroraReplicaLag")).containsEntry("Threshold", 1000);
      assertThat(alarm(EVERYTHING, "Deadlocks")).containsEntry("DatapointsToAlarm", 3);
    }

    @Test
    @DisplayName("D2: a database that reports nothing is an alarm, and only one")
    void silence() {
      assertThat(propertiesOf(EVERYTHING, ALARM))
          .filteredOn(alarm -> "breaching".equals(alarm.get("TreatMissingData")))
          .extracting(alarm -> alarm.get("MetricName"))
          .containsExactly("CPUUtilization");
    }

    @Test
    void systemErrorsOfTenOperations() {
      Map<String, Object> alarm =
          propertiesOf(EVERYTHING, ALARM).stream()
              .filter(each -> each.toString().contains("SystemErrors"))
              .findFirst()
              .orElseThrow();
      assertThat((List<?>) alarm.get("Metrics")).hasSize(11);
    }

    @Test
    @DisplayName("T1: replication latency to the other region")
    void replicationLatency() {
      assertThat(dimensions(alarm(EVERYTHING, "ReplicationLatency")))
          .contains("ReceivingRegion=us-west-2", "TableName=payments-sessions");
    }

    @Test
    void everyAlarmTellsTheTopicAndNothingElse() {
      assertThat(propertiesOf(EVERYTHING, ALARM))
          .hasSize(14)
          .allSatisfy(
              alarm -> {
                assertThat(alarm.get("AlarmActions").toString()).contains("AlarmsTopic");
                assertThat((List<?>) alarm.get("AlarmActions")).hasSize(1);
                assertThat(alarm).doesNotContainKeys("OKActions", "InsufficientDataActions");
              });
    }

    @Test
    void everyAlarmSaysWhatItMeansAndWhatToDoFirst() {
      assertThat(propertiesOf(EVERYTHING, ALARM))
          .extracting(alarm -> alarm.get("AlarmDescription").toString())
          .allMatch(description -> description.contains("First "))
          .allMatch(description -> description.length() <= 1024)
          .doesNotHaveDuplicates();
    }

    @Test
    void namesAreGenerated() {
      assertThat(propertiesOf(EVERYTHING, ALARM))
          .noneMatch(alarm -> alarm.containsKey("AlarmName"));
      assertThat(onlyPropertiesOf(EVERYTHING, "AWS::CloudWatch::Dashboard"))
          .doesNotContainKey("DashboardName");
      assertThat(onlyPropertiesOf(EVERYTHING, "AWS::SNS::Topic")).doesNotContainKey("TopicName");
    }

    @Test
    @DisplayName("M1: the key lets CloudWatch publish to the encrypted topic")
    void keyAdmitsPublishers() {
      EVERYTHING.hasResourceProperties(
          "AWS::KMS::Key",
          Match.objectLike(
              Map.of(
                  "EnableKeyRotation",
                  true,
                  "KeyPolicy",
                  Match.objectLike(
                      Map.of(
                          "Statement",
                          Match.arrayWith(
                              List.of(
                                  Match.objectLike(
                                      Map.of(
                                          "Principal",
                                          Map.of("Service", "cloudwatch.amazonaws.com"),
                                          "Action",
                                          List.of("kms:Decrypt", "kms:GenerateDataKey"),
                                          "Condition",
                                          Map.of(
                                              "StringEquals",
                                              Map.of(
                                                  "aws:SourceAccount",
                                                  Map.of("Ref", "AWS::AccountId"))))))))))));
      assertThat(onlyPropertiesOf(EVERYTHING, "AWS::SNS::Topic").get("KmsMasterKeyId").toString())
          .contains("AlarmsKey");
    }

    @Test
    @DisplayName("M1: the topic admits alarms, nobody else, and refuses plain connections")
    void topicAdmitsPublishers() {
      Map<String, Object> policy =
          child(onlyPropertiesOf(EVERYTHING, "AWS::SNS::TopicPolicy"), "PolicyDocument");
      assertThat((List<?>) policy.get("Statement"))
          .hasSize(2)
          .anySatisfy(
              statement ->
                  assertThat(statement.toString())
                      .contains("Effect=Deny", "aws:SecureTransport=false"))
          .anySatisfy(
              statement ->
                  assertThat(statement.toString())
                      .contains("cloudwatch.amazonaws.com", "aws:SourceAccount", ":alarm:*"));
    }

    @Test
    @DisplayName(
        "I1: the target of an event rule opens topic and key, with the reason written down")
    void admitsEventRulesThatTargetTheTopic() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrAlarms alarms = DrAlarms.Builder.create(stack, "Alarms").regionPair(PAIR).build();
                Rule.Builder.create(stack, "Rule")
                    .eventPattern(EventPattern.builder().source(List.of("aws.backup")).build())
                    .targets(List.of(new SnsTopic(alarms.getTopic())))
                    .build();
              });
      assertThat(onlyPropertiesOf(template, "AWS::SNS::TopicPolicy").toString())
          .contains("events.amazonaws.com");
      assertThat(onlyPropertiesOf(template, "AWS::KMS::Key").get("KeyPolicy").toString())
          .contains("events.amazonaws.com");
      assertThat(IamWildcards.unexplainedIn(template.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("M1: a dashboard with all alarms on top and a graph with its line for each")
    void dashboard() {
      String body =
          onlyPropertiesOf(EVERYTHING, "AWS::CloudWatch::Dashboard")
              .get("DashboardBody")
              .toString();
      assertThat(body)
          .contains("# TestStack in us-east-1, primary region of us-east-1/us-west-2")
          .contains("## Aurora cluster Database", "## Aurora global database cluster Database")
          .contains("## Lambda function Payments", "## DynamoDB table Sessions")
          .contains("DatabaseConnections > 324 for 5 datapoints within 5 minutes");
      assertThat(body.indexOf("\"type\":\"alarm\""))
          .isLessThan(body.indexOf("\"type\":\"metric\""));
      assertThat(body.split("\"type\":\"metric\"", -1)).hasSize(1 + 14);
      assertThat(body.split("Fn::GetAtt=\\[Alarms", -1)).hasSize(1 + 14);
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(EVERYTHING.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("G1: the four tags are on topic, key, alarms and dashboard")
    void tagged() {
      Template template =
          Synthesis.primary(
              stack -> {
                Monitored.everything(stack, PAIR);
                DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
              });
      for (String type :
          List.of("AWS::SNS::Topic", "AWS::KMS::Key", ALARM, "AWS::CloudWatch::Dashboard")) {
        assertThat(propertiesOf(template, type))
            .as(type)
            .isNotEmpty()
            .allSatisfy(
                resource ->
                    assertThat(resource.get("Tags").toString())
                        .contains("Environment", "DR-Tier", "ManagedBy", "Application"));
      }
    }

    @Test
    void sameBytesTwice() {
      assertThat(Synthesis.primary(stack -> Monitored.everything(stack, PAIR)).toJSON())
          .isEqualTo(EVERYTHING.toJSON());
    }

    @Test
    void withNothingMonitoredThereIsNoAlarmWidget() {
      Template template = Synthesis.primary(Monitored::alarmsIn);
      template.resourceCountIs(ALARM, 0);
      assertThat(
              onlyPropertiesOf(template, "AWS::CloudWatch::Dashboard")
                  .get("DashboardBody")
                  .toString())
          .doesNotContain("\"type\":\"alarm\"");
    }
  }

  @Nested
  class Roles {
    @Test
    @DisplayName("M1: both regions; the secondary looks at its own peer")
    void secondary() {
      Template template = Synthesis.secondary(stack -> Monitored.everything(stack, PAIR));
      template.resourceCountIs("AWS::SNS::Topic", 1);
      template.resourceCountIs(ALARM, 14);
      assertThat(dimensions(alarm(template, "ReplicationLatency")))
          .contains("ReceivingRegion=us-east-1");
      assertThat(dimensions(alarm(template, "AuroraGlobalDBRPOLag")))
          .contains("SourceRegion=us-east-1");
      assertThat(
              onlyPropertiesOf(template, "AWS::CloudWatch::Dashboard")
                  .get("DashboardBody")
                  .toString())
          .contains("# TestStack in us-west-2, secondary region of us-east-1/us-west-2");
    }

    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void otherPairs(String primary, String secondary) {
      RegionPair pair = RegionPair.of(primary, secondary);
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(primary), stack -> Monitored.everything(stack, pair));
      assertThat(dimensions(alarm(template, "ReplicationLatency")))
          .contains("ReceivingRegion=" + secondary);
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> Monitored.alarmsIn(stack))
          .hasMessage(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }
  }

  @Nested
  class Monitoring {
    @Test
    @DisplayName("D3: the lag of a global database is held to the recovery point")
    void recoveryPoint() {
      assertThat(rpoThreshold(java.time.Duration.ofSeconds(30))).isEqualTo(30_000);
    }

    @Test
    @DisplayName("D3: a recovery point of zero leaves the default")
    void recoveryPointOfZero() {
      assertThat(rpoThreshold(java.time.Duration.ZERO)).isEqualTo(5_000);
    }

    private static Object rpoThreshold(java.time.Duration recoveryPoint) {
      Template template =
          Synthesis.secondary(
              stack ->
                  DrAlarms.Builder.create(stack, "Alarms")
                      .regionPair(PAIR)
                      .recoveryObjective(
                          RecoveryObjective.of(java.time.Duration.ofMinutes(5), recoveryPoint))
                      .build()
                      .monitorGlobalDatabase(Monitored.cluster(stack)));
      return alarm(template, "AuroraGlobalDBRPOLag").get("Threshold");
    }

    @Test
    void chosenThresholdsAndSwitchedOffAlarms() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrAlarms alarms = Monitored.alarmsIn(stack);
                IDatabaseCluster cluster = Monitored.cluster(stack);
                alarms.monitorCluster(
                    cluster,
                    AuroraAlarmThresholds.Builder.create()
                        .maxConnections(1000)
                        .cpu(ABOVE_ONE)
                        .withoutFreeableMemory()
                        .withoutReplicaLag()
                        .withoutDeadlocks()
                        .build());
                alarms.monitorGlobalDatabase(
                    cluster,
                    GlobalDatabaseAlarmThresholds.Builder.create()
                        .rpoLag(ABOVE_ONE)
                        .withoutReplicationLag()
                        .build());
                alarms.monitorFunction(
                    Monitored.importedFunction(stack),
                    FunctionAlarmThresholds.Builder.create()
                        .withoutErrors()
                        .withoutThrottles()
                        .timeout(Duration.seconds(10))
                        .concurrencyLimit(50)
                        .build());
                alarms.monitorTable(
                    Monitored.table(stack),
                    TableAlarmThresholds.Builder.create()
                        .withoutSystemErrors()
                        .withoutReplicationLatency()
                        .build());
              });
      assertThat(alarm(template, "DatabaseConnections")).containsEntry("Threshold", 800);
      assertThat(alarm(template, "CPUUtilization"))
          .containsEntry("Threshold", 1)
          .containsEntry("TreatMissingData", "notBreaching");
      assertThat(alarm(template, "AuroraGlobalDBRPOLag")).containsEntry("Threshold", 1);
      assertThat(alarm(template, "Duration"))
          .containsEntry("Threshold", 8000)
          .containsEntry("ExtendedStatistic", "p99");
      assertThat(alarm(template, "ConcurrentExecutions")).containsEntry("Threshold", 40);
      template.resourceCountIs(ALARM, 6);
    }

    @Test
    @DisplayName("F1: a function's own timeout shapes its alarm, through an alias too")
    void timeoutOfTheFunction() {
      Template template =
          Synthesis.primary(
              stack -> {
                Function function = Monitored.function(stack, Duration.seconds(20));
                Alias alias =
                    Alias.Builder.create(stack, "Live")
                        .aliasName("live")
                        .version(function.getCurrentVersion())
                        .build();
                DrAlarms alarms = Monitored.alarmsIn(stack);
                alarms.monitorFunction(alias);
                alarms.monitorFunction(function);
              });
      List<Map<String, Object>> durations =
          propertiesOf(template, ALARM).stream()
              .filter(each -> "Duration".equals(each.get("MetricName")))
              .toList();
      assertThat(durations).hasSize(2).allMatch(each -> each.get("Threshold").equals(16_000));
      assertThat(durations)
          .anySatisfy(each -> assertThat(dimensions(each)).contains("Resource"))
          .anySatisfy(each -> assertThat(dimensions(each)).doesNotContain("Resource"));
    }

    @Test
    void aFunctionWithoutATimeoutHasThatOfLambda() {
      Template template =
          Synthesis.primary(
              stack -> Monitored.alarmsIn(stack).monitorFunction(Monitored.function(stack, null)));
      assertThat(alarm(template, "Duration")).containsEntry("Threshold", 2400);
    }

    @Test
    void aFunctionWhoseNameIsAToken() {
      Template template =
          Synthesis.primary(
              stack -> {
                IFunction function =
                    Function.fromFunctionName(
                        stack, "Payments", Token.asString(Map.of("Ref", "FunctionName")));
                Monitored.alarmsIn(stack).monitorFunction(function);
              });
      assertThat(dimensions(alarm(template, "Errors"))).contains("Ref=FunctionName");
    }

    @Test
    @DisplayName("D2: alarms of a created cluster wait for its instances")
    void createdCluster() {
      Template template =
          Synthesis.primary(
              stack -> {
                DatabaseCluster cluster =
                    DatabaseCluster.Builder.create(stack, "Database")
                        .vpc(new Vpc(stack, "Vpc"))
                        .engine(
                            DatabaseClusterEngine.auroraPostgres(
                                AuroraPostgresClusterEngineProps.builder()
                                    .version(AuroraPostgresEngineVersion.VER_15_12)
                                    .build()))
                        .writer(ClusterInstance.provisioned("Writer"))
                        .build();
                Monitored.alarmsIn(stack).monitorCluster(cluster);
              });
      assertThat(template.findResources(ALARM).values())
          .hasSize(5)
          .allSatisfy(alarm -> assertThat(alarm.get("DependsOn").toString()).contains("Writer"));
      assertThat(dimensions(alarm(template, "CPUUtilization"))).contains("Ref=Database");
    }

    @Test
    @DisplayName("T1: the replica of the stack's own region")
    void globalTable() {
      Template template =
          Synthesis.primary(stack -> Monitored.alarmsIn(stack).monitorTable(globalTable(stack)));
      template.resourceCountIs(ALARM, 3);
      assertThat(alarm(template, "ReplicationLatency").toString()).doesNotContain("AccountId");
    }

    @Test
    void refusesTheReplicaOfAnotherRegion() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      ITable replica = globalTable(stack).replica("us-west-2");
      int before = alarms.getNode().getChildren().size();
      assertThatThrownBy(() -> alarms.monitorTable(replica))
          .hasMessage(
              "DrAlarms: "
                  + replica.getNode().getPath().substring("TestStack/".length())
                  + " is in us-west-2, whose metrics alarms of us-east-1 cannot read; monitor it"
                  + " with the DrAlarms of its region");
      assertThat(alarms.getNode().getChildren()).hasSize(before);
    }

    private static TableV2 globalTable(Stack stack) {
      return TableV2.Builder.create(stack, "Sessions")
          .partitionKey(Attribute.builder().name("id").type(AttributeType.STRING).build())
          .replicas(List.of(ReplicaTableProps.builder().region("us-west-2").build()))
          .build();
    }

    @Test
    void anOrdinaryTable() {
      Template template =
          Synthesis.primary(
              stack -> {
                Table table =
                    Table.Builder.create(stack, "Table")
                        .partitionKey(
                            Attribute.builder().name("id").type(AttributeType.STRING).build())
                        .build();
                Monitored.alarmsIn(stack)
                    .monitorTable(
                        table,
                        TableAlarmThresholds.Builder.create().withoutReplicationLatency().build());
              });
      template.resourceCountIs(ALARM, 2);
    }

    @Test
    void refusesWhatIsInAnotherRegion() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      IFunction function =
          Function.fromFunctionArn(
              stack, "Far", "arn:aws:lambda:us-west-2:111122223333:function:far");
      assertThatThrownBy(() -> alarms.monitorFunction(function))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrAlarms: Far is in us-west-2, whose metrics alarms of us-east-1 cannot read;"
                  + " monitor it with the DrAlarms of its region");
      assertThat(alarms.getAlarms()).isEmpty();
    }

    @Test
    void refusesATableOfAStackWithoutARegion() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      ITable table = Monitored.table(new Stack(stack, "Agnostic"));
      assertThatThrownBy(() -> alarms.monitorTable(table))
          .hasMessage(
              "DrAlarms: Agnostic/Sessions is in a stack that names no region, whose metrics alarms"
                  + " of us-east-1 cannot read; monitor it with the DrAlarms of its region");
      assertThat(alarms.getAlarms()).isEmpty();
    }

    @Test
    void refusesTheSameThingTwice() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      IDatabaseCluster cluster = Monitored.cluster(stack);
      alarms.monitorCluster(cluster);
      assertThatThrownBy(() -> alarms.monitorCluster(cluster))
          .hasMessage(
              "DrAlarms: Database is monitored already; monitor it once, with all the thresholds you"
                  + " want");
      assertThat(alarms.getAlarms()).hasSize(5);
    }

    @Test
    void aStackWithAnAccountNeedsNoAccountInItsMetrics() {
      Stack stack =
          Stack.Builder.create(new App(), "TestStack")
              .env(Environment.builder().account("111122223333").region("us-east-1").build())
              .build();
      Template template = Synthesis.templateOf(stack, each -> Monitored.everything(each, PAIR));
      assertThat(propertiesOf(template, ALARM).toString()).doesNotContain("AccountId");
    }

    @Test
    void ownMetric() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      alarms.addAlarm("Declined", metric(null), ABOVE_ONE, "Too many declined payments.");
      alarms.addAlarm(
          "Share",
          MathExpression.Builder.create()
              .expression("a / 2")
              .usingMetrics(Map.of("a", metric("us-east-1")))
              .period(Duration.minutes(15))
              .build(),
          ABOVE_ONE,
          "The share is high.");
      Template template = Template.fromStack(stack);
      assertThat(alarm(template, "Declined"))
          .containsEntry("Period", 60)
          .containsEntry("AlarmDescription", "Too many declined payments.");
      assertThat(expressionAlarm(template, "a / 2").toString()).contains("Period=60");
      assertThat(
              onlyPropertiesOf(template, "AWS::CloudWatch::Dashboard")
                  .get("DashboardBody")
                  .toString())
          .contains("## Declined", "## Share");
    }

    @Test
    void ownMetricNamesAllFaultsAtOnce() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      IMetric far =
          MathExpression.Builder.create()
              .expression("a + b")
              .usingMetrics(Map.of("a", metric("us-west-2"), "b", metric("us-east-1")))
              .build();
      assertThatThrownBy(() -> alarms.addAlarm("1 st", far, ABOVE_ONE, " "))
          .hasMessage(
              "DrAlarms has 3 faults:\n"
                  + "  - id must be 1 to 100 letters, digits, hyphens and underscores, starting with"
                  + " a letter, got '1 st'\n"
                  + "  - the metric is in us-west-2, which an alarm of us-east-1 cannot read; add the"
                  + " alarm to the DrAlarms of that region\n"
                  + "  - description must be 1 to 1024 characters, got 1; say what the alarm means"
                  + " and what to do first");
      IMetric search = SearchExpression.Builder.create().expression("SEARCH('x', 'Sum')").build();
      assertThatThrownBy(() -> alarms.addAlarm("Search", search, ABOVE_ONE, "What it means."))
          .hasMessage(
              "DrAlarms: an alarm cannot watch a search expression; use a metric or a math"
                  + " expression");
      alarms.addAlarm("Taken", metric(null), ABOVE_ONE, "What it means.");
      assertThatThrownBy(() -> alarms.addAlarm("Taken", metric(null), ABOVE_ONE, "Again."))
          .hasMessage("DrAlarms: there is an alarm 'Taken' already; choose another id");
      assertThat(alarms.getAlarms()).hasSize(1);
    }

    private static Metric metric(String region) {
      Metric.Builder builder =
          Metric.Builder.create()
              .namespace("Payments")
              .metricName("Declined")
              .period(Duration.minutes(5));
      return region == null ? builder.build() : builder.region(region).build();
    }

    @Test
    void furtherActionsReachOldAndNewAlarms() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      alarms.monitorFunction(Monitored.importedFunction(stack));
      alarms.addAlarmAction(new SsmAction(OpsItemSeverity.HIGH));
      alarms.monitorTable(Monitored.table(stack));
      assertThat(propertiesOf(Template.fromStack(stack), ALARM))
          .hasSize(7)
          .allMatch(alarm -> alarm.get("AlarmActions").toString().contains(":opsitem:2"));
      SsmAction another = new SsmAction(OpsItemSeverity.LOW);
      assertThatThrownBy(() -> alarms.addAlarmAction(another, another, another, another))
          .hasMessage(
              "DrAlarms: an alarm can have at most 5 actions, of which the topic is one, got 6; let"
                  + " the topic tell the others");
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                IFunction function = Monitored.importedFunction(stack);
                DrAlarms.Builder.create(stack, "One")
                    .regionPair(PAIR)
                    .build()
                    .monitorFunction(function);
                DrAlarms.Builder.create(stack, "Two")
                    .regionPair(PAIR)
                    .build()
                    .monitorFunction(function);
              });
      template.resourceCountIs("AWS::SNS::Topic", 2);
      template.resourceCountIs("AWS::CloudWatch::Dashboard", 2);
      template.resourceCountIs(ALARM, 8);
    }

    @Test
    void twiceOnOneImportedTopic() {
      Stack stack = Synthesis.primaryStack();
      ITopic topic =
          Topic.fromTopicArn(stack, "Existing", "arn:aws:sns:us-east-1:111122223333:existing");
      for (String id : List.of("One", "Two")) {
        DrAlarms alarms =
            DrAlarms.Builder.create(stack, id)
                .regionPair(PAIR)
                .topic(topic)
                .emailSubscriptions(List.of("on-call@example.com"))
                .notifyOnOk(true)
                .dashboard(false)
                .build();
        alarms.monitorTable(TableV2.fromTableName(stack, id + "Table", "payments-sessions"));
        assertThat(alarms.getTopic()).isSameAs(topic);
        assertThat(alarms.getDashboard()).isNull();
        assertThat(alarms.getAlarms()).hasSize(3);
      }
      Template template = Template.fromStack(stack);
      template.resourceCountIs("AWS::SNS::Topic", 0);
      template.resourceCountIs("AWS::SNS::TopicPolicy", 0);
      template.resourceCountIs("AWS::KMS::Key", 0);
      template.resourceCountIs("AWS::CloudWatch::Dashboard", 0);
      template.resourceCountIs("AWS::SNS::Subscription", 2);
      assertThat(propertiesOf(template, ALARM))
          .allMatch(alarm -> alarm.get("OKActions").equals(alarm.get("AlarmActions")));
    }

    @Test
    void refusesATopicOfAnotherRegion() {
      Stack stack = Synthesis.primaryStack();
      ITopic topic =
          Topic.fromTopicArn(stack, "Existing", "arn:aws:sns:us-west-2:111122223333:existing");
      assertThatThrownBy(
              () -> DrAlarms.Builder.create(stack, "Alarms").regionPair(PAIR).topic(topic).build())
          .hasMessage(
              "DrAlarms: topic must be in us-east-1 like its alarms, got one in us-west-2; use a"
                  + " topic of this region");
      assertThat(stack.getNode().tryFindChild("Alarms")).isNull();
    }

    @Test
    void aGivenKeyAdmitsPublishers() {
      Stack stack = Synthesis.primaryStack();
      Key key = new Key(stack, "Given");
      build(stack, key);
      Template template = Template.fromStack(stack);
      assertThat(onlyPropertiesOf(template, "AWS::KMS::Key").get("KeyPolicy").toString())
          .contains("cloudwatch.amazonaws.com");
      Annotations.fromStack(stack).hasNoWarning("*", Match.anyValue());
    }

    @Test
    void anImportedKeyComesWithAWarning() {
      Stack stack = Synthesis.primaryStack();
      build(stack, Key.fromKeyArn(stack, "Given", "arn:aws:kms:us-east-1:111122223333:key/1"));
      Annotations.fromStack(stack)
          .hasWarning(
              "/TestStack/Alarms",
              "the policy of an imported key cannot be changed here, and without it alarms are lost"
                  + " in silence; let cloudwatch.amazonaws.com, and events.amazonaws.com for"
                  + " EventBridge rules, use kms:Decrypt and kms:GenerateDataKey in it, then"
                  + " acknowledge this warning"
                  + " [ack: @payment-dr/alarms:importedKey]");
    }

    private static void build(Stack stack, IKey key) {
      DrAlarms.Builder.create(stack, "Alarms")
          .regionPair(PAIR)
          .emailSubscriptions(List.of("on-call@example.com"))
          .encryptionKey(key)
          .build();
    }

    @Test
    @DisplayName("M1: without a subscriber there is a warning")
    void warnsWithoutASubscriber() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms.Builder.create(stack, "Alarms").regionPair(PAIR).build();
      Annotations.fromStack(stack)
          .hasWarning(
              "/TestStack/Alarms",
              "nobody is told of the alarms: the topic has no e-mail subscription; set"
                  + " emailSubscriptions(...), or acknowledge this warning when something else"
                  + " subscribes to the topic [ack: @payment-dr/alarms:withoutSubscriber]");
    }
  }

  @Nested
  class Props {
    @Test
    void namesAllFaultsAtOnce() {
      Stack stack = Synthesis.primaryStack();
      String token = Token.asString(Map.of("Ref", "Email"));
      assertThatThrownBy(
              () ->
                  DrAlarmsProps.builder()
                      .emailSubscriptions(
                          List.of("on-call", "a@example.com", "A@example.com", token))
                      .topic(new Topic(stack, "Topic"))
                      .encryptionKey(new Key(stack, "Key"))
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrAlarmsProps has 5 faults:\n"
                  + "  - regionPair is required; set regionPair(RegionPair.of(...))\n"
                  + "  - emailSubscriptions must be addresses such as on-call@example.com, got"
                  + " 'on-call'\n"
                  + "  - emailSubscriptions must differ, got 'A@example.com' again; remove it\n"
                  + "  - emailSubscriptions must be known at synthesis, got a deploy-time token; pass"
                  + " a literal value\n"
                  + "  - encryptionKey encrypts a new topic; remove it or remove topic(...)");
    }

    @ParameterizedTest
    @CsvSource({
      "on-call+pay@sub.example.co.uk, true",
      "o'neil@example.com, true",
      "'a@example.com,b@example.com', false",
      "a@example, false",
      "@example.com, false",
      "a b@example.com, false",
      "a@-.com., false",
      "'', false",
    })
    void emailForms(String email, boolean isAccepted) {
      DrAlarmsProps.Builder builder =
          DrAlarmsProps.builder().regionPair(PAIR).emailSubscriptions(List.of(email));
      if (isAccepted) {
        assertThat(builder.build().getEmailSubscriptions()).containsExactly(email);
      } else {
        assertThatThrownBy(builder::build).hasMessageContaining("got '" + email + "'");
      }
    }

    @Test
    void defaults() {
      DrAlarmsProps props = DrAlarmsProps.builder().regionPair(PAIR).build();
      assertThat(props.getRegionPair()).isEqualTo(PAIR);
      assertThat(props.getEmailSubscriptions()).isEmpty();
      assertThat(props.getNotifyOnOk()).isFalse();
      assertThat(props.getDashboard()).isTrue();
      assertThat(props.getTopic()).isNull();
      assertThat(props.getEncryptionKey()).isNull();
      assertThat(props.getRecoveryObjective()).isNull();
    }

    @Test
    void actionsOfATopicAreTypedAsTheCdkDoes() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      alarms.addAlarmAction(new SnsAction(new Topic(stack, "Second")));
      assertThat(alarms.addAlarm("A", Monitoring.metric(null), ABOVE_ONE, "What it means."))
          .isEqualTo(alarms.getAlarms().get(0));
      assertThat(ABOVE_ONE.getComparison()).isEqualTo(ComparisonOperator.GREATER_THAN_THRESHOLD);
    }
  }

  private static Map<String, Object> alarm(Template template, String metricName) {
    return propertiesOf(template, ALARM).stream()
        .filter(each -> metricName.equals(each.get("MetricName")))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, Object> expressionAlarm(Template template, String expression) {
    return propertiesOf(template, ALARM).stream()
        .filter(each -> each.toString().contains("Expression=" + expression))
        .findFirst()
        .orElseThrow();
  }

  /** As {@code Name=Value}, whatever the value is made of. */
  private static String dimensions(Map<String, Object> alarm) {
    return ((List<?>) alarm.get("Dimensions"))
        .stream()
            .map(Map.class::cast)
            .map(dimension -> dimension.get("Name") + "=" + dimension.get("Value"))
            .toList()
            .toString();
  }
}
