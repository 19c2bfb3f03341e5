package io.github.paymentdr.example.drill.deployed;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.measure.LeaseSeen;
import io.github.paymentdr.example.drill.measure.RegionSample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a drill that failed leaves for whoever looks for the reason. */
final class DeployedEvidence {
  private DeployedEvidence() {}

  /** {@return the files, relative to the report} */
  static List<String> keep(
      Path report,
      String name,
      List<String> failures,
      List<Attempt> attempts,
      List<RegionSample> samples,
      List<LeaseSeen> lease) {
    Map<String, List<?>> contents = new LinkedHashMap<>();
    contents.put("failures.txt", failures);
    contents.put("attempts.txt", attempts);
    contents.put("health.txt", samples);
    contents.put("lease.txt", lease);
    List<String> files = new ArrayList<>();
    contents.forEach(
        (file, lines) -> {
          Path path = report.resolve("evidence").resolve(name).resolve(file);
          try {
            Files.createDirectories(path.getParent());
            Files.write(path, lines.stream().map(String::valueOf).toList());
            files.add(report.relativize(path).toString());
          } catch (IOException e) {
            files.add(report.relativize(path) + " could not be written: " + e.getMessage());
          }
        });
    return List.copyOf(files);
  }
}
