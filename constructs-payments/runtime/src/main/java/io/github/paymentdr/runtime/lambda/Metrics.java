package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The metrics of an observation as a log line in CloudWatch's Embedded Metric Format. A metric that
 * a region's part does not have is left out, so that alarms do not take it for zero.
 */
final class Metrics {
  private static final String NAMESPACE = "PaymentDr/Replication";
  private static final String DIMENSION = "ClusterIdentifier";

  private final List<Map<String, Object>> definitions = new ArrayList<>();
  private final Map<String, Object> values = new LinkedHashMap<>();

  /** {@return the metrics that every kind of replication has} */
  static Metrics of(Observation observation) {
    return new Metrics()
        .add("ReplicationLag", "Milliseconds", observation.lagMillis())
        .add("SlotInactive", "Count", observation.slotInactive())
        .add("RetainedWal", "Bytes", observation.retainedWalBytes())
        .add("ApplyErrors", "Count", observation.applyErrors());
  }

  /**
   * Adds how many tables are not in sync. A database that knows of no part in the pair knows of no
   * table either, and must not look as if all were well.
   */
  Metrics withTables(Observation observation) {
    return observation.role() == NodeRole.UNKNOWN
        ? this
        : add("TablesNotInSync", "Count", OptionalLong.of(observation.tablesNotInSync().size()));
  }

  /** Adds whether a region that is to take over could not: 1 if so, 0 if not. */
  Metrics withFitness(ReplicationState state) {
    return add("NotFit", "Count", OptionalLong.of(state.fitToTakeOver() ? 0 : 1));
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /** {@return the members of the log line} */
  Map<String, Object> line(String cluster, Instant now) {
    Map<String, Object> directive = new LinkedHashMap<>();
    directive.put("Namespace", NAMESPACE);
    directive.put("Dimensions", List.of(List.of(DIMENSION)));
    directive.put("Metrics", definitions);
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("Timestamp", now.toEpochMilli());
    metadata.put("CloudWatchMetrics", List.of(directive));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("_aws", metadata);
    line.put(DIMENSION, cluster);
    line.putAll(values);
    return line;
  }

  private Metrics add(String name, String unit, OptionalLong value) {
    if (value.isPresent()) {
      Map<String, Object> definition = new LinkedHashMap<>();
      definition.put("Name", name);
      definition.put("Unit", unit);
      definitions.add(definition);
      values.put(name, value.getAsLong());
    }
    return this;
  }
}
