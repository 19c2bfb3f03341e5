package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** How this region's server, not this code, logs in to the other region's. */
final class Conninfo {
  private Conninfo() {}

  /** {@return the file of certificates that this server trusts; empty if it has none} */
  static String trustOf(Sql local) throws SQLException {
    return local.first("select current_setting('ssl_ca_file')", row -> row.getString(1)).orElse("");
  }

  /** {@return the text with the password in it} */
  static String text(Sql local, Context context) throws SQLException {
    DatabaseServer peer = context.servers().peer();
    Credentials credentials = context.servers().replicationUser().credentials();
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("host", peer.host());
    parameters.put("port", String.valueOf(peer.port()));
    parameters.put("dbname", peer.database());
    parameters.put("user", credentials.user());
    parameters.put("password", credentials.password());
    parameters.put("sslmode", context.settings().subscriptionSslMode());
    if (context.settings().verifiesPeer()) {
      parameters.put("sslrootcert", trustOf(local));
    }
    parameters.put("application_name", LogicalSettings.SUBSCRIPTION);
    parameters.put("connect_timeout", "10");
    // A peer that is gone without a word is noticed within half a minute.
    parameters.put("keepalives_idle", "10");
    parameters.put("keepalives_interval", "5");
    parameters.put("keepalives_count", "4");
    return parameters.entrySet().stream()
        .map(parameter -> parameter.getKey() + "=" + quoted(parameter.getValue()))
        .collect(Collectors.joining(" "));
  }

  /** {@return what changes whenever the text does; no secret} */
  static String version(Context context) throws SQLException {
    DatabaseServer peer = context.servers().peer();
    return context.servers().replicationUser().version()
        + "@"
        + peer.host()
        + ":"
        + peer.port()
        + "/"
        + context.settings().subscriptionSslMode();
  }

  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
