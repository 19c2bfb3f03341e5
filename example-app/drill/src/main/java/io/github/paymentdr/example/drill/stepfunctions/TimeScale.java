package io.github.paymentdr.example.drill.stepfunctions;

/**
 * How fast the time of a state machine passes.
 *
 * @param waitFactor what waits of so many seconds are multiplied with
 * @param retryFactor what the pauses before retries are multiplied with
 * @param timeoutFactor what time limits are multiplied with
 * @param timestampFactor what is left until a timestamp is multiplied with
 */
public record TimeScale(
    double waitFactor, double retryFactor, double timeoutFactor, double timestampFactor) {
  /** As AWS does it. */
  public static final TimeScale REAL = new TimeScale(1, 1, 1, 1);

  /** Waits and pauses are shorter; timestamps and time limits stay, because the parts are real. */
  public static TimeScale ofWaits(double waitFactor, double retryFactor) {
    return new TimeScale(waitFactor, retryFactor, 1, 1);
  }
}
