package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.NodeRole;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a database says of its own part in the pair, the row of {@code dr.node}.
 *
 * @param region its region
 * @param role {@link NodeRole#ACTIVE} or {@link NodeRole#STANDBY}
 * @param epoch the epoch it is in, as far as it knows
 * @param drainedPosition everything accepted before the last drain is before this position
 * @param subscriptionCredential which version of the credentials the subscription has
 */
record Node(
    String region,
    NodeRole role,
    long epoch,
    @Nullable String drainedPosition,
    @Nullable String subscriptionCredential) {
  private static final String SELECT =
      """
      select region, role, epoch, drained_position::text as drained_position, subscription_credential
      from dr.node
      """;

  /** {@return the row, if this database was ever set up} */
  static Optional<Node> find(Sql sql) throws SQLException {
    return ControlSchema.exists(sql) ? sql.first(SELECT, Node::read) : Optional.empty();
  }

  /**
   * Puts an active region into a later epoch.
   *
   * @return whether it was active, and in an earlier one
   */
  static boolean raiseActive(Sql local, long epoch) throws SQLException {
    return local.execute(
            "update dr.node set epoch = ? where role = 'ACTIVE' and epoch < ?", epoch, epoch)
        > 0;
  }

  boolean isActive() {
    return role == NodeRole.ACTIVE;
  }

  private static Node read(ResultSet row) throws SQLException {
    return new Node(
        row.getString("region"),
        NodeRole.valueOf(row.getString("role")),
        row.getLong("epoch"),
        row.getString("drained_position"),
        row.getString("subscription_credential"));
  }
}
