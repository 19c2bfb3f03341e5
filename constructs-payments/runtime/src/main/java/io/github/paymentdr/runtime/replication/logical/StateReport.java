package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.lease.Lease;
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
  /** A promotion that was begun goes on in its own epoch or a later one, never in an earlier. */
  private static final String EPOCH =
      """
      select greatest(max(epoch), (select epoch from dr.node),
        (select epoch - 1 from dr.promotion where completed_at is null))
      from dr.heartbeat
      """;

  private final Context context;
  private final LogicalSettings settings;
  private final Sql local;

  StateReport(Context context, Sql local) {
    this.context = context;
    this.settings = context.settings();
    this.local = local;
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
    Optional<PromotionRecord> promotion = PromotionRecord.unfinished(local);
    NodeRole role = role(node.get(), promotion);
    List<String> problems =
        node.get().isActive() ? problemsOfActive() : problemsOfStandby(node.get(), promotion);
    return new ReplicationState(
        role, OptionalLong.of(epoch()), isFit(node.get(), role, problems), problems);
  }

  private NodeRole role(Node node, Optional<PromotionRecord> promotion) throws SQLException {
    if (promotion.isPresent()) {
      return NodeRole.PROMOTING;
    }
    return RebuildRecord.unfinished(local).isPresent() ? NodeRole.REBUILDING : node.role();
  }

  /** A promotion that was left in the middle can go on as long as nothing stands against it. */
  private boolean isFit(Node node, NodeRole role, List<String> problems) throws SQLException {
    return switch (role) {
      case STANDBY -> problems.isEmpty() || hasStoppedInVain(node);
      case PROMOTING -> problems.isEmpty();
      case ACTIVE -> isLastThatAccepted(node);
      case REBUILDING, UNKNOWN -> false;
    };
  }

  /**
   * The other region has taken the lease from this one and has not opened it: nobody has accepted
   * anything that is not here. Any other lease may have had payments in between.
   */
  private boolean isLastThatAccepted(Node node) {
    return LeaseView.read(context)
        .filter(lease -> lease.state() == Lease.State.ACTIVATING)
        .filter(
            lease ->
                lease.epoch() == node.epoch() + 1
                    || (lease.epoch() == node.epoch()
                        && lease.activeRegion().equals(settings.region())))
        .isPresent();
  }

  /**
   * Whom it has stopped for may be lost before it opened, and then nobody has more than this one.
   */
  private boolean hasStoppedInVain(Node node) throws SQLException {
    return node.drainedPosition() != null
        && Subscription.find(local).isEmpty()
        && isLastThatAccepted(node);
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

  private List<String> problemsOfStandby(Node node, Optional<PromotionRecord> promotion)
      throws SQLException {
    List<String> problems = new ArrayList<>();
    Optional<Subscription.Found> subscription = Subscription.find(local);
    if (promotion.filter(PromotionRecord::isDetached).isPresent()) {
      problems.add(
          "a promotion of this region has not come to its end and does not follow the other one any"
              + " more; call promote again, or run rebuild if the other region went on");
    } else if (subscription.isEmpty()) {
      problems.add(
          node.drainedPosition() == null
              ? "the region follows nobody; run set-up"
              : "the region was active before and follows nobody; run rebuild");
    } else if (!subscription.get().enabled()) {
      problems.add("the subscription is disabled; run set-up");
    }
    problems.addAll(tables());
    if (Heartbeat.lagMillis(local, settings.peerRegion(), settings.heartbeatInterval()).isEmpty()) {
      problems.add(
          "the lag is not known, because no beat of "
              + settings.peerRegion()
              + " has arrived yet; look whether its maintenance runs");
    }
    problems.addAll(new SequenceMoves(local, settings).faults());
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
