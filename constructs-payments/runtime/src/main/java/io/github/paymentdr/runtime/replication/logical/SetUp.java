package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sets a region up. Both regions run the same steps; the standby then subscribes to the active one.
 * Each step can be repeated, and whatever stands against the set-up is named before the first.
 */
final class SetUp {
  /** A slot begins when all transactions that run at the other region have ended. */
  private static final Duration LONGEST_WAIT_FOR_TRANSACTIONS = Duration.ofMinutes(2);

  private final Context context;
  private final LogicalSettings settings;

  SetUp(Context context) {
    this.context = context;
    this.settings = context.settings();
  }

  SetUpOutcome run(Deadline deadline) throws SQLException {
    try (Sql local = context.servers().connectLocal(TimeLimits.SHORT);
        Peer peer = Peer.connect(context.servers(), patient(deadline))) {
      ControlLock.takePatiently(local, "set-up");
      Optional<Node> before = Node.find(local);
      Optional<Lease> lease = before.isEmpty() ? LeaseView.read(context) : Optional.empty();
      NodeRole role = before.map(Node::role).orElseGet(() -> firstRole(peer, lease));
      boolean follows = role == NodeRole.STANDBY && isToFollow(local, before, peer);
      refuseIfPeerFollowed(before, role, peer);
      refuseFaults(local, peer, follows, lease);
      prepare(local, role, peer.node().map(Node::epoch).orElse(1L));
      if (follows) {
        Sql publisher = peer.sql().orElseThrow();
        PublisherComparison.extensionsOnlyHere(local, publisher).forEach(context.log()::warn);
        new Subscription(context, local).putWithCopy(publisher);
      }
      ControlLock.release(local);
      return role == NodeRole.ACTIVE ? active(local) : standby(local, peer, deadline);
    }
  }

  private static TimeLimits patient(Deadline deadline) {
    Duration left = deadline.remaining();
    Duration limit =
        left.compareTo(LONGEST_WAIT_FOR_TRANSACTIONS) < 0 ? left : LONGEST_WAIT_FOR_TRANSACTIONS;
    return new TimeLimits(limit.plusSeconds(1), limit.plusSeconds(1));
  }

  /**
   * Which region is active is said by the pair once there is one, and by the settings before. A new
   * database that cannot reach the other one does not know whether it is the first; the lease does.
   */
  private NodeRole firstRole(Peer peer, Optional<Lease> lease) {
    return settings.startsActive() && !peer.isActive() && !namesPeer(lease)
        ? NodeRole.ACTIVE
        : NodeRole.STANDBY;
  }

  private boolean namesPeer(Optional<Lease> lease) {
    return lease.filter(found -> !found.activeRegion().equals(settings.region())).isPresent();
  }

  /**
   * Whoever is a standby has followed a database that was active. If this one knows nothing of it,
   * it may be a new and empty one.
   */
  private static void refuseIfPeerFollowed(Optional<Node> before, NodeRole role, Peer peer) {
    if (before.isEmpty() && role == NodeRole.ACTIVE && peer.node().isPresent()) {
      throw new RefusedException(
          "set-up",
          List.of(
              "the other region followed an active one before, and this database does not know that"
                  + " it was that one; if this database was made anew, promote the other region and"
                  + " run set-up here again; if this one has all rows, tear down the other region's"
                  + " replication first"));
    }
  }

  /**
   * A standby that was set up before keeps what it has while the other region cannot be followed,
   * so that its stack can be deployed when the other region is lost.
   */
  private boolean isToFollow(Sql local, Optional<Node> before, Peer peer) throws SQLException {
    boolean wasDemoted = before.filter(node -> node.drainedPosition() != null).isPresent();
    boolean isSubscribed = Subscription.find(local).isPresent();
    if (wasDemoted && !isSubscribed) {
      context.log().warn("this region was active before and follows nobody; run rebuild");
      return false;
    }
    if (peer.isActive() || !isSubscribed) {
      return true;
    }
    context
        .log()
        .warn(
            "the other region is not active or does not answer; the subscription is left as it is",
            "reason",
            peer.fault());
    return false;
  }

  private void refuseFaults(Sql local, Peer peer, boolean follows, Optional<Lease> lease)
      throws SQLException {
    List<String> faults = new ArrayList<>(Faults.find(local, settings));
    if (follows) {
      if (peer.isActive()) {
        Sql publisher = peer.sql().orElseThrow();
        faults.addAll(PublisherComparison.faults(local, publisher, settings));
      } else {
        faults.add(
            peer.fault().isEmpty()
                ? "the other region is not active; run its set-up first, or make one region active"
                : "the other region does not answer ("
                    + peer.fault()
                    + "); run its set-up first, and look for the peering, its routes and the"
                    + " security groups");
      }
      if (settings.startsActive() && !peer.isActive() && namesPeer(lease)) {
        faults.add(
            "the lease names "
                + lease.get().activeRegion()
                + " in epoch "
                + lease.get().epoch()
                + ", so this new database is not the first active one of the pair and has to follow"
                + " that region");
      }
      if (settings.verifiesPeer() && Conninfo.trustOf(local).isEmpty()) {
        faults.add(
            "this server trusts no authority (ssl_ca_file is empty), so it cannot verify the other"
                + " one's certificate; set ssl_ca_file, or use the ssl mode 'require'");
      }
    }
    if (!faults.isEmpty()) {
      throw new RefusedException("set-up", faults);
    }
  }

  /** What both regions have. The row comes before the fences, which ask it. */
  void prepare(Sql local, NodeRole role, long epoch) throws SQLException {
    ControlSchema.create(local);
    local.execute(
        "insert into dr.node (region, role, epoch) values (?, ?, ?) on conflict do nothing",
        settings.region(),
        role.name(),
        epoch);
    ReplicationUsers.putGroup(local, settings.schemas());
    ReplicationUsers.putUser(local, context.servers());
    Fence.put(local, settings.schemas());
    Publication.put(local, LocalTables.replicable(local, settings.schemas()));
  }

  private SetUpOutcome active(Sql local) throws SQLException {
    int tables = LocalTables.replicable(local, settings.schemas()).size();
    context.log().info("the region is set up and active", "tables", tables);
    return new SetUpOutcome(NodeRole.ACTIVE, tables, tables);
  }

  private SetUpOutcome standby(Sql local, Peer peer, Deadline deadline) throws SQLException {
    CopyProgress.Reached reached =
        peer.sql().isPresent()
            ? CopyProgress.await(local, peer.sql().get(), context.log(), deadline)
            : CopyProgress.Reached.read(local);
    if (Subscription.find(local).isPresent()) {
      new Subscription(context, local).endCopy();
    }
    context
        .log()
        .info(
            reached.isAll()
                ? "the region is set up and follows the other one"
                : "the region is set up; the copy goes on by itself",
            "tables",
            reached.tables(),
            "copied",
            reached.done());
    return new SetUpOutcome(NodeRole.STANDBY, reached.tables(), reached.done());
  }
}
