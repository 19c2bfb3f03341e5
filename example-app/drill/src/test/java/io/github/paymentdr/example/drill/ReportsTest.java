package io.github.paymentdr.example.drill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.drill.disaster.Catalogue;
import io.github.paymentdr.example.drill.report.Conditions;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.DrillReport;
import io.github.paymentdr.example.drill.report.LedgerSum;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.Summary;
import io.github.paymentdr.example.drill.report.Timeline;
import io.github.paymentdr.example.drill.report.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a drill says when it is over")
class ReportsTest {
  private static final Conditions CONDITIONS =
      new Conditions("local", 1, 7, "again", Map.of(), Map.of(), "", List.of(), List.of());

  private static DisasterReport disaster(
      String name,
      Recovery recovery,
      @Nullable Double rto,
      double budget,
      long lost,
      String... failures) {
    return new DisasterReport(
        name,
        name,
        "",
        failures.length == 0 ? Verdict.PASSED : Verdict.FAILED,
        List.of(failures),
        recovery,
        rto,
        recovery == Recovery.NONE ? null : (Double) budget,
        List.of(),
        lost > 0 ? 2 : 0,
        40,
        100,
        lost,
        0,
        0,
        5,
        6,
        1L,
        new LedgerSum(1_000, 1_000, 0),
        new Timeline(List.of(), List.of(), List.of(), List.of(), List.of()),
        7,
        List.of());
  }

  private static DrillReport report(DisasterReport... disasters) {
    Instant start = Instant.parse("2026-11-25T10:00:00Z");
    return Reports.of(start, start.plusSeconds(125), List.of(disasters), 300, CONDITIONS);
  }

  private static final DisasterReport KILLED =
      disaster("region-killed", Recovery.AUTOMATIC, 60.0, 119, 0);
  private static final DisasterReport SLOW =
      disaster("region-slow", Recovery.AUTOMATIC, 80.0, 119, 0);
  private static final DisasterReport FULL =
      disaster("disk-full", Recovery.AUTOMATIC, 62.0, 119, 0);
  private static final DisasterReport CRASH =
      disaster("failover-crash-at-promote", Recovery.BY_PERSON, 24.0, 71, 0);
  private static final DisasterReport CUT =
      disaster("clients-cut-off", Recovery.BY_PERSON, 20.0, 71, 0);
  private static final DisasterReport FLAPPING = disaster("flapping", Recovery.NONE, null, 0, 0);
  private static final DisasterReport LOSES =
      disaster("database-killed", Recovery.AUTOMATIC, null, 119, 3, "no region took over");

  @Test
  void summaryHasTheWorstTheMediansAndTheSums() {
    Summary summary = report(KILLED, SLOW, FULL, CRASH, CUT, FLAPPING).summary();
    assertThat(summary.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(summary.disasters()).isEqualTo(6);
    assertThat(summary.passed()).isEqualTo(6);
    assertThat(summary.rtoSeconds()).isEqualTo(80.0);
    assertThat(summary.budgetSeconds()).isEqualTo(119.0);
    assertThat(summary.medianRtoSeconds()).isEqualTo(62.0);
    assertThat(summary.medianByPersonRtoSeconds()).isEqualTo(22.0);
    assertThat(summary.acknowledged()).isEqualTo(600);
    assertThat(summary.refused()).isEqualTo(30);
    assertThat(summary.unanswered()).isEqualTo(36);
    assertThat(summary.outageSeconds()).isEqualTo(40);
    assertThat(summary.ledgerSum()).isEqualTo(new LedgerSum(6_000, 6_000, 0));
  }

  @Test
  void oneThatFailsFailsAll() {
    Summary summary = report(KILLED, LOSES).summary();
    assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(summary.passed()).isEqualTo(1);
    assertThat(summary.lost()).isEqualTo(3);
    assertThat(summary.rpoSeconds()).isEqualTo(2);
    assertThat(summary.rtoSeconds()).isEqualTo(60.0);
  }

  @Test
  void nothingThatWasRunIsNoSuccess() {
    assertThat(report().summary().verdict()).isEqualTo(Verdict.FAILED);
  }

  @Test
  void linesSayTheVerdictTheTimesAndThePayments() {
    assertThat(Texts.summary(report(KILLED, CRASH)))
        .containsExactly(
            "PASSED: 2 of 2 disasters passed in 2:05",
            "RTO: worst 60.0 s of 119.0 s, objective 300 s; median 60.0 s by itself, 24.0 s by a"
                + " person",
            "Payments: 200 accepted, 0 lost, 0 doubled, 0 by two writers; the ledger adds up");
    assertThat(Texts.summary(report(FLAPPING))).hasSize(2);
  }

  @Test
  void eachDisasterIsALine() {
    assertThat(Texts.outcome(KILLED))
        .isEqualTo(
            "passed  region-killed                            RTO 60.0 of 119.0 s   "
                + "100 accepted, 0 lost, 0 doubled, 0 by two writers");
    assertThat(Texts.outcome(LOSES)).startsWith("FAILED  database-killed").contains("no RTO");
    assertThat(Texts.outcome(FLAPPING)).contains("no takeover");
  }

  @Test
  void logsHaveALineForEachBeginAndEndAndWhatFailed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Lines lines = new Lines(new PrintStream(bytes, true, UTF_8))) {
      lines.begins(0, Catalogue.disasters().get(0));
      lines.ended(0, LOSES);
    }
    assertThat(bytes.toString(UTF_8).lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("0:00  begins  region-killed"),
            line -> assertThat(line).startsWith("0:00  FAILED  database-killed"),
            line -> assertThat(line).isEqualTo("0:00          no region took over"));
  }

  @Test
  void nobodyLooksAtAScreenInContinuousIntegration() {
    assertThat(Screen.isThere(Map.of("CI", "true", "TERM", "xterm"))).isFalse();
    assertThat(Screen.isThere(Map.of("TERM", "dumb"))).isFalse();
  }

  @Test
  void failureSaysTheSeedHowToRepeatItAndWhereItsEvidenceIs() throws OptionsException {
    DrillOptions options =
        DrillOptions.read(List.of("--seed=7", "--report=target/reports"), Map.of(), Map.of());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int code =
        Drill.conclude(
            options,
            report(KILLED, LOSES),
            Path.of("target", "reports", "report.html"),
            new PrintStream(bytes, true, UTF_8));
    assertThat(code).isEqualTo(1);
    assertThat(bytes.toString(UTF_8))
        .contains("Failed: database-killed")
        .contains(
            "Seed: 7. Again: mvn -B -q -DskipTests -Pdrill -Ddrill.disasters=database-killed"
                + " -Ddrill.seed=7")
        .contains("Evidence: " + Path.of("target", "reports", "evidence").toAbsolutePath())
        .contains("Report: ");
  }

  @Test
  void faultThatIsFoundAfterTheMeasurementLeavesItsFigures() {
    DisasterReport failed = KILLED.failedBy("it left something behind");
    assertThat(failed.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(failed.failures()).containsExactly("it left something behind");
    assertThat(failed.rtoSeconds()).isEqualTo(60.0);
    assertThat(failed.acknowledged()).isEqualTo(100);
  }
}
