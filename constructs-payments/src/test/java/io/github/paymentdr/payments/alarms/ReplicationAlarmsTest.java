package io.github.paymentdr.payments.alarms;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.payments.replication.DrReplication;
import io.github.paymentdr.payments.replication.Replicated;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.Synthesis;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.IAlarm;

@DisplayName("DrAlarms: the alarms on a replication")
class ReplicationAlarmsTest {
  private static final String ALARM = "AWS::CloudWatch::Alarm";

  private static final Template LOGICAL_PRIMARY =
      Synthesis.primary(
          stack -> Monitored.alarmsIn(stack).monitorReplication(Replicated.logical(stack).build()));
  private static final Template LOGICAL_SECONDARY =
      Synthesis.secondary(
          stack -> Monitored.alarmsIn(stack).monitorReplication(Replicated.logical(stack).build()));
  private static final Template GLOBAL =
      Synthesis.secondary(
          stack ->
              Monitored.alarmsIn(stack)
                  .monitorReplication(Replicated.globalDatabase(stack).build()));

  /** The alarms by their own id, without what the CDK puts around it. */
  private static Map<String, Map<String, Object>> alarmsOf(Template template) {
    Map<String, Map<String, Object>> alarms = new LinkedHashMap<>();
    template
        .findResources(ALARM)
        .forEach(
            (id, resource) ->
                alarms.put(
                    id.replaceFirst("AlarmsReplicationReplication", "")
                        .replaceFirst("[0-9A-F]{8}$", ""),
                    child(resource, "Properties")));
    return alarms;
  }

  private static Template logical(
      Function<DrReplication.Builder, DrReplication.Builder> change,
      Function<DrAlarms.Builder, DrAlarms.Builder> alarms) {
    return Synthesis.primary(
        stack ->
            alarms
                .apply(DrAlarms.Builder.create(stack, "Alarms").regionPair(PAIR))
                .build()
                .monitorReplication(change.apply(Replicated.logical(stack)).build()));
  }

  @Nested
  class ByDefault {
    @Test
    @DisplayName("M1: both regions have the same seven alarms, as the roles may change")
    void bothRegionsHaveTheSame() {
      for (Template template : List.of(LOGICAL_PRIMARY, LOGICAL_SECONDARY)) {
        assertThat(alarmsOf(template).keySet())
            .containsExactlyInAnyOrder(
                "Lag",
                "SlotInactive",
                "RetainedWal",
                "ApplyErrors",
                "TablesNotInSync",
                "NotFit",
                "Silence");
      }
    }

    @Test
    @DisplayName("M1: what the other role reports is missing here, and pages nobody")
    void missingDataIsQuiet() {
      alarmsOf(LOGICAL_PRIMARY)
          .forEach(
              (id, alarm) ->
                  assertThat(alarm)
                      .as(id)
                      .containsEntry(
                          "TreatMissingData", id.equals("Silence") ? "breaching" : "notBreaching"));
    }

    @Test
    @DisplayName("M1: the alarm on silence reads Lambda's own count of runs that went well")
    void silenceIsSeenFromOutside() {
      Map<String, Object> silence = alarmsOf(LOGICAL_PRIMARY).get("Silence");
      assertThat(silence)
          .containsEntry("ComparisonOperator", "LessThanThreshold")
          .containsEntry("Threshold", 1)
          .containsEntry("EvaluationPeriods", 5)
          .doesNotContainKey("MetricName");
      assertThat(silence.get("Metrics").toString())
          .contains("invocations - errors", "AWS/Lambda", "Invocations", "Errors", "Resource");
    }

    @Test
    @DisplayName("M1: all alarms tell the topic, and say what they mean and what to do first")
    void tellPeople() {
      for (Template template : List.of(LOGICAL_PRIMARY, GLOBAL)) {
        assertThat(alarmsOf(template).values())
            .allSatisfy(
                alarm -> {
                  assertThat((List<?>) alarm.get("AlarmActions")).hasSize(1);
                  assertThat(alarm.get("AlarmDescription").toString())
                      .startsWith("Replication Replication: ")
                      .contains(" First ")
                      .hasSizeLessThan(1024);
                });
      }
    }

    @Test
    @DisplayName("the other region is named where something must be done there")
    void nameTheOtherRegion() {
      assertThat(alarmsOf(LOGICAL_PRIMARY).get("Lag").get("AlarmDescription").toString())
          .contains("us-west-2");
      assertThat(alarmsOf(LOGICAL_SECONDARY).get("Lag").get("AlarmDescription").toString())
          .contains("us-east-1");
    }

    @Test
    @DisplayName(
        "M1: a standby that could not take over pages after five minutes, with either kind")
    void anUnfitStandby() {
      for (Template template : List.of(LOGICAL_PRIMARY, LOGICAL_SECONDARY, GLOBAL)) {
        assertThat(alarmsOf(template).get("NotFit"))
            .containsEntry("Namespace", "PaymentDr/Replication")
            .containsEntry("MetricName", "NotFit")
            .containsEntry("Statistic", "Maximum")
            .containsEntry("ComparisonOperator", "GreaterThanThreshold")
            .containsEntry("Threshold", 0)
            .containsEntry("DatapointsToAlarm", 5)
            .containsEntry("EvaluationPeriods", 5);
      }
    }

    @Test
    void waitForTheControlFunction() {
      LOGICAL_PRIMARY
          .findResources(ALARM)
          .values()
          .forEach(
              alarm -> assertThat(alarm.get("DependsOn").toString()).contains("ReplicationAlias"));
      assertThat(DependencyCycles.in(LOGICAL_PRIMARY.toJSON())).isEmpty();
    }

    @Test
    @DisplayName("M1: a global database has Aurora's lag, fitness and silence")
    void ofAGlobalDatabase() {
      assertThat(alarmsOf(GLOBAL).keySet()).containsExactlyInAnyOrder("Lag", "NotFit", "Silence");
      assertThat(alarmsOf(GLOBAL).get("Lag"))
          .containsEntry("MetricName", "AuroraGlobalDBReplicationLag")
          .containsEntry("Threshold", 5000)
          .containsEntry("TreatMissingData", "notBreaching");
    }

    @Test
    @DisplayName("M2: they have a row on the dashboard")
    void areOnTheDashboard() {
      assertThat(
              child(
                      LOGICAL_PRIMARY
                          .findResources("AWS::CloudWatch::Dashboard")
                          .values()
                          .iterator()
                          .next(),
                      "Properties")
                  .get("DashboardBody")
                  .toString())
          .contains("## Replication Replication", "WAL kept for the standby (bytes)");
    }
  }

  @Nested
  class Thresholds {
    @Test
    @DisplayName("D3: the lag alarm goes off above the recovery point")
    void followTheRecoveryObjective() {
      assertThat(lagFor(Duration.ofSeconds(60))).isEqualTo(60_000);
      assertThat(lagFor(Duration.ZERO)).isEqualTo(5_000);
    }

    private static Object lagFor(Duration recoveryPoint) {
      Template template =
          logical(
              replication -> replication,
              alarms ->
                  alarms.recoveryObjective(
                      RecoveryObjective.of(Duration.ofMinutes(5), recoveryPoint)));
      return alarmsOf(template).get("Lag").get("Threshold");
    }

    @Test
    @DisplayName("the alarm on retained WAL comes before the limit that drops the slot")
    void followTheLimit() {
      Template template =
          logical(
              replication -> replication.retainedWalLimit(Size.gibibytes(100)), alarms -> alarms);
      assertThat(((Number) alarmsOf(template).get("RetainedWal").get("Threshold")).longValue())
          .isEqualTo(85_899_345_920L);
      assertThat(
              ((Number) alarmsOf(LOGICAL_PRIMARY).get("RetainedWal").get("Threshold")).longValue())
          .isEqualTo(10_737_418_240L);
    }

    @Test
    void canBeChosenOrSwitchedOff() {
      AlarmThreshold chosen = AlarmThreshold.Builder.create().value(7).build();
      Template template =
          Synthesis.primary(
              stack ->
                  DrAlarms.Builder.create(stack, "Alarms")
                      .regionPair(PAIR)
                      .recoveryObjective(
                          RecoveryObjective.of(Duration.ofMinutes(5), Duration.ofSeconds(60)))
                      .build()
                      .monitorReplication(
                          Replicated.logical(stack).retainedWalLimit(Size.gibibytes(2)).build(),
                          ReplicationAlarmThresholds.Builder.create()
                              .lag(chosen)
                              .retainedWal(chosen)
                              .withoutSlotInactive()
                              .withoutApplyErrors()
                              .withoutTablesNotInSync()
                              .withoutNotFit()
                              .withoutSilence()
                              .build()));
      assertThat(alarmsOf(template))
          .hasSize(2)
          .allSatisfy((id, alarm) -> assertThat(alarm).containsEntry("Threshold", 7));
    }

    @Test
    void atLeastOneIsOn() {
      assertThatThrownBy(
              () ->
                  ReplicationAlarmThresholds.Builder.create()
                      .withoutLag()
                      .withoutSlotInactive()
                      .withoutRetainedWal()
                      .withoutApplyErrors()
                      .withoutTablesNotInSync()
                      .withoutNotFit()
                      .withoutSilence()
                      .build())
          .hasMessage(
              "ReplicationAlarmThresholds: at least one alarm must be on; remove"
                  + " monitorReplication(...) instead");
    }

    @Test
    void atLeastOneIsOnForAGlobalDatabase() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      DrReplication replication = Replicated.globalDatabase(stack).build();
      ReplicationAlarmThresholds thresholds =
          ReplicationAlarmThresholds.Builder.create()
              .withoutLag()
              .withoutNotFit()
              .withoutSilence()
              .build();
      assertThatThrownBy(() -> alarms.monitorReplication(replication, thresholds))
          .hasMessage(
              "ReplicationAlarmThresholds: a global database has the alarms on its lag, on a standby"
                  + " that is not fit and on silence only, and all are off; remove"
                  + " monitorReplication(...) instead");
      assertThat(alarms.getAlarms()).isEmpty();
    }
  }

  @Nested
  class Composition {
    @Test
    void returnsTheNewAlarms() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      List<IAlarm> created = alarms.monitorReplication(Replicated.logical(stack).build());
      assertThat(created).hasSize(7).isEqualTo(alarms.getAlarms());
    }

    @Test
    void oncePerReplication() {
      Stack stack = Synthesis.primaryStack();
      DrAlarms alarms = Monitored.alarmsIn(stack);
      DrReplication replication = Replicated.logical(stack).build();
      alarms.monitorReplication(replication);
      assertThatThrownBy(() -> alarms.monitorReplication(replication))
          .hasMessage(
              "DrAlarms: Replication is monitored already; monitor it once, with all the thresholds"
                  + " you want");
    }

    @Test
    void notFromAnotherRegion() {
      App app = new App();
      DrAlarms alarms = Monitored.alarmsIn(Synthesis.stackIn(app, "East", "us-east-1"));
      DrReplication replication =
          Replicated.logical(Synthesis.stackIn(app, "West", "us-west-2")).build();
      assertThatThrownBy(() -> alarms.monitorReplication(replication))
          .hasMessageContaining(
              "is in us-west-2, whose metrics alarms of us-east-1 cannot read; monitor it with the"
                  + " DrAlarms of its region");
      assertThat(alarms.getAlarms()).isEmpty();
    }
  }
}
