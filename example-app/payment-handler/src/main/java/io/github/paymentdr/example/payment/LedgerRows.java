package io.github.paymentdr.example.payment;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes the rows of a booking, all in one round trip. */
final class LedgerRows {
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

  private LedgerRows() {}

  /**
   * Writes a booking with its key.
   *
   * @param connection has a transaction
   * @param entry the rows
   * @return whether it was written; when the key is taken the transaction must be rolled back
   * @throws SQLException if the database refuses
   */
  static boolean write(Connection connection, LedgerEntry entry) throws SQLException {
    String sql = INSERT_KEY + paymentSql(entry) + INSERT_BOOKING;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Parameters parameters = new Parameters(statement);
      addKey(parameters, entry);
      addRest(parameters, entry);
      statement.execute();
      if (statement.getUpdateCount() != 1) {
        return false;
      }
      statement.getMoreResults();
      checkRest(statement, entry.booking());
      return true;
    }
  }

  /**
   * Writes a booking whose key belongs to another one.
   *
   * @param connection has a transaction
   * @param entry the rows
   * @throws SQLException if the database refuses
   */
  static void writeWithoutKey(Connection connection, LedgerEntry entry) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(paymentSql(entry) + INSERT_BOOKING)) {
      addRest(new Parameters(statement), entry);
      statement.execute();
      checkRest(statement, entry.booking());
    }
  }

  private static String paymentSql(LedgerEntry entry) {
    return entry.isCreation() ? INSERT_PAYMENT : UPDATE_PAYMENT;
  }

  /** Payment and booking are a row each; anything else undoes the transaction. */
  private static void checkRest(PreparedStatement statement, Booking booking) throws SQLException {
    for (int expected : new int[] {1, 1, booking.postings().size()}) {
      if (statement.getUpdateCount() != expected) {
        throw new IllegalStateException("the booking was not written as it is");
      }
      statement.getMoreResults();
    }
  }

  private static void addKey(Parameters parameters, LedgerEntry entry) throws SQLException {
    parameters
        .add(entry.key().key())
        .add(entry.key().fingerprint())
        .add(entry.answer().paymentId())
        .add(entry.answer().status())
        .add(entry.answer().body())
        .add(entry.payment().updatedAt());
  }

  private static void addRest(Parameters parameters, LedgerEntry entry) throws SQLException {
    if (entry.isCreation()) {
      addNewPayment(parameters, entry.payment());
    } else {
      addChangedPayment(parameters, entry.payment());
    }
    addBooking(parameters, entry.payment(), entry.booking());
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

  private static void addBooking(Parameters parameters, Payment payment, Booking booking)
      throws SQLException {
    String currency = payment.order().currency();
    parameters
        .add(booking.id())
        .add(payment.id())
        .add(booking.kind().name())
        .add(currency)
        .add(payment.updatedAt())
        .add("text", booking.postings().stream().map(Posting::account).toArray())
        .add("bigint", booking.postings().stream().map(Posting::amount).toArray())
        .add(booking.id())
        .add(currency);
  }
}
