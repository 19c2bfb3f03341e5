package io.github.paymentdr.payments.alarms;

import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.dynamodb.ITable;

/** The alarms of a DynamoDB table in its own region. */
final class TableAlarms {
  /**
   * The operations of an application on items. An alarm takes at most ten metrics, from
   * "PutMetricAlarm" in the CloudWatch API reference, so PartiQL and streams are left out.
   */
  private static final ImmutableList<String> OPERATIONS =
      ImmutableList.of(
          "GetItem",
          "BatchGetItem",
          "Query",
          "Scan",
          "PutItem",
          "UpdateItem",
          "DeleteItem",
          "BatchWriteItem",
          "TransactGetItems",
          "TransactWriteItems");

  private TableAlarms() {}

  static List<AlarmSpec> of(
      ITable table, TableAlarmThresholds thresholds, String receivingRegion, String name) {
    ImmutableList.Builder<AlarmSpec> specs = ImmutableList.builder();
    String subject = "DynamoDB table " + name + ": ";
    thresholds
        .getThrottles()
        .map(
            threshold ->
                new AlarmSpec(
                    "Throttles",
                    "Refused reads and writes",
                    throttles(table),
                    threshold,
                    subject
                        + "reads or writes are refused. First look for a hot key with CloudWatch"
                        + " Contributor Insights, then at the table's maximum throughput and the"
                        + " account's quotas."))
        .ifPresent(specs::add);
    thresholds
        .getSystemErrors()
        .map(
            threshold ->
                new AlarmSpec(
                    "SystemErrors",
                    "Requests that failed inside DynamoDB",
                    systemErrors(table),
                    threshold,
                    subject
                        + "DynamoDB itself fails requests. First check AWS Health for this region;"
                        + " if it lasts, consider a failover."))
        .ifPresent(specs::add);
    thresholds
        .getReplicationLatency()
        .map(
            threshold ->
                new AlarmSpec(
                    "ReplicationLatency",
                    "Latency to " + receivingRegion + " (ms)",
                    replicationLatency(table, receivingRegion),
                    threshold,
                    subject
                        + "writes reach "
                        + receivingRegion
                        + " late, and would be missing there after a failover. First check AWS"
                        + " Health for both regions, then throttling in the receiving one."))
        .ifPresent(specs::add);
    return specs.build();
  }

  /**
   * The two metrics that DynamoDB reports per table; ThrottledRequests exists per operation only.
   * Both appear only in minutes with throttling, and a sum with a gap in it would be a gap.
   */
  private static IMetric throttles(ITable table) {
    return MathExpression.Builder.create()
        .expression("FILL(reads, 0) + FILL(writes, 0)")
        .usingMetrics(
            ImmutableMap.of(
                "reads", table.metric("ReadThrottleEvents", statistic("Sum")),
                "writes", table.metric("WriteThrottleEvents", statistic("Sum"))))
        .label("Refused reads and writes")
        .build();
  }

  private static IMetric systemErrors(ITable table) {
    String tableName = table.getTableName();
    ImmutableMap.Builder<String, IMetric> metrics = ImmutableMap.builder();
    for (String operation : OPERATIONS) {
      metrics.put(
          idOf(operation),
          table.metric(
              "SystemErrors",
              MetricOptions.builder()
                  .statistic("Sum")
                  .dimensionsMap(ImmutableMap.of("TableName", tableName, "Operation", operation))
                  .build()));
    }
    return MathExpression.Builder.create()
        .expression(
            OPERATIONS.stream()
                .map(operation -> "FILL(" + idOf(operation) + ", 0)")
                .collect(Collectors.joining(" + ")))
        .usingMetrics(metrics.build())
        .label("Requests that failed inside DynamoDB")
        .build();
  }

  private static IMetric replicationLatency(ITable table, String receivingRegion) {
    return table.metric(
        "ReplicationLatency",
        MetricOptions.builder()
            .statistic("Average")
            .dimensionsMap(
                ImmutableMap.of(
                    "TableName", table.getTableName(), "ReceivingRegion", receivingRegion))
            .build());
  }

  private static String idOf(String operation) {
    return CaseFormat.UPPER_CAMEL.to(CaseFormat.LOWER_CAMEL, operation);
  }

  private static MetricOptions statistic(String statistic) {
    return MetricOptions.builder().statistic(statistic).build();
  }
}
