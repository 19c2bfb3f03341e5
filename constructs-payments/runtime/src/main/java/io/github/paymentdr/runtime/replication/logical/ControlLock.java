package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;

/**
 * Lets one operation at a time change how a database replicates: the schedule, a deployment and an
 * operator may all call at once. The lock belongs to the connection and ends with it, so that an
 * operation that is killed leaves none behind.
 */
final class ControlLock {
  private static final long KEY = 0x6472_5f63_6f6e_7472L;

  private ControlLock() {}

  /** Takes the lock, or fails after the connection's lock timeout. */
  static void take(Sql local) throws SQLException {
    local.query("select pg_advisory_lock(" + KEY + ")", row -> true);
  }

  /** {@return whether nobody else has the lock, and this connection has it now} */
  static boolean tryTake(Sql local) throws SQLException {
    return local.isTrue("select pg_try_advisory_lock(" + KEY + ")");
  }

  static void release(Sql local) throws SQLException {
    local.isTrue("select pg_advisory_unlock(" + KEY + ")");
  }
}
