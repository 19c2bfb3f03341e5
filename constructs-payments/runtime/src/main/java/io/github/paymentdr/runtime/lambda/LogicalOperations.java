package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.ReplicationControl;
import io.github.paymentdr.runtime.replication.logical.LogicalReplication;
import io.github.paymentdr.runtime.replication.logical.RebuildOutcome;
import io.github.paymentdr.runtime.replication.logical.SetUpOutcome;
import io.github.paymentdr.runtime.report.ReportStore;
import io.github.paymentdr.runtime.report.S3ReportStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** The operations of logical replication between two clusters. */
final class LogicalOperations implements Operations {
  /** Nothing of what it says is worth waiting for longer. */
  private static final Patience LEASE =
      new Patience(Duration.ofMillis(700), Duration.ofMillis(1_900));

  private final Configuration.Logical mode;
  private final Pair pair;
  private final ReportStore reports;
  private final Optional<LeaseReader> lease;

  LogicalOperations(Configuration configuration, Configuration.Logical mode, AwsClients clients) {
    this.mode = mode;
    this.pair = new Pair(configuration, mode, clients);
    // Made when there is a report: few calls write one, and all would wait for its classes.
    this.reports =
        (name, content) ->
            new S3ReportStore(
                    clients.client(S3Client.builder(), configuration.region(), Patience.LARGE_FILE),
                    mode.reportBucket().orElseThrow())
                .store(name, content);
    this.lease =
        mode.controlTable()
            .map(
                table ->
                    new DynamoDbLease(
                        clients.client(DynamoDbClient.builder(), configuration.region(), LEASE),
                        table));
  }

  @Override
  public String replication() {
    return Configuration.LOGICAL;
  }

  @Override
  public ReplicationControl control(Log log) {
    return replication(log);
  }

  @Override
  public Map<String, @Nullable Object> setUp(Deadline deadline, Log log) {
    SetUpOutcome outcome = replication(log).setUp(deadline);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("state", outcome.isCopying() ? "COPYING" : outcome.role().name());
    answer.put("role", outcome.role().name());
    answer.put("copied", copied(outcome.copied(), outcome.tables()));
    return answer;
  }

  @Override
  public Observation maintain(Deadline deadline, Log log) {
    return replication(log).maintain(deadline);
  }

  @Override
  public Metrics metrics(Observation observation) {
    return Metrics.of(observation).withTables(observation);
  }

  @Override
  public Map<String, @Nullable Object> drain(Log log) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("state", "STANDBY");
    answer.put("position", replication(log).drain());
    return answer;
  }

  @Override
  public Map<String, @Nullable Object> undoHandOver(Log log) {
    replication(log).undoHandOver();
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("state", "STANDBY");
    return answer;
  }

  @Override
  public Map<String, @Nullable Object> rebuild(Deadline deadline, Log log) {
    RebuildOutcome outcome = replication(log).rebuild(deadline);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("state", outcome.phase().name());
    answer.put("report", outcome.report().orElse(null));
    answer.put("rowsOnlyHere", outcome.rowsOnlyHere());
    answer.put("rowsDifferent", outcome.rowsDifferent());
    answer.put("copied", copied(outcome.copied(), outcome.tables()));
    return answer;
  }

  @Override
  public void tearDown(Deadline deadline, Log log) {
    replication(log).tearDown(deadline);
  }

  private LogicalReplication replication(Log log) {
    return new LogicalReplication(mode.settings(), pair.servers(), reports, log, lease);
  }

  private static Map<String, Object> copied(int tables, int of) {
    Map<String, Object> copied = new LinkedHashMap<>();
    copied.put("tables", tables);
    copied.put("of", of);
    return copied;
  }
}
