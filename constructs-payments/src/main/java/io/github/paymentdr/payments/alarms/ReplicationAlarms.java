package io.github.paymentdr.payments.alarms;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.replication.DrReplication;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.lambda.IFunction;

/**
 * The alarms on a replication. The standby reports the lag and what it could not apply, the active
 * region what it keeps for the standby. Which region is which changes with a promotion, so both
 * have all alarms, and those of the other role have no data and are quiet.
 */
final class ReplicationAlarms {
  private ReplicationAlarms() {}

  static List<AlarmSpec> of(
      DrReplication replication,
      ReplicationAlarmThresholds thresholds,
      @Nullable RecoveryObjective objective,
      String peerRegion,
      String name) {
    String subject = "Replication " + name + ": ";
    Stream<AlarmSpec> logical =
        replication.getReplication().isLogical()
            ? Stream.of(
                    ofActive(replication, thresholds, peerRegion, subject),
                    ofStandby(replication, thresholds, peerRegion, subject))
                .flatMap(List::stream)
            : Stream.of();
    ImmutableList<AlarmSpec> specs =
        Stream.of(
                lag(replication, thresholds, objective, peerRegion, subject),
                logical,
                notFit(replication, thresholds, peerRegion, subject),
                silence(replication, thresholds, subject))
            .flatMap(part -> part)
            .collect(ImmutableList.toImmutableList());
    Faults faults = Faults.of("ReplicationAlarmThresholds");
    faults.unless(
        !specs.isEmpty(),
        "a global database has the alarms on its lag, on a standby that is not fit and on silence"
            + " only, and all are off; remove monitorReplication(...) instead");
    faults.throwIfAny();
    return specs;
  }

  private static Stream<AlarmSpec> lag(
      DrReplication replication,
      ReplicationAlarmThresholds thresholds,
      @Nullable RecoveryObjective objective,
      String peerRegion,
      String subject) {
    return thresholds
        .lagFor(objective)
        .map(
            threshold ->
                new AlarmSpec(
                    "Lag",
                    "Lag of the standby (ms)",
                    replication.metricReplicationLag(),
                    threshold,
                    subject
                        + "this region is the standby and so far behind "
                        + peerRegion
                        + " that more than allowed would be lost with it. First call the control"
                        + " function's operation state in both regions, then look at the write load"
                        + " there."))
        .stream();
  }

  private static List<AlarmSpec> ofActive(
      DrReplication replication,
      ReplicationAlarmThresholds thresholds,
      String peerRegion,
      String subject) {
    ImmutableList.Builder<AlarmSpec> specs = ImmutableList.builder();
    thresholds
        .getSlotInactive()
        .map(
            threshold ->
                new AlarmSpec(
                    "SlotInactive",
                    "Slot that nobody reads (0 or 1)",
                    replication.metricSlotInactive(),
                    threshold,
                    subject
                        + "this region is active and nobody fetches its changes, so a failover"
                        + " would lose them and the log kept for the standby grows. First call the"
                        + " operation state in "
                        + peerRegion
                        + ", then check its cluster and the peering."))
        .ifPresent(specs::add);
    thresholds
        .retainedWalFor(replication.getRetainedWalLimit())
        .map(
            threshold ->
                new AlarmSpec(
                    "RetainedWal",
                    "WAL kept for the standby (bytes)",
                    replication.metricRetainedWal(),
                    threshold,
                    subject
                        + "much write-ahead log is kept for the standby: the volume grows, or the"
                        + " slot is about to be dropped at its limit and the standby must be"
                        + " rebuilt. First bring the standby in "
                        + peerRegion
                        + " back; if it will stay away, tear its replication down."))
        .ifPresent(specs::add);
    return specs.build();
  }

  private static List<AlarmSpec> ofStandby(
      DrReplication replication,
      ReplicationAlarmThresholds thresholds,
      String peerRegion,
      String subject) {
    ImmutableList.Builder<AlarmSpec> specs = ImmutableList.builder();
    thresholds
        .getApplyErrors()
        .map(
            threshold ->
                new AlarmSpec(
                    "ApplyErrors",
                    "Changes that could not be applied",
                    replication.metricApplyErrors(),
                    threshold,
                    subject
                        + "the standby cannot apply a change from "
                        + peerRegion
                        + " and stands still until it can. First read the standby's PostgreSQL log:"
                        + " a missing column needs the schema of the active region, a conflict of"
                        + " rows somebody to remove the row."))
        .ifPresent(specs::add);
    thresholds
        .getTablesNotInSync()
        .map(
            threshold ->
                new AlarmSpec(
                    "TablesNotInSync",
                    "Tables that are not replicated",
                    replication.metricTablesNotInSync(),
                    threshold,
                    subject
                        + "tables are not, or not yet, replicated, and a failover would lose what is"
                        + " in them. First call the operation state, which names the problem; the"
                        + " first copy of a large table only needs time."))
        .ifPresent(specs::add);
    return specs.build();
  }

  /** What a standby lacks is seen by its own region only: nothing of it slows the active one. */
  private static Stream<AlarmSpec> notFit(
      DrReplication replication,
      ReplicationAlarmThresholds thresholds,
      String peerRegion,
      String subject) {
    return thresholds
        .getNotFit()
        .map(
            threshold ->
                new AlarmSpec(
                    "NotFit",
                    "Standby that could not take over (0 or 1)",
                    replication.metricNotFit(),
                    threshold,
                    subject
                        + "this region is not active and could not take over if "
                        + peerRegion
                        + " was lost now; an automatic failover would wait. First call the"
                        + " operation state in this region: it names each problem and what to do."))
        .stream();
  }

  /** Lambda's own metrics, since a function that does not run cannot say so. */
  private static Stream<AlarmSpec> silence(
      DrReplication replication, ReplicationAlarmThresholds thresholds, String subject) {
    return thresholds
        .getSilence()
        .map(
            threshold ->
                new AlarmSpec(
                    "Silence",
                    "Successful runs of the control function",
                    successfulRuns(replication.getFunction()),
                    threshold,
                    subject
                        + "the control function has not run well for minutes, so nobody watches"
                        + " the replication and no heartbeats are written. First read the"
                        + " function's log, then see whether its schedule is enabled."))
        .stream();
  }

  private static IMetric successfulRuns(IFunction function) {
    MetricOptions sum = MetricOptions.builder().statistic("Sum").build();
    return MathExpression.Builder.create()
        .expression("invocations - errors")
        .label("Successful runs")
        .usingMetrics(
            ImmutableMap.of(
                "invocations", function.metricInvocations(sum),
                "errors", function.metricErrors(sum)))
        .build();
  }
}
