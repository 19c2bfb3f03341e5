package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import java.sql.SQLException;

/** The two databases of a pair, as the control code of one region reaches them. */
public interface Servers {
  /**
   * Connects to this region's database as its master user.
   *
   * @param limits how long statements may take
   * @return the connection
   * @throws SQLException if it cannot be reached
   */
  Sql connectLocal(TimeLimits limits) throws SQLException;

  /**
   * Connects to the other region's database as the replication user.
   *
   * @param limits how long statements may take
   * @return the connection
   * @throws SQLException if it cannot be reached, or does not know the user yet
   */
  Sql connectPeer(TimeLimits limits) throws SQLException;

  /**
   * Connects to this region's database as the replication user, to see whether it knows the user.
   *
   * @return the connection
   * @throws SQLException if it cannot be reached, or does not know the user yet
   */
  Sql connectLocalAsReplicationUser() throws SQLException;

  /**
   * Says where the other region's database is.
   *
   * @return where, as this region's database reaches it
   * @throws SQLException if that is not known
   */
  DatabaseServer peer() throws SQLException;

  /** {@return the replication user, the same in both regions} */
  ReplicationUser replicationUser();

  /**
   * The replication user as the secret has it now.
   *
   * @param credentials name and password
   * @param version changes whenever they do; no secret
   */
  record ReplicationUser(Credentials credentials, String version) {}
}
