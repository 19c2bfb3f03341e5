package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.Stats;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sqs.IQueue;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.constructs.Construct;

/**
 * The alarms that belong to the mechanism: the one that starts a failover, and those that say when
 * the mechanism itself does not work. All of them tell people.
 */
final class FailoverAlarms {
  private static final int MINUTES_OF_SILENCE = 3;

  private final Construct scope;
  private final SnsAction action;
  private final String region;
  private final String peer;
  private final List<Alarm> alarms = new ArrayList<>();

  FailoverAlarms(Construct failover, ITopic topic, String region, String peer) {
    this.scope = new Construct(failover, "Alarms");
    this.action = new SnsAction(topic);
    this.region = region;
    this.peer = peer;
  }

  List<Alarm> all() {
    return ImmutableList.copyOf(alarms);
  }

  /** Silence is not sickness: what is missing here the alarm on silence tells. */
  Alarm createTrigger(FailoverMetrics metrics, Number datapoints, boolean automatic) {
    return add(
        "PeerUnhealthy",
        metrics.peerUnhealthy(),
        1,
        datapoints,
        TreatMissingData.NOT_BREACHING,
        peer
            + " does not answer its health check in time, seen from "
            + region
            + ". "
            + (automatic
                ? "If it is the active region, the failover to "
                    + region
                    + " has been started; follow its execution."
                : "Failover is by hand: if it is the active region and lost, start the state"
                    + " machine in "
                    + region
                    + " with mode unplanned."));
  }

  void watchProbe(FailoverMetrics metrics) {
    Alarm silence =
        Alarm.Builder.create(scope, "Silence")
            .metric(metrics.findings())
            .alarmDescription(
                "Nobody in "
                    + region
                    + " knows how "
                    + peer
                    + " is: the probe has come to no finding for minutes, so no failover would"
                    + " start. First read the log of the probe, then see whether its schedule is"
                    + " enabled and whether both regions have registered.")
            .comparisonOperator(ComparisonOperator.LESS_THAN_THRESHOLD)
            .threshold(1)
            .evaluationPeriods(MINUTES_OF_SILENCE)
            .treatMissingData(TreatMissingData.BREACHING)
            .build();
    add(silence);
    add(
        "Blind",
        metrics.probeBlind(),
        1,
        MINUTES_OF_SILENCE,
        TreatMissingData.NOT_BREACHING,
        "The probe in "
            + region
            + " reaches neither "
            + peer
            + " nor its own region, so it cannot tell which of them is ill and starts nothing."
            + " First look at the payment function of "
            + region
            + ".");
  }

  void watchRecovery(FailoverMetrics metrics, Number overdueSeconds) {
    add(
        "RecoveryOverdue",
        metrics.recoverySeconds(),
        overdueSeconds,
        1,
        TreatMissingData.NOT_BREACHING,
        "Four fifths of the recovery time objective have passed since "
            + peer
            + " was last healthy, and "
            + region
            + " has not taken over. First look whether its failover has an execution and in which"
            + " state that is, and at the runbook's page for it.");
  }

  void watchExecutions(StateMachine stateMachine) {
    addEnd(
        "ExecutionFailed",
        FailoverMetrics.perMinute(stateMachine.metricFailed()),
        "stopped at a step");
    addEnd(
        "ExecutionTimedOut",
        FailoverMetrics.perMinute(stateMachine.metricTimedOut()),
        "never came to an end");
    addEnd(
        "ExecutionAborted",
        FailoverMetrics.perMinute(stateMachine.metricAborted()),
        "was stopped by somebody");
  }

  /** An alarm that could not start the state machine. */
  void watchLostStarts(IQueue queue) {
    add(
        "StartLost",
        queue.metricApproximateNumberOfMessagesVisible(
            MetricOptions.builder().statistic(Stats.MAXIMUM).period(Duration.minutes(1)).build()),
        1,
        1,
        TreatMissingData.NOT_BREACHING,
        "The alarm on "
            + peer
            + " could not start the failover to "
            + region
            + "; the event is in the dead-letter queue. If "
            + peer
            + " is lost, start the state machine by hand, then purge the queue.");
  }

  private void addEnd(String id, Metric metric, String what) {
    add(
        id,
        metric,
        1,
        1,
        TreatMissingData.NOT_BREACHING,
        "A failover to "
            + region
            + " "
            + what
            + ". First read the notification or the execution's error: it says at which step and"
            + " the command that is next. No region may be accepting payments.");
  }

  private Alarm add(
      String id,
      IMetric metric,
      Number threshold,
      Number periods,
      TreatMissingData missing,
      String description) {
    return add(
        Alarm.Builder.create(scope, id)
            .metric(metric)
            .alarmDescription(description)
            .comparisonOperator(ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD)
            .threshold(threshold)
            .evaluationPeriods(periods)
            .datapointsToAlarm(periods)
            .treatMissingData(missing)
            .build());
  }

  private Alarm add(Alarm alarm) {
    alarm.addAlarmAction(action);
    alarms.add(alarm);
    return alarm;
  }
}
