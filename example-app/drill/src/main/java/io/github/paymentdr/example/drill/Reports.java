package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.report.Conditions;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.DrillReport;
import io.github.paymentdr.example.drill.report.LedgerSum;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.ReportJson;
import io.github.paymentdr.example.drill.report.ReportPage;
import io.github.paymentdr.example.drill.report.Summary;
import io.github.paymentdr.example.drill.report.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Adds up what the disasters were. */
final class Reports {
  /** Members are added without a new version. */
  private static final int FORMAT_VERSION = 1;

  private Reports() {}

  static DrillReport of(
      Instant start,
      Instant end,
      List<DisasterReport> disasters,
      double objectiveSeconds,
      Conditions conditions) {
    return new DrillReport(
        FORMAT_VERSION,
        start,
        end,
        summary(disasters, objectiveSeconds),
        List.copyOf(disasters),
        conditions);
  }

  /** {@return the page, once it and the JSON are written} */
  static Path write(DrillReport report, Path folder) throws IOException {
    ReportJson.write(report, folder.resolve("report.json"));
    Path page = folder.resolve("report.html");
    ReportPage.write(report, page);
    return page;
  }

  private static Summary summary(List<DisasterReport> disasters, double objectiveSeconds) {
    int passed = (int) disasters.stream().filter(one -> one.verdict() == Verdict.PASSED).count();
    Optional<DisasterReport> slowest =
        disasters.stream()
            .filter(one -> one.rtoSeconds() != null)
            .max(Comparator.comparingDouble(Reports::rto));
    return new Summary(
        passed == disasters.size() && !disasters.isEmpty() ? Verdict.PASSED : Verdict.FAILED,
        disasters.size(),
        passed,
        objectiveSeconds,
        slowest.map(DisasterReport::rtoSeconds).orElse(null),
        median(disasters, Recovery.AUTOMATIC),
        median(disasters, Recovery.BY_PERSON),
        slowest.map(DisasterReport::budgetSeconds).orElse(null),
        worst(disasters, DisasterReport::rpoSeconds),
        worst(disasters, DisasterReport::outageSeconds),
        sum(disasters, DisasterReport::acknowledged),
        sum(disasters, DisasterReport::lost),
        sum(disasters, DisasterReport::doubled),
        sum(disasters, DisasterReport::twoWriters),
        sum(disasters, DisasterReport::refused),
        sum(disasters, DisasterReport::unanswered),
        new LedgerSum(
            sum(disasters, one -> one.ledgerSum().expected()),
            sum(disasters, one -> one.ledgerSum().booked()),
            sum(disasters, one -> one.ledgerSum().unbalancedBookings())));
  }

  private static double rto(DisasterReport report) {
    return Objects.requireNonNullElse(report.rtoSeconds(), 0.0);
  }

  private static @Nullable Double median(List<DisasterReport> disasters, Recovery by) {
    double[] times =
        disasters.stream()
            .filter(one -> one.recovery() == by && one.rtoSeconds() != null)
            .mapToDouble(Reports::rto)
            .sorted()
            .toArray();
    if (times.length == 0) {
      return null;
    }
    int middle = times.length / 2;
    return times.length % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
  }

  private static double worst(
      List<DisasterReport> disasters, ToDoubleFunction<DisasterReport> figure) {
    return disasters.stream().mapToDouble(figure).max().orElse(0);
  }

  private static long sum(List<DisasterReport> disasters, ToLongFunction<DisasterReport> figure) {
    return disasters.stream().mapToLong(figure).sum();
  }
}
