package io.github.paymentdr.example.drill.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What happened when, over one axis of time: who had the lease, the steps of the failover, payments
 * accepted and refused a second by region, and how far the standby was behind.
 */
final class TimelineChart {
  private static final double LEFT = 76;
  private static final double RIGHT = 8;
  private static final double BAND = 16;
  private static final double STEP_ROW = 15;
  private static final double PLOT = 70;
  private static final double SMALL_PLOT = 34;
  private static final double GAP = 14;
  private static final double SHORTEST_STEP = 3;

  /** Who is said to have refused what nobody answered. */
  private static final String UNANSWERED = "none";

  private final String id;
  private final double width;
  private final Timeline timeline;
  private final Scale time;
  private final Markup svg = new Markup();
  private double y = 16;

  private TimelineChart(String id, double width, Timeline timeline) {
    this.id = id;
    this.width = width;
    this.timeline = timeline;
    this.time = new Scale(begin(timeline), end(timeline), LEFT, width - RIGHT);
  }

  static String draw(String id, double width, String title, Timeline timeline) {
    return new TimelineChart(id, width, timeline).draw(title);
  }

  private static double begin(Timeline timeline) {
    return timeline.samples().stream().mapToDouble(Sample::at).min().orElse(-1);
  }

  private static double end(Timeline timeline) {
    return timeline.samples().stream()
        .mapToDouble(sample -> sample.at() + sample.seconds())
        .max()
        .orElse(1);
  }

  private String draw(String title) {
    lease();
    steps();
    payments();
    refusals();
    lag();
    double bottom = y;
    marks(bottom);
    axis(bottom);
    String body = svg.toString();
    Markup whole = new Markup();
    whole.open(
        "svg",
        "class",
        "chart",
        "viewBox",
        "0 0 " + width + " " + (bottom + 26),
        "role",
        "img",
        "aria-labelledby",
        id);
    whole.element("title", title, "id", id);
    return whole.raw(body).close().toString();
  }

  private void label(String text, double at) {
    svg.element("text", text, "x", LEFT - 8, "y", at, "text-anchor", "end");
  }

  private int numberOf(String region) {
    return Math.max(0, timeline.regions().indexOf(region));
  }

  private void lease() {
    label("lease", y + BAND - 4);
    for (Tenure tenure : timeline.tenures()) {
      double opened = Double.isNaN(tenure.openedAt()) ? tenure.to() : tenure.openedAt();
      band(tenure, tenure.from(), opened, "closed");
      band(tenure, opened, tenure.to(), "open");
    }
    y += BAND + GAP;
  }

  private void band(Tenure tenure, double from, double to, String style) {
    double x = time.of(from);
    double length = time.of(to) - x;
    if (length <= 0) {
      return;
    }
    String region = "region" + numberOf(tenure.region());
    svg.open("g", "class", region + " " + style);
    svg.element("title", tenure.region() + ", epoch " + tenure.epoch() + ", " + style);
    svg.empty("rect", "class", "band", "x", x, "y", y, "width", length, "height", BAND);
    if (style.equals("open") && length > 70) {
      svg.element("text", tenure.region(), "class", "onband", "x", x + 5, "y", y + BAND - 4.5);
    }
    svg.close();
  }

  /** Each in the first row that has room for it and its name. */
  private void steps() {
    List<Step> shown =
        timeline.steps().stream()
            .filter(step -> time.of(step.to()) - time.of(step.from()) >= SHORTEST_STEP)
            .toList();
    if (shown.isEmpty()) {
      return;
    }
    label("failover", y + STEP_ROW - 4);
    List<Double> ends = new ArrayList<>();
    for (Step step : shown) {
      double x = time.of(step.from());
      double length = Math.max(SHORTEST_STEP, time.of(step.to()) - x);
      double need = Math.max(length, 6.0 * step.name().length() + 8);
      double start = Math.min(x, width - RIGHT - need);
      int row = 0;
      while (row < ends.size() && ends.get(row) > start) {
        row++;
      }
      if (row == ends.size()) {
        ends.add(0.0);
      }
      ends.set(row, start + need + 4);
      double top = y + row * STEP_ROW;
      svg.empty(
          "rect",
          "class",
          "step region" + numberOf(step.region()),
          "x",
          x,
          "y",
          top,
          "width",
          length,
          "height",
          STEP_ROW - 3,
          "rx",
          "1.5");
      svg.element("text", step.name(), "class", "small", "x", start + 3, "y", top + STEP_ROW - 5.5);
    }
    y += ends.size() * STEP_ROW + GAP;
  }

  private void payments() {
    double most = most(sample -> total(sample.accepted()) / sample.seconds());
    label("accepted", y + PLOT / 2);
    svg.element(
        "text",
        "each second",
        "class",
        "small",
        "x",
        LEFT - 8,
        "y",
        y + PLOT / 2 + 13,
        "text-anchor",
        "end");
    plot(PLOT, number(most));
    stack(timeline.regions(), "accepted", PLOT, most, Sample::accepted);
    y += PLOT + GAP;
  }

  private void refusals() {
    double most = most(sample -> total(sample.refused()) / sample.seconds());
    label("refused", y + SMALL_PLOT / 2 + 4);
    plot(SMALL_PLOT, number(most));
    List<String> by = new ArrayList<>(timeline.regions());
    by.add(UNANSWERED);
    stack(by, "refused", SMALL_PLOT, most, Sample::refused);
    y += SMALL_PLOT + GAP;
  }

  private void lag() {
    List<Sample> known =
        timeline.samples().stream().filter(sample -> sample.lagMillis() != null).toList();
    if (known.isEmpty()) {
      return;
    }
    double most = known.stream().mapToDouble(TimelineChart::lagOf).max().orElse(1);
    label("lag", y + SMALL_PLOT / 2 + 4);
    plot(SMALL_PLOT, most >= 1_000 ? number(most / 1_000) + " s" : number(most) + " ms");
    Scale values = new Scale(0, Math.max(1, most), y + SMALL_PLOT, y);
    for (Sample sample : known) {
      double middle = sample.at() + sample.seconds() / 2;
      svg.empty(
          "circle",
          "class",
          "lag",
          "cx",
          time.of(middle),
          "cy",
          values.of(lagOf(sample)),
          "r",
          "1.6");
    }
    y += SMALL_PLOT + GAP;
  }

  private static double lagOf(Sample sample) {
    Long lag = sample.lagMillis();
    return lag == null ? 0 : lag;
  }

  private double most(ToDoubleFunction<Sample> value) {
    return Math.max(1, timeline.samples().stream().mapToDouble(value).max().orElse(1));
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private void plot(double height, String topmost) {
    svg.empty(
        "line",
        "class",
        "grid",
        "x1",
        LEFT,
        "x2",
        width - RIGHT,
        "y1",
        y + height,
        "y2",
        y + height);
    svg.element("text", topmost, "class", "small", "x", LEFT - 8, "y", y + 6, "text-anchor", "end");
    svg.empty("line", "class", "grid", "x1", LEFT, "x2", width - RIGHT, "y1", y, "y2", y);
  }

  /** Counts of each second, those of the first name at the bottom and the next ones on top. */
  private void stack(
      List<String> names,
      String style,
      double height,
      double most,
      Function<Sample, Map<String, Long>> counts) {
    Scale values = new Scale(0, most, y + height, y);
    List<String> below = new ArrayList<>();
    for (String name : names) {
      StringBuilder path = new StringBuilder();
      for (Sample sample : timeline.samples()) {
        double from = sum(counts.apply(sample), below);
        double to = from + counts.apply(sample).getOrDefault(name, 0L);
        if (to > from) {
          path.append(
              String.format(
                  Locale.ROOT,
                  "M%.1f %.1fV%.1fH%.1fV%.1fZ",
                  time.of(sample.at()),
                  values.of(from / sample.seconds()),
                  values.of(to / sample.seconds()),
                  time.of(sample.at() + sample.seconds()),
                  values.of(from / sample.seconds())));
        }
      }
      if (path.length() > 0) {
        String who = name.equals(UNANSWERED) ? "unanswered" : "region" + numberOf(name);
        svg.empty("path", "class", style + " " + who, "d", path);
      }
      below.add(name);
    }
  }

  private static long sum(Map<String, Long> counts, List<String> names) {
    return names.stream().mapToLong(name -> counts.getOrDefault(name, 0L)).sum();
  }

  private void marks(double bottom) {
    for (Mark mark : timeline.marks()) {
      String style = mark.kind().name().toLowerCase(Locale.ROOT);
      double x = time.of(mark.at());
      svg.open("g", "class", "mark " + style);
      svg.element("title", String.format(Locale.ROOT, "%.1f s: %s", mark.at(), mark.text()));
      svg.empty("line", "x1", x, "x2", x, "y1", 10.0, "y2", bottom - GAP / 2);
      svg.element(
          "text", sign(mark.kind()), "class", "sign", "x", x, "y", 9.0, "text-anchor", "middle");
      svg.close();
    }
  }

  static String sign(Mark.Kind kind) {
    return switch (kind) {
      case DISASTER -> "×";
      case MENDED -> "+";
      case ALARM -> "!";
      case PERSON -> "•";
    };
  }

  private void axis(double bottom) {
    for (double mark : time.marks(width > 500 ? 9 : 4)) {
      double x = time.of(mark);
      svg.empty("line", "class", "tick", "x1", x, "x2", x, "y1", bottom - 6, "y2", bottom - 1);
      svg.element(
          "text",
          number(mark) + " s",
          "class",
          "small",
          "x",
          x,
          "y",
          bottom + 10,
          "text-anchor",
          x > width - 30 ? "end" : "middle");
    }
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.1f", value);
  }
}
