package io.github.paymentdr.runtime.database;

import java.nio.file.Path;
import java.util.Properties;

/**
 * A PostgreSQL server and how it is reached: with TLS, and only if its certificate is in order.
 *
 * @param region the region it is in, which also names it in logs
 * @param host the host name
 * @param port the port
 * @param database the name of the database
 * @param trust the certificates that the server's must be signed with, in PEM
 */
public record DatabaseServer(String region, String host, int port, String database, Path trust) {
  private static final String CONNECT_SECONDS = "5";

  /** {@return the server's JDBC address} */
  String url() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  /** {@return the properties of the JDBC driver} */
  Properties properties(Credentials credentials, TimeLimits limits) {
    Properties properties = new Properties();
    properties.setProperty("user", credentials.user());
    properties.setProperty("password", credentials.password());
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", trust.toString());
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_SECONDS);
    properties.setProperty("cancelSignalTimeout", CONNECT_SECONDS);
    // Later than the server's own limit, so that the server has its say first.
    properties.setProperty(
        "socketTimeout", String.valueOf(limits.statement().plusSeconds(5).toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("hostRecheckSeconds", "0");
    properties.setProperty("ApplicationName", "payment-dr-control");
    // The details of an error have the values of the row in them.
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty(
        "options",
        "-c statement_timeout="
            + limits.statement().toMillis()
            + " -c lock_timeout="
            + limits.lock().toMillis()
            + " -c idle_in_transaction_session_timeout=60000"
            // A function that was killed leaves its locks no longer than this.
            + " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3");
    return properties;
  }
}
