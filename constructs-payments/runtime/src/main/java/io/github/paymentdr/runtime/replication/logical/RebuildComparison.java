package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.report.ReportStore;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for rows that only this region has, in all tables, and stores the report of them. What does
 * not end in time is stored as a part of the report, and the next call goes on behind it.
 */
final class RebuildComparison {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  private static final String HOW_TO_READ =
      "this line is about the report; each further line is a row of the table that the returning"
          + " region had and the active region did not have (kind onlyHere), or had with another"
          + " content (kind different, its own content in 'there'); 'row' has the columns of the"
          + " returning region, and json_populate_record(null::<table>, row) is the row again; rows"
          + " that the active region has changed since it was promoted are among the different ones";

  private final Context context;
  private final ReportStore store;
  private final Sql local;
  private final Sql active;
  private final List<TableName> completed = new ArrayList<>();
  private Deadline nextLine = Deadline.after(BETWEEN_LINES);

  RebuildComparison(Context context, ReportStore store, Sql local, Sql active) {
    this.context = context;
    this.store = store;
    this.local = local;
    this.active = active;
  }

  private record Place(ComparedTable table, List<String> key) {}

  /** {@return the record afterwards; its phase says whether the report is complete} */
  RebuildRecord run(RebuildRecord record, List<ComparedTable> tables, Deadline deadline)
      throws SQLException {
    try (RowReport report = RowReport.begin()) {
      return run(record, tables, deadline, report);
    } catch (IOException e) {
      throw new ControlException(
          "the report of rows that only this region has could not be written ("
              + e.getMessage()
              + "); nothing was removed; call rebuild again",
          e);
    }
  }

  private RebuildRecord run(
      RebuildRecord record, List<ComparedTable> tables, Deadline deadline, RowReport report)
      throws SQLException, IOException {
    Map<String, @Nullable Object> about = about(record);
    Optional<Place> rest = compare(record, tables, deadline, report);
    about.put("part", record.report().size() + 1);
    about.put("isLastPart", rest.isEmpty());
    about.put("comparedUntil", now(local));
    String name =
        "rebuild-of-%s/epoch-%d-rebuild-%d/part-%d.jsonl.gz"
            .formatted(
                context.settings().region(),
                record.epoch(),
                record.id(),
                record.report().size() + 1);
    String stored = store.store(name, report.end(about));
    local.inTransaction(() -> remember(record, rest, stored, report));
    RebuildRecord after = RebuildRecord.unfinished(local).orElseThrow();
    context
        .log()
        .info(
            "the report of rows that only this region has was stored",
            "report",
            stored,
            "rowsOnlyHere",
            after.rowsOnlyHere(),
            "rowsDifferent",
            after.rowsDifferent(),
            "isComplete",
            rest.isEmpty());
    return after;
  }

  private int remember(RebuildRecord record, Optional<Place> rest, String stored, RowReport report)
      throws SQLException {
    for (TableName table : completed) {
      local.execute(
          "insert into dr.rebuild_compared (id, table_name) values (?, ?) on conflict do nothing",
          record.id(),
          table.quoted());
    }
    return local.execute(
        """
        update dr.rebuild set phase = ?, compared_table = ?, compared_key = ?,
          report = report || cast(? as text), rows_only_here = rows_only_here + ?,
          rows_different = rows_different + ?, rows_compared = rows_compared + ?,
          report_written_at = clock_timestamp()
        where id = ?
        """,
        (rest.isEmpty() ? RebuildRecord.Phase.REPORTED : RebuildRecord.Phase.COMPARING).name(),
        rest.map(place -> place.table().name().quoted()).orElse(null),
        rest.map(place -> place.key().toArray(String[]::new)).orElse(null),
        stored,
        report.rowsOnlyHere(),
        report.rowsDifferent(),
        report.rowsCompared(),
        record.id());
  }

  /** {@return where to go on; empty if everything is compared} */
  private Optional<Place> compare(
      RebuildRecord record, List<ComparedTable> tables, Deadline deadline, RowReport report)
      throws SQLException, IOException {
    TableComparison comparison = TableComparison.between(local, active);
    for (ComparedTable table : rest(record, tables)) {
      List<String> from = isBegun(record, table) ? record.comparedKey() : List.of();
      List<String> key = comparison.compare(table, from, deadline, told(report));
      if (!key.isEmpty()) {
        return Optional.of(new Place(table, key));
      }
      completed.add(table.name());
    }
    return Optional.empty();
  }

  /**
   * Tables may have come since the last call, so each is looked for by its name. The one that was
   * begun comes first, so that nothing in it is reported twice.
   */
  private List<ComparedTable> rest(RebuildRecord record, List<ComparedTable> tables)
      throws SQLException {
    Set<String> compared = record.compared(local);
    return tables.stream()
        .filter(table -> !compared.contains(table.name().quoted()))
        .sorted(Comparator.comparing(table -> !isBegun(record, table)))
        .toList();
  }

  private static boolean isBegun(RebuildRecord record, ComparedTable table) {
    return table.name().quoted().equals(record.comparedTable());
  }

  private TableComparison.Findings told(RowReport report) {
    return new TableComparison.Findings() {
      @Override
      public void found(TableName table, String key, String row, @Nullable String there)
          throws IOException {
        report.found(table, key, row, there);
      }

      @Override
      public void compared(TableName table, long rows) {
        report.compared(table, rows);
        if (nextLine.isOver()) {
          nextLine = Deadline.after(BETWEEN_LINES);
          context
              .log()
              .info(
                  "rows are compared with the active region",
                  "table",
                  table.toString(),
                  "rowsCompared",
                  report.rowsCompared());
        }
      }
    };
  }

  private Map<String, @Nullable Object> about(RebuildRecord record) throws SQLException {
    Node here = Node.find(local).orElseThrow();
    Map<String, @Nullable Object> about = new LinkedHashMap<>();
    about.put("report", "rows of a returning region that its active region does not have");
    about.put("returningRegion", context.settings().region());
    about.put("returningEpoch", here.epoch());
    about.put("returningPosition", here.drainedPosition());
    about.put("activeRegion", context.settings().peerRegion());
    about.put("activeEpoch", record.epoch());
    about.put("activePosition", text(active, "select pg_current_wal_lsn()"));
    about.put("lastBeatOfReturningRegionHere", lastBeat(local));
    about.put("lastBeatOfReturningRegionThere", lastBeat(active));
    about.put("comparedFrom", now(local));
    about.put("howToRead", HOW_TO_READ);
    return about;
  }

  private @Nullable String lastBeat(Sql sql) throws SQLException {
    return text(
        sql,
        "select to_char(max(written_at) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            + " from dr.heartbeat where region = ?",
        context.settings().region());
  }

  private static @Nullable String now(Sql sql) throws SQLException {
    return text(
        sql,
        "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
  }

  private static @Nullable String text(Sql sql, String query, Object... values)
      throws SQLException {
    return sql.first(query, row -> Optional.ofNullable(row.getString(1)), values)
        .flatMap(text -> text)
        .orElse(null);
  }
}
