package io.github.paymentdr.example.drill.pair;

import java.util.Optional;

/** Marks what is not there yet. */
final class NotYet {
  private NotYet() {}

  @SuppressWarnings("TypeParameterUnusedInFormals")
  static <T> T there() {
    return Optional.<T>empty()
        .orElseThrow(() -> new UnsupportedOperationException("not there yet"));
  }
}
