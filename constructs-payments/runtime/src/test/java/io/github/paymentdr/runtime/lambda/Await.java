package io.github.paymentdr.runtime.lambda;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what must become true. */
final class Await {
  private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

  private Await() {}

  static void until(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LONG_ENOUGH.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("it did not become true that " + what);
      }
      Thread.sleep(50);
    }
  }
}
