package io.github.paymentdr.payments.alarms;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.recovery.RecoveryObjective;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.rds.IDatabaseCluster;

/**
 * The alarms of an Aurora cluster. A cluster's metric gathers the datapoints of all its instances,
 * so the extreme statistic speaks of the worst one, where a mean would hide it behind idle readers.
 */
final class AuroraAlarms {
  private AuroraAlarms() {}

  static List<AlarmSpec> of(
      IDatabaseCluster cluster, AuroraAlarmThresholds thresholds, String name) {
    ImmutableList.Builder<AlarmSpec> specs = ImmutableList.builder();
    String subject = "Aurora cluster " + name + ": ";
    thresholds
        .getConnections()
        .map(
            threshold ->
                new AlarmSpec(
                    "Connections",
                    "Connections, fullest instance",
                    metric(cluster, "DatabaseConnections", "Maximum"),
                    threshold,
                    subject
                        + "an instance is running out of connections and will soon refuse new"
                        + " ones. First look in pg_stat_activity for idle or stuck sessions, then at"
                        + " the concurrency of the functions."))
        .ifPresent(specs::add);
    thresholds
        .getCpu()
        .map(
            threshold ->
                new AlarmSpec(
                    "Cpu",
                    "CPU of the busiest instance (%)",
                    metric(cluster, "CPUUtilization", "Maximum"),
                    threshold,
                    subject
                        + "an instance has no CPU to spare, or the database reports nothing at all."
                        + " First check that the instances are available, then look in"
                        + " pg_stat_activity for the statements that run longest."))
        .ifPresent(specs::add);
    thresholds
        .getFreeableMemory()
        .map(
            threshold ->
                new AlarmSpec(
                    "FreeableMemory",
                    "Least freeable memory (bytes)",
                    metric(cluster, "FreeableMemory", "Minimum"),
                    threshold,
                    subject
                        + "an instance is short of memory and may restart. First look for many"
                        + " connections or large sorts, then consider a larger instance class."))
        .ifPresent(specs::add);
    thresholds
        .getReplicaLag()
        .map(
            threshold ->
                new AlarmSpec(
                    "ReplicaLag",
                    "Lag of the slowest reader (ms)",
                    metric(cluster, "AuroraReplicaLag", "Maximum"),
                    threshold,
                    subject
                        + "a reader is behind its writer, so reads are stale. First look at the"
                        + " reader's CPU and for long transactions on it."))
        .ifPresent(specs::add);
    thresholds
        .getDeadlocks()
        .map(
            threshold ->
                new AlarmSpec(
                    "Deadlocks",
                    "Deadlocks (per second)",
                    metric(cluster, "Deadlocks", "Maximum"),
                    threshold,
                    subject
                        + "transactions keep blocking each other and are rolled back. First find the"
                        + " statements in the PostgreSQL log, then make them lock rows in one"
                        + " order."))
        .ifPresent(specs::add);
    return specs.build();
  }

  /**
   * The secondary region reports these metrics, under the region it copies from. Which region that
   * is changes on failover, so both watch the same two, and the one that reports nothing is quiet.
   */
  static List<AlarmSpec> ofGlobalDatabase(
      IDatabaseCluster cluster,
      GlobalDatabaseAlarmThresholds thresholds,
      @Nullable RecoveryObjective objective,
      String sourceRegion,
      String name) {
    ImmutableList.Builder<AlarmSpec> specs = ImmutableList.builder();
    String subject = "Aurora global database cluster " + name + ": ";
    thresholds
        .rpoLagFor(objective)
        .map(
            threshold ->
                new AlarmSpec(
                    "RpoLag",
                    "Committed data not yet here (ms)",
                    globalMetric(cluster, "AuroraGlobalDBRPOLag", sourceRegion),
                    threshold,
                    subject
                        + "more committed data than allowed would be lost if "
                        + sourceRegion
                        + " failed now. First look at the write load there; do not start a planned"
                        + " switch-over until the lag is gone."))
        .ifPresent(specs::add);
    thresholds
        .getReplicationLag()
        .map(
            threshold ->
                new AlarmSpec(
                    "ReplicationLag",
                    "Lag of the storage (ms)",
                    globalMetric(cluster, "AuroraGlobalDBReplicationLag", sourceRegion),
                    threshold,
                    subject
                        + "replication from "
                        + sourceRegion
                        + " is slow. First check AWS Health for both regions, then the write load"
                        + " of the writer."))
        .ifPresent(specs::add);
    return specs.build();
  }

  private static Metric metric(IDatabaseCluster cluster, String name, String statistic) {
    return cluster.metric(name, MetricOptions.builder().statistic(statistic).build());
  }

  private static Metric globalMetric(IDatabaseCluster cluster, String name, String sourceRegion) {
    return cluster.metric(
        name,
        MetricOptions.builder()
            .statistic("Maximum")
            .dimensionsMap(
                ImmutableMap.of(
                    "DBClusterIdentifier",
                    cluster.getClusterIdentifier(),
                    "SourceRegion",
                    sourceRegion))
            .build());
  }
}
