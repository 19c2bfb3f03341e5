package io.github.paymentdr.runtime.replication.logical;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a region offers to the other, kept in step with the tables that there are. */
final class Publication {
  private static final String NAME = LogicalSettings.PUBLICATION;

  private static final TableName HEARTBEAT = new TableName(ControlSchema.NAME, "heartbeat");
  private static final TableName SEQUENCE_POSITION =
      new TableName(ControlSchema.NAME, "sequence_position");

  /** From the catalogue and not the view, which shows only tables one may read. */
  private static final String PUBLISHED =
      """
      select n.nspname as schema_name, c.relname as table_name, r.oid::bigint as offer
      from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
        join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
      where p.pubname = 'dr_publication'
      order by 1, 2
      """;

  private Publication() {}

  static boolean exists(Sql sql) throws SQLException {
    return sql.isTrue("select exists (select from pg_publication where pubname = '" + NAME + "')");
  }

  /** {@return the tables that are offered, those of the control schema among them} */
  static List<TableName> tables(Sql sql) throws SQLException {
    return sql.query(PUBLISHED, TableName::read);
  }

  /** {@return for each offered table a number, which is another one when it is offered again} */
  static Map<TableName, Long> offers(Sql sql) throws SQLException {
    Map<TableName, Long> offers = new TreeMap<>();
    sql.query(PUBLISHED, row -> offers.put(TableName.read(row), row.getLong("offer")) == null);
    return offers;
  }

  /** {@return what is to be offered when these tables are replicated} */
  static List<TableName> wanted(Collection<TableName> tables) {
    List<TableName> wanted = new ArrayList<>(List.of(HEARTBEAT, SEQUENCE_POSITION));
    wanted.addAll(tables);
    return wanted;
  }

  /** Offers these tables and no others. */
  static void put(Sql local, Collection<TableName> tables) throws SQLException {
    List<TableName> wanted = wanted(tables);
    if (!exists(local)) {
      local.execute("create publication " + NAME + " for table " + list(wanted));
      return;
    }
    List<TableName> published = tables(local);
    for (TableName table : wanted) {
      if (!published.contains(table)) {
        add(local, table);
      }
    }
    List<TableName> surplus = published.stream().filter(t -> !wanted.contains(t)).toList();
    if (!surplus.isEmpty()) {
      local.execute(
          "alter publication "
              + NAME
              + " drop table "
              + surplus.stream().map(TableName::quoted).collect(joining(", ")));
    }
  }

  /**
   * A walsender of PostgreSQL 15.12 that meets a transaction which had written to the table before
   * it was offered takes it for not offered from then on, and drops all later changes to it without
   * a word. So nobody may have written to it and not committed.
   */
  private static void add(Sql local, TableName table) throws SQLException {
    local.inTransaction(
        () -> {
          local.execute("lock table " + table.quoted() + " in share row exclusive mode");
          return local.execute("alter publication " + NAME + " add table " + withColumns(table));
        });
  }

  static void drop(Sql local) throws SQLException {
    local.execute("drop publication if exists " + NAME);
  }

  private static String list(Collection<TableName> tables) {
    return tables.stream().map(Publication::withColumns).collect(joining(", "));
  }

  /** When a beat was received is for the receiver to say. */
  private static String withColumns(TableName table) {
    return table.quoted() + (table.equals(HEARTBEAT) ? " (region, written_at, epoch)" : "");
  }
}
