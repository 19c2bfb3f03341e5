package io.github.paymentdr.core.recovery;

import com.google.common.math.LongMath;
import io.github.paymentdr.core.validation.Faults;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How long a region that has taken the lease waits before it lets its database be written to: as
 * long as the other region could at most go on accepting on what it read of the lease before.
 *
 * <p>A request's last reading of the lease is older than the taking of the lease. What the request
 * accepts on it, it accepts before Lambda ends the function at its time limit, and the database may
 * still be carrying out the commit that the function has sent. So the longest possible old
 * acceptance ends one time limit of the function and one lease time after the lease was taken. The
 * two times are measured by other clocks than the wait, hence the drift.
 *
 * <pre>{@code
 * FencingTime.of(Duration.ofSeconds(5), Duration.ofSeconds(30), 1).toSeconds(); // 36
 * }</pre>
 */
public final class FencingTime {
  private static final Duration MIN_TIME = Duration.ofSeconds(1);
  private static final Duration MAX_LEASE_TIME = Duration.ofMinutes(1);

  /** The longest time limit of a function, from "Lambda quotas" in the Lambda developer guide. */
  private static final Duration MAX_FUNCTION_TIMEOUT = Duration.ofMinutes(15);

  private static final int MAX_CLOCK_DRIFT_PERCENT = 10;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Duration leaseTime;
  private final Duration functionTimeout;
  private final int clockDriftPercent;

  private FencingTime(Duration leaseTime, Duration functionTimeout, int clockDriftPercent) {
    this.leaseTime = leaseTime;
    this.functionTimeout = functionTimeout;
    this.clockDriftPercent = clockDriftPercent;
  }

  /**
   * Makes a fencing time.
   *
   * @param leaseTime how long a reading of the lease is good for; 1 to 60 seconds
   * @param functionTimeout the time limit of the function that accepts; 1 to 900 seconds
   * @param clockDriftPercent by how many percent any clock may run faster than any other; 0 to 10
   * @return the fencing time
   * @throws io.github.paymentdr.core.validation.InvalidInputException if something is missing or
   *     out of range; it names all faults
   */
  public static FencingTime of(
      Duration leaseTime, Duration functionTimeout, int clockDriftPercent) {
    Faults faults = Faults.of("FencingTime");
    checkTime(
        faults, "leaseTime", leaseTime, MAX_LEASE_TIME, "pass a duration; five seconds are usual");
    checkTime(
        faults,
        "functionTimeout",
        functionTimeout,
        MAX_FUNCTION_TIMEOUT,
        "pass the time limit of the function that accepts");
    faults.unless(
        clockDriftPercent >= 0 && clockDriftPercent <= MAX_CLOCK_DRIFT_PERCENT,
        String.format(
            "clockDriftPercent must be between 0 and %s, got %s; 1 is far more than synchronised"
                + " clocks need",
            MAX_CLOCK_DRIFT_PERCENT, clockDriftPercent));
    faults.throwIfAny();
    return new FencingTime(leaseTime, functionTimeout, clockDriftPercent);
  }

  private static void checkTime(
      Faults faults, String name, @Nullable Duration time, Duration max, String advice) {
    faults.require(name, time, advice);
    if (time != null) {
      faults.unless(
          time.compareTo(MIN_TIME) >= 0 && time.compareTo(max) <= 0,
          String.format(
              "%s must be between 1 and %s seconds, got %s; %s",
              name, max.toSeconds(), time, advice));
    }
  }

  /** {@return how long a reading of the lease is good for} */
  public Duration getLeaseTime() {
    return leaseTime;
  }

  /** {@return the time limit of the function that accepts} */
  public Duration getFunctionTimeout() {
    return functionTimeout;
  }

  /** {@return by how many percent any clock may run faster than any other} */
  public int getClockDriftPercent() {
    return clockDriftPercent;
  }

  /**
   * The wait, by the clock of the region that has taken the lease.
   *
   * @return lease time and time limit together, and the drift on top, in seconds, rounded up
   */
  public long toSeconds() {
    long nanos = leaseTime.plus(functionTimeout).toNanos();
    long hundredths = Math.multiplyExact(nanos, 100 + clockDriftPercent);
    return LongMath.divide(hundredths, 100 * NANOS_PER_SECOND, RoundingMode.CEILING);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FencingTime time
        && leaseTime.equals(time.leaseTime)
        && functionTimeout.equals(time.functionTimeout)
        && clockDriftPercent == time.clockDriftPercent;
  }

  @Override
  public int hashCode() {
    return Objects.hash(leaseTime, functionTimeout, clockDriftPercent);
  }

  /** {@return the wait and what it is made of, for people} */
  @Override
  public String toString() {
    return String.format(
        "%s s: lease %s s, function %s s, clock drift %s %%",
        toSeconds(), Seconds.of(leaseTime), Seconds.of(functionTimeout), clockDriftPercent);
  }
}
