package io.github.paymentdr.runtime.replication.logical;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Empties all replicated tables at once, as foreign keys between them demand. */
final class Emptying {
  /** A partitioned table has no rows of its own, but the foreign keys of its partitions. */
  private static final String PARTITIONED =
      """
      select distinct n.nspname as schema_name, c.relname as table_name
      from unnest(?::regclass[]) as t (oid), pg_partition_ancestors(t.oid) as a (ancestor)
        join pg_class c on c.oid = a.ancestor join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'p'
      order by 1, 2
      """;

  private static final String OTHER_PARTITIONS =
      """
      select distinct n.nspname || '.' || c.relname as name
      from unnest(?::regclass[]) as t (oid), pg_partition_tree(t.oid) l
        join pg_class c on c.oid = l.relid join pg_namespace n on n.oid = c.relnamespace
      where l.isleaf and l.relid <> all (?::regclass[])
      order by 1
      """;

  private static final String REFERENCES =
      """
      select distinct n.nspname || '.' || c.relname as name,
        rn.nspname || '.' || r.relname as referred
      from pg_constraint
        join pg_class c on c.oid = conrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_class r on r.oid = confrelid join pg_namespace rn on rn.oid = r.relnamespace
      where contype = 'f' and confrelid = any (?::regclass[]) and conrelid <> all (?::regclass[])
      order by 1, 2
      """;

  private static final String OF_OTHER_OWNERS =
      """
      select n.nspname || '.' || c.relname as name, pg_get_userbyid(c.relowner) as owner
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = any (?::regclass[]) and not pg_has_role(current_user, c.relowner, 'member')
      order by 1
      """;

  private final Sql local;
  private final List<TableName> tables;
  private final List<TableName> partitioned;

  private Emptying(Sql local, List<TableName> tables, List<TableName> partitioned) {
    this.local = local;
    this.tables = tables;
    this.partitioned = partitioned;
  }

  static Emptying of(Sql local, Collection<TableName> tables) throws SQLException {
    List<TableName> partitioned =
        local.query(PARTITIONED, TableName::read, (Object) quoted(tables));
    return new Emptying(local, List.copyOf(tables), partitioned);
  }

  /** {@return what stands against it, each with what to do} */
  List<String> faults() throws SQLException {
    List<String> faults = new ArrayList<>();
    String[] all = quoted(all());
    local.query(
        OTHER_PARTITIONS,
        row ->
            faults.add(
                "partition "
                    + row.getString("name")
                    + " is not replicated and its table is; attach only partitions of the"
                    + " replicated schemas"),
        quoted(partitioned),
        quoted(tables));
    local.query(
        REFERENCES,
        row ->
            faults.add(
                "table "
                    + row.getString("name")
                    + " is not replicated and refers to "
                    + row.getString("referred")
                    + ", which is to be emptied; drop its foreign key, or move it to a replicated"
                    + " schema"),
        all,
        all);
    local.query(
        OF_OTHER_OWNERS,
        row ->
            faults.add(
                "table "
                    + row.getString("name")
                    + " belongs to "
                    + row.getString("owner")
                    + ", whose rights this user lacks; grant "
                    + row.getString("owner")
                    + " to it"),
        (Object) all);
    return faults;
  }

  /** Empties them; to be called in a transaction. */
  void run() throws SQLException {
    Fence.openForTransaction(local);
    Set<TableName> parents = Set.copyOf(partitioned);
    local.execute(
        "truncate "
            + all().stream()
                .map(table -> (parents.contains(table) ? "" : "only ") + table.quoted())
                .collect(joining(", ")));
  }

  private Set<TableName> all() {
    Set<TableName> all = new LinkedHashSet<>(tables);
    all.addAll(partitioned);
    return all;
  }

  private static String[] quoted(Collection<TableName> tables) {
    return tables.stream().map(TableName::quoted).toArray(String[]::new);
  }
}
