package io.github.paymentdr.runtime.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * A connection that sends one statement at a time and commits each, unless it is in a transaction.
 * A {@link StatementListener} is told after each statement, so that the code that uses this can be
 * ended after any of them and must bear it.
 */
public final class Sql implements AutoCloseable {
  private final String region;
  private final Connection connection;
  private final StatementListener listener;

  private Sql(String region, Connection connection, StatementListener listener) {
    this.region = region;
    this.connection = connection;
    this.listener = listener;
  }

  /**
   * Connects.
   *
   * @param server the server
   * @param credentials who logs in
   * @param limits how long statements may take
   * @param listener is told of every statement
   * @return the connection
   * @throws SQLException if the server cannot be reached or refuses
   */
  public static Sql connect(
      DatabaseServer server, Credentials credentials, TimeLimits limits, StatementListener listener)
      throws SQLException {
    Connection connection =
        DriverManager.getConnection(server.url(), server.properties(credentials, limits));
    return new Sql(server.region(), connection, listener);
  }

  /**
   * Reads a row of a result.
   *
   * @param <T> what a row becomes
   */
  @FunctionalInterface
  public interface RowReader<T> {
    /**
     * Reads the current row.
     *
     * @param row the result, at the row
     * @return what it becomes
     * @throws SQLException if a column is not as expected
     */
    T read(ResultSet row) throws SQLException;
  }

  /**
   * Statements that are committed together.
   *
   * @param <T> what they give
   */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    /**
     * Runs the statements.
     *
     * @return what they give
     * @throws SQLException if a statement fails
     */
    T run() throws SQLException;
  }

  /** {@return the region of the server} */
  public String region() {
    return region;
  }

  /**
   * Executes a statement that returns no rows.
   *
   * @param statement the statement, with {@code ?} for each value
   * @param values the values
   * @return how many rows it changed
   * @throws SQLException if it fails
   */
  public int execute(String statement, @Nullable Object... values) throws SQLException {
    try (PreparedStatement prepared = connection.prepareStatement(statement)) {
      set(prepared, values);
      prepared.execute();
      int changed = Math.max(0, prepared.getUpdateCount());
      listener.executed(region, statement);
      return changed;
    }
  }

  /**
   * Executes a statement whose text has a secret in it, which PostgreSQL takes as a literal only.
   * The listener sees the text without it.
   *
   * @param statement the statement, with {@code ?} once
   * @param secret what takes the place of {@code ?}, as a literal
   * @throws SQLException if it fails
   */
  public void executeWithSecret(String statement, String secret) throws SQLException {
    int place = statement.indexOf('?');
    try (Statement plain = connection.createStatement()) {
      plain.execute(
          statement.substring(0, place) + literal(secret) + statement.substring(place + 1));
    }
    listener.executed(region, statement);
  }

  /**
   * Sets a user's password. Only its verifier is sent, so that no log of the server can have it.
   *
   * @param credentials the user and the new password
   * @throws SQLException if it fails
   */
  public void setPassword(Credentials credentials) throws SQLException {
    connection
        .unwrap(PGConnection.class)
        .alterUserPassword(
            credentials.user(), credentials.password().toCharArray(), "scram-sha-256");
    listener.executed(region, "alter user ? password ?");
  }

  /**
   * Runs a query.
   *
   * @param query the query, with {@code ?} for each value
   * @param reader reads a row
   * @param values the values
   * @param <T> what a row becomes
   * @return the rows
   * @throws SQLException if it fails
   */
  public <T> List<T> query(String query, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement prepared = connection.prepareStatement(query)) {
      set(prepared, values);
      List<T> rows = new ArrayList<>();
      try (ResultSet result = prepared.executeQuery()) {
        while (result.next()) {
          rows.add(reader.read(result));
        }
      }
      listener.executed(region, query);
      return rows;
    }
  }

  /**
   * Runs a query for its first row.
   *
   * @param query the query, with {@code ?} for each value
   * @param reader reads the row
   * @param values the values
   * @param <T> what a row becomes
   * @return the first row, if there is one
   * @throws SQLException if it fails
   */
  public <T> Optional<T> first(String query, RowReader<T> reader, @Nullable Object... values)
      throws SQLException {
    return query(query, reader, values).stream().findFirst();
  }

  /**
   * Asks a question with yes or no.
   *
   * @param query a query of one row with one boolean
   * @param values the values
   * @return the answer
   * @throws SQLException if it fails
   */
  public boolean isTrue(String query, @Nullable Object... values) throws SQLException {
    return first(query, row -> row.getBoolean(1), values).orElse(false);
  }

  /**
   * Runs statements in a transaction; whatever is thrown rolls it back.
   *
   * @param work the statements
   * @param <T> what they give
   * @return what they gave
   * @throws SQLException if a statement fails
   */
  public <T extends @Nullable Object> T inTransaction(Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      T result = work.run();
      connection.commit();
      listener.executed(region, "commit");
      return result;
    } catch (SQLException | RuntimeException | Error e) {
      rollBack(e);
      throw e;
    } finally {
      endTransaction();
    }
  }

  /** {@return the connection itself, for what reads results without an end} */
  public Connection connection() {
    return connection;
  }

  /** Closes the connection; what was not committed is rolled back. */
  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /**
   * Quotes a name.
   *
   * @param name the name of a table, role or the like
   * @return the name as SQL
   */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * Quotes a text.
   *
   * @param text the text
   * @return the text as SQL
   */
  public static String literal(String text) {
    String doubled = text.replace("'", "''");
    return text.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : " E'" + doubled.replace("\\", "\\\\") + "'";
  }

  private static void set(PreparedStatement prepared, @Nullable Object... values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      prepared.setObject(i + 1, values[i]);
    }
  }

  private void rollBack(Throwable cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** On a connection that is gone there is no transaction to end. */
  private void endTransaction() throws SQLException {
    if (!connection.isClosed()) {
      connection.setAutoCommit(true);
    }
  }
}
