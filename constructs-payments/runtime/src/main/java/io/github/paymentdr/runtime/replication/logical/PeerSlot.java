package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.InTime;
import java.sql.SQLException;
import java.time.Duration;

/** The slot that the other region keeps for this one, once nobody reads it any more. */
final class PeerSlot {
  private static final Duration LONGEST = Duration.ofSeconds(2);

  /** For a region that may be gone. */
  static final TimeLimits LIMITS = new TimeLimits(LONGEST, LONGEST);

  private PeerSlot() {}

  /**
   * Drops it if the other region answers at once. If it does not, it is dropped when that region is
   * rebuilt.
   */
  static void dropIfPeerAnswers(Context context) {
    try {
      if (!InTime.call(LONGEST, () -> drop(context)).orElse(false)) {
        notDropped(context, "it does not answer, or a slot is still read");
      }
    } catch (SQLException e) {
      notDropped(context, String.valueOf(e.getMessage()));
    }
  }

  private static boolean drop(Context context) throws SQLException {
    try (Sql there = context.servers().connectPeer(LIMITS)) {
      ReplicationSlot slot = ReplicationSlot.ofThisRegion(there, context.settings());
      return CopySlots.drop(there, LONGEST) && slot.dropWithReader(LONGEST);
    }
  }

  private static void notDropped(Context context, String reason) {
    context
        .log()
        .warn(
            "the slot at the other region was left; its rebuild drops it",
            "slot",
            context.settings().slotOfThisRegion(),
            "reason",
            reason);
  }
}
