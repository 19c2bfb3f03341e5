package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What stands against replicating this region's database, whichever part it has. */
final class Faults {
  /** The settings of a cluster are read when it starts. */
  private static final String SERVER =
      """
      select current_setting('wal_level') as wal_level,
        current_setting('max_replication_slots')::int as slots,
        (select count(*) from pg_replication_slots) as slots_used,
        exists (select from pg_replication_slots where slot_name = ?) as has_slot,
        current_setting('max_logical_replication_workers')::int as workers,
        (select count(*) from pg_subscription
          where subenabled and not (subname = 'dr_subscription' and subdbid =
            (select oid from pg_database where datname = current_database()))) as workers_used
      """;

  private Faults() {}

  /** {@return all that stands against it, each with what to do} */
  static List<String> find(Sql local, LogicalSettings settings) throws SQLException {
    List<String> faults = new ArrayList<>();
    otherRegion(local, settings, faults);
    server(local, settings, faults);
    for (String schema : settings.schemas()) {
      if (!local.isTrue("select exists (select from pg_namespace where nspname = ?)", schema)) {
        faults.add(
            "schema " + schema + " does not exist; run the schema migration before the set-up");
      }
    }
    faults.addAll(LocalTables.faults(local, settings.schemas()));
    if (settings.sequenceGap().isEmpty()) {
      for (TableName sequence : Sequences.inUse(local, settings.schemas())) {
        faults.add(
            "sequence "
                + sequence
                + " numbers rows of a replicated table, and sequences are not replicated; set a"
                + " sequence gap that a promotion moves it on by, or let the application make its"
                + " keys");
      }
    } else {
      faults.addAll(new SequenceMoves(local, settings).unindexed());
    }
    return faults;
  }

  /** A database restored from the other region's backup says that it is the other region. */
  private static void otherRegion(Sql local, LogicalSettings settings, List<String> faults)
      throws SQLException {
    Node.find(local)
        .filter(node -> !node.region().equals(settings.region()))
        .ifPresent(
            node ->
                faults.add(
                    "the database says that it is of region "
                        + node.region()
                        + ", not "
                        + settings.region()
                        + "; if it was restored from that region's backup, drop its schema dr"));
  }

  private static void server(Sql local, LogicalSettings settings, List<String> faults)
      throws SQLException {
    local.query(
        SERVER,
        row -> {
          String walLevel = row.getString("wal_level");
          if (!"logical".equals(walLevel)) {
            faults.add(
                "wal_level must be logical, got "
                    + walLevel
                    + "; set rds.logical_replication=1 in the cluster parameter group and reboot"
                    + " the writer");
          }
          int slots = row.getInt("slots");
          if (row.getInt("slots_used") >= slots && !row.getBoolean("has_slot")) {
            faults.add(
                "all "
                    + slots
                    + " replication slots are taken; drop slots that nobody reads, or raise"
                    + " max_replication_slots and reboot the writer");
          }
          int workers = row.getInt("workers");
          // One applies changes, and one copies a table.
          if (row.getInt("workers_used") + 2 > workers) {
            faults.add(
                "of "
                    + workers
                    + " logical replication workers fewer than 2 are free; raise"
                    + " max_logical_replication_workers and reboot the writer");
          }
          return true;
        },
        settings.slotOfPeer());
  }
}
