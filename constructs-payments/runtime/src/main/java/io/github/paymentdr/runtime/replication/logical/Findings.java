package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * What a standby found out while the other region answered. It keeps that in its own database,
 * because it is asked for it when the other region is lost.
 *
 * @param tablesMissing tables that the other region offers and this one does not follow
 * @param problems what is wrong there, each with what to do
 */
record Findings(List<String> tablesMissing, List<String> problems) {
  static final Findings NONE = new Findings(List.of(), List.of());

  private static final String STORE =
      """
      update dr.node set tables_missing = ?, problems_found = ?
      where (tables_missing, problems_found) is distinct from (?::text[], ?::text[])
      """;

  static Findings read(Sql local) throws SQLException {
    return local
        .first(
            "select tables_missing, problems_found from dr.node",
            row -> new Findings(texts(row, "tables_missing"), texts(row, "problems_found")))
        .orElse(NONE);
  }

  void store(Sql local) throws SQLException {
    String[] missing = tablesMissing.toArray(String[]::new);
    String[] found = problems.toArray(String[]::new);
    local.execute(STORE, missing, found, missing, found);
  }

  private static List<String> texts(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return List.of((String[]) array.getArray());
  }
}
