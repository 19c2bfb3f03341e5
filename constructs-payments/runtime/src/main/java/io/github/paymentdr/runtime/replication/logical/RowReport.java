package io.github.paymentdr.runtime.replication.logical;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.json.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the report of rows that are about to be removed: JSON lines, compressed, of which the
 * first says what the others are.
 *
 * <p>The first line has the counts, which are known last. So it is a compressed file of its own in
 * front of the other: the format allows that, and all tools read both as one.
 */
final class RowReport implements TableComparison.Findings, AutoCloseable {
  private final Path rows;
  private final Path report;
  private final Writer writer;
  private final Map<TableName, Counts> counts = new TreeMap<>();

  private RowReport(Path rows, Path report, Writer writer) {
    this.rows = rows;
    this.report = report;
    this.writer = writer;
  }

  private static final class Counts {
    long compared;
    long onlyHere;
    long different;

    Map<String, Object> asMap() {
      return Map.of("rowsCompared", compared, "rowsOnlyHere", onlyHere, "rowsDifferent", different);
    }
  }

  static RowReport begin() throws IOException {
    Path rows = Files.createTempFile("rows", ".jsonl.gz");
    Path report = Files.createTempFile("report", ".jsonl.gz");
    return new RowReport(rows, report, writer(Files.newOutputStream(rows)));
  }

  private static Writer writer(OutputStream file) throws IOException {
    return new BufferedWriter(new OutputStreamWriter(new GZIPOutputStream(file), UTF_8));
  }

  @Override
  public void found(TableName table, String key, String row, @Nullable String there)
      throws IOException {
    Counts ofTable = of(table);
    Map<String, Object> start = new LinkedHashMap<>();
    start.put("table", table.toString());
    start.put("kind", there == null ? "onlyHere" : "different");
    if (there == null) {
      ofTable.onlyHere++;
    } else {
      ofTable.different++;
    }
    String open = Json.write(start);
    writer.write(open, 0, open.length() - 1);
    writer.write(",\"key\":" + key + ",\"row\":" + row);
    if (there != null) {
      writer.write(",\"there\":" + there);
    }
    writer.write("}\n");
  }

  @Override
  public void compared(TableName table, long compared) {
    of(table).compared += compared;
  }

  private Counts of(TableName table) {
    return counts.computeIfAbsent(table, name -> new Counts());
  }

  long rowsOnlyHere() {
    return counts.values().stream().mapToLong(ofTable -> ofTable.onlyHere).sum();
  }

  long rowsDifferent() {
    return counts.values().stream().mapToLong(ofTable -> ofTable.different).sum();
  }

  long rowsCompared() {
    return counts.values().stream().mapToLong(ofTable -> ofTable.compared).sum();
  }

  /**
   * Ends the report.
   *
   * @param about what the first line says, to which the counts are added
   * @return the file, until this is closed
   */
  Path end(Map<String, ? extends @Nullable Object> about) throws IOException {
    writer.close();
    Map<String, @Nullable Object> first = new LinkedHashMap<>(about);
    first.put("rowsOnlyHere", rowsOnlyHere());
    first.put("rowsDifferent", rowsDifferent());
    Map<String, Object> tables = new LinkedHashMap<>();
    counts.forEach((table, ofTable) -> tables.put(table.toString(), ofTable.asMap()));
    first.put("tables", tables);
    try (Writer head = writer(Files.newOutputStream(report))) {
      head.write(Json.write(first) + "\n");
    }
    try (OutputStream file = Files.newOutputStream(report, StandardOpenOption.APPEND)) {
      Files.copy(rows, file);
    }
    return report;
  }

  /** Deletes the files. */
  @Override
  public void close() throws IOException {
    writer.close();
    Files.deleteIfExists(rows);
    Files.deleteIfExists(report);
  }
}
