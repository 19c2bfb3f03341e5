package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Moves sequences past all that the other region may have taken from them.
 *
 * <p>Two things are known: how far the other region had come by its last word, and which numbers
 * are in the tables. On top comes a gap for numbers that were taken and never got here. Running it
 * again moves nothing, because both things are as they were.
 *
 * <p>To find the last number of a column without an index a whole table may have to be read, and
 * another transaction may have it locked. A promotion does not wait for that: it goes by the last
 * word alone then, and says so.
 */
final class SequenceMoves {
  private static final String SEQUENCES =
      """
      select n.nspname as schema_name, c.relname as table_name, s.seqincrement, s.seqmin, s.seqmax,
        (select p.last_value from dr.sequence_position p
          where p.schema_name = n.nspname and p.sequence_name = c.relname) as remembered,
        (select v.last_value from pg_sequences v
          where v.schemaname = n.nspname and v.sequencename = c.relname) as taken
      from pg_sequence s join pg_class c on c.oid = s.seqrelid
        join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ? and c.relname = ?
      """;

  /** All columns together; the state must be said, and a promotion over, in seconds. */
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(2);

  private static final Duration LONGEST_LOOK_AT_ONE = Duration.ofMillis(500);

  /** A statement that took too long, and one that waited too long for a lock. */
  private static final Set<String> NOT_IN_TIME = Set.of("57014", "55P03");

  /**
   * The columns that own the sequence, as serial and identity do, or have it as their default. A
   * text that is made of a number has no last one that could be told from it.
   */
  private static final String COLUMNS =
      """
      select n.nspname as schema_name, t.relname as table_name, a.attname,
        not exists (
          with recursive part (oid) as (
            select t.oid
            union select h.inhrelid from pg_inherits h join part p on p.oid = h.inhparent)
          select from part l
            join pg_class lc on lc.oid = l.oid and lc.relkind = 'r'
            join pg_attribute la on la.attrelid = l.oid and la.attname = a.attname
          where not exists (
            select from pg_index i join pg_class ic on ic.oid = i.indexrelid
              join pg_am m on m.oid = ic.relam and m.amname = 'btree'
            where i.indrelid = l.oid and i.indkey[0] = la.attnum and i.indpred is null
              and i.indisvalid)) as indexed
      from pg_depend d
        left join pg_attrdef f on d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
        join pg_attribute a on a.attrelid = coalesce(f.adrelid, d.refobjid)
          and a.attnum = coalesce(f.adnum, d.refobjsubid)
        join pg_class t on t.oid = a.attrelid and t.relkind in ('r', 'p')
        join pg_type y on y.oid = a.atttypid
        join pg_namespace n on n.oid = t.relnamespace
      where d.refclassid = 'pg_class'::regclass and a.attnum > 0 and not a.attisdropped
        and ?::regclass = case when f.oid is null then d.objid else d.refobjid end
        and (f.oid is not null or (d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
        and coalesce(nullif(y.typbasetype, 0), y.oid)
          in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
      group by t.oid, 1, 2, 3
      order by 1, 2, 3
      """;

  private static final String LIMIT =
      "select set_config('statement_timeout', ?, false), set_config('lock_timeout', ?, false)";

  /** As the connection had them when it began. */
  private static final String UNLIMIT =
      "select set_config('statement_timeout', null, false), set_config('lock_timeout', null, false)";

  private final Sql local;
  private final LogicalSettings settings;

  SequenceMoves(Sql local, LogicalSettings settings) {
    this.local = local;
    this.settings = settings;
  }

  private record Sequence(
      TableName name,
      BigInteger increment,
      BigInteger min,
      BigInteger max,
      @Nullable BigInteger remembered,
      @Nullable BigInteger taken) {
    static Sequence read(ResultSet row) throws SQLException {
      return new Sequence(
          TableName.read(row),
          row.getBigDecimal("seqincrement").toBigInteger(),
          row.getBigDecimal("seqmin").toBigInteger(),
          row.getBigDecimal("seqmax").toBigInteger(),
          integer(row, "remembered"),
          integer(row, "taken"));
    }

    private static @Nullable BigInteger integer(ResultSet row, String column) throws SQLException {
      return row.getObject(column) == null ? null : row.getBigDecimal(column).toBigInteger();
    }

    boolean isBefore(@Nullable BigInteger one, BigInteger other) {
      return one == null || one.compareTo(other) * increment.signum() < 0;
    }

    boolean hasRoomFor(BigInteger target) {
      return increment.signum() > 0 ? target.compareTo(max) <= 0 : target.compareTo(min) >= 0;
    }

    BigInteger end() {
      return increment.signum() > 0 ? max : min;
    }
  }

  private record Column(TableName table, String name, boolean indexed) {
    static Column read(ResultSet row) throws SQLException {
      return new Column(TableName.read(row), row.getString("attname"), row.getBoolean("indexed"));
    }

    @Override
    public String toString() {
      return table + "." + name;
    }
  }

  /** {@return what keeps the sequences from being moved as far as they should, with what to do} */
  List<String> faults() throws SQLException {
    List<String> faults = new ArrayList<>(unindexed());
    Look look = new Look();
    for (Sequence sequence : sequences()) {
      List<Column> columns = columns(sequence.name()).stream().filter(Column::indexed).toList();
      Optional<BigInteger> target = target(sequence, look.furthest(sequence, columns));
      if (target.isPresent() && !sequence.hasRoomFor(target.get())) {
        faults.add(noRoom(sequence, target.get()));
      }
    }
    look.notFound.forEach(
        column ->
            faults.add(
                "the last number of column "
                    + column
                    + " could not be found in time, and a promotion moves its sequence past it;"
                    + " look for a transaction that has the table locked, or vacuum the table"));
    return faults;
  }

  /** {@return the columns whose last number only a look at every row would find} */
  List<String> unindexed() throws SQLException {
    List<String> faults = new ArrayList<>();
    for (TableName sequence : Sequences.inUse(local, settings.schemas())) {
      columns(sequence).stream()
          .filter(column -> !column.indexed())
          .map(
              column ->
                  "column "
                      + column
                      + " takes numbers from sequence "
                      + sequence
                      + " and has no index that begins with it, so a promotion could not find the"
                      + " last one in time; make one")
          .forEach(faults::add);
    }
    return faults;
  }

  private static String noRoom(Sequence sequence, BigInteger target) {
    return "sequence "
        + sequence.name()
        + " ends at "
        + sequence.end()
        + " and would have to be moved to "
        + target
        + "; give it a wider type and limit, or set a smaller sequence gap";
  }

  /** Moves those that are not beyond their targets yet, as far as they can be moved. */
  void move(Log log) throws SQLException {
    Look look = new Look();
    for (Sequence sequence : sequences()) {
      Optional<BigInteger> wanted =
          target(sequence, look.furthest(sequence, columns(sequence.name())));
      if (wanted.isEmpty() || !sequence.isBefore(sequence.taken(), wanted.get())) {
        continue;
      }
      if (!sequence.hasRoomFor(wanted.get())) {
        log.warn(noRoom(sequence, wanted.get()));
      }
      BigInteger target = sequence.hasRoomFor(wanted.get()) ? wanted.get() : sequence.end();
      local.query(
          "select setval(?::regclass, ?, true)",
          row -> true,
          sequence.name().quoted(),
          target.longValueExact());
      log.info("a sequence was moved", "sequence", sequence.name().toString(), "to", target);
    }
    look.notFound.forEach(
        column ->
            log.warn(
                "the last number of a column could not be found in time; its sequence was moved by"
                    + " the gap from the last position that was heard of, and may give numbers that"
                    + " are in the table if more than the gap were taken since",
                "column",
                column.toString()));
  }

  private List<Sequence> sequences() throws SQLException {
    List<Sequence> sequences = new ArrayList<>();
    for (TableName name : Sequences.inUse(local, settings.schemas())) {
      sequences.addAll(local.query(SEQUENCES, Sequence::read, name.schema(), name.name()));
    }
    return sequences;
  }

  private Optional<BigInteger> target(Sequence sequence, @Nullable BigInteger furthest) {
    BigInteger gap = BigInteger.valueOf(settings.sequenceGap().orElse(0));
    return Optional.ofNullable(furthest).map(used -> used.add(gap.multiply(sequence.increment())));
  }

  private List<Column> columns(TableName sequence) throws SQLException {
    return local.query(COLUMNS, Column::read, sequence.quoted());
  }

  /** One look at the ends of columns, which does not go on for long. */
  private final class Look {
    private final Deadline deadline = Deadline.after(LONGEST_LOOK);
    private final List<Column> notFound = new ArrayList<>();

    /** {@return how far the sequence is, by the last word and by what is in the columns} */
    @Nullable BigInteger furthest(Sequence sequence, List<Column> columns) throws SQLException {
      BigInteger furthest = sequence.remembered();
      for (Column column : columns) {
        BigInteger inTable = end(sequence, column);
        if (inTable != null && sequence.isBefore(furthest, inTable)) {
          furthest = inTable;
        }
      }
      return furthest;
    }

    private @Nullable BigInteger end(Sequence sequence, Column column) throws SQLException {
      if (deadline.isOver()) {
        notFound.add(column);
        return null;
      }
      long left = Math.min(deadline.remaining().toMillis() + 1, LONGEST_LOOK_AT_ONE.toMillis());
      local.query(LIMIT, row -> true, String.valueOf(left), String.valueOf(left));
      Optional<BigInteger> end = Optional.empty();
      try {
        end =
            local
                .first(endOf(sequence, column), row -> Optional.ofNullable(row.getBigDecimal(1)))
                .flatMap(value -> value)
                .map(BigDecimal::toBigInteger);
      } catch (SQLException e) {
        if (!NOT_IN_TIME.contains(e.getSQLState())) {
          throw e;
        }
        notFound.add(column);
      }
      local.query(UNLIMIT, row -> true);
      return end.orElse(null);
    }
  }

  private static String endOf(Sequence sequence, Column column) {
    return "select "
        + (sequence.increment().signum() > 0 ? "max(" : "min(")
        + Sql.identifier(column.name())
        + ")::numeric from "
        + column.table().quoted();
  }
}
