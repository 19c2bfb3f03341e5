package io.github.paymentdr.payments.alarms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;

@DisplayName("AlarmThreshold")
class AlarmThresholdTest {
  private static final AlarmThreshold MINIMAL = AlarmThreshold.Builder.create().value(80).build();

  @Nested
  class Value {
    @Test
    void hasDefaults() {
      assertThat(MINIMAL)
          .hasToString("> 80 in 5 of 5 periods of 60 s, missing: not_breaching")
          .isEqualTo(MINIMAL.toBuilder().build())
          .hasSameHashCodeAs(MINIMAL.toBuilder().build());
      assertThat(MINIMAL.getPeriod().toSeconds()).isEqualTo(60);
    }

    @Test
    void fewerPeriodsNeedFewerDatapoints() {
      assertThat(AlarmThreshold.Builder.create().value(1).evaluationPeriods(2).build())
          .hasToString("> 1 in 2 of 2 periods of 60 s, missing: not_breaching");
    }

    @Test
    void changesInPart() {
      assertThat(
              MINIMAL.toBuilder()
                  .comparison(ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD)
                  .value(0.5)
                  .period(Duration.hours(1))
                  .evaluationPeriods(168)
                  .datapointsToAlarm(1)
                  .missingData(TreatMissingData.IGNORE)
                  .build())
          .hasToString("<= 0.5 in 1 of 168 periods of 3600 s, missing: ignore")
          .isNotEqualTo(MINIMAL);
    }
  }

  @Nested
  class Faults {
    @Test
    void namesAllAtOnce() {
      assertThatThrownBy(
              () ->
                  AlarmThreshold.Builder.create()
                      .comparison(ComparisonOperator.LESS_THAN_LOWER_THRESHOLD)
                      .period(Duration.seconds(45))
                      .evaluationPeriods(3)
                      .datapointsToAlarm(4)
                      .build())
          .hasMessage(
              "AlarmThreshold has 4 faults:\n"
                  + "  - value is required; set value(80)\n"
                  + "  - comparison must be with a fixed value, got LESS_THAN_LOWER_THRESHOLD; use"
                  + " one of [GREATER_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD,"
                  + " LESS_THAN_THRESHOLD, LESS_THAN_OR_EQUAL_TO_THRESHOLD]\n"
                  + "  - period must be 10, 20 or 30 seconds or whole minutes, got 45 s\n"
                  + "  - datapointsToAlarm must be between 1 and evaluationPeriods 3, got 4");
    }

    @Test
    void aSpanThatIsTooLong() {
      assertThatThrownBy(
              () -> AlarmThreshold.Builder.create().value(1).evaluationPeriods(1441).build())
          .hasMessage(
              "AlarmThreshold: evaluationPeriods must span at most 86400 s, got 1441 of 60 s; look at"
                  + " fewer periods");
    }

    @Test
    void notANumber() {
      assertThatThrownBy(() -> AlarmThreshold.Builder.create().value(Double.NaN).build())
          .hasMessage("AlarmThreshold: value must be a number, got NaN");
    }

    @Test
    void notACount() {
      assertThatThrownBy(
              () -> AlarmThreshold.Builder.create().value(1).evaluationPeriods(0).build())
          .hasMessage("AlarmThreshold: evaluationPeriods must be a whole number from 1, got 0");
      assertThatThrownBy(
              () -> AlarmThreshold.Builder.create().value(1).datapointsToAlarm(1.5).build())
          .hasMessage("AlarmThreshold: datapointsToAlarm must be a whole number from 1, got 1.5");
    }

    @Test
    void tokens() {
      Number token = Token.asNumber(java.util.Map.of("Ref", "Count"));
      assertThatThrownBy(
              () ->
                  AlarmThreshold.Builder.create()
                      .value(1)
                      .evaluationPeriods(token)
                      .period(Duration.seconds(token))
                      .build())
          .hasMessage(
              "AlarmThreshold has 2 faults:\n"
                  + "  - period must be known at synthesis, got a deploy-time token; pass a literal"
                  + " value\n"
                  + "  - evaluationPeriods must be known at synthesis, got a deploy-time token; pass"
                  + " a literal value");
    }
  }

  @Nested
  class Sets {
    @Test
    void refuseToBeEmpty() {
      assertThatThrownBy(
              () ->
                  AuroraAlarmThresholds.Builder.create()
                      .withoutConnections()
                      .withoutCpu()
                      .withoutFreeableMemory()
                      .withoutReplicaLag()
                      .withoutDeadlocks()
                      .build())
          .hasMessage(
              "AuroraAlarmThresholds: at least one alarm must be on; remove monitorCluster(...)"
                  + " instead");
      assertThatThrownBy(
              () ->
                  GlobalDatabaseAlarmThresholds.Builder.create()
                      .withoutRpoLag()
                      .withoutReplicationLag()
                      .build())
          .hasMessage(
              "GlobalDatabaseAlarmThresholds: at least one alarm must be on; remove"
                  + " monitorGlobalDatabase(...) instead");
      assertThatThrownBy(
              () ->
                  FunctionAlarmThresholds.Builder.create()
                      .withoutErrors()
                      .withoutThrottles()
                      .withoutDuration()
                      .withoutConcurrency()
                      .build())
          .hasMessage(
              "FunctionAlarmThresholds: at least one alarm must be on; remove monitorFunction(...)"
                  + " instead");
      assertThatThrownBy(
              () ->
                  TableAlarmThresholds.Builder.create()
                      .withoutThrottles()
                      .withoutSystemErrors()
                      .withoutReplicationLatency()
                      .build())
          .hasMessage(
              "TableAlarmThresholds: at least one alarm must be on; remove monitorTable(...)"
                  + " instead");
    }

    @Test
    void refuseAShapeBesideAChoice() {
      assertThatThrownBy(
              () ->
                  AuroraAlarmThresholds.Builder.create()
                      .connections(MINIMAL)
                      .maxConnections(5)
                      .build())
          .hasMessage(
              "AuroraAlarmThresholds has 2 faults:\n"
                  + "  - maxConnections only shapes the default of connections; remove"
                  + " maxConnections(...) or what sets or switches off connections\n"
                  + "  - maxConnections must be between 6 and 262143, got 5; use the instances'"
                  + " parameter max_connections");
      assertThatThrownBy(
              () ->
                  FunctionAlarmThresholds.Builder.create()
                      .duration(MINIMAL)
                      .timeout(Duration.minutes(16))
                      .withoutConcurrency()
                      .concurrencyLimit(0)
                      .build())
          .hasMessage(
              "FunctionAlarmThresholds has 4 faults:\n"
                  + "  - timeout only shapes the default of duration; remove timeout(...) or what"
                  + " sets or switches off duration\n"
                  + "  - timeout must be between 1 and 900 s, got 960 s\n"
                  + "  - concurrencyLimit only shapes the default of concurrency; remove"
                  + " concurrencyLimit(...) or what sets or switches off concurrency\n"
                  + "  - concurrencyLimit must be at least 1, got 0; use the function's reserved"
                  + " concurrency or the account's quota");
    }

    @Test
    void refuseTokens() {
      Number token = Token.asNumber(java.util.Map.of("Ref", "Count"));
      assertThatThrownBy(() -> AuroraAlarmThresholds.Builder.create().maxConnections(token).build())
          .hasMessage(
              "AuroraAlarmThresholds: maxConnections must be known at synthesis, got a deploy-time"
                  + " token; pass a literal value");
      assertThatThrownBy(
              () ->
                  FunctionAlarmThresholds.Builder.create()
                      .timeout(Duration.seconds(token))
                      .concurrencyLimit(token)
                      .build())
          .hasMessage(
              "FunctionAlarmThresholds has 2 faults:\n"
                  + "  - timeout must be known at synthesis, got a deploy-time token; pass a literal"
                  + " value\n"
                  + "  - concurrencyLimit must be known at synthesis, got a deploy-time token; pass a"
                  + " literal value");
    }
  }
}
