package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.log.Log;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Moves sequences past all that the other region may have taken from them.
 *
 * <p>Two things are known: how far the other region had come by its last word, and which numbers
 * are in the tables. On top comes a gap for numbers that were taken and never got here. Running it
 * again moves nothing, because both things are as they were.
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

  /** The columns that own the sequence, as serial and identity do, or have it as their default. */
  private static final String COLUMNS =
      """
      select n.nspname as schema_name, t.relname as table_name, a.attname
      from pg_depend d
        left join pg_attrdef f on d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
        join pg_attribute a on a.attrelid = coalesce(f.adrelid, d.refobjid)
          and a.attnum = coalesce(f.adnum, d.refobjsubid)
        join pg_class t on t.oid = a.attrelid and t.relkind in ('r', 'p')
        join pg_namespace n on n.oid = t.relnamespace
      where d.refclassid = 'pg_class'::regclass and a.attnum > 0 and not a.attisdropped
        and ?::regclass = case when f.oid is null then d.objid else d.refobjid end
        and (f.oid is not null or (d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
      group by 1, 2, 3
      """;

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

  /** {@return the sequences that have no room left to be moved, each with what to do} */
  List<String> faults() throws SQLException {
    List<String> faults = new ArrayList<>();
    for (Sequence sequence : sequences()) {
      Optional<BigInteger> target = target(sequence);
      if (target.isPresent() && !sequence.hasRoomFor(target.get())) {
        faults.add(
            "sequence "
                + sequence.name()
                + " ends at "
                + sequence.end()
                + " and would have to be moved to "
                + target.get()
                + "; give it a wider type and limit, or set a smaller sequence gap");
      }
    }
    return faults;
  }

  /** Moves those that are not beyond their targets yet. */
  void move(Log log) throws SQLException {
    for (Sequence sequence : sequences()) {
      Optional<BigInteger> wanted = target(sequence);
      if (wanted.isEmpty() || !sequence.isBefore(sequence.taken(), wanted.get())) {
        continue;
      }
      BigInteger target = sequence.hasRoomFor(wanted.get()) ? wanted.get() : sequence.end();
      local.query(
          "select setval(?::regclass, ?, true)",
          row -> true,
          sequence.name().quoted(),
          target.longValueExact());
      log.info("a sequence was moved", "sequence", sequence.name().toString(), "to", target);
    }
  }

  private List<Sequence> sequences() throws SQLException {
    List<Sequence> sequences = new ArrayList<>();
    for (TableName name : Sequences.inUse(local, settings.schemas())) {
      sequences.addAll(local.query(SEQUENCES, Sequence::read, name.schema(), name.name()));
    }
    return sequences;
  }

  private Optional<BigInteger> target(Sequence sequence) throws SQLException {
    BigInteger furthest = sequence.remembered();
    for (String query : columnEnds(sequence)) {
      BigInteger inTable =
          local
              .first(query, row -> Optional.ofNullable(row.getBigDecimal(1)))
              .flatMap(value -> value)
              .map(java.math.BigDecimal::toBigInteger)
              .orElse(null);
      if (inTable != null && sequence.isBefore(furthest, inTable)) {
        furthest = inTable;
      }
    }
    BigInteger gap = BigInteger.valueOf(settings.sequenceGap().orElse(0));
    return Optional.ofNullable(furthest).map(used -> used.add(gap.multiply(sequence.increment())));
  }

  private List<String> columnEnds(Sequence sequence) throws SQLException {
    String end = sequence.increment().signum() > 0 ? "max" : "min";
    return local.query(
        COLUMNS,
        row ->
            "select "
                + end
                + "("
                + Sql.identifier(row.getString("attname"))
                + ")::numeric from "
                + TableName.read(row).quoted(),
        sequence.name().quoted());
  }
}
