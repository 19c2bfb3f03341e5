package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The summary of a synthesis")
class SynthesisSummaryTest {
  private static final SynthesisSummary SUMMARY = SynthesisSummary.of(Path.of("cdk.out"), "A pair");

  @TempDir private Path folder;

  @Test
  void fitsOneScreen() {
    assertThat(SUMMARY.toString().lines())
        .hasSizeLessThan(50)
        .allMatch(line -> line.length() <= 100);
  }

  @Test
  void countsTheResourcesOfEachStackByKind() {
    RegionTemplate primary = RegionTemplate.read(Path.of("cdk.out"), "PrimaryStack");
    assertThat(cells("region")).containsExactly("us-east-1", "us-west-2");
    assertThat(cells("resources").get(0)).isEqualTo(Long.toString(primary.resources().count()));
    assertThat(cells("  DynamoDB")).containsExactly("2", "0");
    assertThat(cells("output FunctionUrl")).containsExactly("yes", "yes");
    assertThat(cells("output PrimaryFunctionUrl")).containsExactly("-", "yes");
  }

  @Test
  @DisplayName("B2: the phases of a recovery are printed, and are less than 120 seconds together")
  void tellsTheRecoveryBudget() {
    assertThat(RecoveryLine.in(SUMMARY.toString()).secondsOf("PrimaryStack, SecondaryStack"))
        .isLessThan(120);
  }

  @Test
  void tellsAWarningOfBothRegionsOnce() {
    assertThat(SUMMARY.toString())
        .containsOnlyOnce("[@payment-dr/alarms:withoutSubscriber]")
        .contains("warning in PrimaryStack, SecondaryStack: nobody is told of the alarms");
    assertThat(SUMMARY.hasErrors()).isFalse();
  }

  @Test
  void tellsErrorsAndKnowsThatThereAreSome() throws IOException {
    Files.writeString(
        folder.resolve("manifest.json"),
        """
        {"artifacts": {"S": {"type": "aws:cloudformation:stack", "environment": "aws://1/r",
          "properties": {"templateFile": "t.json"}, "additionalMetadataFile": "m.json"}}}
        """);
    Files.writeString(folder.resolve("t.json"), "{\"Resources\": {}}");
    Files.writeString(
        folder.resolve("m.json"),
        "{\"/S\": [{\"type\": \"aws:cdk:error\", \"data\": \"broken\"}]}");
    SynthesisSummary summary = SynthesisSummary.of(folder, "A pair");
    assertThat(summary.hasErrors()).isTrue();
    assertThat(summary.toString()).contains("  error in S: broken\n");
  }

  private static List<String> cells(String label) {
    return SUMMARY
        .toString()
        .lines()
        .filter(line -> line.startsWith("  " + label + " "))
        .map(line -> List.of(line.substring(label.length() + 2).trim().split("\\s+", -1)))
        .findFirst()
        .orElseThrow();
  }
}
