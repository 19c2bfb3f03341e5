package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.logical.ComparedTable.KeyRange;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows of this region's tables that the other region does not have, or not the same.
 *
 * <p>It walks through this region's rows in pages and compares a page's number of rows and checksum
 * with that of the same range of keys there. Only of a page that differs are the keys sent over,
 * with a checksum each back, and only of a row that differs its content. Rows that only the other
 * region has are normal, and cost nothing but their checksum.
 *
 * <p>No transaction is held. Nobody writes here meanwhile. There, each row is judged by a single
 * statement, so a row that is passed over was there, the same, at that moment; what the active
 * region changed before or after cannot hide a row. A snapshot would add nothing to that, and would
 * keep the busy database from cleaning up as long as it lasts.
 */
final class TableComparison {
  private static final int PAGE_ROWS = 5_000;

  /** Rows may be large; keys and checksums are not. */
  private static final int CONTENT_ROWS = 100;

  /** Texts of values must be the same on both sides, whatever a role or database has set. */
  private static final String SETTINGS =
      """
      select set_config('DateStyle', 'ISO, MDY', false), set_config('IntervalStyle', 'postgres', false),
        set_config('TimeZone', 'UTC', false), set_config('extra_float_digits', '3', false),
        set_config('bytea_output', 'hex', false), set_config('xmlbinary', 'base64', false),
        set_config('lc_monetary', 'C', false), set_config('search_path', 'pg_catalog', false),
        set_config('quote_all_identifiers', 'off', false), set_config('row_security', 'off', false)
      """;

  private final Sql here;
  private final Sql there;

  private TableComparison(Sql here, Sql there) {
    this.here = here;
    this.there = there;
  }

  /** Makes a comparison; the settings of both connections are changed for good. */
  static TableComparison between(Sql here, Sql there) throws SQLException {
    here.query(SETTINGS, row -> true);
    there.query(SETTINGS, row -> true);
    return new TableComparison(here, there);
  }

  /** Is told of what is found. */
  interface Findings {
    /**
     * A row that only this region has, or has with another content.
     *
     * @param key what identifies it, as JSON
     * @param row the row here, as JSON
     * @param there the row there, as JSON; null if it is not there
     */
    void found(TableName table, String key, String row, @Nullable String there) throws IOException;

    /** So many rows of this region were compared. */
    void compared(TableName table, long rows);
  }

  /** Keys in their order, one array for each part, as a query takes them. */
  private record Page(List<List<String>> keys, List<String> checksums, List<Long> counts) {
    int size() {
      return keys.size();
    }
  }

  private record Contents(String checksum, long count) {}

  private record Row(String key, String content) {}

  /**
   * Compares a table, until it is done or the time is over.
   *
   * @param after the key that an earlier call ended with; empty to begin
   * @return the key to go on after; empty if the table is done
   */
  List<String> compare(
      ComparedTable table, List<String> after, Deadline deadline, Findings findings)
      throws SQLException, IOException {
    List<String> last = key(table, table.lastKey());
    List<String> done = after;
    while (!last.isEmpty() && !done.equals(last)) {
      KeyRange rest = new KeyRange(done, last);
      List<String> end = key(table, table.pageEnd(rest, PAGE_ROWS), rest.values());
      KeyRange page = new KeyRange(done, end.isEmpty() ? last : end);
      findings.compared(table.name(), comparePage(table, page, findings));
      done = page.upTo();
      if (deadline.isOver()) {
        return done;
      }
    }
    return List.of();
  }

  private List<String> key(ComparedTable table, String query, Object... values)
      throws SQLException {
    return here.first(query, row -> key(table, row), values).orElse(List.of());
  }

  private static List<String> key(ComparedTable table, ResultSet row) throws SQLException {
    List<String> key = new ArrayList<>();
    for (int i = 1; i <= table.key().size(); i++) {
      key.add(row.getString(i));
    }
    return key;
  }

  private long comparePage(ComparedTable table, KeyRange range, Findings findings)
      throws SQLException, IOException {
    Contents local = checksum(here, table, range);
    if (!local.equals(checksum(there, table, range))) {
      compareRows(table, range, findings);
    }
    return local.count();
  }

  private static Contents checksum(Sql sql, ComparedTable table, KeyRange range)
      throws SQLException {
    return sql.first(
            table.checksumOf(range),
            row -> new Contents(row.getString(2), row.getLong(1)),
            range.values())
        .orElseThrow();
  }

  private void compareRows(ComparedTable table, KeyRange range, Findings findings)
      throws SQLException, IOException {
    Page page = new Page(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    int parts = table.key().size();
    here.query(
        table.contentsOf(range),
        row -> {
          page.keys().add(key(table, row));
          page.checksums().add(row.getString(parts + 1));
          return page.counts().add(row.getLong(parts + 2));
        },
        range.values());
    Map<Integer, Contents> peers = contentsThere(table, page.keys());
    List<List<String>> different = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      if (!new Contents(page.checksums().get(i), page.counts().get(i)).equals(peers.get(i))) {
        different.add(page.keys().get(i));
      }
    }
    for (int i = 0; i < different.size(); i += CONTENT_ROWS) {
      report(table, different.subList(i, Math.min(i + CONTENT_ROWS, different.size())), findings);
    }
  }

  private Map<Integer, Contents> contentsThere(ComparedTable table, List<List<String>> keys)
      throws SQLException {
    Map<Integer, Contents> contents = new HashMap<>();
    there.query(
        table.contentsOfKeys(),
        row ->
            contents.put(row.getInt(1) - 1, new Contents(row.getString(2), row.getLong(3))) == null,
        arrays(table, keys));
    return contents;
  }

  private void report(ComparedTable table, List<List<String>> keys, Findings findings)
      throws SQLException, IOException {
    Map<Integer, List<Row>> rowsHere = rows(here, table, keys);
    Map<Integer, List<Row>> rowsThere = rows(there, table, keys);
    for (int i = 0; i < keys.size(); i++) {
      List<Row> others = rowsThere.getOrDefault(i, List.of());
      for (Row row : rowsHere.getOrDefault(i, List.of())) {
        // Looked at again: the active region may have got or lost it in between.
        findings.found(
            table.name(),
            row.key(),
            row.content(),
            others.isEmpty() ? null : others.get(0).content());
      }
    }
  }

  private static Map<Integer, List<Row>> rows(Sql sql, ComparedTable table, List<List<String>> keys)
      throws SQLException {
    Map<Integer, List<Row>> rows = new HashMap<>();
    sql.query(
        table.rowsOfKeys(),
        row ->
            rows.computeIfAbsent(row.getInt(1) - 1, place -> new ArrayList<>())
                .add(new Row(oneLine(row.getString(2)), oneLine(row.getString(3)))),
        arrays(table, keys));
    return rows;
  }

  /** Line ends inside texts are escaped; others are spaces between parts of a json column. */
  private static String oneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }

  private static Object[] arrays(ComparedTable table, List<List<String>> keys) {
    Object[] arrays = new Object[table.key().size()];
    for (int part = 0; part < arrays.length; part++) {
      int index = part;
      arrays[part] = keys.stream().map(key -> key.get(index)).toArray(String[]::new);
    }
    return arrays;
  }
}
