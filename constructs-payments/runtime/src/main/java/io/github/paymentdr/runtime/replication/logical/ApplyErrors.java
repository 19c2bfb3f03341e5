package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * How often a standby failed to apply a change or to copy a table.
 *
 * <p>PostgreSQL counts a lost connection as such a failure once, and does not say which failures
 * these were. It starts again from 0 when its statistics are lost.
 *
 * @param count how often since PostgreSQL began to count
 * @param seen what the count was at the last observation
 * @param overcome what the count was when something that came after was last seen to be applied
 */
record ApplyErrors(long count, long seen, long overcome) {
  /** More than a link that is lost, found again and lost again would make within a minute. */
  private static final long LOOP_LENGTH = 3;

  /** What a standby says of itself that was seen in such a loop while the other region answered. */
  static final String LOOP =
      "a change cannot be applied and is tried again and again; look into this server's log for the"
          + " reason, and remove it";

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
    return since(overcome) >= LOOP_LENGTH;
  }

  void markSeen(Sql local) throws SQLException {
    if (count != seen) {
      local.execute("update dr.node set apply_errors_seen = ?", count);
    }
  }

  /** Changes are applied one after the other: when a later one is, what had failed is too. */
  void markOvercome(Sql local) throws SQLException {
    if (count != overcome) {
      local.execute("update dr.node set apply_errors_overcome = ?", count);
    }
    forgetLoop(local);
  }

  static boolean isLoopKnown(Sql local) throws SQLException {
    return Findings.read(local).problems().contains(LOOP);
  }

  static void rememberLoop(Sql local) throws SQLException {
    Findings found = Findings.read(local);
    if (!found.problems().contains(LOOP)) {
      List<String> problems = new ArrayList<>(found.problems());
      problems.add(LOOP);
      new Findings(found.tablesMissing(), problems).store(local);
    }
  }

  private static void forgetLoop(Sql local) throws SQLException {
    Findings found = Findings.read(local);
    new Findings(
            found.tablesMissing(),
            found.problems().stream().filter(problem -> !problem.equals(LOOP)).toList())
        .store(local);
  }

  private long since(long earlier) {
    return count < earlier ? count : count - earlier;
  }
}
