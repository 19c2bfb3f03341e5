package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.log.Log;
import java.sql.SQLException;

/**
 * The slot that a planned promotion makes for the other region before it opens. As both databases
 * have the same rows at that moment, the other one can follow from there without a copy.
 */
final class Handover {
  /** What is offered; a table that is taken out and offered again gets another number. */
  private static final String OFFER =
      """
      select array_agg(r.oid::bigint order by r.oid)
      from pg_publication_rel r join pg_publication b on b.oid = r.prpubid
      where b.pubname = 'dr_publication'
      """;

  private static final String REMEMBER =
      """
      update dr.promotion set handover_position = (select confirmed_flush_lsn
        from pg_replication_slots where slot_name = ? and database = current_database()),
        handover_offer = (%s)
      where completed_at is null
      """
          .formatted(OFFER);

  /**
   * Nobody has read from a slot that is still where it began. Rows of a table that was offered
   * later, or again, are not all behind the slot. The promotion is the last one and need not have
   * the region's epoch, which a lease may have raised since.
   */
  private static final String IS_UNTOUCHED =
      """
      select exists (select from pg_replication_slots s join dr.promotion p
          on p.handover_position = s.confirmed_flush_lsn
        where s.slot_name = ? and s.database = current_database()
          and s.wal_status is distinct from 'lost' and p.mode = 'PLANNED'
          and p.epoch = (select max(epoch) from dr.promotion where completed_at is not null)
          and p.drained_position = cast(? as pg_lsn)
          and p.handover_offer = (%s))
      """
          .formatted(OFFER);

  private Handover() {}

  /** Makes the slot; without it the other region has to be copied, which is no reason to fail. */
  static void prepare(Sql local, LogicalSettings settings, Log log) {
    ReplicationSlot slot = new ReplicationSlot(local, settings.slotOfPeer());
    try {
      slot.dropIfInactive();
      slot.create();
      local.execute(REMEMBER, slot.name());
    } catch (SQLException e) {
      log.warn(
          "no slot could be made for the other region; it will have to be copied when it returns",
          "reason",
          e.getMessage());
    }
  }

  /**
   * {@return whether a region that was drained at that position has exactly the rows that the
   * active one had when its slot began}
   */
  static boolean isClean(Sql active, LogicalSettings settings, Node drained) throws SQLException {
    return !drained.isActive()
        && drained.drainedPosition() != null
        && active.isTrue(IS_UNTOUCHED, settings.slotOfThisRegion(), drained.drainedPosition());
  }
}
