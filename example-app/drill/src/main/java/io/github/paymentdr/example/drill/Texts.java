package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.DrillReport;
import io.github.paymentdr.example.drill.report.Summary;
import io.github.paymentdr.example.drill.report.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a drill puts things for people. */
final class Texts {
  private Texts() {}

  /** {@return minutes and seconds} */
  static String clock(Duration duration) {
    return String.format(
        Locale.ROOT, "%d:%02d", duration.toMinutes(), Math.max(0, duration.toSecondsPart()));
  }

  private static String seconds(@Nullable Double seconds) {
    return seconds == null ? "none" : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  /** {@return the outcome of a drill in some lines} */
  static List<String> summary(DrillReport report) {
    Summary all = report.summary();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %d of %d disasters passed in %s",
            all.verdict() == Verdict.PASSED ? "PASSED" : "FAILED",
            all.passed(),
            all.disasters(),
            clock(Duration.between(report.startedAt(), report.endedAt()))));
    Double worst = all.rtoSeconds();
    Double budget = all.budgetSeconds();
    if (worst != null && budget != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "RTO: worst %.1f s of %.1f s, objective %.0f s; median %s by itself, %s by a person",
              worst,
              budget,
              all.objectiveSeconds(),
              seconds(all.medianRtoSeconds()),
              seconds(all.medianByPersonRtoSeconds())));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "Payments: %d accepted, %d lost, %d doubled, %d by two writers; the ledger %s",
            all.acknowledged(),
            all.lost(),
            all.doubled(),
            all.twoWriters(),
            all.ledgerSum().isRight() ? "adds up" : "DOES NOT ADD UP"));
    return lines;
  }

  /** {@return the outcome of a disaster in a line} */
  static String outcome(DisasterReport report) {
    StringBuilder text =
        new StringBuilder(report.verdict() == Verdict.PASSED ? "passed  " : "FAILED  ")
            .append(String.format(Locale.ROOT, "%-41s", report.name()));
    Double rto = report.rtoSeconds();
    Double budget = report.budgetSeconds();
    text.append(
        rto == null || budget == null
            ? String.format(Locale.ROOT, "%-22s", budget == null ? "no takeover" : "no RTO")
            : String.format(
                Locale.ROOT,
                "%-22s",
                String.format(Locale.ROOT, "RTO %.1f of %.1f s", rto, budget)));
    return text.append(
            String.format(
                Locale.ROOT,
                "%d accepted, %d lost, %d doubled, %d by two writers",
                report.acknowledged(),
                report.lost(),
                report.doubled(),
                report.twoWriters()))
        .toString();
  }
}
