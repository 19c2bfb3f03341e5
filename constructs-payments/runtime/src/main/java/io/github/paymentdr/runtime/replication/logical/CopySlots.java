package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * The slots by which a subscription copies tables for the first time. PostgreSQL makes and drops
 * them, and cannot drop them when the publisher does not answer at the end of the subscription.
 * What is left keeps WAL for ever.
 *
 * <p>Their names have the numbers of the subscription and of its server. Somebody else may
 * subscribe to the same database, and the subscriber may be gone when its slots are to go; so a
 * subscriber says its numbers to the publisher before it copies, and only these slots are ours.
 */
final class CopySlots {
  private static final String OURS =
      """
      from pg_replication_slots s
      where s.database = current_database() and s.plugin = 'pgoutput'
        and exists (select from dr.subscriber u where s.slot_name ~ ('^pg_' || u.subscription
          || '_sync_[0-9]+_' || coalesce(nullif(u.server, ''), '[0-9]+') || '$'))
      """;

  private static final String RETAINED =
      "select max(greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn))) " + OURS;

  private static final String SUBSCRIPTION =
      """
      select oid::bigint from pg_subscription where subname = 'dr_subscription'
        and subdbid = (select oid from pg_database where datname = current_database())
      """;

  private CopySlots() {}

  /** Says the numbers of this region's subscription to the region that it follows. */
  static void introduce(Sql local, Sql publisher) throws SQLException {
    // It may have been set up by an earlier version, and will be by this one.
    if (publisher.isTrue("select to_regprocedure('dr.followed_by(bigint, text)') is not null")) {
      long subscription = local.first(SUBSCRIPTION, row -> row.getLong(1)).orElseThrow();
      publisher.query(
          "select dr.followed_by(?, ?)", row -> true, subscription, serverNumber(local));
    }
  }

  /** {@return the number of the server; empty if it may not be asked, as on a managed one} */
  private static String serverNumber(Sql local) {
    try {
      return local
          .first("select system_identifier from pg_control_system()", row -> row.getString(1))
          .orElse("");
    } catch (SQLException e) {
      return "";
    }
  }

  /** {@return those that this server keeps for the other region} */
  static List<ReplicationSlot> find(Sql server) throws SQLException {
    return isKnown(server)
        ? server.query(
            "select s.slot_name " + OURS + " order by 1",
            row -> new ReplicationSlot(server, row.getString(1)))
        : List.of();
  }

  /** {@return how much WAL the one keeps that keeps most; empty without one} */
  static OptionalLong retainedBytes(Sql server) throws SQLException {
    return isKnown(server)
        ? server
            .first(
                RETAINED,
                row -> {
                  long retained = row.getLong(1);
                  return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(retained);
                })
            .orElse(OptionalLong.empty())
        : OptionalLong.empty();
  }

  /** Drops those that nobody reads any more. {@return whether all are gone in time} */
  static boolean drop(Sql server, Duration longest) throws SQLException {
    return Waiting.until(
        () -> {
          for (ReplicationSlot slot : find(server)) {
            slot.dropIfInactive();
          }
          return find(server).isEmpty();
        },
        longest);
  }

  private static boolean isKnown(Sql server) throws SQLException {
    return server.isTrue("select to_regclass('dr.subscriber') is not null");
  }
}
