package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.List;

/** Sequences, which the replication leaves out: the numbers that replicated tables get. */
final class Sequences {
  /** A sequence belongs to a table's column, or a column's default takes numbers from it. */
  private static final String IN_USE =
      """
      select distinct n.nspname as schema_name, s.relname as table_name
      from pg_depend d
        left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
        join pg_class s on s.relkind = 'S'
          and s.oid = case when a.oid is null then d.objid else d.refobjid end
        join pg_namespace n on n.oid = s.relnamespace
        join pg_class t on t.relkind in ('r', 'p')
          and t.oid = case when a.oid is null then d.refobjid else a.adrelid end
      where d.refclassid = 'pg_class'::regclass
        and d.classid in ('pg_class'::regclass, 'pg_attrdef'::regclass)
        and t.relnamespace::regnamespace::text in (select quote_ident(unnest(?::text[])))
      order by 1, 2
      """;

  private static final String REMEMBER =
      """
      insert into dr.sequence_position as p (schema_name, sequence_name, last_value)
        select schemaname, sequencename, last_value from pg_sequences
        where schemaname = ? and sequencename = ? and last_value is not null
      on conflict (schema_name, sequence_name) do update set last_value = excluded.last_value
        where p.last_value <> excluded.last_value
      """;

  private Sequences() {}

  /** {@return the sequences that number rows of the schemas' tables} */
  static List<TableName> inUse(Sql sql, List<String> schemas) throws SQLException {
    return sql.query(IN_USE, TableName::read, (Object) schemas.toArray(String[]::new));
  }

  /** Writes down how far they are, for the other region. */
  static void remember(Sql local, List<String> schemas) throws SQLException {
    for (TableName sequence : inUse(local, schemas)) {
      local.execute(REMEMBER, sequence.schema(), sequence.name());
    }
  }
}
