package io.github.paymentdr.runtime.probe;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

/** Puts the points that alarms judge. They are put at once: a log line takes too long. */
public final class ProbePoints {
  private static final String NAMESPACE = "PaymentDr/Failover";
  private static final String DIMENSION = "Pair";

  /** Of a second, so that an alarm can judge each ten of them. */
  private static final int HIGH_RESOLUTION = 1;

  private final CloudWatchClient client;
  private final String pair;

  /**
   * Makes the points of a pair.
   *
   * @param client a client of this region
   * @param pair the name of the pair
   */
  public ProbePoints(CloudWatchClient client, String pair) {
    this.client = client;
    this.pair = pair;
  }

  /**
   * Puts what a look has found. One that saw nothing says nothing about the other region.
   *
   * @param verdict what was found
   * @param recoverySeconds how long a recovery has been under way; 0 if there is none
   * @param time when it was found
   * @throws software.amazon.awssdk.core.exception.SdkException if the points are not taken
   */
  public void put(Verdict verdict, long recoverySeconds, Instant time) {
    List<MetricDatum> points = new ArrayList<>();
    if (verdict != Verdict.BLIND) {
      points.add(point("PeerUnhealthy", verdict == Verdict.UNHEALTHY ? 1 : 0, time));
    }
    points.add(point("ProbeBlind", verdict == Verdict.BLIND ? 1 : 0, time));
    points.add(recovery("RecoverySeconds", recoverySeconds, time));
    put(points);
  }

  /**
   * Puts how long a recovery took.
   *
   * @param seconds how long
   * @param time when it was over
   * @throws software.amazon.awssdk.core.exception.SdkException if the point is not taken
   */
  public void putRecoveryTime(long seconds, Instant time) {
    put(List.of(recovery("RecoveryTime", seconds, time)));
  }

  private void put(List<MetricDatum> points) {
    client.putMetricData(put -> put.namespace(NAMESPACE).metricData(points));
  }

  private MetricDatum recovery(String name, long seconds, Instant time) {
    return point(name, seconds, time).toBuilder().unit(StandardUnit.SECONDS).build();
  }

  private MetricDatum point(String name, long value, Instant time) {
    return MetricDatum.builder()
        .metricName(name)
        .dimensions(Dimension.builder().name(DIMENSION).value(pair).build())
        .value((double) value)
        .unit(StandardUnit.COUNT)
        .storageResolution(HIGH_RESOLUTION)
        .timestamp(time)
        .build();
  }
}
