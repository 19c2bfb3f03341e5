package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The trade that the user chose: rather copy everything again than fill the active region's disk.
 * The limit holds for a standby that is away, and also for one that is connected and does not get
 * on, for which WAL is kept just the same.
 */
final class WalLimit {
  private static final Duration READER_ENDS_WITHIN = Duration.ofSeconds(10);

  private static final String REMEMBER =
      "insert into dr.over_limit (slot_name) values (?) on conflict do nothing";

  /**
   * A reader that keeps up lets WAL go a quarter of a minute later, and after a burst of writes it
   * may need a little longer. The next maintenance is a minute after this one.
   */
  private static final String IS_OVER_FOR_LONG =
      """
      select since < clock_timestamp() - interval '45 seconds' from dr.over_limit
      where slot_name = ?
      """;

  private final Context context;
  private final Sql local;
  private final long limit;

  WalLimit(Context context, Sql local, long limit) {
    this.context = context;
    this.local = local;
    this.limit = limit;
  }

  void keep() throws SQLException {
    List<ReplicationSlot> slots = new ArrayList<>(CopySlots.find(local));
    slots.add(new ReplicationSlot(local, context.settings().slotOfPeer()));
    for (ReplicationSlot slot : slots) {
      keep(slot);
    }
  }

  private void keep(ReplicationSlot slot) throws SQLException {
    ReplicationSlot.Found found = slot.find().orElse(ReplicationSlot.NONE);
    long retained = found.retainedBytes().orElse(0);
    if (retained <= limit) {
      local.execute("delete from dr.over_limit where slot_name = ?", slot.name());
    } else if (!found.active()) {
      drop(slot, retained, "nobody read it");
    } else if (local.isTrue(IS_OVER_FOR_LONG, slot.name())) {
      drop(slot, retained, "its reader did not get on");
    } else {
      local.execute(REMEMBER, slot.name());
      warn(
          "the slot "
              + slot.name()
              + " keeps more WAL than the limit, and is dropped in a minute if it still does then;"
              + " look at the apply errors and locks in "
              + context.settings().peerRegion()
              + " and at long transactions here",
          retained);
    }
  }

  private void drop(ReplicationSlot slot, long retained, String reason) throws SQLException {
    if (!slot.dropWithReader(READER_ENDS_WITHIN)) {
      warn("the slot " + slot.name() + " is over the limit and could not be dropped", retained);
      return;
    }
    local.execute("delete from dr.over_limit where slot_name = ?", slot.name());
    warn(
        "the slot of "
            + context.settings().peerRegion()
            + " was dropped, because it kept more WAL than the limit and "
            + reason
            + "; that region does not follow this one any more: run rebuild there",
        retained);
  }

  private void warn(String message, long retained) {
    context.log().warn(message, "retainedBytes", retained, "limitBytes", limit);
  }
}
