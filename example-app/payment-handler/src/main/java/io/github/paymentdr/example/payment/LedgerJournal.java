package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.journal.JournalTarget;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The ledger of this region, as the journal sees it. */
final class LedgerJournal implements JournalTarget {
  /** The database refuses the rows, and will do so each time. */
  private static final Set<String> REFUSALS = Set.of("22", "23");

  /** So many are written in one transaction, whose locks no other request has to wait for long. */
  private static final int TOGETHER = 50;

  private static final String SELECT_BOOKING = "select from ledger.booking where id = ?";

  private static final String LOCK_PAYMENT = "select from ledger.payment where id = ? for update";

  private static final String SELECT_FINGERPRINT =
      "select fingerprint from ledger.idempotency_key where key = ?";

  private static final String SELECT_BOOKINGS = "select id from ledger.booking where id = any (?)";

  private static final String IS_LOGICAL_NODE =
      """
      select coalesce(has_table_privilege(to_regclass('dr.node'), 'select')
        and has_table_privilege(to_regclass('dr.heartbeat'), 'select'), false)
      """;

  /** The active region's cleaning writes each minute. */
  private static final String FOLLOWS_PHYSICALLY =
      """
      select pg_is_in_recovery() and exists (select from ledger.activity
        where region = ? and epoch = ?
          and written_at > clock_timestamp() - interval '3 minutes')
      """;

  private static final String WRITE_ACTIVITY =
      """
      insert into ledger.activity (region, epoch, written_at) values (?, ?, clock_timestamp())
      on conflict (region) do update
        set epoch = excluded.epoch, written_at = excluded.written_at
      """;

  /** While a table is being copied a booking may have arrived without its payment. */
  private static final String FOLLOWS_LOGICALLY =
      """
      select exists (select from dr.node where role = 'STANDBY')
        and exists (select from dr.heartbeat where region = ?
          and received_at > clock_timestamp() - interval '1 minute')
        and not exists (select from pg_subscription_rel where srsubstate <> 'r')
      """;

  private final String region;
  private final LeaseReader lease;
  private final Databases databases;
  private final Log log;

  LedgerJournal(String region, LeaseReader lease, Databases databases, Log log) {
    this.region = region;
    this.lease = lease;
    this.databases = databases;
    this.log = log;
  }

  /** A dead attempt and a replay that runs twice are all that can come in the way. */
  private enum Attempt {
    APPLIED,
    PRESENT,
    SUPERSEDED,
    BLOCKED,
    /** The key was taken meanwhile; what was written must go before the next look. */
    AGAIN
  }

  @Override
  public Outcome apply(JournalEntry entry) {
    try {
      LedgerEntry rows = LedgerEntry.read(entry.content());
      while (true) {
        Attempt attempt =
            databases.bookings().inTransaction(connection -> apply(connection, entry, rows));
        if (attempt != Attempt.AGAIN) {
          return Outcome.valueOf(attempt.name());
        }
      }
    } catch (LedgerEntry.UnreadableException e) {
      return blocked(entry, e);
    } catch (ProblemException e) {
      if (e.getCause() instanceof SQLException cause && isRefusal(cause)) {
        return blocked(entry, cause);
      }
      throw e;
    }
  }

  @Override
  public List<Outcome> applyAll(List<JournalEntry> entries, Deadline deadline) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int from = 0; from < entries.size(); from += TOGETHER) {
      if (from > 0 && deadline.isOver()) {
        return outcomes;
      }
      List<JournalEntry> some = entries.subList(from, Math.min(from + TOGETHER, entries.size()));
      outcomes.addAll(applyTogether(some).orElseGet(() -> some.stream().map(this::apply).toList()));
    }
    return outcomes;
  }

  /** Writes all or none; none where one of them would need a transaction of its own. */
  private Optional<List<Outcome>> applyTogether(List<JournalEntry> entries) {
    try {
      List<LedgerEntry> contents = new ArrayList<>();
      for (JournalEntry entry : entries) {
        contents.add(LedgerEntry.read(entry.content()));
      }
      return databases
          .bookings()
          .inTransaction(connection -> applyTogether(connection, entries, contents));
    } catch (LedgerEntry.UnreadableException e) {
      return Optional.empty();
    } catch (ProblemException e) {
      if (e.getCause() instanceof SQLException cause && isRefusal(cause)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<List<Outcome>> applyTogether(
      Connection connection, List<JournalEntry> entries, List<LedgerEntry> contents)
      throws SQLException {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      Attempt attempt = apply(connection, entries.get(i), contents.get(i));
      if (attempt == Attempt.AGAIN) {
        return Optional.empty();
      }
      outcomes.add(Outcome.valueOf(attempt.name()));
    }
    return Optional.of(outcomes);
  }

  private Outcome blocked(JournalEntry entry, Exception why) {
    log.warn(
        "an entry of the journal cannot be booked; it stays in the journal, look at it by hand",
        "group",
        entry.group(),
        "sequence",
        entry.sequence(),
        "class",
        why.getClass().getName(),
        "sqlState",
        why instanceof SQLException sql ? sql.getSQLState() : null);
    return Outcome.BLOCKED;
  }

  private static boolean isRefusal(SQLException e) {
    String state = e.getSQLState();
    return state != null && state.length() == 5 && REFUSALS.contains(state.substring(0, 2));
  }

  private Attempt apply(Connection connection, JournalEntry entry, LedgerEntry rows)
      throws SQLException {
    if (!rows.isCreation()) {
      // Whoever else changes the payment waits, so that the number of bookings stays what it is.
      exists(connection, LOCK_PAYMENT, rows.payment().id());
    }
    if (exists(connection, SELECT_BOOKING, rows.booking().id())) {
      return Attempt.PRESENT;
    }
    if (!rows.isCreation()) {
      long before = Ledger.countBookings(connection, rows.payment().id());
      if (before != entry.sequence() - 1) {
        return before < entry.sequence() - 1 ? Attempt.BLOCKED : Attempt.SUPERSEDED;
      }
    }
    Optional<String> fingerprint = fingerprint(connection, rows.key().key());
    if (fingerprint.isEmpty()) {
      if (LedgerRows.write(connection, rows)) {
        return Attempt.APPLIED;
      }
      connection.rollback();
      return Attempt.AGAIN;
    }
    if (fingerprint.get().equals(rows.key().fingerprint())) {
      return Attempt.SUPERSEDED;
    }
    // Its caller has used the key for two things; what was accepted counts, with and without it.
    LedgerRows.writeWithoutKey(connection, rows);
    log.warn(
        "an entry of the journal was booked without its idempotency key, which belongs to another"
            + " booking; a repetition of its request will be answered with 422",
        "paymentId",
        rows.payment().id().toString(),
        "bookingId",
        rows.booking().id().toString());
    return Attempt.APPLIED;
  }

  private static boolean exists(Connection connection, String sql, UUID id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, id);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private static Optional<String> fingerprint(Connection connection, String key)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT_FINGERPRINT)) {
      statement.setString(1, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A booking is committed with all its rows, so its id stands for them. The active region asks
   * the server that is written to: a replica may not have heard of the newest bookings.
   */
  @Override
  public Set<String> present(Collection<JournalEntry> entries) {
    Map<UUID, String> slots = new HashMap<>();
    for (JournalEntry entry : entries) {
      UUID booking = bookingOf(entry);
      if (booking != null) {
        slots.put(booking, entry.slot());
      }
    }
    if (slots.isEmpty()) {
      return Set.of();
    }
    boolean isActive = lease.read().activeRegion().equals(region);
    return (isActive ? databases.bookings() : databases.reads())
        .inTransaction(
            connection -> {
              Set<String> present = new HashSet<>();
              try (PreparedStatement statement = connection.prepareStatement(SELECT_BOOKINGS)) {
                new Parameters(statement).add("uuid", slots.keySet().toArray());
                try (ResultSet rows = statement.executeQuery()) {
                  while (rows.next()) {
                    UUID booking = rows.getObject(1, UUID.class);
                    present.add(Objects.requireNonNull(slots.get(booking)));
                  }
                }
              }
              return present;
            });
  }

  private static @Nullable UUID bookingOf(JournalEntry entry) {
    try {
      return LedgerEntry.read(entry.content()).booking().id();
    } catch (LedgerEntry.UnreadableException e) {
      return null;
    }
  }

  @Override
  public boolean follows(String activeRegion, long epoch) {
    return databases
        .reads()
        .inTransaction(
            connection ->
                isTrue(connection, IS_LOGICAL_NODE)
                    ? isTrue(connection, FOLLOWS_LOGICALLY, activeRegion)
                    : isTrue(connection, FOLLOWS_PHYSICALLY, activeRegion, epoch));
  }

  @Override
  public void beActive(long epoch) {
    databases
        .bookings()
        .inTransaction(
            connection -> {
              if (!isTrue(connection, IS_LOGICAL_NODE)) {
                try (PreparedStatement statement = connection.prepareStatement(WRITE_ACTIVITY)) {
                  new Parameters(statement).add(region).add(epoch);
                  statement.executeUpdate();
                }
              }
              return true;
            });
  }

  private static boolean isTrue(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }
}
