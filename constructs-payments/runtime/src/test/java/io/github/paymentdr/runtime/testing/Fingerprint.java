package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * All that the control code can change in a pair, as text: two pairs with the same fingerprint are
 * in the same state, whatever way they came to it. Beats and other times are not in it.
 */
public final class Fingerprint {
  private static final List<String> PARTS =
      List.of(
          """
          select 'role', r.rolname, r.rolcanlogin, r.rolreplication, r.rolpassword is not null,
            (select string_agg(g.roleid::regrole::text, ' ' order by g.roleid::regrole::text)
              from pg_auth_members g where g.member = r.oid)
          from pg_authid r where r.rolname like 'dr\\_%'
          """,
          "select 'schema', nspname, nspacl from pg_namespace where nspname in ('dr', 'ledger')",
          """
          select 'relation', c.oid::regclass, c.relkind, c.relacl,
            (select string_agg(a.attname || coalesce(a.attacl::text, ''), ' ' order by a.attnum)
              from pg_attribute a where a.attrelid = c.oid and a.attnum > 0)
          from pg_class c where c.relnamespace::regnamespace::text in ('dr', 'ledger')
          """,
          "select 'function', oid::regprocedure, md5(prosrc), proacl from pg_proc"
              + " where pronamespace = to_regnamespace('dr')",
          "select 'defaults', defaclrole::regrole, defaclnamespace::regnamespace, defaclacl"
              + " from pg_default_acl",
          "select 'trigger', tgrelid::regclass, tgname, tgenabled, tgtype, tgfoid::regproc"
              + " from pg_trigger where tgname = 'dr_fence'",
          "select 'sequence', schemaname, sequencename, last_value from pg_sequences"
              + " where schemaname = 'ledger'",
          "select 'publication', schemaname, tablename, attnames from pg_publication_tables",
          """
          select 'subscription', subname, subenabled, subslotname, subpublications, subsynccommit
          from pg_subscription
          where subdbid = (select oid from pg_database where datname = current_database())
          """,
          """
          select 'subscribed', srrelid::regclass, srsubstate from pg_subscription_rel
          """,
          """
          select 'slot', slot_name, plugin, temporary, wal_status from pg_replication_slots
          where database = current_database() and slot_name not like 'pg\\_%\\_sync\\_%'
          """);

  private static final List<String> CONTROL_TABLES =
      List.of(
          "select 'node', region, role, epoch, drained_position is null, peer_host,"
              + " subscription_credential, tables_missing, problems_found from dr.node",
          "select 'position', schema_name, sequence_name, last_value from dr.sequence_position",
          "select 'promotion', epoch, mode, detached_at is null, completed_at is null"
              + " from dr.promotion order by epoch",
          "select 'rebuild', epoch, phase, completed_at is null from dr.rebuild order by epoch");

  private static final String TABLES =
      """
      select c.oid::regclass::text from pg_class c
      where c.relkind = 'r' and c.relnamespace::regnamespace::text = 'ledger' order by 1
      """;

  private Fingerprint() {}

  /** {@return the state of both regions} */
  public static String of(TestPair pair) {
    return of(pair.east()) + of(pair.west());
  }

  /** {@return the state of one region} */
  public static String of(TestPair.Side side) {
    try (Sql sql = side.connect()) {
      List<String> lines = new ArrayList<>();
      lines.add("--- " + side.settings().region());
      for (String part : PARTS) {
        lines.addAll(rows(sql, part));
      }
      if (sql.isTrue("select to_regclass('dr.node') is not null")) {
        for (String part : CONTROL_TABLES) {
          lines.addAll(rows(sql, part));
        }
      }
      lines.addAll(checksums(sql));
      return String.join("\n", lines).replace(side.servers().database(), "<database>") + "\n";
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@return for each table of the application the number of its rows and their checksum} */
  public static List<String> checksums(TestPair.Side side) {
    try (Sql sql = side.connect()) {
      return checksums(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> checksums(Sql sql) throws SQLException {
    List<String> checksums = new ArrayList<>();
    for (String table : sql.query(TABLES, row -> row.getString(1))) {
      checksums.addAll(
          rows(
              sql,
              "select '%1$s', count(*), md5(string_agg(t::text, ' ' order by t::text)) from %1$s t"
                  .formatted(table)));
    }
    return checksums;
  }

  private static List<String> rows(Sql sql, String query) throws SQLException {
    return sql.query("select q::text from (" + query + ") q order by 1", row -> row.getString(1));
  }
}
