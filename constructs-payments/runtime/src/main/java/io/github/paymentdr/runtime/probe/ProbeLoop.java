package io.github.paymentdr.runtime.probe;

import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Probes at once, and then at the times of the wall clock that all loops have in common, a second
 * after each interval begins. So every period of the alarm gets a point, though the loops begin
 * when the schedule and Lambda call them. One that takes too long lets the times go by that it
 * covers; they are not made up for.
 */
public final class ProbeLoop {
  /**
   * The schedule begins the next loop after a minute. This one goes on until that one has begun,
   * even if its call comes half a minute late.
   */
  private static final Duration LENGTH = Duration.ofSeconds(90);

  /**
   * After the beginning of a period: what is a little early or late still falls into it, and its
   * point is there long before the period is judged.
   */
  private static final Duration INTO_PERIOD = Duration.ofSeconds(1);

  private final LongSupplier ticker;
  private final Consumer<Duration> pause;
  private final Duration interval;
  private final Duration least;
  private final Clock clock;

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
   * @param clock the time of the points
   */
  public ProbeLoop(
      LongSupplier ticker,
      Consumer<Duration> pause,
      Duration interval,
      Duration least,
      Clock clock) {
    this.ticker = ticker;
    this.pause = pause;
    this.interval = interval;
    this.least = least;
    this.clock = clock;
  }

  /**
   * Probes until the time is over.
   *
   * @param available how long it may take at most, if that is less than a loop's length
   * @param probe what is done at each time; it must not throw
   * @return how many probes were made
   */
  public int run(Duration available, Probe probe) {
    long start = ticker.getAsLong();
    long step = interval.toNanos();
    long end = (available.compareTo(LENGTH) < 0 ? available : LENGTH).toNanos();
    long first = toNextPeriod() + INTO_PERIOD.toNanos();
    int made = 0;
    long next = 0;
    while (next < end && !Thread.currentThread().isInterrupted()) {
      long passed = ticker.getAsLong() - start;
      if (passed < next) {
        pause.accept(Duration.ofNanos(next - passed));
        passed = ticker.getAsLong() - start;
      }
      long following = next < first ? first : next + step;
      // The first may run into the time of the second, which is a little late then.
      boolean isShort = following - passed < least.toNanos() && next < first;
      Duration limit = Duration.ofNanos(Math.min(isShort ? first + step : following, end) - passed);
      if (limit.compareTo(least) >= 0) {
        probe.run(limit);
        made++;
        passed = ticker.getAsLong() - start;
      }
      // The time that is nearest: a little late is better than not at all, and twice is too often.
      long nearest = first + Math.floorDiv(passed - first + step / 2, step) * step;
      next = Math.max(following, nearest);
    }
    return made;
  }

  /** By the clock as it is now; how it is set later moves nothing. */
  private long toNextPeriod() {
    long period = interval.toMillis();
    return Duration.ofMillis(period - Math.floorMod(clock.millis(), period)).toNanos();
  }
}
