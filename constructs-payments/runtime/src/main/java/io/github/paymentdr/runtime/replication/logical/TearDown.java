package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.Deadline;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Takes away all that the set-up has made, here and what the other region keeps for this one. What
 * is gone already, or never was there, does not matter; what has to stay is said.
 */
final class TearDown {
  private static final Duration READER_ENDS_WITHIN = Duration.ofSeconds(10);

  private final Context context;
  private final LogicalSettings settings;

  TearDown(Context context) {
    this.context = context;
    this.settings = context.settings();
  }

  void run(Deadline deadline) throws SQLException {
    try (Sql local = context.servers().connectLocal(TimeLimits.LONG)) {
      ControlLock.takePatiently(local, "tear-down");
      new Subscription(context, local).drop();
      dropSlotAtPeer(deadline);
      drop(local, settings.slotOfPeer(), settings.region(), deadline);
      Fence.remove(local);
      Publication.drop(local);
      ControlSchema.drop(local);
      if (!ReplicationUsers.drop(local)) {
        context
            .log()
            .warn("the replication users are left: another database of the server has them");
      }
      context.log().info("nothing of the replication is left in this region");
    }
  }

  private void dropSlotAtPeer(Deadline deadline) {
    String name = settings.slotOfThisRegion();
    try (Peer peer = Peer.connect(context.servers(), TimeLimits.SHORT)) {
      if (peer.sql().isPresent()) {
        drop(peer.sql().get(), name, settings.peerRegion(), deadline);
      } else {
        leftAtPeer(name, peer.fault());
      }
    } catch (SQLException e) {
      leftAtPeer(name, String.valueOf(e.getMessage()));
    }
  }

  private void leftAtPeer(String name, String reason) {
    context
        .log()
        .warn(
            "the other region does not answer; if it still keeps the slot "
                + name
                + ", drop it there, because it keeps WAL",
            "reason",
            reason);
  }

  /** Its reader comes back until its own region is torn down. */
  private void drop(Sql server, String name, String region, Deadline deadline) throws SQLException {
    if (!new ReplicationSlot(server, name).dropWithReader(patience(deadline))) {
      context.log().warn("the slot " + name + " is still read and was left", "in", region);
    }
    if (!CopySlots.drop(server, patience(deadline))) {
      context.log().warn("slots of first copies are still read and were left", "in", region);
    }
  }

  private static Duration patience(Deadline deadline) {
    Duration left = deadline.remaining();
    return left.compareTo(READER_ENDS_WITHIN) < 0 ? left : READER_ENDS_WITHIN;
  }
}
