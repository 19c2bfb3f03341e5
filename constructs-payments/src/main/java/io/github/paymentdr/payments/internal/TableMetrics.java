package io.github.paymentdr.payments.internal;

import com.google.common.base.CaseFormat;
import com.google.common.collect.ImmutableMap;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.Stats;
import software.amazon.awscdk.services.dynamodb.ITableV2;
import software.amazon.awscdk.services.dynamodb.Operation;

/** The metrics of a table's replica in the stack's own region. */
public final class TableMetrics {
  private TableMetrics() {}

  public static Metric readThrottleEvents(ITableV2 table) {
    return sumPerMinute(table, "ReadThrottleEvents", ImmutableMap.of());
  }

  public static Metric writeThrottleEvents(ITableV2 table) {
    return sumPerMinute(table, "WriteThrottleEvents", ImmutableMap.of());
  }

  public static Metric throttledRequests(ITableV2 table, Operation operation) {
    return sumPerMinute(table, "ThrottledRequests", dimensionOf(operation));
  }

  public static Metric systemErrors(ITableV2 table, Operation operation) {
    return sumPerMinute(table, "SystemErrors", dimensionOf(operation));
  }

  public static Metric replicationLatency(ITableV2 table, String receivingRegion) {
    return metric(
        table,
        "ReplicationLatency",
        ImmutableMap.of("ReceivingRegion", receivingRegion),
        Stats.AVERAGE,
        Duration.minutes(5));
  }

  private static ImmutableMap<String, String> dimensionOf(Operation operation) {
    return ImmutableMap.of(
        "Operation", CaseFormat.UPPER_UNDERSCORE.to(CaseFormat.UPPER_CAMEL, operation.name()));
  }

  private static Metric sumPerMinute(
      ITableV2 table, String name, ImmutableMap<String, String> dimensions) {
    return metric(table, name, dimensions, Stats.SUM, Duration.minutes(1));
  }

  private static Metric metric(
      ITableV2 table,
      String name,
      ImmutableMap<String, String> dimensions,
      String statistic,
      Duration period) {
    return table.metric(
        name,
        MetricOptions.builder()
            .dimensionsMap(
                ImmutableMap.<String, String>builder()
                    .put("TableName", table.getTableName())
                    .putAll(dimensions)
                    .buildOrThrow())
            .statistic(statistic)
            .period(period)
            .build());
  }
}
