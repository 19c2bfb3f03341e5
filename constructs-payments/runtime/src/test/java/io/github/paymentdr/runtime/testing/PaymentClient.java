package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.database.TimeLimits;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/**
 * One connection of the application's user, which books payments as the payment function does: key,
 * payment, booking and postings in one transaction and one round trip, and the key first, so that a
 * request whose answer was lost may be repeated.
 */
public final class PaymentClient implements AutoCloseable {
  private static final Credentials USER = new Credentials("payment_app", "of the application");
  private static final TimeLimits LIMITS =
      new TimeLimits(Duration.ofSeconds(10), Duration.ofSeconds(5));

  private static final String INSERT_KEY =
      """
      insert into ledger.idempotency_key (key, fingerprint, payment_id, status, body, created_at)
        values (?, repeat('0', 64), ?, 201, repeat('x', 300), now())
        on conflict (key) do nothing;
      """;

  private static final String INSERT_BOOKING =
      """
      ;
      insert into ledger.booking (id, payment_id, kind, currency, created_at)
        values (?, ?, ?, 'EUR', now());
      with line as (
        select * from unnest(array['payer-1', 'payee-1'], array[-500, 500]) with ordinality
          as l (account, amount, line))
      insert into ledger.posting (booking_id, line, account, currency, amount)
        select ?, line, account, 'EUR', amount from line where (select sum(amount) from line) = 0
      """;

  private final Connection connection;

  private PaymentClient(Connection connection) {
    this.connection = connection;
  }

  /** What a payment goes through. */
  public enum Step {
    AUTHORISATION(
        """
        insert into ledger.payment (id, status, currency, authorised, payer, payee, created_at,
            updated_at)
          values (?, 'AUTHORISED', 'EUR', 1999, 'payer-1', 'payee-1', now(), now())
        """),
    CAPTURE(
        """
        update ledger.payment set status = 'CAPTURED', captured = authorised,
          updated_at = greatest(updated_at, now()) where id = ? and status = 'AUTHORISED'
        """),
    REFUND(
        """
        update ledger.payment set status = 'PARTIALLY_REFUNDED', refunded = 500,
          updated_at = greatest(updated_at, now()) where id = ? and status = 'CAPTURED'
        """);

    private final String sql;

    Step(String sql) {
      this.sql = sql;
    }
  }

  /**
   * The answer to a request.
   *
   * @param payment the payment
   * @param isRepeated whether an earlier request with the same key had been accepted
   */
  public record Answer(UUID payment, boolean isRepeated) {}

  /** Connects as the application's user, who is given a password for it. */
  public static PaymentClient connect(TestServer server, String database) throws SQLException {
    Sql sql = Sql.connect(server.address(database), USER, LIMITS, StatementListener.NONE);
    sql.connection().setAutoCommit(false);
    return new PaymentClient(sql.connection());
  }

  /** Lets clients log in, which they do without a password on the clusters. */
  public static void admit(TestServer server, String database) {
    try (Sql sql = server.connect(database)) {
      sql.setPassword(USER);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Authorises a new payment, once per key; the statement is part of it and has its id. */
  public Answer authorise(String key, String alsoExecuted) throws SQLException {
    UUID payment = UUID.randomUUID();
    if (book(Step.AUTHORISATION, key, payment)) {
      if (!alsoExecuted.isEmpty()) {
        execute(alsoExecuted, payment);
      }
      connection.commit();
      return new Answer(payment, false);
    }
    return earlier(key);
  }

  /** Takes a payment a step further, once per key. */
  public Answer change(Step step, String key, UUID payment) throws SQLException {
    execute("select status from ledger.payment where id = ? for update", payment);
    // A change that was booked already would break a constraint before the key is looked at.
    if (isKnown(key)) {
      return earlier(key);
    }
    if (book(step, key, payment)) {
      connection.commit();
      return new Answer(payment, false);
    }
    return earlier(key);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** {@return whether the key is new} */
  private boolean book(Step step, String key, UUID payment) throws SQLException {
    UUID booking = UUID.randomUUID();
    try (PreparedStatement statement =
        connection.prepareStatement(INSERT_KEY + step.sql + INSERT_BOOKING)) {
      statement.setString(1, key);
      statement.setObject(2, payment);
      statement.setObject(3, payment);
      statement.setObject(4, booking);
      statement.setObject(5, payment);
      statement.setString(6, step.name());
      statement.setObject(7, booking);
      statement.execute();
      return statement.getUpdateCount() == 1;
    } catch (SQLException e) {
      throw rolledBack(e);
    }
  }

  private boolean isKnown(String key) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select from ledger.idempotency_key where key = ?")) {
      statement.setString(1, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    } catch (SQLException e) {
      throw rolledBack(e);
    }
  }

  private Answer earlier(String key) throws SQLException {
    connection.rollback();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select payment_id from ledger.idempotency_key where key = ?")) {
      statement.setString(1, key);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Answer(row.getObject(1, UUID.class), true);
      }
    } finally {
      connection.rollback();
    }
  }

  private void execute(String sql, UUID payment) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, payment);
      statement.execute();
    } catch (SQLException e) {
      throw rolledBack(e);
    }
  }

  private SQLException rolledBack(SQLException e) {
    try {
      connection.rollback();
    } catch (SQLException suppressed) {
      e.addSuppressed(suppressed);
    }
    return e;
  }
}
