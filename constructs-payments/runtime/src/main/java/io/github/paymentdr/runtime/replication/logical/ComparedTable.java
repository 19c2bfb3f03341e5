package io.github.paymentdr.runtime.replication.logical;

import static java.util.stream.Collectors.joining;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A table that both regions have, and the SQL that speaks of its rows in the same way in both: by
 * what identifies them, and by a checksum of what is in them.
 *
 * @param name the table
 * @param columns the columns that are replicated, in the order of their names
 * @param key what identifies a row
 */
record ComparedTable(TableName name, List<String> columns, List<KeyPart> key) {
  /** What a row is called in all queries; quoted, so that hardly a column can have that name. */
  private static final String ROW = "\"the row\"";

  private static final String COLUMNS =
      """
      select attname from pg_attribute
      where attrelid = ?::regclass and attnum > 0 and not attisdropped and attgenerated = ''
      order by attname collate "C"
      """;

  /** The primary key if there is one, else the replica identity, else any that is as good. */
  private static final String KEY =
      """
      with best as (
        select i.indrelid, i.indkey, i.indnkeyatts
        from pg_index i
        where i.indrelid = ?::regclass and i.indisunique and i.indimmediate and i.indisvalid
          and i.indpred is null and i.indexprs is null
          and not exists (select from pg_attribute a
            where a.attrelid = i.indrelid and a.attnum = any (i.indkey) and not a.attnotnull)
        order by i.indisprimary desc, i.indisreplident desc, i.indexrelid
        limit 1)
      select a.attname, quote_ident(n.nspname) || '.' || quote_ident(t.typname) as type,
        case b.typtype when 'b' then b.typnamespace = 'pg_catalog'::regnamespace
          else b.typtype <> 'd' end as plain
      from best cross join lateral unnest(best.indkey::int2[]) with ordinality as k (attnum, place)
        join pg_attribute a on a.attrelid = best.indrelid and a.attnum = k.attnum
        join pg_type t on t.oid = a.atttypid join pg_namespace n on n.oid = t.typnamespace
        join pg_type b on b.oid = case t.typtype when 'd' then t.typbasetype else t.oid end
      where k.place <= best.indnkeyatts
      order by k.place
      """;

  ComparedTable {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
  }

  /**
   * A part of what identifies a row.
   *
   * @param name its name for people
   * @param expression what it is of a row
   * @param type its type as SQL
   */
  record KeyPart(String name, String expression, String type) {}

  /**
   * Looks a table up in both regions.
   *
   * @param faults gets what keeps it from being compared or copied
   */
  static ComparedTable find(Sql here, Sql there, TableName name, List<String> faults)
      throws SQLException {
    List<String> columns = here.query(COLUMNS, row -> row.getString(1), name.quoted());
    List<String> columnsThere = there.query(COLUMNS, row -> row.getString(1), name.quoted());
    without(columnsThere, columns)
        .forEach(column -> faults.add(fault(name, column, "is missing here")));
    without(columns, columnsThere)
        .forEach(column -> faults.add(fault(name, column, "is missing in the active region")));
    return new ComparedTable(name, columns, key(here, name, columns));
  }

  private static List<String> without(List<String> some, List<String> others) {
    Set<String> known = Set.copyOf(others);
    return some.stream().filter(column -> !known.contains(column)).toList();
  }

  private static String fault(TableName table, String column, String what) {
    return "column "
        + column
        + " of table "
        + table
        + " "
        + what
        + "; run the same schema migrations in both regions";
  }

  /** A row of a table without any key is identified by all that is in it. */
  private static List<KeyPart> key(Sql here, TableName name, List<String> columns)
      throws SQLException {
    List<KeyPart> key =
        here.query(
            KEY,
            row -> part(row.getString("attname"), row.getString("type"), row.getBoolean("plain")),
            name.quoted());
    return key.isEmpty() ? List.of(new KeyPart("sha256", sha256(columns), "text")) : key;
  }

  /**
   * An extension's type may be sorted by its index in one way and compared by a query in another,
   * whose search path does not have its operators. A row between the two would be passed over.
   */
  private static KeyPart part(String name, String type, boolean isPlain) {
    return isPlain
        ? new KeyPart(name, column(name), type)
        : new KeyPart(name, "(" + column(name) + "::text collate \"C\")", "pg_catalog.text");
  }

  private static String column(String name) {
    return ROW + "." + Sql.identifier(name);
  }

  /** {@return a checksum of a row, the same on any server whatever its version and encoding} */
  private static String sha256(List<String> columns) {
    return "encode(" + digest(columns) + ", 'hex')";
  }

  private static String digest(List<String> columns) {
    String row = columns.stream().map(ComparedTable::column).collect(joining(", "));
    return "sha256(convert_to(row(" + row + ")::text, 'UTF8'))";
  }

  /** {@return how many rows a range has, and a checksum that their order does not matter to} */
  String checksumOf(KeyRange range) {
    return "select count(*), coalesce(sum(('x' || encode(substr("
        + digest(columns)
        + ", 1, 8), 'hex'))::bit(64)::bigint), 0)"
        + from()
        + where(range);
  }

  /** {@return the key of the last row} */
  String lastKey() {
    return "select " + keyTexts() + from() + " order by " + keyList(" desc") + " limit 1";
  }

  /** {@return the key of the row that ends a page of so many rows} */
  String pageEnd(KeyRange range, int rows) {
    return "select "
        + keyTexts()
        + from()
        + where(range)
        + " order by "
        + keyList("")
        + " limit 1 offset "
        + (rows - 1);
  }

  /** {@return the keys of a range, then the checksum and the number of the rows that have it} */
  String contentsOf(KeyRange range) {
    return "select "
        + keyTexts()
        + ", min("
        + sha256(columns)
        + "), count(*)"
        + from()
        + where(range)
        + " group by "
        + keyList("")
        + " order by "
        + keyList("");
  }

  /** {@return of the wanted keys that exist: place, checksum and number of the rows} */
  String contentsOfKeys() {
    return "select wanted.place, min("
        + sha256(columns)
        + "), count(*) from "
        + wantedRows()
        + " group by wanted.place";
  }

  /** {@return of the wanted keys that exist: place, the key and the row as JSON} */
  String rowsOfKeys() {
    String names =
        key.stream()
            .map(part -> Sql.literal(part.name()) + ", " + part.expression())
            .collect(joining(", "));
    return "select wanted.place, json_build_object("
        + names
        + ")::text, row_to_json("
        + ROW
        + ".*)::text from "
        + wantedRows()
        + " order by wanted.place";
  }

  private String from() {
    return " from only " + name.quoted() + " as " + ROW;
  }

  /** One array for each part of the key; a join by index, however many rows lie between them. */
  private String wantedRows() {
    List<String> names = new ArrayList<>();
    List<String> equals = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      names.add("k" + i);
      equals.add(key.get(i).expression() + " = cast(wanted.k" + i + " as " + type(i) + ")");
    }
    return "unnest("
        + key.stream().map(part -> "cast(? as text[])").collect(joining(", "))
        + ") with ordinality as wanted ("
        + String.join(", ", names)
        + ", place) join only "
        + name.quoted()
        + " as "
        + ROW
        + " on "
        + String.join(" and ", equals);
  }

  private String type(int part) {
    return key.get(part).type();
  }

  private String where(KeyRange range) {
    String bound =
        key.stream()
            .map(part -> "cast(? as " + part.type() + ")")
            .collect(joining(", ", "row(", ")"));
    String key = "row(" + keyList("") + ")";
    List<String> conditions = new ArrayList<>();
    if (!range.after().isEmpty()) {
      conditions.add(key + " > " + bound);
    }
    if (!range.upTo().isEmpty()) {
      conditions.add(key + " <= " + bound);
    }
    return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
  }

  private String keyTexts() {
    return parts(part -> part.expression() + "::text");
  }

  private String keyList(String suffix) {
    return parts(part -> part.expression() + suffix);
  }

  private String parts(Function<KeyPart, String> text) {
    return key.stream().map(text).collect(Collectors.joining(", "));
  }

  /**
   * Rows by their keys, as texts.
   *
   * @param after the key before the first; empty for the beginning
   * @param upTo the last key; empty for the end
   */
  record KeyRange(List<String> after, List<String> upTo) {
    KeyRange {
      after = List.copyOf(after);
      upTo = List.copyOf(upTo);
    }

    /** {@return the values of a query over this range} */
    Object[] values() {
      List<Object> values = new ArrayList<>(after);
      values.addAll(upTo);
      return values.toArray();
    }
  }
}
