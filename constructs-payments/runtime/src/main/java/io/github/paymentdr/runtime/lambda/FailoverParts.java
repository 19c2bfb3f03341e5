package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.control.ControlItems;
import io.github.paymentdr.runtime.probe.HealthClient;
import io.github.paymentdr.runtime.probe.Outlook;
import io.github.paymentdr.runtime.probe.ProbePoints;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** What both functions of the failover have, kept between their calls. */
record FailoverParts(ControlItems items, Outlook outlook, ProbePoints points) {
  static FailoverParts of(
      FailoverConfiguration configuration,
      AwsClients clients,
      Patience patience,
      Clock clock,
      Consumer<Duration> pause) {
    String region = configuration.region();
    return new FailoverParts(
        new ControlItems(
            clients.client(DynamoDbClient.builder(), region, patience),
            configuration.table(),
            pause),
        new Outlook(
            new HealthClient(clients.credentials(), clock),
            region,
            configuration.peerRegion(),
            configuration.healthPath(),
            configuration.probeTimeout()),
        new ProbePoints(
            clients.client(CloudWatchClient.builder(), region, patience), configuration.pair()));
  }

  static void pause(Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
