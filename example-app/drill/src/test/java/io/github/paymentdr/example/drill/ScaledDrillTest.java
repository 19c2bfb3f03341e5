package io.github.paymentdr.example.drill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.paymentdr.example.drill.disaster.Catalogue;
import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.report.Chromium;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.DrillReport;
import io.github.paymentdr.example.drill.report.Verdict;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("B2: all disasters, with timers that run faster")
class ScaledDrillTest {
  /** Work is not faster: functions must end within their time limit on a busy machine, too. */
  private static final String SPEED = "8";

  private static final String LANES = "6";

  /** Callers who repeat themselves make several requests of each payment, in every lane. */
  private static final String RATE = "1";

  private static final Path REPORT = Path.of("target", "drill");

  @Test
  @Timeout(600)
  void nothingIsLostDoubledOrWrittenTwice() throws Exception {
    DrillOptions options =
        DrillOptions.read(
            List.of(
                "--speed=" + SPEED,
                "--lanes=" + LANES,
                "--rate=" + RATE,
                "--seed=1",
                "--report=" + REPORT),
            Map.of(),
            Map.of());
    DrillReport report =
        new DrillRun(options, Map.of("CI", "true"), new PrintStream(System.out, true, UTF_8)).run();
    Path page = Reports.write(report, REPORT);
    assertThat(report.disasters())
        .filteredOn(one -> one.verdict() == Verdict.FAILED)
        .as("seed %s, report %s", options.seed(), page.toAbsolutePath())
        .extracting(DisasterReport::name, DisasterReport::failures)
        .isEmpty();
    assertThat(report.summary().lost()).isZero();
    assertThat(report.summary().doubled()).isZero();
    assertThat(report.summary().twoWriters()).isZero();
    assertThat(report.summary().acknowledged()).isPositive();
    assertThat(report.summary().ledgerSum().isRight()).isTrue();
    assertThat(report.disasters())
        .extracting(DisasterReport::name)
        .containsExactlyElementsOf(Catalogue.disasters().stream().map(Disaster::name).toList());
    JsonNode seen = Chromium.look(page);
    Chromium.assertNeedsNothing(seen);
    Chromium.assertFits(seen);
    Chromium.assertChartsAreDrawn(seen, Catalogue.disasters().size());
  }
}
