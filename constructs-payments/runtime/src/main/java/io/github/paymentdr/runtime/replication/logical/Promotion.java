package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Makes this region's database the active one.
 *
 * <p>Whatever the mode: receive what is still to come, detach, move sequences, and then open by one
 * transaction. Each step is written down in {@code dr.promotion} before the next, so that another
 * call goes on where one was killed. Only a planned promotion talks to the other region before it
 * detaches.
 */
final class Promotion {
  /** What the other region goes on sending must not hold an unplanned promotion up. */
  private static final Duration LONGEST_APPLY = Duration.ofSeconds(5);

  /** A worker that has received nothing since it started has nothing to apply either. */
  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(1);

  private final Context context;
  private final LogicalSettings settings;

  /** It has been asked once and has not answered, and is not waited for again. */
  private boolean isPeerSilent;

  Promotion(Context context) {
    this.context = context;
    this.settings = context.settings();
  }

  PromotionOutcome run(PromotionRequest request) throws SQLException {
    try (Sql local = context.servers().connectLocal(TimeLimits.SHORT)) {
      ControlLock.takeFromMaintenance(local);
      Node node = Node.find(local).orElseThrow(Promotion::neverSetUp);
      return node.isActive() ? alreadyActive(local, node, request) : promote(local, node, request);
    }
  }

  private static RefusedException neverSetUp() {
    return refusal(List.of("this region was never set up; run set-up"));
  }

  static RefusedException refusal(List<String> reasons) {
    return new RefusedException("promotion", reasons);
  }

  /**
   * Whoever counts the epochs may be ahead: it has named this region again. Nothing was received
   * for that, and nothing is opened that was not open.
   */
  private PromotionOutcome alreadyActive(Sql local, Node node, PromotionRequest request)
      throws SQLException {
    long epoch = request.epoch().orElse(node.epoch());
    if (epoch < node.epoch()) {
      throw refusal(
          List.of(
              "this region is active already, in epoch "
                  + node.epoch()
                  + ", and epoch "
                  + epoch
                  + " was requested; request "
                  + node.epoch()
                  + ", a higher one or none"));
    }
    if (epoch > node.epoch()) {
      Node.raiseActive(local, epoch);
      context.log().info("this region was active, and is in a later epoch now", "epoch", epoch);
    }
    return PromotionRecord.completed(local, epoch)
        .map(record -> record.outcome(true))
        .orElseGet(() -> activeBefore(epoch, request));
  }

  private static PromotionOutcome activeBefore(long epoch, PromotionRequest request) {
    return new PromotionOutcome(
        NodeRole.ACTIVE,
        request.mode(),
        OptionalLong.of(epoch),
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.empty());
  }

  private PromotionOutcome promote(Sql local, Node node, PromotionRequest request)
      throws SQLException {
    Optional<PromotionRecord> unfinished = PromotionRecord.unfinished(local);
    long known = PromotionRefusals.knownEpoch(local, node);
    List<String> reasons =
        new PromotionRefusals(local, settings, node).find(request, known, unfinished);
    if (!reasons.isEmpty()) {
      throw refusal(reasons);
    }
    long epoch =
        request.epoch().orElse(PromotionRefusals.nextEpoch(local, node, known, unfinished));
    PromotionRecord record = receiveTheRest(local, node, epoch, request, unfinished);
    detach(local);
    new SequenceMoves(local, settings).move(context.log());
    Fence.put(local, settings.schemas());
    Publication.put(local, LocalTables.replicable(local, settings.schemas()));
    if (record.mode() == Mode.PLANNED && record.handover().isEmpty()) {
      Handover.prepare(local, settings, context.log());
    }
    PromotionOutcome outcome = open(local, record.epoch());
    if (!isPeerSilent) {
      PeerSlot.dropIfPeerAnswers(context);
    }
    return outcome;
  }

  private PromotionRecord receiveTheRest(
      Sql local,
      Node node,
      long epoch,
      PromotionRequest request,
      Optional<PromotionRecord> unfinished)
      throws SQLException {
    boolean isDetached = unfinished.filter(PromotionRecord::isDetached).isPresent();
    if (!isDetached && request.mode() == Mode.PLANNED) {
      return new PlannedHandOver(context, local).run(epoch, request, unfinished);
    }
    if (!isDetached && Subscription.find(local).isEmpty()) {
      refuseIfPeerIsActive();
    }
    PromotionRecord record = PromotionRecord.begin(local, epoch, request);
    if (!isDetached) {
      awaitApply(local);
      point(local, node);
    }
    return record;
  }

  /** Nobody follows anybody: this region was drained, and then nothing went on. */
  private void refuseIfPeerIsActive() throws SQLException {
    Optional<Node> peer = Peer.ask(context.servers());
    isPeerSilent = peer.isEmpty();
    if (peer.filter(Node::isActive).isPresent()) {
      throw refusal(
          List.of(
              "this region was drained and the other one was promoted; run rebuild here first"));
    }
  }

  /** Lets what has been received be applied, if that goes on at all. */
  private void awaitApply(Sql local) throws SQLException {
    ApplyWorker worker = new ApplyWorker(local);
    // One that is at its end would have all other changes wait for the other region's answer.
    worker.endCopies();
    Earlier earlier = new Earlier();
    Deadline connecting = Deadline.after(LONGEST_CONNECT);
    boolean settled =
        Waiting.until(
            () -> {
              Optional<ApplyWorker.State> now = worker.look();
              boolean done =
                  now.isEmpty()
                      || now.get().hasSettledSince(earlier.state)
                      || (now.get().isConnecting() && connecting.isOver());
              earlier.state = now;
              return done;
            },
            LONGEST_APPLY);
    earlier.state.ifPresent(
        state -> {
          if (state.errors() > 0) {
            context
                .log()
                .warn(
                    "changes were received that could not be applied; they are missing here and"
                        + " will be in the report when the other region is rebuilt",
                    "errors",
                    state.errors());
          } else if (!settled) {
            context.log().warn("the other region goes on sending; the promotion does not wait");
          }
        });
  }

  private static final class Earlier {
    Optional<ApplyWorker.State> state = Optional.empty();
  }

  /**
   * From here on there is no way back; what is known of the other region is written down first. A
   * beat says nothing of a table that is not in step, and none has arrived before it was written.
   */
  private void point(Sql local, Node node) throws SQLException {
    Optional<ApplyWorker.State> worker = new ApplyWorker(local).look();
    boolean isComplete =
        worker.isEmpty()
            || (new Observer(local, settings).observe().tablesNotInSync().isEmpty()
                && !Gaps.areKnown(local));
    local.execute(
        """
        update dr.promotion set received_position = cast(? as pg_lsn), last_received_at = ?,
          complete_until = case when ? then (select changed_at from dr.node)
            when ? then (select max(least(written_at, received_at))
              from dr.heartbeat where region = ?) end,
          detached_at = clock_timestamp()
        where completed_at is null
        """,
        worker.map(ApplyWorker.State::received).orElse(null),
        worker.map(ApplyWorker.State::lastReceivedAt).orElse(null),
        worker.isEmpty() && node.drainedPosition() != null,
        isComplete,
        settings.peerRegion());
  }

  /** Ends the subscription without a word to the other region, which may be gone. */
  private void detach(Sql local) throws SQLException {
    if (Subscription.find(local).isEmpty()) {
      return;
    }
    ApplyWorker worker = new ApplyWorker(local);
    Subscription subscription = new Subscription(context, local);
    subscription.disable();
    if (!worker.awaitEnd()) {
      context.log().warn("the worker of the subscription does not end; it is dropped with it");
    }
    Optional<String> applied = worker.applied();
    if (applied.isPresent()) {
      local.execute(
          "update dr.promotion set applied_position = coalesce(applied_position, cast(? as pg_lsn))"
              + " where completed_at is null",
          applied.get());
    }
    isPeerSilent = subscription.drop();
  }

  private PromotionOutcome open(Sql local, long epoch) throws SQLException {
    local.inTransaction(
        () -> {
          Gaps.forget(local);
          local.execute(
              """
              update dr.node set role = 'ACTIVE', epoch = ?, changed_at = clock_timestamp(),
                drained_position = null, apply_errors_seen = 0,
                apply_errors_overcome = 0, tables_missing = '{}', problems_found = '{}'
              """,
              epoch);
          return local.execute(
              "update dr.promotion set completed_at = clock_timestamp() where epoch = ?", epoch);
        });
    PromotionOutcome outcome = PromotionRecord.completed(local, epoch).orElseThrow().outcome(false);
    context
        .log()
        .info(
            "this region is active",
            "mode",
            outcome.mode().name(),
            "epoch",
            epoch,
            "lossWindowMillis",
            outcome.lossWindowMillis().isPresent() ? outcome.lossWindowMillis().getAsLong() : null);
    return outcome;
  }
}
