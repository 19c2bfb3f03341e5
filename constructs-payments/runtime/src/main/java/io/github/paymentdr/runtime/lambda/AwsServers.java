package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.logical.Servers;
import java.sql.SQLException;

/**
 * The two databases of a pair, for one operation: with users from Secrets Manager, and the other
 * one where RDS says it is.
 */
final class AwsServers implements Servers {
  private final DatabaseServer local;
  private final Login master;
  private final Login replication;
  private final PeerAddress peer;

  AwsServers(DatabaseServer local, Login master, Login replication, PeerAddress peer) {
    this.local = local;
    this.master = master;
    this.replication = replication;
    this.peer = peer;
  }

  @Override
  public Sql connectLocal(TimeLimits limits) throws SQLException {
    return master.connect(local, limits);
  }

  @Override
  public Sql connectPeer(TimeLimits limits) throws SQLException {
    return replication.connect(peer(), limits);
  }

  @Override
  public Sql connectLocalAsReplicationUser() throws SQLException {
    return replication.connect(local, TimeLimits.SHORT);
  }

  @Override
  public DatabaseServer peer() throws SQLException {
    return peer.get(() -> connectLocal(TimeLimits.SHORT));
  }

  @Override
  public ReplicationUser replicationUser() {
    return new ReplicationUser(replication.user().credentials(), replication.user().version());
  }
}
