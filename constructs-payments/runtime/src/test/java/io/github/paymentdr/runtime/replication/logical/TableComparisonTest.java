package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.testing.PostgresPair;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TableComparisonTest {
  private static final Deadline NEVER = Deadline.after(Duration.ofMinutes(10));
  private static final TableName ODD = new TableName("Odd \"schema\"", "a 'table'");

  private static final String ODD_TABLE =
      """
      create schema "Odd ""schema""\"; create type "Odd ""schema""\".mood as enum ('fine', 'so so');
      create table "Odd ""schema""\"."a 'table'" (
        "the row" text, "Number" numeric(20, 6), mood "Odd ""schema""\".mood, "key?" bytea,
        at timestamptz, day date, span interval, amount numeric, ratio float8, raw bytea,
        document jsonb, source json, money money, list text[], empty text,
        twice numeric generated always as (amount * 2) stored,
        primary key ("Number", mood, "key?"))
      """;

  private final PostgresPair pair = PostgresPair.shared();
  private final String database = pair.newDatabase();
  private final List<Found> found = new ArrayList<>();
  private final AtomicLong compared = new AtomicLong();

  private record Found(String table, String key, String row, @Nullable String there) {}

  private final TableComparison.Findings findings =
      new TableComparison.Findings() {
        @Override
        public void found(TableName table, String key, String row, @Nullable String there) {
          found.add(new Found(table.toString(), key, row, there));
        }

        @Override
        public void compared(TableName table, long rows) {
          compared.addAndGet(rows);
        }
      };

  @Test
  void findsWhatAnIndependentComparisonFindsForAnyKeyAndType() throws Exception {
    both(ODD_TABLE);
    fillWithOddValues("east", 6_000);
    fillWithOddValues("west", 6_000);
    Random random = new Random(7);
    for (String side : List.of("east", "west")) {
      for (int i = 0; i < 60; i++) {
        change(side, random.nextInt(6_000), random.nextInt(8));
      }
    }
    List<String> expected = expected();
    differentSessions();

    compare(ODD);

    assertThat(found.stream().map(Found::row).toList())
        .hasSizeGreaterThan(60)
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(found).anyMatch(row -> row.there() == null).anyMatch(row -> row.there() != null);
    assertThat(compared.get()).isGreaterThan(5_900);
  }

  @Test
  void aReportedRowCanBePutBackAsItWas() throws Exception {
    both(ODD_TABLE);
    fillWithOddValues("east", 300);
    List<String> before = rows("east");
    compare(ODD);
    assertThat(found).hasSize(before.size());
    pair.east().execute(database, "truncate \"Odd \"\"schema\"\"\".\"a 'table'\"");

    try (Sql sql = pair.east().connect(database)) {
      for (Found row : found) {
        assertThat(Json.readObject(row.key())).containsOnlyKeys("Number", "mood", "key?");
        assertThat(row.row()).doesNotContain("\n");
        sql.execute(
            """
            insert into "Odd ""schema""\"."a 'table'" ("the row", "Number", mood, "key?", at, day,
              span, amount, ratio, raw, document, source, money, list, empty)
            select "the row", "Number", mood, "key?", at, day, span, amount, ratio, raw, document,
              source, money, list, empty
            from json_populate_record(null::"Odd ""schema""\"."a 'table'", cast(? as json))
            """,
            row.row());
      }
    }

    assertThat(rows("east")).isEqualTo(before);
  }

  @Test
  void rowsOfATableWithoutAnyKeyAreComparedByAllThatIsInThem() throws Exception {
    both(
        "create table public.loose (a int, b text); alter table public.loose replica identity full");
    east("insert into public.loose select i % 7000, null from generate_series(1, 14000) i");
    west("insert into public.loose select i % 7000, null from generate_series(1, 14000) i");
    east("insert into public.loose values (-1, 'only here'), (5, null)");
    west("insert into public.loose values (-2, 'only there')");

    compare(new TableName("public", "loose"));

    assertThat(found.stream().map(Found::row))
        .contains("{\"a\":-1,\"b\":\"only here\"}", "{\"a\":5,\"b\":null}")
        .allMatch(row -> row.contains(":-1,") || row.contains(":5,"));
  }

  /** Its operators may not be in the search path, and sort in another way than those of a text. */
  @Test
  void noRowIsPassedOverWhateverSchemaTheTypesOfItsKeyAreIn() throws Exception {
    both(
        "create extension citext schema public; create type public.size as enum ('tall', 'small')");
    both(
        "create table public.foreign_key_types (a public.size, b public.citext collate \"C\","
            + " primary key (a, b))");
    east(
        "insert into public.foreign_key_types select a::public.size, b from"
            + " unnest(array['tall', 'small']) a, unnest(array['a', 'B', 'c', 'Z']) b");

    compare(new TableName("public", "foreign_key_types"));

    assertThat(found).hasSize(8);
  }

  @Test
  void whatTakesTooLongGoesOnWhereItEnded() throws Exception {
    both("create table public.numbered (a int, b int, primary key (b, a))");
    east("insert into public.numbered select i, i / 3 from generate_series(1, 30000) i");
    west("insert into public.numbered select i, i / 3 from generate_series(1, 30000) i");
    west("delete from public.numbered where a % 1000 = 0");
    List<String> place = List.of();
    int calls = 0;
    do {
      place = compare(new TableName("public", "numbered"), place, Deadline.after(Duration.ZERO));
      calls++;
    } while (!place.isEmpty());

    assertThat(calls).isGreaterThan(5);
    assertThat(compared).hasValue(30_000);
    assertThat(found).hasSize(30).doesNotHaveDuplicates();
  }

  @Test
  void tablesThatAreEmptyInOneOfTheRegions() throws Exception {
    both("create table public.few (a text collate \"C\" primary key)");
    west("insert into public.few values ('x')");
    compare(new TableName("public", "few"));
    assertThat(found).isEmpty();

    west("truncate public.few");
    east("insert into public.few values ('x'), ('')");
    compare(new TableName("public", "few"));
    assertThat(found.stream().map(Found::key)).containsExactly("{\"a\" : \"\"}", "{\"a\" : \"x\"}");
  }

  @Test
  void ofManyRowsOnlyThoseThatDifferAreRead() throws Exception {
    String fill =
        "insert into public.many select i, repeat('x', 100) || i from generate_series(1, 200000) i";
    both("create table public.many (id bigint primary key, text text)");
    east(fill);
    west(fill);
    east("update public.many set text = 'other' where id in (1, 77777, 200000)");
    east("insert into public.many values (200001, 'only here')");
    west("insert into public.many select i, 'new' from generate_series(300000, 350000) i");

    compare(new TableName("public", "many"));

    assertThat(compared).hasValue(200_001);
    assertThat(found.stream().map(Found::key))
        .containsExactly(
            "{\"id\" : 1}", "{\"id\" : 77777}", "{\"id\" : 200000}", "{\"id\" : 200001}");
  }

  private void compare(TableName table) throws SQLException, IOException {
    assertThat(compare(table, List.of(), NEVER)).isEmpty();
  }

  private List<String> compare(TableName table, List<String> after, Deadline deadline)
      throws SQLException, IOException {
    try (Sql here = pair.east().connect(database, TimeLimits.LONG, StatementListener.NONE);
        Sql there = pair.west().connect(database, TimeLimits.LONG, StatementListener.NONE)) {
      List<String> faults = new ArrayList<>();
      ComparedTable compared = ComparedTable.find(here, there, table, faults);
      assertThat(faults).isEmpty();
      return TableComparison.between(here, there).compare(compared, after, deadline, findings);
    }
  }

  private void fillWithOddValues(String side, int rows) {
    on(
        side,
        """
        insert into "Odd ""schema""\"."a 'table'"
        select case i % 5 when 0 then null when 1 then '' else E'zäöü€😀 "\\\\ \\n,()' || i end,
          i / 4 + 0.5, (array['fine', 'so so'])[1 + i % 2]::"Odd ""schema""\".mood,
          decode(lpad(to_hex(i % 4), 2, '0'), 'hex'),
          timestamptz '2026-03-29 01:00:00.123456+00' + i * interval '13 minutes', date '2026-01-01',
          make_interval(months => i, secs => 1.5), ('1.' || repeat('0', i % 4))::numeric,
          case i % 6 when 0 then 'NaN' when 1 then 'Infinity' else i / 3.0 end,
          decode('00ff5c', 'hex'), jsonb_build_object('a', 1.10, 'ü', array[null, 'x']),
          E'{"b" : 1,\\n "a": "\\\\u00e9" }', (i / 100.0)::numeric::money, array['a', null, '"', ''],
          null
        from generate_series(1, ROWS) i
        """
            .replace("ROWS", String.valueOf(rows)));
  }

  private void change(String side, int row, int how) {
    String table = "\"Odd \"\"schema\"\"\".\"a 'table'\"";
    String where =
        " where \"Number\" = %d / 4 + 0.5 and \"key?\" = decode(lpad(to_hex(%d %% 4), 2, '0'), 'hex')"
            .formatted(row, row);
    on(
        side,
        switch (how) {
          case 0 -> "delete from " + table + where;
          case 1 -> "update " + table + " set amount = amount * 1.000" + where;
          case 2 -> "update " + table + " set at = at + interval '1 microsecond'" + where;
          case 3 -> "update " + table + " set empty = ''" + where;
          case 4 -> "update " + table + " set source = '{\"b\":1}'" + where;
          case 5 -> "update " + table + " set \"the row\" = \"the row\" || ' '" + where;
          case 6 -> "update " + table + " set list = list || null" + where;
          default ->
              "insert into "
                  + table
                  + " (\"Number\", mood, \"key?\", at) values (-"
                  + row
                  + ", 'fine', '', now())";
        });
  }

  /** This region's own rows that the other one does not have with all columns the same. */
  private List<String> expected() throws SQLException {
    Map<String, List<String>> east = columns("east");
    Map<String, List<String>> west = columns("west");
    Map<String, String> json = json();
    return new TreeSet<>(east.keySet())
        .stream().filter(key -> !east.get(key).equals(west.get(key))).map(json::get).toList();
  }

  private Map<String, String> json() throws SQLException {
    Map<String, String> rows = new LinkedHashMap<>();
    try (Sql sql = pair.east().connect(database)) {
      sql.execute("set timezone = 'UTC'");
      sql.execute("set lc_monetary = 'C'");
      sql.query(
          "select \"Number\" || ' ' || mood || ' ' || encode(\"key?\", 'hex'),"
              + " replace(row_to_json(t)::text, E'\\n', ' ')"
              + " from \"Odd \"\"schema\"\"\".\"a 'table'\" t",
          row -> rows.put(row.getString(1), row.getString(2)) == null);
    }
    return rows;
  }

  private Map<String, List<String>> columns(String side) throws SQLException {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    try (Sql sql =
        side.equals("east") ? pair.east().connect(database) : pair.west().connect(database)) {
      sql.execute("set timezone = 'UTC'");
      sql.query(
          "select \"Number\" || ' ' || mood || ' ' || encode(\"key?\", 'hex'), t.* from \"Odd"
              + " \"\"schema\"\"\".\"a 'table'\" t",
          row -> {
            List<String> values = new ArrayList<>();
            for (int i = 2; i <= row.getMetaData().getColumnCount(); i++) {
              values.add(String.valueOf(row.getString(i)) + (row.getString(i) == null));
            }
            return rows.put(row.getString(1), values) == null;
          });
    }
    return rows;
  }

  private List<String> rows(String side) {
    String query =
        "select md5(replace(t::text, E'\\n', ' ')) from \"Odd \"\"schema\"\"\".\"a 'table'\" t order by 1";
    return side.equals("east")
        ? pair.east().query(database, query)
        : pair.west().query(database, query);
  }

  private void differentSessions() {
    east("alter database " + database + " set timezone = 'Asia/Kolkata'");
    east("alter database " + database + " set extra_float_digits = 0");
    west("alter database " + database + " set bytea_output = 'escape'");
    west("alter database " + database + " set intervalstyle = 'iso_8601'");
    west("alter database " + database + " set timezone = 'America/New_York'");
  }

  private void on(String side, String statement) {
    if (side.equals("east")) {
      east(statement);
    } else {
      west(statement);
    }
  }

  private void both(String statement) {
    east(statement);
    west(statement);
  }

  private void east(String statement) {
    pair.east().execute(database, statement);
  }

  private void west(String statement) {
    pair.west().execute(database, statement);
  }
}
