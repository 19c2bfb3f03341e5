package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.InTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The other region's database, if it answers. It may be gone, or not be set up yet, without this
 * region being wrong.
 */
final class Peer implements AutoCloseable {
  private static final Duration LONGEST_ASKED = Duration.ofSeconds(3);

  private final @Nullable Sql connection;
  private final Optional<Node> node;
  private final String fault;

  private Peer(@Nullable Sql connection, Optional<Node> node, String fault) {
    this.connection = connection;
    this.node = node;
    this.fault = fault;
  }

  static Peer connect(Servers servers, TimeLimits limits) {
    try {
      Sql sql = servers.connectPeer(limits);
      try {
        return new Peer(sql, Node.find(sql), "");
      } catch (SQLException e) {
        sql.close();
        throw e;
      }
    } catch (SQLException e) {
      return new Peer(null, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * Asks it what it says of itself, and does not wait long: it may be gone without a word.
   *
   * @return what it says; empty if it does not answer or was never set up
   */
  static Optional<Node> ask(Servers servers) throws SQLException {
    return InTime.call(
            LONGEST_ASKED,
            () -> {
              try (Peer peer = connect(servers, PeerSlot.LIMITS)) {
                return peer.node();
              }
            })
        .flatMap(node -> node);
  }

  Optional<Sql> sql() {
    return Optional.ofNullable(connection);
  }

  /** {@return what it says of itself; empty if it does not answer or was never set up} */
  Optional<Node> node() {
    return node;
  }

  boolean isActive() {
    return node.filter(Node::isActive).isPresent();
  }

  /** {@return why it could not be asked; empty if it could} */
  String fault() {
    return fault;
  }

  @Override
  public void close() throws SQLException {
    if (connection != null) {
      connection.close();
    }
  }
}
