package io.github.paymentdr.runtime.testing;

import static org.assertj.core.api.Assertions.fail;

import io.github.paymentdr.runtime.replication.Deadline;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what must become true, however long this machine takes. */
public final class Conditions {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

  private Conditions() {}

  /** Returns as soon as the condition is true; fails if it does not become so. */
  public static void await(String what, BooleanSupplier condition) {
    Deadline deadline = Deadline.after(LONG_ENOUGH);
    while (!condition.getAsBoolean()) {
      if (deadline.isOver()) {
        fail("never came true: " + what);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
