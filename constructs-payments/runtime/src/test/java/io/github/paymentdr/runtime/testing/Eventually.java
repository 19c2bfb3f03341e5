package io.github.paymentdr.runtime.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what becomes true by itself, and not longer than makes sense. */
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final long BETWEEN_LOOKS_MILLIS = 50;

  private Eventually() {}

  /** Returns once the condition holds. */
  public static void holds(String what, Callable<Boolean> condition) {
    within(PATIENCE, what, condition);
  }

  /** Returns once the condition holds, which may take so long. */
  public static void within(Duration patience, String what, Callable<Boolean> condition) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() - end > 0) {
          throw new AssertionError("not after " + patience.toSeconds() + " s: " + what);
        }
        Thread.sleep(BETWEEN_LOOKS_MILLIS);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(what, e);
    }
  }
}
