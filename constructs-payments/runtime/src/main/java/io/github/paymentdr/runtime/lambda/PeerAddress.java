package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.aws.AwsFailures;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.rds.RdsClient;

/**
 * Where the other region's database is. RDS in that region knows; this region's database remembers
 * it for when that region's API is gone, and a running function for a few minutes.
 */
final class PeerAddress {
  private static final Duration KEPT = Duration.ofMinutes(5);

  /** A lookup that fails takes seconds, which an operation must not lose at each step. */
  private static final Duration KEPT_FROM_MEMORY = Duration.ofSeconds(50);

  private static final String UNREACHABLE = "08001";
  private static final String IS_SET_UP = "select to_regclass('dr.node') is not null";

  private final String region;
  private final DatabaseServer local;
  private final Lookup lookup;
  private @Nullable DatabaseServer known;
  private long knownUntil;

  PeerAddress(String region, DatabaseServer local, Lookup lookup) {
    this.region = region;
    this.local = local;
    this.lookup = lookup;
  }

  /** Connects to this region's database. */
  @FunctionalInterface
  interface Connector {
    Sql connect() throws SQLException;
  }

  /** Asks the other region for its cluster's endpoint. */
  @FunctionalInterface
  interface Lookup {
    Endpoint find();

    static Lookup with(AwsClients clients, String region, String cluster) {
      return () -> {
        // Rarely needed, so it is not kept.
        try (RdsClient rds = clients.client(RdsClient.builder(), region, Patience.OTHER_REGION)) {
          return rds
              .describeDBClusters(describe -> describe.dbClusterIdentifier(cluster))
              .dbClusters()
              .stream()
              .filter(found -> found.endpoint() != null && found.port() != null)
              .findFirst()
              .map(found -> new Endpoint(found.endpoint(), found.port()))
              .orElseThrow(
                  () -> SdkClientException.create("the cluster " + cluster + " has no endpoint"));
        }
      };
    }
  }

  /** A host and a port. */
  record Endpoint(String host, int port) {
    private String text() {
      return host + ":" + port;
    }
  }

  synchronized DatabaseServer get(Connector connector) throws SQLException {
    DatabaseServer server = known;
    if (server != null && System.nanoTime() - knownUntil < 0) {
      return server;
    }
    try {
      Endpoint found = lookup.find();
      remember(connector, found);
      return keep(found, KEPT);
    } catch (SdkException e) {
      return keep(remembered(connector).orElseThrow(() -> unknown(e)), KEPT_FROM_MEMORY);
    }
  }

  private DatabaseServer keep(Endpoint endpoint, Duration duration) {
    DatabaseServer server =
        new DatabaseServer(
            region, endpoint.host(), endpoint.port(), local.database(), local.trust());
    known = server;
    knownUntil = System.nanoTime() + duration.toNanos();
    return server;
  }

  private void remember(Connector connector, Endpoint endpoint) throws SQLException {
    try (Sql sql = connector.connect()) {
      if (sql.isTrue(IS_SET_UP)) {
        sql.execute(
            "update dr.node set peer_host = ? where peer_host is distinct from ?",
            endpoint.text(),
            endpoint.text());
      }
    }
  }

  private Optional<Endpoint> remembered(Connector connector) throws SQLException {
    try (Sql sql = connector.connect()) {
      return sql.isTrue(IS_SET_UP)
          ? sql.first(
                  "select peer_host from dr.node where peer_host is not null",
                  row -> row.getString(1))
              .map(this::parse)
          : Optional.empty();
    }
  }

  /** A host without a port has the one that this region's database has. */
  private Endpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    return colon < 0
        ? new Endpoint(text, local.port())
        : new Endpoint(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private SQLException unknown(SdkException failure) {
    return new SQLException(
        "it is not known where the database of "
            + region
            + " is: rds:DescribeDBClusters there: "
            + AwsFailures.reason(failure),
        UNREACHABLE,
        failure);
  }
}
