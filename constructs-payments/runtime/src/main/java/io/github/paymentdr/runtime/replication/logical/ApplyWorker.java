package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The process of this region's server that receives changes and applies them. */
final class ApplyWorker {
  private static final Duration SHORT_END = Duration.ofMillis(200);
  private static final Duration LONGEST_END = Duration.ofSeconds(5);

  private static final String OF_SUBSCRIPTION =
      """
       s.oid = (select oid from pg_subscription where subname = 'dr_subscription'
        and subdbid = (select oid from pg_database where datname = current_database()))
      """;

  /** The worker of a table's copy has a relid. */
  private static final String STATE =
      """
      select w.pid, w.received_lsn::text as received, w.last_msg_receipt_time,
        a.wait_event = 'LogicalApplyMain' as idle,
        coalesce((select t.apply_error_count from pg_stat_subscription_stats t
          where t.subid = s.oid), 0) as errors
      from pg_subscription s
        left join pg_stat_subscription w on w.subid = s.oid and w.relid is null
        left join pg_stat_activity a on a.pid = w.pid
      where
      """
          + OF_SUBSCRIPTION;

  private final Sql local;

  ApplyWorker(Sql local) {
    this.local = local;
  }

  /**
   * What it does.
   *
   * @param running whether there is one
   * @param idle whether it waits for more to apply
   * @param received the last position received; null if nothing was
   * @param lastReceivedAt when it received something last; null if it did not
   * @param errors how often it failed to apply a change
   */
  record State(
      boolean running,
      boolean idle,
      @Nullable String received,
      @Nullable Timestamp lastReceivedAt,
      long errors) {
    static State read(ResultSet row) throws SQLException {
      return new State(
          row.getObject("pid") != null,
          row.getBoolean("idle"),
          row.getString("received"),
          row.getTimestamp("last_msg_receipt_time"),
          row.getLong("errors"));
    }

    /** {@return whether it has not heard of the other region since it started} */
    boolean isConnecting() {
      return running && received == null;
    }

    /** {@return whether it has applied all that it was sent by the moment of an earlier look} */
    boolean hasSettledSince(Optional<State> earlier) {
      return !running
          || (idle
              && received != null
              && earlier.map(State::received).filter(received::equals).isPresent());
    }
  }

  /** {@return what it does; empty without a subscription} */
  Optional<State> look() throws SQLException {
    return local.first(STATE, State::read);
  }

  /**
   * Waits until it has gone, and ends it if it does not go by itself, as one does not that waits
   * for an answer to its connecting.
   */
  boolean awaitEnd() throws SQLException {
    boolean isConnecting = look().filter(State::isConnecting).isPresent();
    if (Waiting.until(this::isGone, isConnecting ? SHORT_END : LONGEST_END)) {
      return true;
    }
    end("");
    return Waiting.until(this::isGone, LONGEST_END);
  }

  /** Ends the workers of the tables' copies, whatever they wait for. */
  void endCopies() throws SQLException {
    end(" and w.relid is not null");
  }

  private void end(String which) throws SQLException {
    local.query(
        "select pg_terminate_backend(w.pid) from pg_stat_subscription w join pg_subscription s on"
            + " s.oid = w.subid where w.pid is not null"
            + which
            + " and"
            + OF_SUBSCRIPTION,
        row -> true);
  }

  private boolean isGone() throws SQLException {
    return look().filter(State::running).isEmpty();
  }

  /** {@return the position up to which everything is applied, if this user may know} */
  Optional<String> applied() throws SQLException {
    boolean mayAsk =
        local.isTrue(
            "select has_function_privilege('pg_replication_origin_progress(text, boolean)',"
                + " 'execute')");
    return mayAsk
        ? local
            .first(
                "select pg_replication_origin_progress('pg_' || s.oid, true)::text"
                    + " from pg_subscription s where"
                    + OF_SUBSCRIPTION,
                row -> Optional.ofNullable(row.getString(1)))
            .flatMap(position -> position)
        : Optional.empty();
  }
}
