package io.github.paymentdr.example.payment;

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
 * repeated, by the caller or by {@link Database}, whatever became of the first attempt.
 */
final class Ledger {
  private static final String INSERT_KEY =
      """
      insert into ledger.idempotency_key (key, fingerprint, payment_id, status, body, created_at)
      values (?, ?, ?, ?, ?, ?) on conflict (key) do nothing;
      """;

  private static final String INSERT_PAYMENT =
      """
      insert into ledger.payment (id, status, currency, authorised, payer, payee, reference,
        session_id, created_at, updated_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);
      """;

  private static final String UPDATE_PAYMENT =
      """
      update ledger.payment set status = ?, captured = ?, refunded = ?, updated_at = ?
      where id = ?;
      """;

  /** Writes no posting unless all of them sum to zero. */
  private static final String INSERT_BOOKING =
      """
      insert into ledger.booking (id, payment_id, kind, currency, created_at)
      values (?, ?, ?, ?, ?);
      with line as (
        select * from unnest(?::text[], ?::bigint[]) with ordinality as l (account, amount, line))
      insert into ledger.posting (booking_id, line, account, currency, amount)
      select ?, line, account, ?, amount from line where (select sum(amount) from line) = 0
      """;

  private static final String SELECT_PAYMENT =
      """
      select id, status, currency, authorised, captured, refunded, payer, payee, reference,
        session_id, created_at, updated_at
      from ledger.payment where id = ?
      """;

  private static final String SELECT_KEY =
      "select fingerprint, payment_id, status, body from ledger.idempotency_key where key = ?";

  private static final String SELECT_BALANCES =
      """
      select currency, sum(amount)::text from ledger.posting where account = ?
      group by currency order by currency
      """;

  private final Database database;
  private final Clock clock;

  Ledger(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Authorises a payment, once per key.
   *
   * @param order what to pay
   * @param key the caller's key
   * @return the answer, perhaps that of an earlier request
   */
  Answer authorise(PaymentOrder order, IdempotencyKey key) {
    // Each attempt has ids of its own: an earlier one may have been committed nevertheless.
    return database.inTransaction(
        connection -> book(connection, 201, INSERT_PAYMENT, key, Payment.authorise(order, now())));
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
  Answer change(UUID id, IdempotencyKey key, ChangeOf change) {
    return database.inTransaction(
        connection -> {
          Payment payment =
              select(connection, SELECT_PAYMENT + " for update", id)
                  .orElseThrow(ProblemException::notFound);
          Optional<Answer> earlier = earlierAnswer(connection, key);
          return earlier.isPresent()
              ? earlier.get()
              : book(connection, 200, UPDATE_PAYMENT, key, change.of(payment, now()));
        });
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
    return database
        .inTransaction(connection -> select(connection, SELECT_PAYMENT, id))
        .orElseThrow(ProblemException::notFound);
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
        database.inTransaction(
            connection -> {
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

  private static Answer book(
      Connection connection,
      int status,
      String paymentSql,
      IdempotencyKey key,
      Payment.Change change)
      throws SQLException {
    Answer answer = Answer.of(status, change.payment());
    String sql = INSERT_KEY + paymentSql + INSERT_BOOKING;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Parameters parameters = new Parameters(statement);
      addKey(parameters, key, answer, change);
      if (status == 201) {
        addNewPayment(parameters, change.payment());
      } else {
        addChangedPayment(parameters, change.payment());
      }
      addBooking(parameters, change);
      statement.execute();
      if (statement.getUpdateCount() == 1) {
        checkRest(statement, change.booking());
        return answer;
      }
    }
    connection.rollback();
    return earlierAnswer(connection, key).orElseThrow(Ledger::inProgress);
  }

  /** Payment and booking are a row each; anything else undoes the transaction. */
  private static void checkRest(PreparedStatement statement, Booking booking) throws SQLException {
    for (int expected : new int[] {1, 1, booking.postings().size()}) {
      statement.getMoreResults();
      if (statement.getUpdateCount() != expected) {
        throw new IllegalStateException("the booking was not written as it is");
      }
    }
  }

  private static void addKey(
      Parameters parameters, IdempotencyKey key, Answer answer, Payment.Change change)
      throws SQLException {
    parameters
        .add(key.key())
        .add(key.fingerprint())
        .add(answer.paymentId())
        .add(answer.status())
        .add(answer.body())
        .add(change.payment().updatedAt());
  }

  private static void addNewPayment(Parameters parameters, Payment payment) throws SQLException {
    PaymentOrder order = payment.order();
    parameters
        .add(payment.id())
        .add(payment.status().name())
        .add(order.currency())
        .add(order.amount())
        .add(order.payer())
        .add(order.payee())
        .add(order.reference())
        .add(order.sessionId())
        .add(payment.createdAt())
        .add(payment.updatedAt());
  }

  private static void addChangedPayment(Parameters parameters, Payment payment)
      throws SQLException {
    parameters
        .add(payment.status().name())
        .add(payment.captured())
        .add(payment.refunded())
        .add(payment.updatedAt())
        .add(payment.id());
  }

  private static void addBooking(Parameters parameters, Payment.Change change) throws SQLException {
    Booking booking = change.booking();
    String currency = change.payment().order().currency();
    parameters
        .add(booking.id())
        .add(change.payment().id())
        .add(booking.kind().name())
        .add(currency)
        .add(change.payment().updatedAt())
        .add("text", booking.postings().stream().map(Posting::account).toArray())
        .add("bigint", booking.postings().stream().map(Posting::amount).toArray())
        .add(booking.id())
        .add(currency);
  }

  private static Optional<Answer> earlierAnswer(Connection connection, IdempotencyKey key)
      throws SQLException {
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

  private static Optional<Payment> select(Connection connection, String sql, UUID id)
      throws SQLException {
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
