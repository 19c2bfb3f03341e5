package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Lets one operation at a time change how a database replicates: the schedule, a deployment and an
 * operator may all call at once. The lock belongs to the connection and ends with it, so that an
 * operation that is killed leaves none behind.
 */
final class ControlLock {
  private static final long KEY = 0x6472_5f63_6f6e_7472L;

  private static final Duration WORTH_WAITING_FOR = Duration.ofSeconds(1);

  /** A maintenance that does not wait for the other region is over by then. */
  private static final Duration BEFORE_ENDING = Duration.ofSeconds(5);

  /** Longer than any other operation but a rebuild has the lock. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** How a maintenance is told from the others that have the lock. */
  private static final String MAINTENANCE = "payment-dr-maintenance";

  private static final String END_MAINTENANCE =
      """
      select pg_terminate_backend(l.pid)
      from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32 | l.objid::bigint) = %d
        and a.application_name = '%s'
      """
          .formatted(KEY, MAINTENANCE);

  private ControlLock() {}

  /** Takes the lock, or fails after the connection's lock timeout. */
  static void take(Sql local) throws SQLException {
    local.query("select pg_advisory_lock(" + KEY + ")", row -> true);
  }

  /** {@return whether nobody else has the lock, and this connection has it now} */
  static boolean tryTake(Sql local) throws SQLException {
    return local.isTrue("select pg_try_advisory_lock(" + KEY + ")");
  }

  /**
   * As {@link #tryTake}, by the maintenance, which can be ended at any time and comes again by
   * itself.
   */
  static boolean tryTakeForMaintenance(Sql local) throws SQLException {
    local.query("select set_config('application_name', ?, false)", row -> true, MAINTENANCE);
    return tryTake(local);
  }

  /**
   * Takes the lock also from a maintenance that waits for the other region. When that region has
   * gone without a word, the maintenance waits longer than a promotion may.
   */
  static void takeFromMaintenance(Sql local) throws SQLException {
    if (!Waiting.until(() -> tryTake(local), WORTH_WAITING_FOR)) {
      local.query(END_MAINTENANCE, row -> true);
      take(local);
    }
  }

  /**
   * Takes the lock for a deployment, which must not fail because the schedule runs at the same
   * moment. A maintenance may come again in between, and is ended again.
   */
  static void takePatiently(Sql local, String operation) throws SQLException {
    Deadline patience = Deadline.after(LONGEST_WAIT);
    while (!Waiting.until(() -> tryTake(local), BEFORE_ENDING)) {
      if (patience.isOver()) {
        throw new ControlException(
            "another operation is changing how this region replicates; call "
                + operation
                + " again when it has ended");
      }
      local.query(END_MAINTENANCE, row -> true);
    }
  }

  static void release(Sql local) throws SQLException {
    local.isTrue("select pg_advisory_unlock(" + KEY + ")");
  }
}
