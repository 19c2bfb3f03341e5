package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.List;

/**
 * Keeps everybody but the replication from writing to a standby's tables.
 *
 * <p>A trigger on each table asks {@code dr.node}, in both regions and always. So the part of a
 * region changes by one update of one row, which either has happened or not. Workers of a
 * subscription apply changes as a replica, for which ordinary triggers do not fire.
 */
final class Fence {
  private static final String TRIGGER = "dr_fence";

  /**
   * A statement fires the triggers of the table that it names, and not of those it reaches through
   * it, so the tables above have a fence too, whatever schema they are in.
   */
  private static final String MISSING =
      """
      with recursive fenced (oid) as (
        select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and c.relpersistence = 'p' and n.nspname = any (?)
        union
        select i.inhparent from pg_inherits i join fenced f on f.oid = i.inhrelid)
      select n.nspname as schema_name, c.relname as table_name
      from fenced f join pg_class c on c.oid = f.oid join pg_namespace n on n.oid = c.relnamespace
      where not exists (select from pg_trigger t
          where t.tgrelid = c.oid and t.tgname = 'dr_fence' and t.tgenabled = 'O')
      order by 1, 2
      """;

  private static final String PRESENT =
      """
      select n.nspname as schema_name, c.relname as table_name
      from pg_trigger t join pg_class c on c.oid = t.tgrelid
        join pg_namespace n on n.oid = c.relnamespace
      where t.tgname = 'dr_fence'
      order by 1, 2
      """;

  private Fence() {}

  /** {@return the tables of the schemas that have no fence} */
  static List<TableName> missing(Sql local, List<String> schemas) throws SQLException {
    return local.query(MISSING, TableName::read, (Object) schemas.toArray(String[]::new));
  }

  /** Puts a fence around every table of the schemas that has none. */
  static void put(Sql local, List<String> schemas) throws SQLException {
    for (TableName table : missing(local, schemas)) {
      local.execute(
          "create or replace trigger "
              + TRIGGER
              + " before insert or update or delete or truncate on "
              + table.quoted()
              + " for each statement execute function dr.require_active()");
    }
  }

  /** Takes all fences away. */
  static void remove(Sql local) throws SQLException {
    for (TableName table : local.query(PRESENT, TableName::read)) {
      local.execute("drop trigger if exists " + TRIGGER + " on " + table.quoted());
    }
  }

  /** Lets this connection's transaction change a standby's tables, which its user must own. */
  static void openForTransaction(Sql local) throws SQLException {
    local.execute("set local dr.maintenance = 'on'");
  }
}
