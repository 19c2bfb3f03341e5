package io.github.paymentdr.example.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.example.drill.disaster.Catalogue;
import io.github.paymentdr.example.drill.disaster.Disaster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DrillOptionsTest {
  private static DrillOptions read(String... arguments) throws OptionsException {
    return DrillOptions.read(List.of(arguments), Map.of(), Map.of());
  }

  @Test
  void withoutAnyAllDisastersRunAtProductionTimers() throws OptionsException {
    DrillOptions options = read();
    assertThat(options.disasters()).isEqualTo(Catalogue.disasters());
    assertThat(options.speed()).isEqualTo(1);
    assertThat(options.lanes())
        .isEqualTo(Math.min(4, Runtime.getRuntime().availableProcessors() + 1));
    assertThat(options.rate()).isEqualTo(10);
    assertThat(options.report()).isEqualTo(Path.of("../target/drill"));
    assertThat(options.deployed()).isEmpty();
    assertThat(options.command(List.of()))
        .isEqualTo("mvn -B -q -DskipTests -Pdrill -Ddrill.seed=" + options.seed() + " verify");
  }

  @Test
  void optionsComeFromTheCommandLineBeforeTheProperties() throws OptionsException {
    DrillOptions options =
        DrillOptions.read(
            List.of("--speed=10", "--disasters", "region-killed, flapping"),
            Map.of("drill.speed", "5", "drill.lanes", "2", "drill.seed", "7", "drill.report", " "),
            Map.of());
    assertThat(options.speed()).isEqualTo(10);
    assertThat(options.lanes()).isEqualTo(2);
    assertThat(options.seed()).isEqualTo(7);
    assertThat(options.disasters())
        .extracting(Disaster::name)
        .containsExactly("region-killed", "flapping");
    assertThat(options.command(List.of("flapping")))
        .isEqualTo(
            "mvn -B -q -DskipTests -Pdrill -Ddrill.disasters=flapping -Ddrill.speed=10"
                + " -Ddrill.seed=7 verify");
  }

  @Test
  void noDisasterIsNoDrill() {
    assertThatThrownBy(() -> read("--disasters=,"))
        .isInstanceOf(OptionsException.class)
        .hasMessageContaining("--disasters must name at least one, got ','; leave it out for all");
  }

  @Test
  void beginningOfANamePicksAllThatBeginSo() throws OptionsException {
    assertThat(read("--disasters=failover-crash").disasters())
        .hasSizeGreaterThan(10)
        .allSatisfy(one -> assertThat(one.name()).startsWith("failover-crash-at-"));
    assertThat(read("--disasters=disaster-during-failback,region-killed").disasters())
        .extracting(Disaster::name)
        .containsExactly(
            "region-killed", "disaster-during-failback-giver", "disaster-during-failback-taker");
  }

  @Test
  void choicesOfADisasterDoNotDependOnWhatElseRuns() throws OptionsException {
    Disaster frozen = Catalogue.named("region-frozen").get(0);
    assertThat(read("--seed=3").seedOf(frozen))
        .isEqualTo(read("--seed=3", "--disasters=region-frozen").seedOf(frozen))
        .isNotEqualTo(read("--seed=4").seedOf(frozen));
  }

  @Test
  void allFaultsAreToldAtOnce() {
    assertThatThrownBy(
            () ->
                read(
                    "--speed=0", "--lanes=many", "--disasters=flood", "fast", "--fast=1", "--rate"))
        .isInstanceOfSatisfying(
            OptionsException.class,
            e ->
                assertThat(e.faults())
                    .satisfiesExactlyInAnyOrder(
                        one -> assertThat(one).startsWith("'fast' is no option"),
                        one -> assertThat(one).startsWith("--fast=1 is not known"),
                        one -> assertThat(one).startsWith("--rate needs a value"),
                        one ->
                            assertThat(one)
                                .startsWith(
                                    "no disaster is called 'flood' or begins so; there are"
                                        + " region-killed, database-killed"),
                        one ->
                            assertThat(one)
                                .isEqualTo("--speed must be a number from 1 to 20, got '0'"),
                        one ->
                            assertThat(one)
                                .isEqualTo(
                                    "--lanes must be a whole number from 1 to 8, got 'many'")));
  }

  @Test
  void pairInAwsIsNeverBroken() {
    assertThatThrownBy(
            () ->
                read(
                    "--primary-url=https://one.example",
                    "--standby-url=two.example",
                    "--disasters=region-killed",
                    "--speed=10",
                    "--caller-key-id=drill"))
        .isInstanceOfSatisfying(
            OptionsException.class,
            e ->
                assertThat(e.faults())
                    .satisfiesExactlyInAnyOrder(
                        one ->
                            assertThat(one)
                                .contains("a pair in AWS is never broken by this program"),
                        one -> assertThat(one).startsWith("--speed is for the pair on this"),
                        one -> assertThat(one).startsWith("--standby-url must be a URL"),
                        one -> assertThat(one).startsWith("--endpoint is missing"),
                        one -> assertThat(one).contains("DRILL_CALLER_SECRET")));
  }

  @Test
  void pairInAwsIsNamedByItsUrls() throws OptionsException {
    DrillOptions options =
        DrillOptions.read(
            List.of(
                "--primary-url=https://one.example",
                "--standby-url=http://127.0.0.1:4711/",
                "--endpoint=https://pay.example/",
                "--caller-key-id=drill"),
            Map.of(),
            Map.of("DRILL_CALLER_SECRET", "secret"));
    assertThat(options.deployed())
        .hasValueSatisfying(
            pair -> {
              assertThat(pair.primary()).hasToString("https://one.example/");
              assertThat(pair.callerSecret()).isEqualTo("secret");
            });
    assertThat(options.disasters()).isEmpty();
  }

  private static String run(int exitCode, String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    assertThat(Drill.run(Arrays.asList(arguments), Map.of(), Map.of(), out, out))
        .isEqualTo(exitCode);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void helpAndListPrintAndEnd() {
    assertThat(run(0, "--help", "--speed=0"))
        .contains("--disasters", "--seed", "--lanes", "--primary-url", "exit code");
    assertThat(run(0, "--list")).contains("region-killed", "us-west-2 takes over by itself");
  }

  @Test
  void wrongOptionsEndWithTwoAndBeginNothing() {
    assertThat(run(2, "--speed=fast", "--lanes=0"))
        .isEqualToNormalizingNewlines(
            """
            The drill cannot begin:
              - --speed must be a number from 1 to 20, got 'fast'
              - --lanes must be a whole number from 1 to 8, got '0'
            """);
  }
}
