package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code dr.rebuild} says of a rebuild: how far it is, and where its report is.
 *
 * @param id its number in this database
 * @param epoch the epoch of the region that it follows afterwards
 * @param phase how far it is
 * @param comparedTable the table that the comparison goes on with; null for the first
 * @param comparedKey the key that it goes on after in that table; empty for its beginning
 * @param report the parts of the report that are stored
 * @param rowsOnlyHere how many rows in these parts only this region has
 * @param rowsDifferent how many rows in these parts the other region has with another content
 */
record RebuildRecord(
    long id,
    long epoch,
    Phase phase,
    @Nullable String comparedTable,
    List<String> comparedKey,
    List<String> report,
    long rowsOnlyHere,
    long rowsDifferent) {
  private static final String SELECT =
      """
      select id, epoch, phase, compared_table, compared_key, report, rows_only_here, rows_different
      from dr.rebuild
      """;

  /** How far a rebuild is. */
  enum Phase {
    /** Rows that only this region has are looked for. */
    COMPARING,
    /** The report of them is stored. */
    REPORTED,
    /** All rows are away, and are copied from the other region. */
    COPYING,
    /** Nothing needs to be compared, reported or copied. */
    FOLLOWING
  }

  /** {@return the rebuild that has not come to its end} */
  static Optional<RebuildRecord> unfinished(Sql sql) throws SQLException {
    return sql.first(SELECT + " where completed_at is null", RebuildRecord::read);
  }

  /** {@return the rebuild that has come to its end last} */
  static Optional<RebuildRecord> last(Sql sql) throws SQLException {
    return sql.first(
        SELECT + " where completed_at is not null order by id desc limit 1", RebuildRecord::read);
  }

  static RebuildRecord begin(Sql local, long epoch) throws SQLException {
    if (unfinished(local).isEmpty()) {
      local.execute(
          """
          insert into dr.rebuild (id, epoch, phase)
            select coalesce(max(id), 0) + 1, ?, 'COMPARING' from dr.rebuild
          """,
          epoch);
    }
    return unfinished(local).orElseThrow();
  }

  /** {@return the tables that are compared to their end, quoted} */
  Set<String> compared(Sql local) throws SQLException {
    return Set.copyOf(
        local.query(
            "select table_name from dr.rebuild_compared where id = ?",
            row -> row.getString(1),
            id));
  }

  RebuildRecord move(Sql local, Phase next) throws SQLException {
    local.execute("update dr.rebuild set phase = ? where id = ?", next.name(), id);
    return unfinished(local).orElseThrow();
  }

  private static RebuildRecord read(ResultSet row) throws SQLException {
    return new RebuildRecord(
        row.getLong("id"),
        row.getLong("epoch"),
        Phase.valueOf(row.getString("phase")),
        row.getString("compared_table"),
        texts(row.getArray("compared_key")),
        texts(row.getArray("report")),
        row.getLong("rows_only_here"),
        row.getLong("rows_different"));
  }

  private static List<String> texts(@Nullable Array array) throws SQLException {
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }
}
