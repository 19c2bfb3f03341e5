package io.github.paymentdr.core.recovery;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations as people read them: {@code 40}, {@code 12.5}. */
final class Seconds {
  private static final int NANO_DIGITS = 9;

  private Seconds() {}

  static String of(Duration duration) {
    BigDecimal fraction = BigDecimal.valueOf(duration.getNano(), NANO_DIGITS);
    BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds()).add(fraction);
    return seconds.stripTrailingZeros().toPlainString();
  }
}
