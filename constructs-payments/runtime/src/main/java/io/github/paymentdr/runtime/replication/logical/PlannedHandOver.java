package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.GiverLostException;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Has the active region stop accepting, and waits until this one has all that it accepted. If that
 * does not happen in time, the other region is active again as if nothing had been asked.
 */
final class PlannedHandOver {
  /** How long business may be stopped at most before it goes on where it was. */
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  /** A standby that does not catch up with a busy region within this time is too far behind. */
  private static final Duration LONGEST_CATCH_UP = Duration.ofSeconds(5);

  /** Together they are less than what a state machine waits for a hand-over. */
  private static final TimeLimits LIMITS =
      new TimeLimits(Duration.ofSeconds(6), Duration.ofSeconds(5));

  private final Context context;
  private final LogicalSettings settings;
  private final Sql local;

  PlannedHandOver(Context context, Sql local) {
    this.context = context;
    this.settings = context.settings();
    this.local = local;
  }

  PromotionRecord run(long epoch, PromotionRequest request, Optional<PromotionRecord> unfinished)
      throws SQLException {
    Deadline deadline = Deadline.after(request.within());
    try (Peer peer = Peer.connect(context.servers(), LIMITS)) {
      boolean hasBegun = unfinished.isPresent();
      Node active = activePeer(peer, epoch, hasBegun);
      Sql there = peer.sql().orElseThrow();
      if (active.isActive()) {
        receiving();
        refuseIfFarBehind(there);
        refuseIfAny(notInStep(there));
        refuseIfAny(Gaps.find(local, there, settings));
      }
      PromotionRecord.begin(local, epoch, request);
      return point(there, stopped(there, active.epoch(), deadline));
    }
  }

  /**
   * Whatever fails from here on, the other region must not stay stopped: nobody else can accept.
   */
  private String stopped(Sql there, long epoch, Deadline deadline) throws SQLException {
    try {
      String drained = drain(there, epoch);
      receiving();
      Duration stop = stopWithin(deadline);
      if (!ReplicationSlot.ofThisRegion(there, settings).isConfirmedWithin(stop, drained)) {
        undo(
            there,
            epoch,
            List.of(
                "this region did not get all that the other one had accepted within "
                    + stop.toSeconds()
                    + " s, and the other one is active again; look at the apply errors first"));
      }
      // A table may have been made since the first look.
      List<String> notInStep = notInStep(there);
      if (!notInStep.isEmpty()) {
        undo(there, epoch, notInStep);
      }
      return drained;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** What is left must do to let the other region go on, and to say so. */
  private static Duration stopWithin(Deadline deadline) {
    Duration left = deadline.remaining().minus(HandBack.LONGEST);
    Duration longest = left.compareTo(LONGEST_STOP) < 0 ? left : LONGEST_STOP;
    return longest.isNegative() ? Duration.ZERO : longest;
  }

  private RuntimeException failed(SQLException failure) throws SQLException {
    if (!new HandBack(context).isPeerActiveAgain()) {
      return new GiverLostException(
          "the other region has stopped and does not answer any more ("
              + failure.getMessage()
              + "); promote unplanned if it is lost");
    }
    PromotionRecord.forget(local);
    return Promotion.refusal(
        List.of(
            "the hand-over did not come to its end, and the other region is active again: "
                + failure.getMessage()));
  }

  /** A call that was killed may have drained it already. */
  private Node activePeer(Peer peer, long epoch, boolean hasBegun) {
    if (peer.node().isEmpty()) {
      if (hasBegun) {
        throw new GiverLostException(
            "the other region does not answer ("
                + peer.fault()
                + "), and may have been drained by the promotion that this one goes on with; call"
                + " it again, or promote unplanned if the other region is lost");
      }
      throw Promotion.refusal(
          List.of(
              "the other region does not answer ("
                  + (peer.fault().isEmpty() ? "it was never set up" : peer.fault())
                  + "), and a planned promotion needs it; promote unplanned if it is lost"));
    }
    Node node = peer.node().get();
    if (!node.isActive() && !(hasBegun && node.drainedPosition() != null)) {
      throw Promotion.refusal(
          List.of(
              "the other region is not active, so it has nothing to hand over; promote unplanned if"
                  + " no region is active"));
    }
    if (epoch <= node.epoch()) {
      throw Promotion.refusal(
          List.of(
              "epoch "
                  + epoch
                  + " was requested and the other region is in epoch "
                  + node.epoch()
                  + "; request a higher one"));
    }
    return node;
  }

  /** An unplanned promotion that was killed early may have stopped it. */
  private void receiving() throws SQLException {
    if (Subscription.find(local).filter(found -> !found.enabled()).isPresent()) {
      new Subscription(context, local).enable();
    }
  }

  private void refuseIfFarBehind(Sql there) throws SQLException {
    if (!ReplicationSlot.ofThisRegion(there, settings).isConfirmedUpToNowWithin(LONGEST_CATCH_UP)) {
      throw Promotion.refusal(
          List.of(
              "this region did not get what the other one had accepted "
                  + LONGEST_CATCH_UP.toSeconds()
                  + " s before, so business would be stopped for too long; look at the replication"
                  + " lag and the apply errors first"));
    }
  }

  private static void refuseIfAny(List<String> reasons) {
    if (!reasons.isEmpty()) {
      throw Promotion.refusal(reasons);
    }
  }

  /**
   * A position says nothing of a table that is not offered or not followed yet, and a drain nothing
   * of one without a fence. Its rows would be missing here, and the other region would follow as if
   * they were not.
   */
  private List<String> notInStep(Sql there) throws SQLException {
    Set<TableName> tables = new TreeSet<>(LocalTables.all(there, settings.schemas()));
    List<TableName> offered = Publication.tables(there);
    tables.addAll(offered);
    Map<TableName, String> followed = Subscription.tables(local);
    tables.removeIf(table -> offered.contains(table) && "r".equals(followed.get(table)));
    tables.addAll(Fence.missing(there, settings.schemas()));
    return tables.stream()
        .map(
            table ->
                "table "
                    + table
                    + " of the other region is not in step here, so its rows would be lost; look"
                    + " at the tables not in sync in both regions first")
        .toList();
  }

  private String drain(Sql there, long epoch) throws SQLException {
    try {
      return there.first("select dr.drain(?)::text", row -> row.getString(1), epoch).orElseThrow();
    } catch (SQLException e) {
      if ("55P03".equals(e.getSQLState())) {
        PromotionRecord.forget(local);
        throw Promotion.refusal(
            List.of(
                "a transaction of the other region that has written does not come to its end, so it"
                    + " could not be drained; end the transaction first"));
      }
      throw e;
    }
  }

  private void undo(Sql there, long epoch, List<String> reasons) throws SQLException {
    there.query("select dr.undrain(?)", row -> true, epoch);
    PromotionRecord.forget(local);
    throw Promotion.refusal(reasons);
  }

  private PromotionRecord point(Sql there, String drained) throws SQLException {
    Timestamp drainedAt =
        there.first("select changed_at from dr.node", row -> row.getTimestamp(1)).orElseThrow();
    Optional<ApplyWorker.State> worker = new ApplyWorker(local).look();
    local.execute(
        """
        update dr.promotion set drained_position = cast(? as pg_lsn),
          applied_position = cast(? as pg_lsn), complete_until = ?, received_position = cast(? as pg_lsn),
          last_received_at = ?, detached_at = clock_timestamp()
        where completed_at is null
        """,
        drained,
        drained,
        drainedAt,
        worker.map(ApplyWorker.State::received).orElse(drained),
        worker.map(ApplyWorker.State::lastReceivedAt).orElse(null));
    return PromotionRecord.unfinished(local).orElseThrow();
  }
}
