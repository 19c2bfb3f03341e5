package io.github.paymentdr.example.drill.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OperatorCommandsTest {
  private static final Path ROOT = Path.of("..", "..");

  private final List<String> lines = OperatorCommands.of("us-east-1", "us-west-2");
  private final String text = String.join("\n", lines);

  @Test
  void areForTheRegionsAsTheyAre() {
    assertThat(text).contains("in us-east-1, with one of these");
    assertThat(String.join("\n", OperatorCommands.of("b", "a")))
        .contains("in b, with one of these")
        .doesNotContain("us-east-1");
  }

  @Test
  void areGoodShell() throws Exception {
    Path script = Files.createTempFile("commands", ".sh");
    Files.write(script, lines.stream().filter(line -> line.startsWith("  ")).toList());
    Process shell = new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();
    assertThat(shell.waitFor()).isZero();
    Files.delete(script);
  }

  @Test
  void fillInAllOfTheTemplates() throws IOException {
    List<MatchResult> uses =
        Pattern.compile("sed (.*) \\\\\n +(\\S+\\.json) > experiment.json")
            .matcher(text)
            .results()
            .toList();
    assertThat(uses).hasSize(2);
    for (MatchResult use : uses) {
      String template = Files.readString(ROOT.resolve(use.group(2)));
      TreeSet<String> filledIn = new TreeSet<>();
      Pattern.compile("s[/#]([A-Z_]+)[/#]")
          .matcher(use.group(1))
          .results()
          .forEach(one -> filledIn.add(one.group(1)));
      TreeSet<String> open = new TreeSet<>();
      Pattern.compile("\"([A-Z]+_[A-Z]+)\"")
          .matcher(template)
          .results()
          .forEach(one -> open.add(one.group(1)));
      assertThat(filledIn).isEqualTo(open);
    }
  }

  @Test
  void useTemplatesThatAreWhole() throws IOException {
    for (String name : List.of("fis-region-cut-off.json", "fis-regions-disconnected.json")) {
      JsonNode template;
      try (InputStream resource = getClass().getResourceAsStream(name)) {
        template = new ObjectMapper().readTree(resource);
      }
      assertThat(template.path("description").asText().length()).isBetween(1, 512);
      JsonNode action = template.path("actions").elements().next();
      assertThat(action.path("actionId").asText()).startsWith("aws:network:");
      assertThat(action.path("parameters").path("duration").asText()).isEqualTo("PT10M");
      JsonNode target =
          template.path("targets").path(action.path("targets").path("Subnets").asText());
      assertThat(target.path("resourceType").asText()).isEqualTo("aws:ec2:subnet");
      assertThat(target.path("selectionMode").asText()).isEqualTo("ALL");
    }
  }
}
