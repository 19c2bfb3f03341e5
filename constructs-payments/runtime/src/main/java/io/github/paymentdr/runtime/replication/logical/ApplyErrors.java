package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;

/**
 * How often a standby failed to apply a change or to copy a table.
 *
 * <p>PostgreSQL counts a lost connection as such a failure once, and does not say which failures
 * these were. It starts again from 0 when its statistics are lost.
 *
 * @param count how often since PostgreSQL began to count
 * @param seen what the count was at the last observation
 * @param overcome what the count was when a beat was last seen to arrive
 */
record ApplyErrors(long count, long seen, long overcome) {
  /** More than a link that is lost, found again and lost again would make within a minute. */
  private static final long LOOP = 3;

  private static final String READ =
      """
      select coalesce(s.apply_error_count + s.sync_error_count, 0) as count,
        n.apply_errors_seen as seen, n.apply_errors_overcome as overcome
      from dr.node n left join pg_stat_subscription_stats s on s.subid = (
        select oid from pg_subscription where subname = 'dr_subscription'
          and subdbid = (select oid from pg_database where datname = current_database()))
      """;

  static ApplyErrors read(Sql local) throws SQLException {
    return local
        .first(
            READ,
            row ->
                new ApplyErrors(row.getLong("count"), row.getLong("seen"), row.getLong("overcome")))
        .orElseGet(() -> new ApplyErrors(0, 0, 0));
  }

  long sinceLastObservation() {
    return since(seen);
  }

  /** {@return whether the same change fails again and again} */
  boolean isLoop() {
    return since(overcome) >= LOOP;
  }

  void markSeen(Sql local) throws SQLException {
    if (count != seen) {
      local.execute("update dr.node set apply_errors_seen = ?", count);
    }
  }

  void markOvercome(Sql local) throws SQLException {
    if (count != overcome) {
      local.execute("update dr.node set apply_errors_overcome = ?", count);
    }
  }

  private long since(long earlier) {
    return count < earlier ? count : count - earlier;
  }
}
