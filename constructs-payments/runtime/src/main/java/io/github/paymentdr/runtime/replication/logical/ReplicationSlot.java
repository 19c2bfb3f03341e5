package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A slot of one database: it keeps the WAL that its subscriber has not confirmed yet.
 *
 * <p>Only a slot of that very database is ours; others share the server's names.
 */
final class ReplicationSlot {
  private static final String FIND =
      """
      select active, coalesce(wal_status = 'lost', false) as lost,
        case when restart_lsn is null then null
          else greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) end as retained
      from pg_replication_slots
      where slot_name = ? and database = current_database() and plugin = 'pgoutput'
      """;

  private static final String DROP =
      """
      select pg_drop_replication_slot(slot_name) is not null
      from pg_replication_slots
      where slot_name = ? and database = current_database() and not active
      """;

  private static final String END_READER =
      """
      select pg_terminate_backend(active_pid)
      from pg_replication_slots
      where slot_name = ? and database = current_database() and active_pid is not null
      """;

  private static final String HAS_CONFIRMED =
      """
      select coalesce(bool_or(confirmed_flush_lsn >= cast(? as pg_lsn)), false)
      from pg_replication_slots where slot_name = ? and database = current_database()
      """;

  private static final String IN_USE = "55006";
  private static final String NOT_ALLOWED = "42501";

  private final Sql server;
  private final String name;

  ReplicationSlot(Sql server, String name) {
    this.server = server;
    this.name = name;
  }

  /** {@return the one that the other region keeps for this one} */
  static ReplicationSlot ofThisRegion(Sql there, LogicalSettings settings) {
    return new ReplicationSlot(there, settings.slotOfThisRegion());
  }

  /**
   * What the server says of it.
   *
   * @param active whether somebody reads it
   * @param lost whether WAL that it needs is gone
   * @param retainedBytes how much WAL it keeps
   */
  record Found(boolean active, boolean lost, OptionalLong retainedBytes) {}

  static final Found NONE = new Found(false, false, OptionalLong.empty());

  String name() {
    return name;
  }

  Optional<Found> find() throws SQLException {
    return server.first(
        FIND,
        row -> {
          long retained = row.getLong("retained");
          OptionalLong bytes = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(retained);
          return new Found(row.getBoolean("active"), row.getBoolean("lost"), bytes);
        },
        name);
  }

  boolean isUsable() throws SQLException {
    return find().filter(slot -> !slot.lost()).isPresent();
  }

  /** {@return whether its reader has applied in time, and flushed, what is before a position} */
  boolean isConfirmedWithin(Duration longest, String position) throws SQLException {
    return Waiting.until(() -> server.isTrue(HAS_CONFIRMED, position, name), longest);
  }

  /** {@return whether its reader has applied in time, and flushed, what the server has by now} */
  boolean isConfirmedUpToNowWithin(Duration longest) throws SQLException {
    String now =
        server
            .first("select pg_current_wal_insert_lsn()::text", row -> row.getString(1))
            .orElseThrow();
    return isConfirmedWithin(longest, now);
  }

  /** Makes it, or makes it anew when what it kept is lost. */
  void create() throws SQLException {
    Optional<Found> found = find();
    if (found.isPresent() && found.get().lost()) {
      dropIfInactive();
      found = find();
    }
    if (found.isEmpty()) {
      server.query("select pg_create_logical_replication_slot(?, 'pgoutput')", row -> true, name);
    }
  }

  /** {@return whether it was there and nobody read it; then it is gone} */
  boolean dropIfInactive() throws SQLException {
    try {
      return server.isTrue(DROP, name);
    } catch (SQLException e) {
      // Its reader has come back since the look.
      if (IN_USE.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }

  /** Drops it although somebody reads it. {@return whether it is gone in time} */
  boolean dropWithReader(Duration longest) throws SQLException {
    // Its reader comes back after a while, so it takes more than one try.
    return Waiting.until(
        () -> {
          if (dropIfInactive() || find().isEmpty()) {
            return true;
          }
          endReader();
          return false;
        },
        longest);
  }

  /**
   * Ends the connection that reads it, if there is one and this user may. A replication user may
   * not end the connection of the other one, which the subscription may have logged in as until the
   * last rotation; that ends by itself when the subscription does.
   */
  void endReader() throws SQLException {
    try {
      server.query(END_READER, row -> true, name);
    } catch (SQLException e) {
      if (!NOT_ALLOWED.equals(e.getSQLState())) {
        throw e;
      }
    }
  }
}
