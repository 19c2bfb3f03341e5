package io.github.paymentdr.runtime.probe;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Probes at fixed times from the start on, until a minute is over: at 0, at one interval, at two.
 * One that takes too long lets the times go by that it covers; they are not made up for.
 */
public final class ProbeLoop {
  /** The schedule begins the next loop then. */
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final LongSupplier ticker;
  private final Consumer<Duration> pause;
  private final Duration interval;
  private final Duration least;

  /** What is done at each time. */
  @FunctionalInterface
  public interface Probe {
    /**
     * Probes.
     *
     * @param limit how long it may take
     */
    void run(Duration limit);
  }

  /**
   * Makes a loop.
   *
   * @param ticker nanoseconds of a clock that only goes forward
   * @param pause waits for a while
   * @param interval from one probe to the next
   * @param least how long a probe takes at least; where there is less, none begins
   */
  public ProbeLoop(
      LongSupplier ticker, Consumer<Duration> pause, Duration interval, Duration least) {
    this.ticker = ticker;
    this.pause = pause;
    this.interval = interval;
    this.least = least;
  }

  /**
   * Probes until the time is over.
   *
   * @param available how long it may take at most, if that is less than a minute
   * @param probe what is done at each time; it must not throw
   * @return how many probes were made
   */
  public int run(Duration available, Probe probe) {
    long start = ticker.getAsLong();
    long step = interval.toNanos();
    long end = (available.compareTo(MINUTE) < 0 ? available : MINUTE).toNanos();
    int made = 0;
    long next = 0;
    while (next < end && !Thread.currentThread().isInterrupted()) {
      long passed = ticker.getAsLong() - start;
      if (passed < next) {
        pause.accept(Duration.ofNanos(next - passed));
        passed = ticker.getAsLong() - start;
      }
      Duration limit = Duration.ofNanos(Math.min(next + step, end) - passed);
      if (limit.compareTo(least) >= 0) {
        probe.run(limit);
        made++;
        passed = ticker.getAsLong() - start;
      }
      // The time that is nearest: a little late is better than not at all, and twice is too often.
      next = Math.max(next + step, (passed + step / 2) / step * step);
    }
    return made;
  }
}
