package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What stands against rebuilding this region, and if nothing does, the tables to compare.
 *
 * @param reasons all reasons, each with what to do
 * @param tables the tables, those of the control schema left out
 */
record RebuildRefusals(List<String> reasons, List<ComparedTable> tables) {
  static RebuildRefusals find(Sql local, Peer peer, LogicalSettings settings) throws SQLException {
    List<String> reasons = new ArrayList<>();
    List<ComparedTable> tables = new ArrayList<>();
    Optional<Node> here = Node.find(local);
    if (here.isEmpty()) {
      // Its rows may be of a region whose replication was torn down, or of a backup.
      reasons.addAll(Faults.find(local, settings));
    }
    if (peer.sql().isEmpty()) {
      reasons.add(
          "the other region does not answer ("
              + peer.fault()
              + "); look for the peering, its routes and the security groups");
    } else {
      roles(here, peer.node(), reasons);
      if (reasons.isEmpty()) {
        tables(local, peer.sql().get(), settings, reasons, tables);
      }
    }
    return new RebuildRefusals(reasons, tables);
  }

  private static void roles(Optional<Node> here, Optional<Node> there, List<String> reasons) {
    if (there.filter(Node::isActive).isEmpty()) {
      reasons.add("the other region is not active; promote one of the regions first");
    } else if (here.isPresent()) {
      long epochHere = here.get().epoch();
      long epochThere = there.get().epoch();
      // A standby that lost its slot is rebuilt in the epoch it knows.
      if (epochThere < epochHere || (epochThere == epochHere && here.get().isActive())) {
        reasons.add(
            "the other region is in epoch "
                + epochThere
                + " and this one in epoch "
                + epochHere
                + ", so the other one was not promoted after it; rebuild the other one instead");
      }
    }
  }

  private static void tables(
      Sql local,
      Sql active,
      LogicalSettings settings,
      List<String> reasons,
      List<ComparedTable> tables)
      throws SQLException {
    reasons.addAll(PublisherComparison.schemaFaults(local, active, settings));
    List<TableName> published = Publication.tables(active);
    for (TableName table : LocalTables.replicable(local, settings.schemas())) {
      if (!published.contains(table)) {
        reasons.add(
            "table "
                + table
                + " is not replicated by the active region; run the schema migrations there, or"
                + " drop it here");
      }
    }
    if (!reasons.isEmpty()) {
      return;
    }
    for (TableName table : published) {
      if (!table.isOfControl()) {
        tables.add(ComparedTable.find(local, active, table, reasons));
      }
    }
    boolean hasControl = Node.find(local).isPresent();
    reasons.addAll(
        Emptying.of(
                local,
                published.stream().filter(table -> hasControl || !table.isOfControl()).toList())
            .faults());
  }
}
