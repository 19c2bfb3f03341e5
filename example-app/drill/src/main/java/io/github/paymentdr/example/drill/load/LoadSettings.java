package io.github.paymentdr.example.drill.load;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How much is paid, and by whom.
 *
 * @param callers how many callers there are; each has an account of its own, and one payment under
 *     way at most. While all of them wait for an answer no payment begins, so there should be more
 *     of them than payments in the longest time that one normally takes
 * @param paymentsPerSecond how many payments begin in a second, over all callers
 * @param seed what amounts and pauses are made from
 * @param run a name for the run, part of all keys, references and accounts: 1 to 32 letters, digits
 *     or hyphens
 * @param patience how long a payment is repeated before its caller gives it up
 */
public record LoadSettings(
    int callers, double paymentsPerSecond, long seed, String run, Duration patience) {
  /** As long as the endpoint's clients are asked to go on. */
  public static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Pattern RUN = Pattern.compile("[A-Za-z0-9-]{1,32}");
  private static final int MOST_CALLERS = 10_000;
  private static final double MOST_PAYMENTS = 2_000;

  /** Four seconds' worth of callers: with the time limit of an answer nobody is ever missing. */
  private static final int SECONDS_OF_CALLERS = 4;

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if a value is out of its range
   */
  public LoadSettings {
    require(callers >= 1 && callers <= MOST_CALLERS, "callers must be 1 to 10000, got " + callers);
    require(
        paymentsPerSecond > 0 && paymentsPerSecond <= MOST_PAYMENTS,
        "paymentsPerSecond must be above 0 and at most 2000, got " + paymentsPerSecond);
    require(
        RUN.matcher(run).matches(), "run must be 1 to 32 letters, digits or hyphens, got " + run);
    require(
        !patience.isNegative() && !patience.isZero(), "patience must be positive, got " + patience);
  }

  /**
   * {@return a load of so many payments a second, from as many callers as it needs, who are as
   * patient as they should be}
   */
  public static LoadSettings of(double paymentsPerSecond, long seed, String run) {
    int callers = (int) Math.max(4, Math.ceil(paymentsPerSecond * SECONDS_OF_CALLERS));
    return new LoadSettings(callers, paymentsPerSecond, seed, run, PATIENCE);
  }

  private static void require(boolean isRight, String fault) {
    if (!isRight) {
      throw new IllegalArgumentException(fault);
    }
  }
}
