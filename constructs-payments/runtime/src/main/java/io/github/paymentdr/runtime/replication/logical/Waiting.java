package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.replication.Deadline;
import java.sql.SQLException;
import java.time.Duration;

/** Waits for what a server will say sooner or later. */
final class Waiting {
  private static final long BETWEEN_LOOKS_MILLIS = 50;

  private Waiting() {}

  /** What is waited for. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws SQLException;
  }

  /** {@return whether it came to hold within the time} */
  static boolean until(Condition condition, Duration longest) throws SQLException {
    Deadline deadline = Deadline.after(longest);
    while (!condition.holds()) {
      if (deadline.isOver()) {
        return false;
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_LOOKS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a server", e);
    }
  }
}
