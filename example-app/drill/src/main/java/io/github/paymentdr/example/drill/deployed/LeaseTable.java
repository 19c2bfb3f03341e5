package io.github.paymentdr.example.drill.deployed;

import io.github.paymentdr.example.drill.measure.LeaseSeen;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Reads the lease where it is, in both regions, so that it is known also when no region answers. A
 * region whose table does not answer does not delay the other one.
 */
final class LeaseTable implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final List<LeaseSeen> seen = new ArrayList<>();
  private final ScheduledThreadPoolExecutor readings;

  private LeaseTable(int readers) {
    readings =
        new ScheduledThreadPoolExecutor(
            Math.max(1, readers),
            work -> {
              Thread thread = new Thread(work, "drill-lease");
              thread.setDaemon(true);
              return thread;
            });
  }

  static LeaseTable watch(List<LeaseReader> readers, Duration interval) {
    LeaseTable table = new LeaseTable(readers.size());
    for (LeaseReader reader : readers) {
      Future<?> unused =
          table.readings.scheduleWithFixedDelay(
              () -> table.read(reader), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }
    return table;
  }

  /** {@return a reader of the control table's replica in a region} */
  static LeaseReader reader(String table, String region, AwsCredentialsProvider credentials) {
    return new DynamoDbLease(
        DynamoDbClient.builder()
            .region(Region.of(region))
            .credentialsProvider(credentials)
            .httpClient(UrlConnectionHttpClient.create())
            .overrideConfiguration(
                limits -> limits.apiCallTimeout(LIMIT).apiCallAttemptTimeout(LIMIT))
            .build(),
        table);
  }

  List<LeaseSeen> seen() {
    synchronized (seen) {
      return List.copyOf(seen);
    }
  }

  private void read(LeaseReader reader) {
    Instant at = Instant.now();
    try {
      Lease lease = reader.read();
      synchronized (seen) {
        seen.add(new LeaseSeen(at, lease.activeRegion(), lease.epoch(), lease.state().name()));
      }
    } catch (LeaseUnavailableException e) {
      // The region is lost, or cut off; the other one's replica says the same.
      return;
    }
  }

  @Override
  public void close() {
    readings.shutdownNow();
  }
}
