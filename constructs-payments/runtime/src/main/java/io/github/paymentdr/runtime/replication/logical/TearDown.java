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
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final Context context;
  private final LogicalSettings settings;

  TearDown(Context context) {
    this.context = context;
    this.settings = context.settings();
  }

  void run(Deadline deadline) throws SQLException {
    try (Sql local = context.servers().connectLocal(TimeLimits.LONG)) {
      ControlLock.take(local);
      new Subscription(context, local).drop();
      dropSlotAtPeer(deadline);
      dropSlotHere(local, deadline);
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

  private void dropSlotAtPeer(Deadline deadline) throws SQLException {
    String name = settings.slotOfThisRegion();
    try (Peer peer = Peer.connect(context.servers(), TimeLimits.SHORT)) {
      if (peer.sql().isEmpty()) {
        context
            .log()
            .warn(
                "the other region does not answer; if it still keeps the slot "
                    + name
                    + ", drop it there, because it keeps WAL",
                "reason",
                peer.fault());
        return;
      }
      drop(new ReplicationSlot(peer.sql().get(), name), settings.peerRegion(), deadline);
    }
  }

  private void dropSlotHere(Sql local, Deadline deadline) throws SQLException {
    drop(new ReplicationSlot(local, settings.slotOfPeer()), settings.region(), deadline);
  }

  /** Its reader comes back until its own region is torn down, so it takes more than one try. */
  private void drop(ReplicationSlot slot, String region, Deadline deadline) throws SQLException {
    Deadline patience = Deadline.after(READER_ENDS_WITHIN);
    while (slot.find().isPresent() && !slot.dropIfInactive()) {
      if (patience.isOver() || deadline.isOver()) {
        context.log().warn("the slot " + slot.name() + " is still read and was left", "in", region);
        return;
      }
      slot.endReader();
      Pause.of(BETWEEN_LOOKS);
    }
  }
}
