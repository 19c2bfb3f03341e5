package io.github.paymentdr.runtime.replication.global;

import io.github.paymentdr.runtime.aws.AwsFailures;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.Metric;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataQuery;
import software.amazon.awssdk.services.cloudwatch.model.MetricStat;
import software.amazon.awssdk.services.cloudwatch.model.ScanBy;

/**
 * How far a cluster is behind the writer of its global cluster: the newest value of {@code
 * AuroraGlobalDBRPOLag}, which is about committed transactions, unlike the lag of the storage.
 */
public final class GlobalDatabaseLag {
  /** The metric comes once a minute, and a little late. */
  private static final Duration LOOK_BACK = Duration.ofMinutes(5);

  private final CloudWatchClient client;
  private final String cluster;
  private final String sourceRegion;
  private final Clock clock;

  /**
   * Makes the measurement.
   *
   * @param client a client of the cluster's region
   * @param cluster the cluster's identifier
   * @param sourceRegion the writer's region
   * @param clock says which minutes are the last ones
   */
  public GlobalDatabaseLag(
      CloudWatchClient client, String cluster, String sourceRegion, Clock clock) {
    this.client = client;
    this.cluster = cluster;
    this.sourceRegion = sourceRegion;
    this.clock = clock;
  }

  /** {@return the lag in milliseconds, empty when none was reported in the last minutes} */
  OptionalLong millis() {
    Instant now = clock.instant();
    try {
      return client
          .getMetricData(
              call ->
                  call.startTime(now.minus(LOOK_BACK))
                      .endTime(now)
                      .scanBy(ScanBy.TIMESTAMP_DESCENDING)
                      .metricDataQueries(query()))
          .metricDataResults()
          .stream()
          .flatMap(result -> result.values().stream())
          .mapToLong(Math::round)
          .findFirst();
    } catch (SdkException e) {
      throw AwsFailures.of("the lag could not be read from CloudWatch", e);
    }
  }

  private MetricDataQuery query() {
    return MetricDataQuery.builder()
        .id("lag")
        .metricStat(
            MetricStat.builder()
                .metric(
                    Metric.builder()
                        .namespace("AWS/RDS")
                        .metricName("AuroraGlobalDBRPOLag")
                        .dimensions(
                            List.of(
                                dimension("DBClusterIdentifier", cluster),
                                dimension("SourceRegion", sourceRegion)))
                        .build())
                .period(60)
                .stat("Maximum")
                .build())
        .build();
  }

  private static Dimension dimension(String name, String value) {
    return Dimension.builder().name(name).value(value).build();
  }
}
