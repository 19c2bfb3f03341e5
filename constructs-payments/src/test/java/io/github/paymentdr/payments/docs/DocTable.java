package io.github.paymentdr.payments.docs;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The table of properties on a construct's page. */
final class DocTable {
  static final String HEADER = "| Property | Default | Allowed | What it does |";

  private static final Pattern RULER = Pattern.compile("\\|( *:?-+:? *\\|){4}");
  private static final Splitter CELLS = Splitter.on(Pattern.compile("(?<!\\\\)\\|")).trimResults();

  private final ImmutableList<Row> rows;
  private final ImmutableList<String> faultsOfForm;

  private DocTable(List<Row> rows, List<String> faultsOfForm) {
    this.rows = ImmutableList.copyOf(rows);
    this.faultsOfForm = ImmutableList.copyOf(faultsOfForm);
  }

  /** A property as the code has it; the default is null when the getter returns null. */
  record Property(String name, boolean isRequired, @Nullable String defaultText) {
    static Property required(String name) {
      return new Property(name, true, null);
    }

    static Property optional(String name, @Nullable String defaultText) {
      return new Property(name, false, defaultText);
    }

    private boolean isSaidBy(String cell) {
      if (isRequired) {
        return cell.equals("required");
      }
      return defaultText == null ? isPlainWords(cell) : cell.equals("`" + defaultText + "`");
    }

    private String expectation() {
      if (isRequired) {
        return "the word required, without backticks";
      }
      return defaultText == null
          ? "plain words without backticks, as the getter returns null"
          : "`" + defaultText + "`";
    }

    private static boolean isPlainWords(String cell) {
      return !cell.isEmpty() && !cell.contains("`") && !cell.equals("required");
    }
  }

  private record Row(String name, String defaultCell, String allowed, String effect) {}

  static DocTable parse(String markdown) {
    List<String> lines = markdown.lines().map(String::strip).toList();
    if (lines.stream().filter(HEADER::equals).count() != 1) {
      return new DocTable(
          List.of(), List.of("the page must have exactly one table with the header " + HEADER));
    }
    List<String> body =
        lines.stream()
            .skip(lines.indexOf(HEADER) + 1L)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    List<String> faults = new ArrayList<>();
    if (body.isEmpty() || !RULER.matcher(body.get(0)).matches()) {
      return new DocTable(
          List.of(), List.of("the header must be followed by | --- | --- | --- | --- |"));
    }
    List<Row> rows =
        body.stream().skip(1).flatMap(line -> parseRow(line, faults).stream()).toList();
    return new DocTable(rows, faults);
  }

  /** What is wrong with the table; the properties are in the order of their setters. */
  List<String> faults(List<Property> properties) {
    if (!faultsOfForm.isEmpty()) {
      return faultsOfForm;
    }
    List<String> expected = properties.stream().map(Property::name).toList();
    List<String> actual = rows.stream().map(Row::name).toList();
    if (!actual.equals(expected)) {
      return nameFaults(expected, actual);
    }
    return properties.stream().flatMap(this::rowFaults).toList();
  }

  private static Optional<Row> parseRow(String line, List<String> faults) {
    List<String> cells = CELLS.splitToList(line);
    if (cells.size() != 6 || !cells.get(1).matches("`[A-Za-z0-9]+`")) {
      faults.add("a row must be | `property` | default | allowed | effect |, got " + line);
      return Optional.empty();
    }
    String name = cells.get(1).replace("`", "");
    return Optional.of(new Row(name, cells.get(2), cells.get(3), cells.get(4)));
  }

  private static List<String> nameFaults(List<String> expected, List<String> actual) {
    Stream<String> missing =
        expected.stream()
            .filter(name -> !actual.contains(name))
            .map(name -> "the property " + name + " has no row");
    Stream<String> unknown =
        actual.stream()
            .filter(name -> !expected.contains(name))
            .map(name -> "the row " + name + " is of no property");
    List<String> faults = Stream.concat(missing, unknown).toList();
    return faults.isEmpty()
        ? List.of("the rows must be those of the setters in their order, " + expected)
        : faults;
  }

  private Stream<String> rowFaults(Property property) {
    Row row = rows.stream().filter(found -> found.name().equals(property.name())).findFirst().get();
    List<String> faults = new ArrayList<>();
    if (!property.isSaidBy(row.defaultCell())) {
      faults.add(
          String.format(
              "%s: the default must be %s, the page says %s",
              property.name(), property.expectation(), row.defaultCell()));
    }
    if (row.allowed().isEmpty() || row.effect().isEmpty()) {
      faults.add(property.name() + ": no cell may be empty");
    }
    return faults.stream();
  }
}
