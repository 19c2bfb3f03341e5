package io.github.paymentdr.example.payment;

import java.nio.file.Path;
import java.util.Properties;

/**
 * How to reach a database server. Everything that waits has an end.
 *
 * @param host the host name
 * @param port the port
 * @param database the name of the database
 * @param trust the certificates that the server's must be signed with, in PEM
 * @param target which server will do
 */
record DatabaseSettings(String host, int port, String database, Path trust, Target target) {
  /** Which server of a cluster will do. */
  enum Target {
    /** One that can be written to. */
    PRIMARY("primary"),
    /** A replica too. */
    ANY("any");

    private final String property;

    Target(String property) {
      this.property = property;
    }
  }

  private static final int CONNECT_SECONDS = 2;
  private static final int SOCKET_SECONDS = 6;

  /**
   * A function that is frozen or gone holds its locks no longer than this. It must be shorter than
   * the five minutes after which an entry of the journal without a booking is taken for that of a
   * dead attempt: by then the attempt is dead, because its transaction is.
   */
  private static final int IDLE_IN_TRANSACTION_MILLIS = 10_000;

  /** {@return the server's JDBC address} */
  String url() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  /**
   * {@return the properties of the JDBC driver}
   *
   * @param statementMillis how long a statement may take
   * @param lockMillis how long a statement may wait for another transaction
   */
  Properties properties(int statementMillis, int lockMillis) {
    Properties properties = new Properties();
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", trust.toString());
    properties.setProperty("connectTimeout", text(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", text(CONNECT_SECONDS + 1));
    properties.setProperty("cancelSignalTimeout", text(CONNECT_SECONDS));
    properties.setProperty("socketTimeout", text(Math.max(SOCKET_SECONDS, statementMillis / 1000)));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("targetServerType", target.property);
    // After a failover the same name is another server: what was learned of it is worth nothing.
    properties.setProperty("hostRecheckSeconds", "0");
    properties.setProperty("ApplicationName", "payment-handler");
    // The details of an error have the values of the row in them.
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty(
        "options",
        "-c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d"
            .formatted(
                statementMillis,
                lockMillis,
                Math.max(IDLE_IN_TRANSACTION_MILLIS, statementMillis)));
    return properties;
  }

  private static String text(int value) {
    return String.valueOf(value);
  }
}
