package io.github.paymentdr.example.drill.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * Writes a report for people: one file that needs no network and no script, for a screen of any
 * width, light or dark, and for paper.
 */
public final class ReportPage {
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final double BROAD = 720;
  private static final double SLIM = 340;

  private final DrillReport report;
  private final Markup html = new Markup();
  private int charts;

  private ReportPage(DrillReport report) {
    this.report = report;
  }

  /** {@return the report as an HTML page} */
  public static String of(DrillReport report) {
    return new ReportPage(report).page();
  }

  /** Writes the report into a file. */
  public static void write(DrillReport report, Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, of(report));
  }

  private String page() {
    html.raw("<!doctype html>\n").open("html", "lang", "en");
    html.open("head");
    html.empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "name", "color-scheme", "content", "light dark");
    html.element("title", "Drill: " + headline());
    html.open("style").raw(style()).close();
    html.close();
    html.open("body");
    verdict();
    html.open("main");
    recovery();
    overview();
    disasters();
    conditions();
    html.close();
    html.close();
    return html.close().toString();
  }

  private static String style() {
    try {
      return Resources.toString(Resources.getResource(ReportPage.class, "report.css"), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String headline() {
    Summary summary = report.summary();
    int failed = summary.disasters() - summary.passed();
    if (summary.disasters() == 0) {
      return "FAILED, nothing was run";
    }
    return failed == 0
        ? "passed, " + summary.passed() + " of " + summary.disasters() + " disasters"
        : "FAILED, " + failed + " of " + summary.disasters() + " disasters";
  }

  private void verdict() {
    Summary summary = report.summary();
    Conditions conditions = report.conditions();
    html.open("header", "class", verdictOf(summary.verdict()));
    html.element("p", "Payment DR drill", "class", "kind");
    html.element("h1", capital(headline()));
    html.element(
        "p",
        MOMENT.format(report.startedAt())
            + ", "
            + Duration.between(report.startedAt(), report.endedAt()).toMinutes()
            + " min, "
            + (conditions.where().equals("local")
                ? "two regions on one machine"
                : "a deployed pair")
            + ", "
            + (conditions.speed() == 1
                ? "timers of production"
                : "timers " + plain(conditions.speed()) + " times faster than in production")
            + ", seed "
            + conditions.seed());
    html.open("dl", "class", "figures");
    figure(
        "RTO, worst",
        Figures.seconds(summary.rtoSeconds()),
        "budget "
            + Figures.seconds(summary.budgetSeconds())
            + ", objective "
            + Figures.seconds(summary.objectiveSeconds()),
        isOver(summary.rtoSeconds(), summary.budgetSeconds())
            || isOver(summary.rtoSeconds(), summary.objectiveSeconds()));
    figure(
        "RTO, median",
        Figures.seconds(summary.medianRtoSeconds()),
        "by itself; " + Figures.seconds(summary.medianByPersonRtoSeconds()) + " by a person",
        false);
    figure(
        "RPO",
        Figures.seconds(summary.rpoSeconds()),
        "of what was acknowledged",
        summary.rpoSeconds() > 0);
    figure("Lost", Figures.count(summary.lost()), acknowledged(summary), summary.lost() > 0);
    figure("Doubled", Figures.count(summary.doubled()), "booked twice", summary.doubled() > 0);
    figure(
        "Two writers",
        Figures.count(summary.twoWriters()),
        "accepted by two regions at once",
        summary.twoWriters() > 0);
    figure(
        "Refused",
        Figures.count(summary.refused()),
        "and " + Figures.count(summary.unanswered()) + " unanswered; all were repeated",
        false);
    LedgerSum sum = summary.ledgerSum();
    figure(
        "Ledger",
        sum.isRight() ? "adds up" : "is wrong",
        "expected " + Figures.money(sum.expected()) + ", booked " + Figures.money(sum.booked()),
        !sum.isRight());
    html.close();
    html.close();
  }

  private static String acknowledged(Summary summary) {
    return "of " + Figures.count(summary.acknowledged()) + " acknowledged";
  }

  private void figure(String name, String value, String note, boolean isBad) {
    html.open("div", "class", isBad ? "bad" : "good");
    html.element("dt", name);
    html.element("dd", value, "class", "value");
    html.element("dd", note, "class", "note");
    html.close();
  }

  private static boolean isOver(
      @org.jspecify.annotations.Nullable Double value,
      @org.jspecify.annotations.Nullable Double limit) {
    return value != null && limit != null && value > limit;
  }

  /** The worst one is the one to look at. */
  private void recovery() {
    Optional<DisasterReport> worst =
        report.disasters().stream()
            .filter(one -> one.rtoSeconds() != null && !one.phases().isEmpty())
            .max(
                Comparator.comparingDouble(one -> one.rtoSeconds() == null ? 0 : one.rtoSeconds()));
    if (worst.isEmpty()) {
      return;
    }
    DisasterReport disaster = worst.get();
    html.open("section");
    html.element("h2", "The slowest recovery: " + disaster.title());
    html.element(
        "p",
        Figures.seconds(disaster.rtoSeconds())
            + " from the disaster to the first payment that the other region accepted. The outlined"
            + " bars are what the budget allows, the filled ones what it took.");
    phases(disaster);
    timeline(disaster);
    legend(disaster.timeline());
    html.close();
  }

  private String chart() {
    return "chart" + ++charts;
  }

  private void phases(DisasterReport disaster) {
    inBothWidths(width -> PhaseChart.draw(chart(), width, disaster.phases()));
  }

  /** Text that is scaled down to a phone cannot be read, so each width has a drawing of its own. */
  private void inBothWidths(DoubleFunction<String> drawing) {
    html.open("div", "class", "broad").raw(drawing.apply(BROAD)).close();
    html.open("div", "class", "slim").raw(drawing.apply(SLIM)).close();
  }

  private void timeline(DisasterReport disaster) {
    if (!disaster.timeline().samples().isEmpty()) {
      inBothWidths(
          width ->
              TimelineChart.draw(
                  chart(), width, "Timeline of " + disaster.title(), disaster.timeline()));
    }
  }

  private void legend(Timeline timeline) {
    html.open("p", "class", "legend");
    for (int i = 0; i < timeline.regions().size(); i++) {
      html.element("span", timeline.regions().get(i), "class", "key region" + i);
    }
    html.element("span", "not answered", "class", "key unanswered");
    html.element("span", "lease taken, not open yet", "class", "key closed");
    for (Mark.Kind kind : Mark.Kind.values()) {
      html.element("span", TimelineChart.sign(kind) + " " + kind.name().toLowerCase(Locale.ROOT));
    }
    html.close();
  }

  private void overview() {
    html.open("section");
    html.element("h2", "All disasters");
    html.open(
        "div", "class", "wide", "tabindex", "0", "role", "region", "aria-label", "All disasters");
    html.open("table");
    html.open("thead").open("tr");
    for (String name :
        List.of(
            "Disaster",
            "Verdict",
            "RTO",
            "Budget",
            "RPO",
            "Outage",
            "Acknowledged",
            "Lost",
            "Doubled",
            "Two writers",
            "Refused",
            "Unanswered")) {
      html.element("th", name, "scope", "col");
    }
    html.close().close().open("tbody");
    for (DisasterReport one : report.disasters()) {
      html.open("tr", "class", verdictOf(one.verdict()));
      html.open("th", "scope", "row").element("a", one.name(), "href", "#" + one.name()).close();
      html.element("td", one.verdict() == Verdict.PASSED ? "passed" : "FAILED");
      for (String value :
          List.of(
              Figures.seconds(one.rtoSeconds()),
              Figures.seconds(one.budgetSeconds()),
              Figures.seconds(one.rpoSeconds()),
              Figures.seconds(one.outageSeconds()),
              Figures.count(one.acknowledged()),
              Figures.count(one.lost()),
              Figures.count(one.doubled()),
              Figures.count(one.twoWriters()),
              Figures.count(one.refused()),
              Figures.count(one.unanswered()))) {
        html.element("td", value, "class", "number");
      }
      html.close();
    }
    html.close().close().close().close();
  }

  private void disasters() {
    html.open("section");
    html.element("h2", "Each disaster");
    report.disasters().forEach(this::disaster);
    html.close();
  }

  private void disaster(DisasterReport one) {
    // Those that failed are open: they are what a reader looks for.
    if (one.verdict() == Verdict.FAILED) {
      html.open("details", "id", one.name(), "class", "failed", "open", "");
    } else {
      html.open("details", "id", one.name(), "class", "passed");
    }
    html.open("summary");
    html.element("span", one.verdict() == Verdict.PASSED ? "✓" : "×", "class", "tick");
    html.element("strong", one.title());
    html.element("span", outcome(one), "class", "outcome");
    html.close();
    html.element("h3", "What had to happen");
    html.element("p", one.expectation());
    html.element("h3", "What happened");
    if (one.failures().isEmpty()) {
      html.element("p", "All of it. " + account(one));
    } else {
      html.open("ul");
      one.failures().forEach(failure -> html.element("li", failure));
      html.close();
      html.element("p", account(one));
    }
    if (!one.phases().isEmpty()) {
      phases(one);
    }
    timeline(one);
    html.open("ol", "class", "marks");
    for (Mark mark : one.timeline().marks()) {
      html.open("li");
      html.element("span", String.format(Locale.ROOT, "%.1f s", mark.at()), "class", "number");
      html.text(" " + TimelineChart.sign(mark.kind()) + " " + mark.text());
      html.close();
    }
    html.close();
    if (!one.evidence().isEmpty()) {
      html.element("p", "Evidence: " + String.join(", ", one.evidence()) + "; seed " + one.seed());
    }
    html.close();
  }

  private static String outcome(DisasterReport one) {
    return switch (one.recovery()) {
      case AUTOMATIC -> "taken over after " + Figures.seconds(one.rtoSeconds());
      case BY_PERSON -> Figures.seconds(one.rtoSeconds()) + " after a person had started it";
      case NONE -> "nobody took over";
    };
  }

  private static String account(DisasterReport one) {
    Long replayed = one.replayed();
    return Figures.count(one.acknowledged())
        + " payments were acknowledged, "
        + Figures.count(one.lost())
        + " of them lost and "
        + Figures.count(one.doubled())
        + " booked twice; "
        + Figures.count(one.twoWriters())
        + " were accepted by a region while another one was open. Callers got "
        + Figures.count(one.refused())
        + " refusals and "
        + Figures.count(one.unanswered())
        + " requests had no answer; the longest time without an accepted payment was "
        + Figures.seconds(one.outageSeconds())
        + "."
        + (replayed == null
            ? ""
            : " The journal gave back " + Figures.count(replayed) + " payments.");
  }

  private void conditions() {
    Conditions conditions = report.conditions();
    html.open("section");
    html.element("h2", "Conditions");
    html.element("p", conditions.load());
    html.open("div", "class", "columns");
    list("What was real", conditions.real());
    list("What was played", conditions.simulated());
    pairs("Timers", conditions.timers());
    pairs("Versions", conditions.versions());
    html.close();
    html.open("p").text("To repeat it: ").element("code", conditions.command()).close();
    html.close();
  }

  private void list(String title, List<String> lines) {
    html.open("div").element("h3", title).open("ul");
    lines.forEach(line -> html.element("li", line));
    html.close().close();
  }

  private void pairs(String title, Map<String, String> values) {
    html.open("div").element("h3", title).open("dl", "class", "pairs");
    values.forEach((name, value) -> html.element("dt", name).element("dd", value));
    html.close().close();
  }

  private static String verdictOf(Verdict verdict) {
    return verdict == Verdict.PASSED ? "passed" : "failed";
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }
}
