package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.ControlException;
import java.sql.SQLException;
import java.time.Duration;

/**
 * What a rotation of the replication user does in this region's database. Two users take turns: the
 * one that is set is not the one that the subscription logs in as, which works until the next
 * rotation.
 */
public final class CredentialRotation {
  /** Longer than anything has the lock that changes take. */
  private static final TimeLimits PATIENT =
      new TimeLimits(Duration.ofSeconds(90), Duration.ofSeconds(80));

  private final Servers servers;

  /**
   * Makes the rotation.
   *
   * @param servers has the user that is to become the current one as its replication user
   */
  public CredentialRotation(Servers servers) {
    this.servers = servers;
  }

  /**
   * Makes the user, or gives it its new password. Does nothing if it can log in already.
   *
   * @throws SQLException if the database does not answer
   * @throws ControlException if a subscription still logs in as this user, which would fail from
   *     now on
   */
  public void set() throws SQLException {
    if (ReplicationUsers.canLogIn(servers)) {
      return;
    }
    try (Sql local = servers.connectLocal(PATIENT)) {
      ControlLock.take(local);
      if (isInUse(local)) {
        throw new ControlException(
            "the other region's subscription still logs in as "
                + user()
                + ", because it has not taken over the last rotation yet; see that the other"
                + " region's function runs each minute without errors, and rotate again");
      }
      // The first rotation may come before the set-up, which gives the group its rights.
      if (!ReplicationUsers.exists(local, ReplicationUsers.GROUP)) {
        local.execute("create role " + ReplicationUsers.GROUP + " nologin");
      }
      ReplicationUsers.putUser(local, servers);
    }
  }

  /**
   * Logs in as the user.
   *
   * @throws SQLException if it cannot log in
   * @throws ControlException if it is not what the replication needs
   */
  public void test() throws SQLException {
    try (Sql local = servers.connectLocalAsReplicationUser()) {
      if (!local.isTrue("select pg_has_role(?, 'member')", ReplicationUsers.GROUP)) {
        throw new ControlException(
            user() + " is not a member of " + ReplicationUsers.GROUP + "; rotate again");
      }
    }
  }

  private String user() {
    return servers.replicationUser().credentials().user();
  }

  private boolean isInUse(Sql local) throws SQLException {
    return local.isTrue(
        "select exists (select from pg_stat_replication where usename = ?)", user());
  }
}
