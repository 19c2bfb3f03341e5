package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether this region can take what the other one publishes: every table with every column must be
 * here, of the same type, because the replication makes none.
 */
final class PublisherComparison {
  /** With a fixed search path, so that both regions write the name of a type in the same way. */
  private static final String COLUMNS =
      """
      select n.nspname as schema_name, c.relname as table_name, a.attname as column_name,
        coalesce((select tn.nspname || '.' from pg_type t join pg_namespace tn
            on tn.oid = t.typnamespace where t.oid = a.atttypid and tn.nspname <> 'pg_catalog'), '')
          || regexp_replace(format_type(a.atttypid, a.atttypmod), '^.*[.]', '') as type,
        a.attgenerated <> '' as generated,
        not a.attnotnull or a.atthasdef or a.attidentity <> '' as may_be_left_out
      from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any (?) and c.relkind in ('r', 'p') and a.attnum > 0
        and not a.attisdropped
      order by 1, 2, a.attnum
      """;

  private static final String EXTENSIONS = "select extname from pg_extension order by 1";

  private final Sql local;
  private final Sql peer;
  private final Map<TableName, Map<String, Column>> here;
  private final Map<TableName, Map<String, Column>> there;

  private PublisherComparison(Sql local, Sql peer, List<String> schemas) throws SQLException {
    this.local = local;
    this.peer = peer;
    this.here = columns(local, schemas);
    this.there = columns(peer, schemas);
  }

  private record Column(String name, String type, boolean generated, boolean mayBeLeftOut) {
    static Column read(ResultSet row) throws SQLException {
      return new Column(
          row.getString("column_name"),
          row.getString("type"),
          row.getBoolean("generated"),
          row.getBoolean("may_be_left_out"));
    }
  }

  /** {@return all that stands against following the other region, each with what to do} */
  static List<String> faults(Sql local, Sql peer, LogicalSettings settings) throws SQLException {
    List<String> faults = new ArrayList<>(schemaFaults(local, peer, settings));
    new PublisherComparison(local, peer, settings.schemas())
        .contents(Subscription.tables(local).keySet(), faults);
    return faults;
  }

  /** {@return what stands against it whatever rows there are} */
  static List<String> schemaFaults(Sql local, Sql peer, LogicalSettings settings)
      throws SQLException {
    if (!Publication.exists(peer)) {
      return List.of(
          "the active region publishes nothing; run its set-up to the end before this one's");
    }
    PublisherComparison comparison = new PublisherComparison(local, peer, settings.schemas());
    List<String> faults = new ArrayList<>();
    comparison.extensions(faults);
    for (TableName table : Publication.tables(peer)) {
      if (!table.isOfControl()) {
        comparison.table(table, faults);
      }
    }
    return faults;
  }

  /**
   * {@return the extensions that the other region lacks, each with what to do} They are no reason
   * against following it, since a migration makes them in the standby first. But after a promotion
   * the other region is refused for them.
   */
  static List<String> extensionsOnlyHere(Sql local, Sql peer) throws SQLException {
    Set<String> there = new HashSet<>(peer.query(EXTENSIONS, row -> row.getString(1)));
    return local.query(EXTENSIONS, row -> row.getString(1)).stream()
        .filter(extension -> !there.contains(extension))
        .map(
            extension ->
                "extension "
                    + extension
                    + " is missing in the active region, which could not follow this one after a"
                    + " promotion; run \"create extension "
                    + Sql.identifier(extension)
                    + "\" there")
        .toList();
  }

  private void extensions(List<String> faults) throws SQLException {
    Set<String> available = new HashSet<>(local.query(EXTENSIONS, row -> row.getString(1)));
    for (String extension : peer.query(EXTENSIONS, row -> row.getString(1))) {
      if (!available.contains(extension)) {
        faults.add(
            "extension "
                + extension
                + " is missing here; run \"create extension "
                + Sql.identifier(extension)
                + "\" in this region");
      }
    }
  }

  private void table(TableName table, List<String> faults) {
    Map<String, Column> columnsHere = here.getOrDefault(table, Map.of());
    Map<String, Column> columnsThere = there.getOrDefault(table, Map.of());
    if (columnsHere.isEmpty()) {
      faults.add(
          "table " + table + " does not exist here; run the schema migration in this region first");
      return;
    }
    for (Column sent : columnsThere.values()) {
      Column received = columnsHere.get(sent.name());
      if (received == null) {
        if (!sent.generated()) {
          faults.add(
              "table "
                  + table
                  + " has no column "
                  + sent.name()
                  + " here; run the schema migration in this region first");
        }
      } else if (!received.type().equals(sent.type())) {
        faults.add(
            "column "
                + table
                + "."
                + sent.name()
                + " is "
                + received.type()
                + " here and "
                + sent.type()
                + " in the active region; make them the same");
      } else if (received.generated() != sent.generated()) {
        faults.add(
            "column "
                + table
                + "."
                + sent.name()
                + " is generated in one region only; make them the same");
      }
    }
    for (Column column : columnsHere.values()) {
      if (!columnsThere.containsKey(column.name()) && !column.mayBeLeftOut()) {
        faults.add(
            "column "
                + table
                + "."
                + column.name()
                + " is here only and must not be null; give it a default");
      }
    }
  }

  /** Rows that are here already would make the copy fail, or stay beside what is copied. */
  private void contents(Set<TableName> subscribed, List<String> faults) throws SQLException {
    for (TableName table : Publication.tables(peer)) {
      if (here.containsKey(table) && !subscribed.contains(table)) {
        if (local.isTrue("select exists (select from " + table.quoted() + ")")) {
          faults.add(
              "table "
                  + table
                  + " has rows here and is not subscribed; run rebuild, which reports the rows that"
                  + " only this region has and copies the table anew");
        }
      }
    }
  }

  private static Map<TableName, Map<String, Column>> columns(Sql sql, List<String> schemas)
      throws SQLException {
    Map<TableName, Map<String, Column>> tables = new HashMap<>();
    sql.query(
        COLUMNS,
        row -> {
          Column column = Column.read(row);
          tables
              .computeIfAbsent(TableName.read(row), table -> new LinkedHashMap<>())
              .put(column.name(), column);
          return true;
        },
        (Object) schemas.toArray(String[]::new));
    return tables;
  }
}
