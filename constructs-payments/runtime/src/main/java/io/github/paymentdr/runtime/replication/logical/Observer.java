package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Measures the replication from this region's database alone: the other one may be lost. */
final class Observer {
  private final Sql local;
  private final LogicalSettings settings;

  Observer(Sql local, LogicalSettings settings) {
    this.local = local;
    this.settings = settings;
  }

  Observation observe() throws SQLException {
    Optional<Node> node = Node.find(local);
    if (node.isEmpty()) {
      return new Observation(
          NodeRole.UNKNOWN,
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          List.of(),
          OptionalLong.empty());
    }
    return node.get().isActive() ? ofActive() : ofStandby();
  }

  private Observation ofActive() throws SQLException {
    Optional<ReplicationSlot.Found> slot = new ReplicationSlot(local, settings.slotOfPeer()).find();
    boolean isRead = slot.filter(ReplicationSlot.Found::active).isPresent();
    long retained =
        Math.max(
            slot.map(ReplicationSlot.Found::retainedBytes).orElse(OptionalLong.empty()).orElse(0),
            CopySlots.retainedBytes(local).orElse(0));
    return new Observation(
        NodeRole.ACTIVE,
        OptionalLong.empty(),
        OptionalLong.of(isRead ? 0 : 1),
        OptionalLong.of(retained),
        List.copyOf(notOffered()),
        OptionalLong.empty());
  }

  private Observation ofStandby() throws SQLException {
    return new Observation(
        NodeRole.STANDBY,
        Heartbeat.lagMillis(local, settings.peerRegion(), settings.heartbeatInterval()),
        OptionalLong.empty(),
        OptionalLong.empty(),
        List.copyOf(notFollowed()),
        OptionalLong.of(ApplyErrors.read(local).sinceLastObservation()));
  }

  /** What is not fenced or offered is not in step, whichever part this region has. */
  private Set<String> notOffered() throws SQLException {
    Set<String> names = new TreeSet<>();
    List<TableName> published = Publication.tables(local);
    for (TableName table : LocalTables.all(local, settings.schemas())) {
      if (!published.contains(table)) {
        names.add(table.toString());
      }
    }
    for (TableName table : Fence.missing(local, settings.schemas())) {
      names.add(table.toString());
    }
    return names;
  }

  private Set<String> notFollowed() throws SQLException {
    Set<String> names = notOffered();
    Map<TableName, String> states = Subscription.tables(local);
    for (TableName table : LocalTables.all(local, settings.schemas())) {
      if (!"r".equals(states.get(table))) {
        names.add(table.toString());
      }
    }
    states.forEach(
        (table, state) -> {
          if (!state.equals("r")) {
            names.add(table.toString());
          }
        });
    names.addAll(Findings.read(local).tablesMissing());
    return names;
  }
}
