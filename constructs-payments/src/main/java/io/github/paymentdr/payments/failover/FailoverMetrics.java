package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableMap;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.Stats;

/** The metrics that the probe and the failover function put. */
final class FailoverMetrics {
  static final String NAMESPACE = "PaymentDr/Failover";

  private final String pairName;
  private final Duration interval;

  FailoverMetrics(String pairName, Duration interval) {
    this.pairName = pairName;
    this.interval = interval;
  }

  Metric peerUnhealthy() {
    return metric("PeerUnhealthy", Stats.MAXIMUM, interval);
  }

  /** How many probes came to a finding, for the alarm on silence. */
  Metric findings() {
    return metric("PeerUnhealthy", Stats.SAMPLE_COUNT, Duration.minutes(1));
  }

  Metric probeBlind() {
    return metric("ProbeBlind", Stats.MAXIMUM, Duration.minutes(1));
  }

  Metric recoverySeconds() {
    return metric("RecoverySeconds", Stats.MAXIMUM, interval);
  }

  Metric recoveryTime() {
    return metric("RecoveryTime", Stats.MAXIMUM, Duration.minutes(1));
  }

  /** A metric of Step Functions, which reports by the minute. */
  static Metric perMinute(Metric metric) {
    return metric.with(
        MetricOptions.builder().statistic(Stats.SUM).period(Duration.minutes(1)).build());
  }

  private Metric metric(String name, String statistic, Duration period) {
    return Metric.Builder.create()
        .namespace(NAMESPACE)
        .metricName(name)
        .dimensionsMap(ImmutableMap.of("Pair", pairName))
        .statistic(statistic)
        .period(period)
        .build();
  }
}
