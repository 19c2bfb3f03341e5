package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.replication.logical.RebuildRecord.Phase;
import io.github.paymentdr.runtime.report.ReportStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a region that has returned follow the active one.
 *
 * <p>A region that has rows and was never set up, or not since its replication was torn down,
 * becomes a standby with rows of its own. It is fenced first. If it was drained by the promotion of
 * the other region, it has the same rows and follows from there. Otherwise rows that only it has
 * are reported, and only when that report is stored are all rows removed and copied from the active
 * region. {@code dr.rebuild} says how far it is, so that another call goes on where one ended.
 */
final class Rebuild {
  private static final Duration LONGEST_WAIT_FOR_OTHERS = Duration.ofSeconds(2);

  private final Context context;
  private final LogicalSettings settings;
  private final ReportStore store;

  Rebuild(Context context, ReportStore store) {
    this.context = context;
    this.settings = context.settings();
    this.store = store;
  }

  RebuildOutcome run(Deadline deadline) throws SQLException {
    try (Sql local = context.servers().connectLocal(TimeLimits.LONG);
        Peer peer = Peer.connect(context.servers(), TimeLimits.LONG)) {
      if (!Waiting.until(() -> ControlLock.tryTake(local), LONGEST_WAIT_FOR_OTHERS)) {
        throw new ControlException(
            "another operation is changing how this region replicates; call rebuild again when it"
                + " has ended");
      }
      RebuildRefusals refusals = RebuildRefusals.find(local, peer, settings);
      if (!refusals.reasons().isEmpty()) {
        throw new RefusedException("rebuild", refusals.reasons());
      }
      Sql active = peer.sql().orElseThrow();
      if (Node.find(local).isEmpty()) {
        context.log().info("this region was not set up; it becomes a standby with rows of its own");
        new SetUp(context)
            .prepare(local, NodeRole.STANDBY, peer.node().map(Node::epoch).orElseThrow());
      }
      if (RebuildRecord.unfinished(local).isEmpty() && isFollowing(local, active)) {
        return outcome(local, CopyProgress.Reached.read(local));
      }
      return rebuild(local, active, peer.node().orElseThrow().epoch(), refusals.tables(), deadline);
    }
  }

  /**
   * A standby whose slot is in order has nothing to rebuild, even if it is still being copied,
   * unless its maintenance has found that changes are missing.
   */
  private boolean isFollowing(Sql local, Sql active) throws SQLException {
    return !Node.find(local).orElseThrow().isActive()
        && PromotionRecord.unfinished(local).isEmpty()
        && !Subscription.tables(local).isEmpty()
        && ReplicationSlot.ofThisRegion(active, settings).isUsable()
        && Findings.read(local).problems().stream().allMatch(ApplyErrors.LOOP::equals);
  }

  private RebuildOutcome rebuild(
      Sql local, Sql active, long epoch, List<ComparedTable> tables, Deadline deadline)
      throws SQLException {
    RebuildRecord record = RebuildRecord.begin(local, epoch);
    fence(local);
    record = judge(local, active, record);
    if (record.phase() == Phase.COMPARING) {
      new Subscription(context, local).drop();
      record = new RebuildComparison(context, store, local, active).run(record, tables, deadline);
    }
    if (record.phase() == Phase.REPORTED) {
      record = empty(local, active, record);
    }
    if (record.phase() == Phase.COPYING) {
      record = judgeCopy(local, active, record);
    }
    if (record.phase() == Phase.COMPARING) {
      return outcome(local, CopyProgress.Reached.read(local));
    }
    follow(local, active, record);
    ControlLock.release(local);
    CopyProgress.Reached reached = CopyProgress.await(local, active, context.log(), deadline);
    if (reached.isAll()) {
      complete(local, record);
    }
    return outcome(local, reached);
  }

  /** From here on nobody writes; who is writing comes to the end first, and is in the report. */
  private void fence(Sql local) throws SQLException {
    Fence.put(local, settings.schemas());
    Node node = Node.find(local).orElseThrow();
    if (node.isActive()) {
      local.query("select dr.drain(?)", row -> true, node.epoch());
      context.log().info("this region accepts nothing any more", "epoch", node.epoch());
    }
    if (PromotionRecord.unfinished(local).isPresent()) {
      context.log().warn("a promotion of this region was left unfinished and is given up");
      local.execute("delete from dr.promotion where completed_at is null");
    }
  }

  private RebuildRecord judge(Sql local, Sql active, RebuildRecord record) throws SQLException {
    if (record.phase() == Phase.FOLLOWING) {
      boolean canGoOn = ReplicationSlot.ofThisRegion(active, settings).isUsable();
      return canGoOn ? record : record.move(local, Phase.COMPARING);
    }
    Node node = Node.find(local).orElseThrow();
    boolean isClean =
        record.phase() == Phase.COMPARING
            && record.report().isEmpty()
            && Subscription.find(local).isEmpty()
            && Handover.isClean(active, settings, node);
    return isClean ? record.move(local, Phase.FOLLOWING) : record;
  }

  /** Only what is in the report is emptied. */
  private RebuildRecord empty(Sql local, Sql active, RebuildRecord record) throws SQLException {
    List<TableName> published = Publication.tables(active);
    List<TableName> unknown = notCompared(local, published, record);
    if (!unknown.isEmpty()) {
      return compareMore(local, unknown, record);
    }
    Emptying emptying = Emptying.of(local, published);
    local.inTransaction(
        () -> {
          emptying.run();
          return local.execute(
              "update dr.rebuild set phase = 'COPYING', emptied_at = clock_timestamp()"
                  + " where id = ?",
              record.id());
        });
    return RebuildRecord.unfinished(local).orElseThrow();
  }

  /** A copy would put rows beside those that are in a table, or fail for them. */
  private RebuildRecord judgeCopy(Sql local, Sql active, RebuildRecord record) throws SQLException {
    Set<TableName> subscribed = Subscription.tables(local).keySet();
    if (!subscribed.isEmpty() && !ReplicationSlot.ofThisRegion(active, settings).isUsable()) {
      context.log().warn("the slot was lost during the copy; the copy begins anew");
      new Subscription(context, local).drop();
      return empty(local, active, record);
    }
    List<TableName> unknown = new ArrayList<>();
    for (TableName table : notCompared(local, Publication.tables(active), record)) {
      if (!subscribed.contains(table)
          && local.isTrue("select exists (select from " + table.quoted() + ")")) {
        unknown.add(table);
      }
    }
    return unknown.isEmpty() ? record : compareMore(local, unknown, record);
  }

  /** {@return the tables that are here and offered, and were not when rows were compared} */
  private List<TableName> notCompared(Sql local, List<TableName> published, RebuildRecord record)
      throws SQLException {
    Set<String> compared = record.compared(local);
    return LocalTables.all(local, settings.schemas()).stream()
        .filter(table -> published.contains(table) && !compared.contains(table.quoted()))
        .toList();
  }

  private RebuildRecord compareMore(Sql local, List<TableName> tables, RebuildRecord record)
      throws SQLException {
    context
        .log()
        .warn(
            "the active region offers tables that were not compared; they are compared by the next"
                + " call, before anything is removed",
            "tables",
            tables.stream().map(TableName::toString).toList());
    return record.move(local, Phase.COMPARING);
  }

  private void follow(Sql local, Sql active, RebuildRecord record) throws SQLException {
    ReplicationSlot own = new ReplicationSlot(local, settings.slotOfPeer());
    own.dropWithReader(LONGEST_WAIT_FOR_OTHERS);
    CopySlots.drop(local, LONGEST_WAIT_FOR_OTHERS);
    Subscription subscription = new Subscription(context, local);
    if (record.phase() == Phase.FOLLOWING) {
      subscription.putWithoutCopy(active);
      return;
    }
    subscription.putWithCopy(active);
  }

  private void complete(Sql local, RebuildRecord record) throws SQLException {
    local.inTransaction(
        () -> {
          Gaps.forget(local);
          local.execute(
              """
              update dr.node set epoch = ?, changed_at = clock_timestamp(), drained_position = null,
                apply_errors_seen = 0,
                apply_errors_overcome = 0, tables_missing = '{}', problems_found = '{}'
              """,
              record.epoch());
          return local.execute(
              "update dr.rebuild set completed_at = clock_timestamp() where id = ?", record.id());
        });
    context.log().info("this region follows the active one again", "epoch", record.epoch());
  }

  private static RebuildOutcome outcome(Sql local, CopyProgress.Reached reached)
      throws SQLException {
    Optional<RebuildRecord> unfinished = RebuildRecord.unfinished(local);
    Optional<RebuildRecord> record =
        unfinished.isPresent() ? unfinished : RebuildRecord.last(local);
    List<String> report = record.map(RebuildRecord::report).orElseGet(ArrayList::new);
    return new RebuildOutcome(
        phase(unfinished, reached),
        report.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", report)),
        record.map(RebuildRecord::rowsOnlyHere).orElse(0L),
        record.map(RebuildRecord::rowsDifferent).orElse(0L),
        reached.tables(),
        reached.done());
  }

  private static RebuildOutcome.Phase phase(
      Optional<RebuildRecord> unfinished, CopyProgress.Reached reached) {
    if (unfinished.filter(record -> record.phase() == Phase.COMPARING).isPresent()) {
      return RebuildOutcome.Phase.COMPARING;
    }
    return unfinished.isPresent() || !reached.isAll()
        ? RebuildOutcome.Phase.COPYING
        : RebuildOutcome.Phase.STANDBY;
  }
}
