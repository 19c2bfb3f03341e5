package io.github.paymentdr.example.drill.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes numbers for people. */
final class Figures {
  static final String NONE = "–";

  private Figures() {}

  static String seconds(@Nullable Double seconds) {
    if (seconds == null || seconds.isNaN()) {
      return NONE;
    }
    return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  }

  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count).replace(',', '\u202f');
  }

  /** Minor units of a currency with two of them. */
  static String money(long minorUnits) {
    return String.format(Locale.ROOT, "%,.2f", minorUnits / 100.0).replace(',', '\u202f');
  }
}
