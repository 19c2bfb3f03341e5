package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.InTime;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.replication.ReplicationControl;
import io.github.paymentdr.runtime.replication.ReplicationState;
import io.github.paymentdr.runtime.report.ReportStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that can be done to one region's part in a pair that replicates logically. Every operation
 * can be repeated, and goes on where one was that did not come to its end.
 */
public final class LogicalReplication implements ReplicationControl {
  /** A failover asks for the state, and has no more time for it. */
  private static final Duration LONGEST_STATE = Duration.ofMillis(3_500);

  private static final TimeLimits OF_STATE =
      new TimeLimits(Duration.ofSeconds(3), Duration.ofSeconds(1));

  private final Context context;
  private final ReportStore reports;

  /**
   * Makes the operations; nothing is connected yet.
   *
   * @param settings how the region takes part
   * @param servers the two databases
   * @param reports where rebuild reports what it removes
   * @param log where the operations say what they do
   */
  public LogicalReplication(
      LogicalSettings settings, Servers servers, ReportStore reports, Log log) {
    this(settings, servers, reports, log, Optional.empty());
  }

  /**
   * Makes the operations of a pair that has a lease; nothing is connected yet.
   *
   * @param settings how the region takes part
   * @param servers the two databases
   * @param reports where rebuild reports what it removes
   * @param log where the operations say what they do
   * @param lease what names the active region; without it the databases alone decide
   */
  public LogicalReplication(
      LogicalSettings settings,
      Servers servers,
      ReportStore reports,
      Log log,
      Optional<LeaseReader> lease) {
    this.context = new Context(settings, servers, log, lease);
    this.reports = reports;
  }

  /** What an operation does with this region's database alone. */
  @FunctionalInterface
  private interface LocalWork<T> {
    T run(Sql local) throws SQLException;
  }

  /** What an operation does with the databases. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws SQLException;
  }

  /**
   * Sets the region up: as the active one, or as the standby that follows the other region.
   *
   * @param deadline until when to wait for the initial copy, which goes on by itself afterwards
   * @return what became of it
   * @throws io.github.paymentdr.runtime.replication.RefusedException if the databases are not fit
   *     for it; nothing was changed
   */
  public SetUpOutcome setUp(Deadline deadline) {
    return reported("set-up", () -> new SetUp(context).run(deadline));
  }

  /**
   * Keeps the region in step with new tables and credentials, beats while it is active, and
   * measures. To be called each minute.
   *
   * @param deadline until when an active region beats
   * @return what was measured at the end
   */
  public Observation maintain(Deadline deadline) {
    return reported("maintenance", () -> new Maintenance(context).run(deadline));
  }

  @Override
  public Observation observe() {
    return reported("observation", local -> new Observer(local, context.settings()).observe());
  }

  /** Does not ask the other region, and does not wait long for this one's database. */
  @Override
  public ReplicationState state() {
    try {
      return InTime.call(LONGEST_STATE, this::report)
          .orElseGet(() -> unknown("no answer within " + LONGEST_STATE.toMillis() + " ms"));
    } catch (SQLException e) {
      return unknown(String.valueOf(e.getMessage()));
    }
  }

  private ReplicationState report() throws SQLException {
    try (Sql local = context.servers().connectLocal(OF_STATE)) {
      return new StateReport(context, local).report();
    }
  }

  private static ReplicationState unknown(String reason) {
    return new ReplicationState(
        NodeRole.UNKNOWN,
        OptionalLong.empty(),
        false,
        List.of("the database does not answer: " + reason));
  }

  /**
   * Lets this region accept nothing from now on, after all that it has accepted is committed. It
   * stays so until one of the regions is promoted.
   *
   * @return everything that this region accepted is before this position of its WAL
   * @throws RefusedException if it is not the active region, and was not drained before
   */
  public String drain() {
    return reported(
        "drain",
        local -> {
          Optional<Node> node = Node.find(local);
          if (node.isEmpty() || !(node.get().isActive() || node.get().drainedPosition() != null)) {
            throw new RefusedException(
                "drain", List.of("this region is not active; call it in the active region"));
          }
          // A table may have been made since the last maintenance.
          Fence.put(local, context.settings().schemas());
          return local
              .first("select dr.drain(?)::text", row -> row.getString(1), node.get().epoch())
              .orElseThrow();
        });
  }

  /**
   * Takes away all that the set-up has made in this region, and what the other one keeps for it if
   * it answers. The rows stay, and can be written to in this region.
   *
   * @param deadline until when to wait for the other region
   */
  public void tearDown(Deadline deadline) {
    reported(
        "tear-down",
        () -> {
          new TearDown(context).run(deadline);
          return true;
        });
  }

  private <T> T reported(String operation, LocalWork<T> work) {
    return reported(
        operation,
        () -> {
          try (Sql local = context.servers().connectLocal(TimeLimits.SHORT)) {
            return work.run(local);
          }
        });
  }

  /**
   * Lets the other region go on where a planned promotion of this one has stopped it, if this
   * region has not gone too far to follow it.
   *
   * @throws RefusedException if it has, or if the other region does not go on
   */
  public void undoHandOver() {
    reported(
        "undoing the hand-over",
        () -> {
          new HandBack(context).run();
          return true;
        });
  }

  @Override
  public PromotionOutcome promote(PromotionRequest request) {
    return reported("promotion", () -> new Promotion(context).run(request));
  }

  /**
   * Makes this region, which was active before, follow the active one. Rows that only this region
   * has are in a report before they are removed.
   *
   * @param deadline until when to go on; what is not done by then is done by the next call
   * @return what became of it
   * @throws io.github.paymentdr.runtime.replication.RefusedException if the other region is not the
   *     one to follow, or the tables are not fit for it; nothing was changed
   */
  public RebuildOutcome rebuild(Deadline deadline) {
    return reported("rebuild", () -> new Rebuild(context, reports).run(deadline));
  }

  private static <T> T reported(String operation, Work<T> work) {
    try {
      return work.run();
    } catch (SQLException e) {
      throw new ControlException(operation + " did not come to its end: " + e.getMessage(), e);
    }
  }
}
