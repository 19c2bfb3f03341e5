package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Says which part this region has and whether it could take over, by its own database alone: it is
 * asked when the other region is lost.
 */
final class StateReport {
  private static final String EPOCH =
      "select greatest(max(epoch), (select epoch from dr.node)) from dr.heartbeat";

  private final Sql local;
  private final LogicalSettings settings;

  StateReport(Sql local, LogicalSettings settings) {
    this.local = local;
    this.settings = settings;
  }

  ReplicationState report() throws SQLException {
    Optional<Node> node = Node.find(local);
    if (node.isEmpty()) {
      return new ReplicationState(
          NodeRole.UNKNOWN,
          OptionalLong.empty(),
          false,
          List.of("the database was never set up for replication; run set-up"));
    }
    List<String> problems =
        node.get().isActive() ? problemsOfActive() : problemsOfStandby(node.get());
    NodeRole role = role(node.get());
    boolean isFit = role == NodeRole.STANDBY && problems.isEmpty();
    return new ReplicationState(role, OptionalLong.of(epoch()), isFit, problems);
  }

  private NodeRole role(Node node) throws SQLException {
    if (isUnderWay("dr.promotion")) {
      return NodeRole.PROMOTING;
    }
    return isUnderWay("dr.rebuild") ? NodeRole.REBUILDING : node.role();
  }

  private boolean isUnderWay(String table) throws SQLException {
    return local.isTrue("select exists (select from " + table + " where completed_at is null)");
  }

  private long epoch() throws SQLException {
    return local.first(EPOCH, row -> row.getLong(1)).orElseThrow();
  }

  private List<String> problemsOfActive() throws SQLException {
    List<String> problems = new ArrayList<>(tables());
    Optional<ReplicationSlot.Found> slot = new ReplicationSlot(local, settings.slotOfPeer()).find();
    if (slot.isEmpty()) {
      problems.add(
          "no slot is kept for "
              + settings.peerRegion()
              + ", which does not follow this region; run set-up there, or rebuild if it followed"
              + " before");
    } else if (slot.get().lost()) {
      problems.add(
          "WAL that " + settings.peerRegion() + " had not received is gone; run rebuild there");
    } else if (!slot.get().active()) {
      problems.add(
          "nobody reads the slot kept for "
              + settings.peerRegion()
              + ", and WAL is kept for it; look whether that region's database runs and reaches"
              + " this one");
    }
    return problems;
  }

  private List<String> problemsOfStandby(Node node) throws SQLException {
    List<String> problems = new ArrayList<>();
    Optional<Subscription.Found> subscription = Subscription.find(local);
    if (subscription.isEmpty()) {
      problems.add(
          node.drainedPosition() == null
              ? "the region follows nobody; run set-up"
              : "the region was active before and follows nobody; run rebuild");
    } else if (!subscription.get().enabled()) {
      problems.add("the subscription is disabled; run set-up");
    }
    problems.addAll(tables());
    if (ApplyErrors.read(local).isLoop()) {
      problems.add(
          "a change cannot be applied and is tried again and again; look into this server's log"
              + " for the reason, and remove it");
    }
    if (Heartbeat.lagMillis(local, settings.peerRegion(), settings.heartbeatInterval()).isEmpty()) {
      problems.add(
          "the lag is not known, because no beat of "
              + settings.peerRegion()
              + " has arrived yet; look whether its maintenance runs");
    }
    problems.addAll(Findings.read(local).problems());
    return problems;
  }

  private List<String> tables() throws SQLException {
    Observation observation = new Observer(local, settings).observe();
    return observation.tablesNotInSync().stream()
        .map(table -> "table " + table + " is not in sync")
        .toList();
  }
}
