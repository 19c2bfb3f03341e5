package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.lease.Lease;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Keeps the part of this region's database in agreement with the lease, and without one with the
 * other region's database.
 *
 * <p>The epoch of the lease may be ahead of the databases' by any number: each attempt to take over
 * counts, also one that was handed back, and only a promotion tells a database. What is done here
 * is safe because of three things, which decision 9 derives:
 *
 * <ul>
 *   <li>A database that says {@code ACTIVE} in epoch e was named by the lease in e. So a reading
 *       that names the other region as active in a later epoch is not an old one, and payments are
 *       accepted there or nowhere; giving way takes nothing from anybody.
 *   <li>The lease names a region {@code ACTIVE} in an epoch that its database does not have only
 *       when it was handed back to it: then the other region has accepted nothing since, and this
 *       database has everything.
 *   <li>{@code ACTIVATING} is no reason for anything: the region that activates itself has not
 *       accepted yet, and may never.
 * </ul>
 */
final class OwnPart {
  private static final String RESUME =
      """
      update dr.node set role = 'ACTIVE', epoch = ?, changed_at = clock_timestamp(),
        drained_position = null
      where role = 'STANDBY' and epoch < ? and drained_position is not null
        and not exists (select from pg_subscription s join pg_database d on d.oid = s.subdbid
          where d.datname = current_database() and s.subname = 'dr_subscription')
        and not exists (select from dr.rebuild where completed_at is null)
        and not exists (select from dr.promotion where completed_at is null)
      """;

  private final Context context;
  private final String region;
  private final Sql local;

  OwnPart(Context context, Sql local) {
    this.context = context;
    this.region = context.settings().region();
    this.local = local;
  }

  void keep() throws SQLException {
    Node node = Node.find(local).orElseThrow();
    Optional<Lease> lease = LeaseView.read(context);
    if (node.isActive()) {
      keepActive(node, lease);
    } else if (node.drainedPosition() != null
        && lease
            .filter(found -> found.admits(region) && found.epoch() > node.epoch())
            .isPresent()) {
      resume(lease.get());
    }
  }

  private void keepActive(Node node, Optional<Lease> lease) throws SQLException {
    if (lease.isPresent() && lease.get().epoch() > node.epoch()) {
      if (lease.get().admits(region)) {
        Node.raiseActive(local, lease.get().epoch());
      } else if (lease.get().state() == Lease.State.ACTIVE) {
        giveWay(node, "the lease says that the other region is active in a later epoch");
        return;
      }
    } else if (lease.isPresent() && lease.get().epoch() < node.epoch()) {
      context
          .log()
          .warn(
              "the lease is in an earlier epoch than this database, so its table was restored or made"
                  + " again; see that it names the region that is active, and raise its epoch to the"
                  + " database's",
              "leaseEpoch",
              lease.get().epoch(),
              "epoch",
              node.epoch());
    }
    long epoch = Node.find(local).orElseThrow().epoch();
    Optional<Node> peer = Peer.ask(context.servers()).filter(Node::isActive);
    if (peer.filter(other -> other.epoch() > epoch).isPresent()) {
      giveWay(node, "the other region is active in a later epoch");
    } else if (peer.filter(other -> other.epoch() == epoch).isPresent()) {
      context
          .log()
          .warn(
              "both regions are active in the same epoch; drain the one that is not to be, and run"
                  + " rebuild there",
              "epoch",
              epoch);
    }
  }

  private void giveWay(Node node, String reason) throws SQLException {
    local.query("select dr.drain(epoch) from dr.node", row -> true);
    context
        .log()
        .warn(
            reason + ", so this one accepts nothing any more; run rebuild here",
            "epoch",
            node.epoch());
  }

  /**
   * A planned promotion of the other region that was given up may have left this one drained. Who
   * gave the lease back says that it goes on here. A promotion of the other region that is still
   * under way somewhere finds a later epoch here from then on, and is refused or gives way.
   */
  private void resume(Lease lease) throws SQLException {
    if (Peer.ask(context.servers()).filter(Node::isActive).isPresent()) {
      context
          .log()
          .warn(
              "the lease names this region, which was drained, and the other one is active still;"
                  + " this one goes on when that one has given way");
      return;
    }
    PromotionRecord.forget(local);
    if (local.execute(RESUME, lease.epoch(), lease.epoch()) > 0) {
      context
          .log()
          .warn(
              "this region was drained, and the lease was handed back to it; it is active again",
              "epoch",
              lease.epoch());
    }
  }
}
