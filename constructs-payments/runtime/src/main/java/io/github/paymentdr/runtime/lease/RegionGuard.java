package io.github.paymentdr.runtime.lease;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets this region accept writes while it has the lease, and never longer. It may be used by many
 * threads.
 *
 * <p>A reading is as old as its request: it says how things were at some moment between request and
 * answer. It is young while less than the lease time has passed since the request was sent, by the
 * monotonic clock and by the wall clock. Each clock alone can be fooled: the monotonic one may
 * stand still while the machine is frozen, the wall clock may be set back.
 */
public final class RegionGuard {
  private final String region;
  private final LeaseReader lease;
  private final Duration leaseTime;
  private final LongSupplier ticker;
  private final Clock clock;
  private final Object lock = new Object();
  private long requests;
  private long forgotten;
  private @Nullable Reading newest;

  /**
   * Makes a guard of the region's processes.
   *
   * @param region this region
   * @param lease the lease
   * @param leaseTime how long a reading is good for
   * @throws IllegalArgumentException if the lease time is not positive
   */
  public RegionGuard(String region, LeaseReader lease, Duration leaseTime) {
    this(region, lease, leaseTime, System::nanoTime, Clock.systemUTC());
  }

  RegionGuard(
      String region, LeaseReader lease, Duration leaseTime, LongSupplier ticker, Clock clock) {
    this.region = requireNonNull(region);
    this.lease = requireNonNull(lease);
    this.leaseTime = requireNonNull(leaseTime);
    this.ticker = ticker;
    this.clock = clock;
    if (leaseTime.isNegative() || leaseTime.isZero()) {
      throw new IllegalArgumentException("leaseTime must be positive, got " + leaseTime);
    }
  }

  /** When a request was sent, by both clocks, and in which order. */
  private record Sent(long number, long tick, Instant time) {}

  private record Reading(Lease lease, Sent sent) {}

  /** Forgets every reading; to be called when the process may have been frozen since the last. */
  public void forget() {
    synchronized (lock) {
      newest = null;
      forgotten = requests;
    }
  }

  /**
   * Lets a write begin, or refuses it early. What it goes by may be as old as the lease time.
   *
   * @return the permit
   * @throws RegionNotActiveException if this region is not active
   * @throws LeaseUnavailableException if the lease cannot be read
   */
  public Permit admit() {
    Lease known = remembered();
    return new Permit(admitting(known == null ? readNow() : known).epoch());
  }

  /**
   * Lets a write be accepted: reads the lease now. What is accepted must be committed at once.
   *
   * @param permit the permit that the write began with
   * @throws RegionNotActiveException if this region is not active any more, or is in another epoch
   * @throws LeaseUnavailableException if the lease cannot be read in time
   */
  public void confirm(Permit permit) {
    Lease now = admitting(readNow());
    if (now.epoch() != permit.epoch()) {
      throw new RegionNotActiveException(
          region
              + " is active in epoch "
              + now.epoch()
              + ", but the write began in epoch "
              + permit.epoch()
              + "; repeat it");
    }
  }

  private @Nullable Lease remembered() {
    synchronized (lock) {
      return newest != null && isYoung(newest.sent()) ? newest.lease() : null;
    }
  }

  private Lease readNow() {
    Sent sent;
    synchronized (lock) {
      sent = new Sent(++requests, ticker.getAsLong(), clock.instant());
    }
    Lease answer = lease.read();
    if (!isYoung(sent)) {
      throw new LeaseUnavailableException(
          "reading the lease took longer than the lease time of "
              + leaseTime.toMillis()
              + " ms, or the clock was set back meanwhile; repeat it",
          null);
    }
    remember(new Reading(answer, sent));
    return answer;
  }

  /** An answer that overtook another one is not replaced by it, nor one of a later epoch. */
  private void remember(Reading reading) {
    synchronized (lock) {
      if (reading.sent().number() <= forgotten) {
        return;
      }
      if (newest == null || !isYoung(newest.sent()) || isNewer(reading, newest)) {
        newest = reading;
      }
    }
  }

  private static boolean isNewer(Reading reading, Reading than) {
    return reading.lease().epoch() == than.lease().epoch()
        ? reading.sent().number() > than.sent().number()
        : reading.lease().epoch() > than.lease().epoch();
  }

  private boolean isYoung(Sent sent) {
    long ticks = ticker.getAsLong() - sent.tick();
    Duration time = Duration.between(sent.time(), clock.instant());
    return ticks >= 0
        && ticks < leaseTime.toNanos()
        && !time.isNegative()
        && time.compareTo(leaseTime) < 0;
  }

  private Lease admitting(Lease known) {
    if (known.admits(region)) {
      return known;
    }
    if (known.state() == Lease.State.ACTIVATING) {
      throw new RegionNotActiveException(
          known.activeRegion()
              + " is becoming active in epoch "
              + known.epoch()
              + "; until then no region accepts");
    }
    throw new RegionNotActiveException(
        known.activeRegion() + " is active in epoch " + known.epoch() + ", not " + region);
  }
}
