package io.github.paymentdr.runtime.testing;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.database.TimeLimits;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the tables of a schema have in them: for each the columns, the number of rows and a sum over
 * the rows' hashes. It depends neither on the order of rows and columns nor on the server's
 * settings, so two regions that have the same rows have equal ones.
 */
public final class Checksums {
  /** The text of a value must be the same whoever asks. */
  private static final List<String> SETTINGS =
      List.of(
          "set timezone = 'UTC'",
          "set datestyle = 'ISO, YMD'",
          "set intervalstyle = 'postgres'",
          "set bytea_output = 'hex'",
          "set extra_float_digits = 3");

  private static final String TABLES =
      """
      select c.relname from pg_class c
      where c.relnamespace = to_regnamespace(?) and c.relkind = 'r'
      """;

  private static final String COLUMNS =
      """
      select a.attname from pg_attribute a
      where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
      order by a.attname
      """;

  private Checksums() {}

  /** {@return the tables of a schema, each with what is in it} */
  public static Map<String, String> of(TestServer server, String database, String schema) {
    try (Sql sql = server.connect(database, TimeLimits.LONG, StatementListener.NONE)) {
      for (String setting : SETTINGS) {
        sql.execute(setting);
      }
      Map<String, String> checksums = new TreeMap<>();
      for (String table : sql.query(TABLES, row -> row.getString(1), schema)) {
        checksums.put(table, of(sql, Sql.identifier(schema) + "." + Sql.identifier(table)));
      }
      return checksums;
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static String of(Sql sql, String table) throws SQLException {
    List<String> columns = sql.query(COLUMNS, row -> row.getString(1), table);
    String list = columns.stream().map(Sql::identifier).collect(joining(", "));
    return sql.first(
            "select count(*) || ' rows ' || coalesce(sum(hashtextextended(row("
                + list
                + ")::text, 0)), 0) from "
                + table,
            row -> row.getString(1))
        .map(rows -> columns + ": " + rows)
        .orElseThrow();
  }
}
