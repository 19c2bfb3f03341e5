package io.github.paymentdr.example.drill.report;

import java.util.ArrayList;
import java.util.List;

/** Places values on a line of a drawing. */
record Scale(double from, double to, double start, double end) {
  private static final double[] STEPS = {1, 2, 5, 10};

  double of(double value) {
    double share = (Math.min(Math.max(value, from), to) - from) / Math.max(1e-9, to - from);
    return start + share * (end - start);
  }

  /** {@return round values for so many marks at most} */
  List<Double> marks(int most) {
    double raw = (to - from) / most;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = 10 * power;
    for (double candidate : STEPS) {
      if (candidate * power >= raw) {
        step = candidate * power;
        break;
      }
    }
    List<Double> marks = new ArrayList<>();
    for (double mark = Math.ceil(from / step) * step; mark <= to + 1e-9; mark += step) {
      marks.add(Math.abs(mark) < 1e-9 ? 0 : mark);
    }
    return marks;
  }
}
