package io.github.paymentdr.example.drill;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.paymentdr.example.drill.disaster.Stage;
import io.github.paymentdr.example.drill.pair.LocalPair;
import io.github.paymentdr.example.drill.pair.LocalRegion;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a disaster that failed leaves for whoever looks for the reason. */
final class Evidence {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path report;
  private final Path folder;
  private final List<String> files = new ArrayList<>();

  private Evidence(Path report, String disaster) {
    this.report = report;
    this.folder = report.resolve("evidence").resolve(disaster);
  }

  /** What is written to a file, which may fail. */
  @FunctionalInterface
  private interface Content {
    String text() throws IOException;
  }

  /**
   * Keeps it.
   *
   * @param report the folder of the report
   * @param disaster the disaster's name
   * @param stage what it happened on
   * @param failures what did not come true
   * @param attempts the requests of the callers, a line for each
   * @return the files, relative to the report
   */
  static List<String> keep(
      Path report, String disaster, Stage stage, List<String> failures, List<String> attempts) {
    Evidence evidence = new Evidence(report, disaster);
    LocalPair pair = stage.pair();
    evidence.file("failures.txt", () -> String.join("\n", failures) + "\n");
    evidence.file("events.txt", () -> lines(stage.events()));
    evidence.file("attempts.csv", () -> String.join("\n", attempts) + "\n");
    evidence.file("lease.txt", () -> lines(pair.leaseChanges()) + pair.lease() + "\n");
    evidence.file("alarms.txt", () -> lines(pair.alarms()));
    evidence.file("acceptances.txt", () -> lines(pair.acceptances()));
    for (LocalRegion region : List.of(pair.east(), pair.west())) {
      evidence.file(region.name() + ".log", region::log);
      evidence.file(region.name() + "-executions.jsonl", () -> executions(region));
      evidence.file(region.name() + "-messages.txt", () -> lines(region.messages()));
    }
    return List.copyOf(evidence.files);
  }

  private static String lines(List<?> things) {
    return things.stream().map(thing -> thing + "\n").collect(Collectors.joining());
  }

  private static String executions(LocalRegion region) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Execution execution : region.executions()) {
      for (ExecutionEvent event : execution.events()) {
        ObjectNode line = JSON.createObjectNode();
        line.put("execution", execution.arn());
        line.put("at", event.at().toString());
        line.put("kind", event.kind().name());
        line.put("state", event.state());
        line.set("details", event.details());
        text.append(JSON.writeValueAsString(line)).append('\n');
      }
    }
    return text.toString();
  }

  /** One file that cannot be had must not cost the others. */
  private void file(String name, Content content) {
    try {
      String text;
      try {
        text = content.text();
      } catch (RuntimeException e) {
        text = "not to be had: " + e + "\n";
      }
      Files.createDirectories(folder);
      Path file = folder.resolve(name);
      Files.writeString(file, text);
      files.add(report.relativize(file).toString());
    } catch (IOException e) {
      files.add("evidence/" + name + " could not be written: " + e.getMessage());
    }
  }
}
