package io.github.paymentdr.example.drill.deployed;

import io.github.paymentdr.example.drill.pair.Budget;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A drill on a pair that is deployed.
 *
 * @param primaryUrl the Function URL of the primary region
 * @param standbyUrl the Function URL of the other region
 * @param endpoint the URL that callers use
 * @param callerKeyId the name of the callers' key at the endpoint; an empty text when the endpoint
 *     wants signatures, as a Function URL does
 * @param callerSecret the secret of that key
 * @param controlTable the control table, or an empty text: then the lease is what the regions say
 *     of it
 * @param paymentsPerSecond how much is paid
 * @param seed what amounts and pauses are made from
 * @param budget what a recovery may take
 * @param waits how long is waited for what
 * @param report the folder of the report, for the evidence of a drill that fails
 */
public record DeployedSettings(
    URI primaryUrl,
    URI standbyUrl,
    URI endpoint,
    String callerKeyId,
    String callerSecret,
    String controlTable,
    double paymentsPerSecond,
    long seed,
    Budget budget,
    Waits waits,
    Path report) {
  /**
   * How long is waited for what.
   *
   * @param interval from one look at the regions to the next
   * @param unnoticed so long without an acceptance is a disaster that nobody has announced
   * @param begin how long the operator may take to begin
   * @param recovery how long a recovery may take before it is given up
   * @param settle how long is looked on after the recovery
   * @param closing how long the payments under way may take to be final
   * @param aftermath how long the looking up of all payments may take
   */
  public record Waits(
      Duration interval,
      Duration unnoticed,
      Duration begin,
      Duration recovery,
      Duration settle,
      Duration closing,
      Duration aftermath) {
    /** {@return the waits for a pair with production timers} */
    public static Waits production() {
      return new Waits(
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofMinutes(60),
          Duration.ofMinutes(15),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5));
    }
  }
}
