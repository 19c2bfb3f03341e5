package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The tables of this region's schemas: which can be replicated, and what is wrong with others. */
final class LocalTables {
  /**
   * A deferrable primary key identifies no row for the replication. A policy would hide rows from
   * the initial copy without a word.
   */
  private static final String FAULTS =
      """
      select n.nspname as schema_name, c.relname as table_name,
        case
          when c.relkind = 'f' then
            'is a foreign table, which cannot be replicated; move it to another schema'
          when c.relpersistence = 'u' then
            'is unlogged, so its changes are not in the WAL; run "alter table ' || c.oid::regclass
              || ' set logged", or move it to another schema'
          when c.relreplident = 'n' or (c.relreplident = 'i' and not exists (
              select from pg_index i where i.indrelid = c.oid and i.indisreplident)) then
            'has no replica identity; run "alter table ' || c.oid::regclass
              || ' replica identity default" and give it a primary key'
          when c.relreplident = 'd' and exists (
              select from pg_index i where i.indrelid = c.oid and i.indisprimary
                and not i.indimmediate) then
            'has a deferrable primary key, which is no replica identity; make it not deferrable, or'
              || ' use another unique index by "replica identity using index"'
          when c.relreplident = 'd' and not exists (
              select from pg_index i where i.indrelid = c.oid and i.indisprimary) then
            'has no primary key; add one, or use a unique index by "replica identity using index"'
          when c.relrowsecurity then
            'has row level security, which would hide rows from the other region; disable it'
        end as fault
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (?) and c.relkind in ('r', 'f') and c.relpersistence in ('p', 'u')
      order by 1, 2
      """;

  private LocalTables() {}

  private record Judged(TableName table, String fault) {}

  private static List<Judged> judged(Sql sql, List<String> schemas) throws SQLException {
    return sql.query(
        FAULTS,
        row -> {
          String fault = row.getString("fault");
          return new Judged(TableName.read(row), fault == null ? "" : fault);
        },
        (Object) schemas.toArray(String[]::new));
  }

  /** {@return all tables that hold rows of the application} */
  static List<TableName> all(Sql sql, List<String> schemas) throws SQLException {
    return judged(sql, schemas).stream().map(Judged::table).toList();
  }

  /** {@return the tables that can be replicated} */
  static List<TableName> replicable(Sql sql, List<String> schemas) throws SQLException {
    return judged(sql, schemas).stream()
        .filter(judged -> judged.fault().isEmpty())
        .map(Judged::table)
        .toList();
  }

  /** {@return why other tables cannot be, each with what to do} */
  static List<String> faults(Sql sql, List<String> schemas) throws SQLException {
    List<String> faults = new ArrayList<>();
    for (Judged judged : judged(sql, schemas)) {
      if (!judged.fault().isEmpty()) {
        faults.add("table " + judged.table() + " " + judged.fault());
      }
    }
    return faults;
  }
}
