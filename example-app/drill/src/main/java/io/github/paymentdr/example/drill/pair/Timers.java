package io.github.paymentdr.example.drill.pair;

import java.time.Duration;

/**
 * How fast a pair lives. At speed 1 all timers are those of the synthesised templates; at a higher
 * one they are divided by it, and work takes as long as it takes. So the limits for work, those of
 * the payment function and of a probe, are not divided below what a busy machine needs, and the
 * wait for fencing, which is made of one of them, is as long as it must be.
 *
 * @param speed how many times faster than in production
 * @param leaseTime how long a reading of the lease is good for
 * @param functionTimeout the payment function's time limit
 * @param probeInterval the pause between two findings of the probe
 * @param probeTimeout how long a question for health may take
 * @param coolDown how long no alarm moves the lease after a takeover
 * @param alarmDelay what CloudWatch and EventBridge take from the last point to the start
 * @param retryFactor what the state machine's pauses before retries are multiplied with
 * @param propagation what a change of the key value store takes to the edge
 * @param fencingWait how long the state machine waits until nobody accepts by the old lease
 */
public record Timers(
    double speed,
    Duration leaseTime,
    Duration functionTimeout,
    Duration probeInterval,
    Duration probeTimeout,
    Duration coolDown,
    Duration alarmDelay,
    double retryFactor,
    Duration propagation,
    Duration fencingWait) {
  private static final Duration SHORTEST_FUNCTION_TIMEOUT = Duration.ofSeconds(4);
  private static final Duration SHORTEST_PROBE_TIMEOUT = Duration.ofMillis(1_500);

  /** What PaymentEndpoint's part of the budget assumes for the store. */
  private static final Duration PROPAGATION = Duration.ofSeconds(5);

  /**
   * What is not divided and is no limit either: how often a run does what is not its purpose, and
   * costs the machine work. In AWS the upkeep is every minute, for which nobody wants to wait after
   * each repair, and Lambda has another instance at once.
   */
  private record Pace(Duration patience, Duration upkeep, Duration sampling) {
    static final Pace OF_PRODUCTION = ofSeconds(1, 4, 1);

    /** Each second of a faster run is full of work already. */
    static final Pace OF_FASTER_RUNS = ofSeconds(2, 6, 2);

    static Pace ofSeconds(int patience, int upkeep, int sampling) {
      return new Pace(
          Duration.ofSeconds(patience), Duration.ofSeconds(upkeep), Duration.ofSeconds(sampling));
    }
  }

  /** {@return the timers of the synthesised templates} */
  public static Timers production() {
    return atSpeed(1);
  }

  /**
   * {@return timers that are so many times faster}
   *
   * @throws IllegalArgumentException if the speed is not from 1 to 20
   */
  public static Timers atSpeed(double speed) {
    if (!(speed >= 1 && speed <= 20)) {
      throw new IllegalArgumentException("the speed must be from 1 to 20, got " + speed);
    }
    FailoverTemplate template = FailoverTemplate.ofPrimary();
    Duration functionTimeout =
        atLeast(SHORTEST_FUNCTION_TIMEOUT, divided(template.functionTimeout(), speed));
    return new Timers(
        speed,
        divided(template.leaseTime(), speed),
        functionTimeout,
        divided(template.probeInterval(), speed),
        atLeast(SHORTEST_PROBE_TIMEOUT, divided(template.probeTimeout(), speed)),
        divided(template.coolDown(), speed),
        divided(Duration.ofSeconds(template.budget().phases().getOrDefault("alarm", 0)), speed),
        1 / speed,
        divided(PROPAGATION, speed),
        divided(template.fencingWait().minus(template.functionTimeout()), speed)
            .plus(functionTimeout));
  }

  /**
   * {@return how long a request waits for an instance that is busy, before another one is begun}
   */
  Duration patience() {
    return pace().patience();
  }

  /** {@return a time limit of the template, as much shorter} */
  Duration dividedBySpeed(Duration limit) {
    return divided(limit, speed);
  }

  /** {@return from one upkeep of the replication to the next} */
  public Duration upkeep() {
    return pace().upkeep();
  }

  /** {@return from one look at what the regions say of themselves to the next} */
  public Duration sampling() {
    return pace().sampling();
  }

  private Pace pace() {
    return speed > 1 ? Pace.OF_FASTER_RUNS : Pace.OF_PRODUCTION;
  }

  private static Duration atLeast(Duration least, Duration duration) {
    return duration.compareTo(least) < 0 ? least : duration;
  }

  private static Duration divided(Duration duration, double speed) {
    return Duration.ofMillis(Math.round(duration.toMillis() / speed));
  }

  /** {@return the same with another cool-down, which is not divided} */
  public Timers withCoolDown(Duration newCoolDown) {
    return new Timers(
        speed,
        leaseTime,
        functionTimeout,
        probeInterval,
        probeTimeout,
        newCoolDown,
        alarmDelay,
        retryFactor,
        propagation,
        fencingWait);
  }

  /** {@return the same with other pauses before retries, for tests in which much is repeated} */
  Timers withRetryFactor(double newRetryFactor) {
    return new Timers(
        speed,
        leaseTime,
        functionTimeout,
        probeInterval,
        probeTimeout,
        coolDown,
        alarmDelay,
        newRetryFactor,
        propagation,
        fencingWait);
  }

  /** {@return what a phase of a recovery takes longer than divided, in seconds} */
  double secondsMore(String phase) {
    FailoverTemplate template = FailoverTemplate.ofPrimary();
    return switch (phase) {
      case "detection" -> secondsMore(probeTimeout, template.probeTimeout());
      case "fencing" -> secondsMore(functionTimeout, template.functionTimeout());
      default -> 0;
    };
  }

  private double secondsMore(Duration timer, Duration inProduction) {
    return timer.minus(divided(inProduction, speed)).toMillis() / 1_000.0;
  }

  /** {@return the recovery budget of the synthesised templates} */
  public static Budget budget() {
    return FailoverTemplate.ofPrimary().budget();
  }
}
