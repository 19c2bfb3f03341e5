package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.lease.Permit;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The payments and their books in the database.
 *
 * <p>A booking, what it does to the payment, the idempotency key and the answer are one transaction
 * and, because nothing in it depends on an earlier statement's result, one round trip. The key is
 * inserted first: of two requests with the same key the second waits for the first to commit, finds
 * that its own insert did nothing, rolls back and gives the first one's answer. So a request may be
 * repeated, by the caller or by {@link Database}, whatever became of the first attempt. {@link
 * Acceptance} has the last word before the commit.
 */
final class Ledger {
  private static final String SELECT_PAYMENT =
      """
      select id, status, currency, authorised, captured, refunded, payer, payee, reference,
        session_id, created_at, updated_at
      from ledger.payment where id = ?
      """;

  private static final String SELECT_KEY =
      "select fingerprint, payment_id, status, body from ledger.idempotency_key where key = ?";

  /** Two counts, because each of them has an index. */
  private static final String COUNT_BOOKINGS =
      """
      select (select count(*) from ledger.booking where payment_id = ? and kind <> 'REFUND')
        + (select count(*) from ledger.booking where payment_id = ? and kind = 'REFUND')
      """;

  private static final String SELECT_BALANCES =
      """
      select currency, sum(amount)::text from ledger.posting where account = ?
      group by currency order by currency
      """;

  private final Databases databases;
  private final Acceptance acceptance;
  private final RequestTime time;
  private final Clock clock;

  Ledger(Databases databases, Acceptance acceptance, RequestTime time, Clock clock) {
    this.databases = databases;
    this.acceptance = acceptance;
    this.time = time;
    this.clock = clock;
  }

  /**
   * Authorises a payment, once per key.
   *
   * @param order what to pay
   * @param key the caller's key
   * @return the answer, perhaps that of an earlier request
   */
  Accepted authorise(PaymentOrder order, IdempotencyKey key) {
    Permit permit = acceptance.admit();
    // Each attempt has ids of its own: an earlier one may have been committed nevertheless.
    return booked(
        permit,
        connection -> book(connection, 201, key, Payment.authorise(order, now()), 1, permit));
  }

  /**
   * Books a change of a payment, once per key.
   *
   * @param id the payment
   * @param key the caller's key
   * @param change makes the change of the payment as it is
   * @return the answer, perhaps that of an earlier request
   * @throws ProblemException if there is no such payment or it cannot be changed so
   */
  Accepted change(UUID id, IdempotencyKey key, ChangeOf change) {
    Permit permit = acceptance.admit();
    return booked(
        permit,
        connection -> {
          Payment payment = lock(connection, id).orElseThrow(ProblemException::notFound);
          Optional<Answer> earlier = earlierAnswer(connection, key, permit);
          if (earlier.isPresent()) {
            return earlier.get();
          }
          time.limit(connection);
          long sequence = countBookings(connection, id) + 1;
          return book(connection, 200, key, change.of(payment, now()), sequence, permit);
        });
  }

  /**
   * Only the active region may refuse for good, too. One that was frozen and goes on after another
   * has taken over does not know what was booked there, and a caller believes what is final.
   */
  private Accepted booked(Permit permit, Database.Work<Answer> booking) {
    try {
      return new Accepted(databases.bookings().inTransaction(booking), permit.epoch());
    } catch (ProblemException e) {
      if (e.isFinal()) {
        acceptance.confirm(permit);
      }
      throw e;
    }
  }

  /** Makes a change of a payment. */
  interface ChangeOf {
    Payment.Change of(Payment payment, Instant now);
  }

  /**
   * Finds a payment.
   *
   * @param id its id
   * @return the payment
   * @throws ProblemException if there is none
   */
  Payment find(UUID id) {
    return databases
        .reads()
        .inTransaction(connection -> select(connection, SELECT_PAYMENT, id))
        .or(() -> findWhereItIsBooked(id))
        .orElseThrow(ProblemException::notFound);
  }

  /** A reader may not have heard of what was booked a moment ago. */
  private Optional<Payment> findWhereItIsBooked(UUID id) {
    return databases.isReadElsewhere() && acceptance.isActive()
        ? databases.bookings().inTransaction(connection -> select(connection, SELECT_PAYMENT, id))
        : Optional.empty();
  }

  /**
   * Adds up the postings of an account.
   *
   * @param account the account
   * @return the balance in minor units for each currency
   * @throws ProblemException if nothing was ever posted to it
   */
  Map<String, BigInteger> balances(String account) {
    Map<String, BigInteger> balances =
        databases
            .reads()
            .inTransaction(
                connection -> {
                  time.limit(connection);
                  try (PreparedStatement statement = connection.prepareStatement(SELECT_BALANCES)) {
                    statement.setString(1, account);
                    Map<String, BigInteger> sums = new TreeMap<>();
                    try (ResultSet rows = statement.executeQuery()) {
                      while (rows.next()) {
                        sums.put(rows.getString(1), new BigInteger(rows.getString(2)));
                      }
                    }
                    return sums;
                  }
                });
    if (balances.isEmpty()) {
      throw ProblemException.notFound();
    }
    return balances;
  }

  private Answer book(
      Connection connection,
      int status,
      IdempotencyKey key,
      Payment.Change change,
      long sequence,
      Permit permit)
      throws SQLException {
    LedgerEntry entry = new LedgerEntry(key, Answer.of(status, change.payment()), change);
    time.limit(connection);
    if (LedgerRows.write(connection, entry)) {
      acceptance.accept(connection, entry, sequence, permit);
      return entry.answer();
    }
    connection.rollback();
    return earlierAnswer(connection, key, permit).orElseThrow(Ledger::inProgress);
  }

  /**
   * Finds what a key has booked. It needs no entry in the journal, because what is committed had
   * one before. It needs the lease: a function that was frozen may commit long after another region
   * has taken over and given the key another truth, and its database would be the only one to say
   * so.
   */
  private Optional<Answer> earlierAnswer(Connection connection, IdempotencyKey key, Permit permit)
      throws SQLException {
    Optional<Answer> found = find(connection, key);
    if (found.isPresent()) {
      acceptance.confirm(permit);
    }
    return found;
  }

  private Optional<Answer> find(Connection connection, IdempotencyKey key) throws SQLException {
    time.limit(connection);
    try (PreparedStatement statement = connection.prepareStatement(SELECT_KEY)) {
      statement.setString(1, key.key());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        if (!key.fingerprint().equals(row.getString("fingerprint"))) {
          throw ProblemException.of(
              ProblemType.IDEMPOTENCY_KEY_REUSED, "use a new key for a new request");
        }
        return Optional.of(
            new Answer(
                row.getInt("status"),
                row.getObject("payment_id", UUID.class),
                row.getString("body"),
                true));
      }
    }
  }

  /** Locks a payment: whoever changes it waits until this transaction ends. */
  private Optional<Payment> lock(Connection connection, UUID id) throws SQLException {
    return select(connection, SELECT_PAYMENT + " for update", id);
  }

  /**
   * Counts the bookings of a payment that is locked. It must be a statement after the lock: that of
   * the lock itself would see the bookings as they were before it waited.
   */
  static long countBookings(Connection connection, UUID id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT_BOOKINGS)) {
      new Parameters(statement).add(id).add(id);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private Optional<Payment> select(Connection connection, String sql, UUID id) throws SQLException {
    time.limit(connection);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, id);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(payment(row)) : Optional.empty();
      }
    }
  }

  private static Payment payment(ResultSet row) throws SQLException {
    PaymentOrder order =
        new PaymentOrder(
            row.getLong("authorised"),
            row.getString("currency"),
            row.getString("payer"),
            row.getString("payee"),
            Optional.ofNullable(row.getString("reference")),
            Optional.ofNullable(row.getString("session_id")));
    return new Payment(
        row.getObject("id", UUID.class),
        PaymentStatus.valueOf(row.getString("status")),
        order,
        row.getLong("captured"),
        row.getLong("refunded"),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("updated_at").toInstant());
  }

  /** To the precision that the database and every JSON reader keep. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static ProblemException inProgress() {
    return ProblemException.retryLater(ProblemType.REQUEST_IN_PROGRESS, Database.RETRY_AFTER, null);
  }
}
