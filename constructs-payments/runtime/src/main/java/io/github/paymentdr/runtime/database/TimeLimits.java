package io.github.paymentdr.runtime.database;

import java.time.Duration;

/**
 * How long a statement may take.
 *
 * @param statement how long a statement may run
 * @param lock how long it may wait for another transaction
 */
public record TimeLimits(Duration statement, Duration lock) {
  /** For statements that look something up or change a row. */
  public static final TimeLimits SHORT =
      new TimeLimits(Duration.ofSeconds(15), Duration.ofSeconds(5));

  /** For statements that read or empty whole tables. */
  public static final TimeLimits LONG =
      new TimeLimits(Duration.ofMinutes(13), Duration.ofSeconds(15));
}
