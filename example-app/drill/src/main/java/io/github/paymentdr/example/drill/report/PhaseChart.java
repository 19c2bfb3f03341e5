package io.github.paymentdr.example.drill.report;

import java.util.List;

/** The phases of a recovery: how long each took, within how long it may take. */
final class PhaseChart {
  private static final double LEAST_NAMES = 76;

  /** So wide is a letter about, in the size of the names. */
  private static final double LETTER = 6.4;

  private static final double NUMBERS = 104;
  private static final double ROW = 24;
  private static final double BAR = 14;

  /** What a clock and a timer differ by is not a failure. */
  private static final double TOLERANCE = 1.02;

  private PhaseChart() {}

  static String draw(String id, double width, List<Phase> phases) {
    double longest =
        phases.stream()
            .mapToDouble(one -> Math.max(one.seconds(), one.budgetSeconds()))
            .max()
            .orElse(1);
    double height = ROW * phases.size() + 4;
    double names =
        phases.stream()
            .mapToDouble(one -> one.name().length() * LETTER + 8)
            .reduce(LEAST_NAMES, Math::max);
    Scale scale = new Scale(0, longest, names, width - NUMBERS);
    Markup svg = new Markup();
    svg.open(
        "svg",
        "class",
        "chart",
        "viewBox",
        "0 0 " + width + " " + height,
        "role",
        "img",
        "aria-labelledby",
        id);
    svg.element("title", "Phases of the recovery, measured and as budgeted", "id", id);
    double y = 4;
    for (Phase phase : phases) {
      row(svg, scale, width, y, phase);
      y += ROW;
    }
    return svg.close().toString();
  }

  private static void row(Markup svg, Scale scale, double width, double y, Phase phase) {
    boolean isOver = phase.seconds() > phase.budgetSeconds() * TOLERANCE;
    double middle = y + BAR - 3;
    svg.element("text", phase.name(), "x", scale.of(0) - 8, "y", middle, "text-anchor", "end");
    double start = scale.of(0);
    svg.empty(
        "rect",
        "class",
        "budget",
        "x",
        start,
        "y",
        y,
        "width",
        Math.max(1.5, scale.of(phase.budgetSeconds()) - start),
        "height",
        BAR,
        "rx",
        "2");
    svg.empty(
        "rect",
        "class",
        isOver ? "over" : "measured",
        "x",
        start,
        "y",
        y + 3,
        "width",
        Math.max(1.5, scale.of(phase.seconds()) - start),
        "height",
        BAR - 6,
        "rx",
        "1.5");
    svg.element(
        "text",
        Figures.seconds(phase.seconds()) + " of " + Figures.seconds(phase.budgetSeconds()),
        "class",
        "number",
        "x",
        width,
        "y",
        middle,
        "text-anchor",
        "end");
  }
}
