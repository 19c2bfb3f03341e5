package io.github.paymentdr.example.payment;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions on pooled connections.
 *
 * <p>A transaction that lost its connection, or found that its server is no longer the writer, is
 * run again on a new connection. That is safe for every transaction of this API, also when the lost
 * one had committed: those that book carry an idempotency key.
 */
final class Database implements AutoCloseable {
  /** When a caller may try again. */
  static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private static final int ATTEMPTS = 3;
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration POOL_WAIT = Duration.ofSeconds(3);
  private static final Duration MAX_LIFETIME = Duration.ofMinutes(10);
  private static final int STATEMENT_MILLIS = 4_000;
  private static final int LOCK_MILLIS = 2_000;

  private final DatabaseSettings settings;
  private final String user;
  private final Supplier<String> password;
  private final int poolSize;
  private final RequestTime time;
  private @Nullable HikariDataSource pool;

  /**
   * Makes a database; nothing is connected before it is used.
   *
   * @param settings the server
   * @param user who logs in
   * @param password makes a password for each new connection
   * @param poolSize how many connections there may be at most
   * @param time how long a request may still go on
   */
  Database(
      DatabaseSettings settings,
      String user,
      Supplier<String> password,
      int poolSize,
      RequestTime time) {
    this.settings = settings;
    this.user = user;
    this.password = password;
    this.poolSize = poolSize;
    this.time = time;
  }

  boolean isAtSameHost(Database other) {
    return settings.host().equals(other.settings.host());
  }

  /** What is done in a transaction. It may be done more than once. */
  interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  /**
   * Runs work in a transaction and commits it. Whatever the work throws rolls it back.
   *
   * @param work the work
   * @return what the work returned
   * @throws ProblemException if the database cannot do it now
   */
  <T> T inTransaction(Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return attempt(work);
      } catch (SQLException e) {
        SqlFailure failure = SqlFailure.of(e);
        if (!failure.isWorthARetry() || attempt == ATTEMPTS || !isTimeForAnAttempt()) {
          throw failure.toProblem(e);
        }
        pause(attempt);
      }
    }
  }

  /** The pool's wait is the one that cannot be shortened. */
  private boolean isTimeForAnAttempt() {
    return time.remaining().compareTo(POOL_WAIT) > 0;
  }

  private <T> T attempt(Work<T> work) throws SQLException {
    if (!isTimeForAnAttempt()) {
      throw new SQLTimeoutException("the request's time is nearly over", "57014");
    }
    HikariDataSource source = pool();
    // The pool rolls back what is not committed when it takes the connection back.
    try (Connection connection = source.getConnection()) {
      try {
        T result = work.in(connection);
        time.limit(connection);
        connection.commit();
        return result;
      } catch (SQLException e) {
        if (SqlFailure.of(e).isOfTheConnection()) {
          source.evictConnection(connection);
        }
        throw e;
      } finally {
        // What is not committed is rolled back now.
        time.limitEnd(connection);
      }
    }
  }

  /** Closes all connections; the next use opens new ones. */
  @Override
  public synchronized void close() {
    if (pool != null) {
      pool.close();
      pool = null;
    }
  }

  private synchronized HikariDataSource pool() {
    HikariDataSource current = pool;
    if (current == null) {
      current = newPool();
      pool = current;
    }
    return current;
  }

  private HikariDataSource newPool() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("payments");
    config.setJdbcUrl(settings.url());
    config.setDataSourceProperties(settings.properties(STATEMENT_MILLIS, LOCK_MILLIS));
    config.setCredentialsProvider(() -> Credentials.of(user, password.get()));
    config.setMaximumPoolSize(poolSize);
    config.setMinimumIdle(0);
    config.setAutoCommit(false);
    // The ledger counts on it: what follows a lock sees what was committed during the wait for it.
    // A pool that asks for it instead never connects again if its first connection breaks then:
    // https://github.com/brettwooldridge/HikariCP/issues/1944
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionTimeout(POOL_WAIT.toMillis());
    config.setValidationTimeout(Duration.ofSeconds(1).toMillis());
    config.setMaxLifetime(MAX_LIFETIME.toMillis());
    // The first connection is opened by the first transaction, not by the constructor.
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  private static void pause(int attempt) {
    try {
      Thread.sleep(PAUSE.toMillis() * attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
