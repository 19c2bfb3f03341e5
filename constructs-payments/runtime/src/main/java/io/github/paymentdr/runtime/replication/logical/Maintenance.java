package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a region as its set-up left it while tables and credentials change, beats in the active
 * one, and measures.
 *
 * <p>It is called each minute and by more than one caller; what another operation is at, it leaves
 * to that.
 */
final class Maintenance {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  /**
   * A standby that has lost the link connects again after five seconds, by PostgreSQL's default.
   */
  private static final Duration LONGEST_CATCH_UP = Duration.ofSeconds(10);

  private final Context context;
  private final LogicalSettings settings;

  Maintenance(Context context) {
    this.context = context;
    this.settings = context.settings();
  }

  Observation run(Deadline deadline) throws SQLException {
    try (Sql local = context.servers().connectLocal(TimeLimits.SHORT)) {
      if (Node.find(local).isPresent()) {
        Heartbeat.beat(local);
        if (ControlLock.tryTakeForMaintenance(local)) {
          keepUp(local);
          ControlLock.release(local);
        }
        if (isActive(local)) {
          beat(local, deadline);
        } else {
          awaitBeat(local, deadline);
        }
      }
      Observation observation = new Observer(local, settings).observe();
      if (observation.role() == NodeRole.STANDBY) {
        ApplyErrors.read(local).markSeen(local);
      }
      return observation;
    }
  }

  /** What one part of it finds wrong does not keep the others from their work. */
  private void keepUp(Sql local) throws SQLException {
    attempt("the replication user", () -> keepUser(local));
    attempt("the tables", () -> keepTables(local));
    attempt("the part of this region", () -> new OwnPart(context, local).keep());
    if (isActive(local)) {
      Heartbeat.prune(local);
      attempt("the limit of kept WAL", () -> limitRetainedWal(local));
    } else if (Subscription.find(local).isPresent()) {
      attempt("the subscription", () -> keepSubscription(local));
    }
  }

  private static boolean isActive(Sql local) throws SQLException {
    return Node.find(local).orElseThrow().isActive();
  }

  /** A part of the maintenance. */
  @FunctionalInterface
  private interface Part {
    void run() throws SQLException;
  }

  private void attempt(String what, Part part) {
    try {
      part.run();
    } catch (SQLException | ControlException e) {
      context
          .log()
          .warn("could not keep " + what + " in step; it is tried again", "reason", e.getMessage());
    }
  }

  private void keepUser(Sql local) throws SQLException {
    if (!ReplicationUsers.canLogIn(context.servers())) {
      ReplicationUsers.putUser(local, context.servers());
      context
          .log()
          .info(
              "the replication user has the secret's password now",
              "user",
              context.servers().replicationUser().credentials().user());
    }
  }

  /** Rights come before the offer, so that whoever takes it can read the table. */
  private void keepTables(Sql local) throws SQLException {
    if (!Fence.missing(local, settings.schemas()).isEmpty()) {
      for (String schema : settings.schemas()) {
        ReplicationUsers.grantTables(local, schema);
      }
      Fence.put(local, settings.schemas());
    }
    Publication.put(local, LocalTables.replicable(local, settings.schemas()));
    for (String fault : LocalTables.faults(local, settings.schemas())) {
      context.log().warn("a table is not replicated: " + fault);
    }
  }

  private void limitRetainedWal(Sql local) throws SQLException {
    if (settings.retainedWalLimit().isPresent()) {
      new WalLimit(context, local, settings.retainedWalLimit().getAsLong()).keep();
    }
  }

  private void keepSubscription(Sql local) throws SQLException {
    try (Peer peer = Peer.connect(context.servers(), TimeLimits.SHORT)) {
      if (!peer.isActive()) {
        context
            .log()
            .warn("the other region is not active or does not answer", "reason", peer.fault());
        return;
      }
      Sql publisher = peer.sql().orElseThrow();
      forgetPromotion(local, publisher);
      Subscription subscription = new Subscription(context, local);
      subscription.followConnection(publisher);
      subscription.endCopy();
      List<String> missing = followNewTables(local, publisher, subscription);
      new Findings(missing, problemsOf(local, publisher)).store(local);
    }
  }

  /**
   * A promotion of this region that was given up in the middle says no more of it, now that the
   * other region goes on. As long as there are the subscription and its slot nothing is lost: what
   * was not received is still to come.
   */
  private void forgetPromotion(Sql local, Sql publisher) throws SQLException {
    if (PromotionRecord.unfinished(local).isEmpty()
        || !ReplicationSlot.ofThisRegion(publisher, settings).isUsable()) {
      return;
    }
    new Subscription(context, local).goOn();
    local.execute("delete from dr.promotion where completed_at is null");
    context
        .log()
        .warn("a promotion of this region was left unfinished; the other region goes on instead");
  }

  /** Refreshing is all or nothing, so it waits until everything that is offered can be taken. */
  private List<String> followNewTables(Sql local, Sql publisher, Subscription subscription)
      throws SQLException {
    List<TableName> subscribed = List.copyOf(Subscription.tables(local).keySet());
    List<TableName> offered = Publication.tables(publisher);
    if (offered.size() == subscribed.size() && subscribed.containsAll(offered)) {
      return List.of();
    }
    List<String> faults = PublisherComparison.faults(local, publisher, settings);
    if (faults.isEmpty()) {
      context.log().info("the subscription takes the tables that are offered now");
      subscription.refresh(true);
      return List.of();
    }
    for (String fault : faults) {
      context.log().warn("a table that the other region offers cannot be followed: " + fault);
    }
    return offered.stream()
        .filter(table -> !subscribed.contains(table))
        .map(TableName::toString)
        .toList();
  }

  private List<String> problemsOf(Sql local, Sql publisher) throws SQLException {
    List<String> problems = new ArrayList<>(Gaps.find(local, publisher, settings));
    if (ApplyErrors.isLoopKnown(local)) {
      problems.add(ApplyErrors.LOOP);
    }
    if (!ReplicationSlot.ofThisRegion(publisher, settings).isUsable()) {
      problems.add(
          "the slot that "
              + settings.peerRegion()
              + " kept for this region is gone or lost, and with it changes that were not received;"
              + " run rebuild");
    }
    return problems;
  }

  /** Beats until the next call is due, or the region is not active any more. */
  private void beat(Sql local, Deadline deadline) throws SQLException {
    Sequences.remember(local, settings.schemas());
    while (deadline.remaining().compareTo(settings.heartbeatInterval()) >= 0) {
      Pause.of(settings.heartbeatInterval());
      if (!Heartbeat.beat(local)) {
        return;
      }
      Sequences.remember(local, settings.schemas());
    }
  }

  /** A beat that arrives now measures the lag; without one it would be a guess from its age. */
  private void awaitBeat(Sql local, Deadline deadline) throws SQLException {
    ApplyErrors errors = ApplyErrors.read(local);
    long before = Heartbeat.newestArrival(local, settings.peerRegion());
    Deadline patience = Deadline.after(settings.heartbeatInterval().multipliedBy(2));
    while (!patience.isOver() && !deadline.isOver()) {
      if (Heartbeat.newestArrival(local, settings.peerRegion()) > before) {
        errors.markOvercome(local);
        return;
      }
      Pause.of(BETWEEN_LOOKS);
    }
    attempt("what is known of apply errors", () -> judge(local, ApplyErrors.read(local)));
  }

  /**
   * A link that is lost again and again makes errors too, and is no reason not to take over. Where
   * the other region has stopped beating, its slot tells the two apart.
   */
  private void judge(Sql local, ApplyErrors errors) throws SQLException {
    if (!errors.isLoop()) {
      return;
    }
    try (Peer peer = Peer.connect(context.servers(), TimeLimits.SHORT)) {
      if (!peer.isActive()) {
        return;
      }
      Sql publisher = peer.sql().orElseThrow();
      if (ReplicationSlot.ofThisRegion(publisher, settings)
          .isConfirmedUpToNowWithin(LONGEST_CATCH_UP)) {
        errors.markOvercome(local);
      } else {
        ApplyErrors.rememberLoop(local);
      }
    }
  }
}
