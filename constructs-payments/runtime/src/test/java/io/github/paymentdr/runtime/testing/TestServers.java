package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.logical.Servers;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A database of a test's pair, as the control code of one of its regions reaches it. */
public final class TestServers implements Servers {
  public static final ReplicationUser FIRST_USER =
      new ReplicationUser(new Credentials("dr_replication_a", "it's \\ a pass'word"), "1");

  private final TestServer local;
  private final TestServer peer;
  private final String database;
  private final List<Sql> connections = new CopyOnWriteArrayList<>();
  private String subscriptionHost = "localhost";
  private int peerPort;
  private int localPort;
  private StatementListener listener = StatementListener.NONE;
  private volatile ReplicationUser user = FIRST_USER;

  private TestServers(TestServer local, TestServer peer, String database) {
    this.local = local;
    this.peer = peer;
    this.database = database;
  }

  /** {@return the pair as the region of the first server sees it} */
  public static TestServers of(TestServer local, TestServer peer, String database) {
    return new TestServers(local, peer, database);
  }

  /** Reaches the other region through this port, for example a proxy's; 0 for its own. */
  public TestServers throughPort(int port) {
    peerPort = port;
    return this;
  }

  /** Reaches this region's database through this port. */
  public TestServers localThroughPort(int port) {
    localPort = port;
    return this;
  }

  /** Lets this region's server, and not the control code, reach the other one by this name. */
  public TestServers subscriptionHost(String host) {
    subscriptionHost = host;
    return this;
  }

  /** Tells of each statement on either server. */
  public TestServers listener(StatementListener newListener) {
    listener = newListener;
    return this;
  }

  /** Changes what the secret says. */
  public TestServers user(ReplicationUser newUser) {
    user = newUser;
    return this;
  }

  public TestServer local() {
    return local;
  }

  public String database() {
    return database;
  }

  /** Ends all connections at once, as the end of a process does. */
  public void abortConnections() {
    for (Sql sql : connections) {
      try {
        sql.connection().abort(Runnable::run);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
    connections.clear();
  }

  @Override
  public Sql connectLocal(TimeLimits limits) throws SQLException {
    return kept(
        localPort == 0
            ? local.connect(database, limits, this::executed)
            : Sql.connect(
                local.address(database, localPort), user.credentials(), limits, this::executed));
  }

  @Override
  public Sql connectPeer(TimeLimits limits) throws SQLException {
    return kept(Sql.connect(peerAddress(), user.credentials(), limits, this::executed));
  }

  @Override
  public Sql connectLocalAsReplicationUser() throws SQLException {
    return kept(
        Sql.connect(local.address(database), user.credentials(), TimeLimits.SHORT, this::executed));
  }

  @Override
  public DatabaseServer peer() {
    DatabaseServer address = peerAddress();
    return new DatabaseServer(
        address.region(), subscriptionHost, address.port(), database, address.trust());
  }

  private DatabaseServer peerAddress() {
    return peerPort == 0 ? peer.address(database) : peer.address(database, peerPort);
  }

  @Override
  public ReplicationUser replicationUser() {
    return user;
  }

  private void executed(String server, String statement) {
    listener.executed(server, statement);
  }

  private Sql kept(Sql sql) {
    connections.add(sql);
    return sql;
  }
}
