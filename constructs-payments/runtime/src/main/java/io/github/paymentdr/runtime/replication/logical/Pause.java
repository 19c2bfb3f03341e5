package io.github.paymentdr.runtime.replication.logical;

import java.time.Duration;

/** Waits between two looks at a server that tells nobody by itself. */
final class Pause {
  private Pause() {}

  static void of(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
