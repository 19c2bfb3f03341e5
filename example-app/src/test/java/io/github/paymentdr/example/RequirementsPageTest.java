package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/requirements.md")
class RequirementsPageTest {
  private static final Path REPOSITORY = Path.of("..");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z]\\d) \\| .* \\| (.*) \\|$");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

  @Test
  void namesForEachRowTestsThatExistAndSpeakOfIt() throws IOException {
    Map<String, Path> tests = testSources();
    List<MatchResult> rows =
        ROW.matcher(Files.readString(REPOSITORY.resolve("docs/requirements.md")))
            .results()
            .toList();
    assertThat(rows).hasSize(30);
    for (MatchResult row : rows) {
      List<String> names =
          TEST.matcher(row.group(2)).results().map(result -> result.group(1)).toList();
      if (!row.group(2).startsWith("not yet")) {
        assertThat(names).as(row.group()).isNotEmpty();
      }
      for (String name : names) {
        assertThat(tests).as(row.group()).containsKey(name);
        assertThat(Files.readString(tests.get(name)))
            .as(name)
            .containsPattern("@DisplayName\\(\\s*\"" + row.group(1) + ":");
      }
    }
  }

  private static Map<String, Path> testSources() throws IOException {
    try (Stream<Path> files = Files.walk(REPOSITORY)) {
      return files
          .filter(file -> file.toString().endsWith("Test.java"))
          .filter(file -> !file.toString().contains("target"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""), Function.identity()));
    }
  }
}
