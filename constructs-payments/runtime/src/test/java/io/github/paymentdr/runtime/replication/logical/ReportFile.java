package io.github.paymentdr.runtime.replication.logical;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Reads the reports that a rebuild has stored in a folder. */
final class ReportFile {
  private ReportFile() {}

  /** {@return what the first line of each part says} */
  static List<Map<String, Object>> about(String report) {
    return parts(report).stream().map(part -> part.get(0)).toList();
  }

  /** {@return the rows of all parts} */
  static List<Map<String, Object>> rows(String report) {
    return parts(report).stream().flatMap(part -> part.stream().skip(1)).toList();
  }

  private static List<List<Map<String, Object>>> parts(String report) {
    List<List<Map<String, Object>>> parts = new ArrayList<>();
    for (String part : List.of(report.split(", ", -1))) {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  new GZIPInputStream(Files.newInputStream(Path.of(URI.create(part)))), UTF_8))) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          objects.add(Json.readObject(line));
        }
        parts.add(objects);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return parts;
  }
}
