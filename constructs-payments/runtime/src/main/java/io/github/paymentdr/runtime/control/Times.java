package io.github.paymentdr.runtime.control;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads times as the control table's items and the failover's events have them. */
public final class Times {
  private Times() {}

  /**
   * Reads a time.
   *
   * @param text a time in ISO 8601 with its offset
   * @return the time; empty if the text is none
   */
  public static Optional<Instant> parse(@Nullable Object text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(text.toString()).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
