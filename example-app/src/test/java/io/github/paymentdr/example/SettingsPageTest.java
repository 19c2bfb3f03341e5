package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;

@DisplayName("the table of settings in README.md")
class SettingsPageTest {
  private static final Path SOURCE =
      Path.of("src/main/java/io/github/paymentdr/example/PaymentDrConfig.java");

  private static final Pattern READ = Pattern.compile("settings\\s*\\.get\\w*\\(\\s*\"(\\w+)\"");

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(\\w+)` \\| `(PAYMENT_DR_\\w+)` \\| (none|`[^`]+`) \\| .+ \\|$");

  /** For each setting a value that is not its default. */
  private static final ImmutableMap<String, String> OTHERS =
      ImmutableMap.<String, String>builder()
          .put("suffix", "blue")
          .put("primaryRegion", "eu-west-1")
          .put("secondaryRegion", "eu-central-1")
          .put("alertEmails", "one@example.com,two@example.com")
          .put("instanceClass", "db.r6g.large")
          .put("replicationMode", "globalDatabase")
          .put("automaticFailover", "false")
          .put("primaryCidr", "10.8.0.0/16")
          .put("secondaryCidr", "10.9.0.0/16")
          .put("readPrimaryOutputs", "false")
          .build();

  private static final App PLAIN = new App();
  private static ImmutableList<Row> rows = ImmutableList.of();

  private record Row(String key, String variable, String defaultCell) {}

  @BeforeAll
  static void readTable() throws IOException {
    rows =
        ROW.matcher(Files.readString(Path.of("..", "README.md")))
            .results()
            .map(row -> new Row(row.group(1), row.group(2), row.group(3)))
            .collect(ImmutableList.toImmutableList());
  }

  @Test
  void hasEverySettingThatIsRead() throws IOException {
    assertThat(rows)
        .extracting(Row::key)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(
            READ.matcher(Files.readString(SOURCE)).results().map(read -> read.group(1)).toList())
        .containsExactlyElementsOf(OTHERS.keySet());
  }

  @Test
  void hasTheDefaults() {
    Map<String, String> defaults = valuesOf(PaymentDrConfig.of(PLAIN, Map.of()));
    assertThat(rows)
        .allSatisfy(
            row -> {
              String value = defaults.getOrDefault(row.key(), "");
              assertThat(row.defaultCell()).isEqualTo(value.isEmpty() ? "none" : "`" + value + "`");
            });
  }

  @Test
  void hasTheVariablesThatAreRead() {
    ImmutableMap<String, String> environment =
        rows.stream()
            .collect(
                ImmutableMap.toImmutableMap(
                    Row::variable, row -> OTHERS.getOrDefault(row.key(), "")));
    assertThat(valuesOf(PaymentDrConfig.of(PLAIN, environment))).isEqualTo(OTHERS);
  }

  @Test
  void hasTheContextKeysThatAreRead() {
    App app = new App(AppProps.builder().context(OTHERS).build());
    assertThat(valuesOf(PaymentDrConfig.of(app, Map.of()))).isEqualTo(OTHERS);
  }

  private static ImmutableMap<String, String> valuesOf(PaymentDrConfig config) {
    return ImmutableMap.<String, String>builder()
        .put("suffix", config.names().getSuffix())
        .put("primaryRegion", config.pair().getPrimary())
        .put("secondaryRegion", config.pair().getSecondary())
        .put("alertEmails", String.join(",", config.alertEmails()))
        .put("instanceClass", "db." + config.instanceType())
        .put("replicationMode", config.replicationMode().toString())
        .put("automaticFailover", Boolean.toString(config.automaticFailover()))
        .put("primaryCidr", config.network().getPrimaryCidr())
        .put("secondaryCidr", config.network().getSecondaryCidr())
        .put("readPrimaryOutputs", Boolean.toString(config.readPrimaryOutputs()))
        .build();
  }
}
