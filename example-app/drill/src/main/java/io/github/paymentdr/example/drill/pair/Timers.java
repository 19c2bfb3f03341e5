package io.github.paymentdr.example.drill.pair;

import java.time.Duration;

/**
 * How fast a pair lives.
 *
 * @param waitFactor what the state machine's waits are multiplied with
 * @param retryFactor what its pauses before retries are multiplied with
 * @param leaseTime how long a reading of the lease is good for; with the longest request it must
 *     fit into the scaled wait for fencing
 * @param probeSpeed how many times faster the probe's intervals pass
 * @param probeTimeout how long a question for health may take
 * @param coolDown how long no alarm moves the lease after a takeover
 */
public record Timers(
    double waitFactor,
    double retryFactor,
    Duration leaseTime,
    double probeSpeed,
    Duration probeTimeout,
    Duration coolDown) {
  /** A failover within a few seconds. */
  public static Timers fast() {
    return new Timers(
        0.05, 0.02, Duration.ofMillis(400), 8, Duration.ofMillis(800), Duration.ofSeconds(2));
  }
}
