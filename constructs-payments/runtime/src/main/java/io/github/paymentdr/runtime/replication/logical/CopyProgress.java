package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/** Waits for the initial copy of tables, and says how far it is. */
final class CopyProgress {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  private static final String SIZE_HERE =
      """
      select coalesce(sum(pg_table_size(r.srrelid)), 0)
      from pg_subscription_rel r join pg_subscription s on s.oid = r.srsubid
      where s.subname = 'dr_subscription'
        and s.subdbid = (select oid from pg_database where datname = current_database())
      """;

  private static final String SIZE_THERE =
      """
      select coalesce(sum(pg_table_size(r.prrelid)), 0)
      from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
      where p.pubname = 'dr_publication'
      """;

  private static final String ROWS_BEING_COPIED =
      """
      select coalesce(sum(tuples_processed), 0) from pg_stat_progress_copy
      where datname = current_database() and command = 'COPY FROM'
      """;

  private final Sql local;
  private final Log log;
  private final long bytesInAll;
  private final long start = System.nanoTime();

  private CopyProgress(Sql local, Log log, long bytesInAll) {
    this.local = local;
    this.log = log;
    this.bytesInAll = bytesInAll;
  }

  /**
   * How far the copy is.
   *
   * @param tables how many tables there are
   * @param done how many of them are copied and in step
   */
  record Reached(int tables, int done) {
    static Reached read(Sql local) throws SQLException {
      Map<TableName, String> states = Subscription.tables(local);
      int ready = (int) states.values().stream().filter("r"::equals).count();
      return new Reached(states.size(), ready);
    }

    boolean isAll() {
      return done == tables;
    }
  }

  /** Waits until all tables are copied, or the deadline; the copy does not need this to go on. */
  static Reached await(Sql local, Sql peer, Log log, Deadline deadline) throws SQLException {
    return new CopyProgress(local, log, number(peer, SIZE_THERE)).await(deadline);
  }

  private Reached await(Deadline deadline) throws SQLException {
    Deadline nextLine = Deadline.after(BETWEEN_LINES);
    Reached reached = Reached.read(local);
    while (!reached.isAll() && !deadline.isOver()) {
      Pause.of(BETWEEN_LOOKS);
      reached = Reached.read(local);
      if (nextLine.isOver()) {
        say(reached);
        nextLine = Deadline.after(BETWEEN_LINES);
      }
    }
    return reached;
  }

  private void say(Reached reached) throws SQLException {
    long bytes = Math.min(number(local, SIZE_HERE), bytesInAll);
    double seconds = (System.nanoTime() - start) / 1e9;
    log.info(
        "tables are being copied",
        "tables",
        reached.done(),
        "of",
        reached.tables(),
        "rowsOfTablesBeingCopied",
        number(local, ROWS_BEING_COPIED),
        "bytes",
        bytes,
        "ofBytes",
        bytesInAll,
        "secondsLeft",
        bytes == 0 ? null : Math.round(seconds * (bytesInAll - bytes) / bytes));
  }

  private static long number(Sql sql, String query) throws SQLException {
    return sql.first(query, row -> row.getLong(1)).orElse(0L);
  }
}
