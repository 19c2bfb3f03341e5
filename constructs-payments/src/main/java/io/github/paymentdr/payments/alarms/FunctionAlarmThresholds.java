package io.github.paymentdr.payments.alarms;

import io.github.paymentdr.core.validation.Faults;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Token;

/**
 * When the alarms of a Lambda function go off. Each has a default; each can be changed or switched
 * off.
 *
 * <pre>{@code
 * FunctionAlarmThresholds.Builder.create().timeout(Duration.seconds(10)).build();
 * }</pre>
 */
public final class FunctionAlarmThresholds {
  private static final int DEFAULT_TIMEOUT_SECONDS = 30;

  /** The longest timeout, from "Lambda quotas" in the Lambda developer guide. */
  private static final int LONGEST_TIMEOUT_SECONDS = 900;

  /** The default account quota in a region, same source; a new account may have less. */
  private static final int DEFAULT_CONCURRENCY_LIMIT = 1000;

  private static final int DURATION_PERCENT = 80;
  private static final int CONCURRENCY_PERCENT = 80;
  private static final int MILLIS = 1000;

  private static final AlarmThreshold REPEATED =
      AlarmThreshold.Builder.create().value(0).datapointsToAlarm(3).build();

  private final @Nullable AlarmThreshold errors;
  private final @Nullable AlarmThreshold throttles;
  private final @Nullable AlarmThreshold duration;
  private final boolean durationFollowsFunction;
  private final @Nullable AlarmThreshold concurrency;

  private FunctionAlarmThresholds(Builder builder) {
    this.errors = builder.errors;
    this.throttles = builder.throttles;
    this.duration = builder.effectiveDuration();
    this.durationFollowsFunction = !builder.durationIsChosen && !builder.timeoutIsSet;
    this.concurrency = builder.effectiveConcurrency();
  }

  /** {@return the threshold for failed invocations in a period, empty when switched off} */
  public Optional<AlarmThreshold> getErrors() {
    return Optional.ofNullable(errors);
  }

  /** {@return the threshold for refused invocations in a period, empty when switched off} */
  public Optional<AlarmThreshold> getThrottles() {
    return Optional.ofNullable(throttles);
  }

  /**
   * {@return the threshold for the 99th percentile of the duration in milliseconds, for a function
   * whose own timeout is not known; empty when switched off}
   */
  public Optional<AlarmThreshold> getDuration() {
    return Optional.ofNullable(duration);
  }

  /** {@return the threshold for simultaneous invocations, empty when switched off} */
  public Optional<AlarmThreshold> getConcurrency() {
    return Optional.ofNullable(concurrency);
  }

  Optional<AlarmThreshold> durationFor(Optional<Integer> timeoutSeconds) {
    return durationFollowsFunction && timeoutSeconds.isPresent()
        ? Optional.of(durationBelow(timeoutSeconds.get()))
        : getDuration();
  }

  private static AlarmThreshold durationBelow(int timeoutSeconds) {
    return REPEATED.withValue(timeoutSeconds * MILLIS * DURATION_PERCENT / 100);
  }

  /** Builds {@link FunctionAlarmThresholds}. */
  public static final class Builder
      implements software.amazon.jsii.Builder<FunctionAlarmThresholds> {
    private @Nullable AlarmThreshold errors =
        AlarmThreshold.Builder.create().value(0).evaluationPeriods(1).build();
    private @Nullable AlarmThreshold throttles = REPEATED;

    private int timeoutSeconds = DEFAULT_TIMEOUT_SECONDS;
    private boolean timeoutIsSet;
    private boolean timeoutIsToken;
    private @Nullable AlarmThreshold duration;
    private boolean durationIsChosen;

    private @Nullable Number concurrencyLimit;
    private @Nullable AlarmThreshold concurrency;
    private boolean concurrencyIsChosen;

    private Builder() {}

    /** {@return a new builder in which every alarm has its default} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets the threshold for invocations that failed or timed out. Default: any in 1 minute,
     * because each may be a payment whose outcome its caller does not know.
     *
     * @param errors the threshold, in invocations
     * @return this builder
     */
    public Builder errors(AlarmThreshold errors) {
      this.errors = errors;
      return this;
    }

    /** {@return this builder, without an alarm on errors} */
    public Builder withoutErrors() {
      this.errors = null;
      return this;
    }

    /**
     * Sets the threshold for invocations that Lambda refused. Default: any in 3 of 5 minutes; a
     * short burst passes by itself.
     *
     * @param throttles the threshold, in invocations
     * @return this builder
     */
    public Builder throttles(AlarmThreshold throttles) {
      this.throttles = throttles;
      return this;
    }

    /** {@return this builder, without an alarm on throttles} */
    public Builder withoutThrottles() {
      this.throttles = null;
      return this;
    }

    /**
     * Sets the function's timeout; the alarm on the duration goes off above 80 % of it. Default:
     * the timeout of a function created in the same app, else 30 seconds.
     *
     * @param timeout 1 second to 15 minutes
     * @return this builder
     */
    public Builder timeout(Duration timeout) {
      this.timeoutIsSet = true;
      this.timeoutIsToken = timeout.isUnresolved();
      this.timeoutSeconds =
          timeoutIsToken ? DEFAULT_TIMEOUT_SECONDS : timeout.toSeconds().intValue();
      return this;
    }

    /**
     * Sets the threshold for the 99th percentile of the duration. Default: above 80 % of {@link
     * #timeout(Duration)} in 3 of 5 minutes.
     *
     * @param duration the threshold, in milliseconds
     * @return this builder
     */
    public Builder duration(AlarmThreshold duration) {
      this.duration = duration;
      this.durationIsChosen = true;
      return this;
    }

    /** {@return this builder, without an alarm on the duration} */
    public Builder withoutDuration() {
      this.duration = null;
      this.durationIsChosen = true;
      return this;
    }

    /**
     * Sets how many invocations may run at once; the alarm on the concurrency goes off above 80 %
     * of it. Default: 1000, the default quota of an account in a region.
     *
     * @param concurrencyLimit the function's reserved concurrency, or the account's quota; 1 or
     *     more
     * @return this builder
     */
    public Builder concurrencyLimit(Number concurrencyLimit) {
      this.concurrencyLimit = concurrencyLimit;
      return this;
    }

    /**
     * Sets the threshold for simultaneous invocations. Default: above 80 % of {@link
     * #concurrencyLimit(Number)} in 3 of 5 minutes.
     *
     * @param concurrency the threshold, in invocations
     * @return this builder
     */
    public Builder concurrency(AlarmThreshold concurrency) {
      this.concurrency = concurrency;
      this.concurrencyIsChosen = true;
      return this;
    }

    /** {@return this builder, without an alarm on the concurrency} */
    public Builder withoutConcurrency() {
      this.concurrency = null;
      this.concurrencyIsChosen = true;
      return this;
    }

    /**
     * Makes the thresholds.
     *
     * @return the thresholds
     * @throws io.github.paymentdr.core.validation.InvalidInputException if {@code timeout} or
     *     {@code concurrencyLimit} is out of range or set beside the threshold that it shapes, or
     *     if no alarm is left; it names all faults
     */
    @Override
    public FunctionAlarmThresholds build() {
      Faults faults = Faults.of("FunctionAlarmThresholds");
      checkTimeout(faults);
      if (concurrencyLimit != null) {
        checkConcurrencyLimit(faults, concurrencyLimit);
      }
      faults.unless(
          !durationIsChosen
              || !concurrencyIsChosen
              || Stream.of(errors, throttles, duration, concurrency)
                  .anyMatch(threshold -> threshold != null),
          "at least one alarm must be on; remove monitorFunction(...) instead");
      faults.throwIfAny();
      return new FunctionAlarmThresholds(this);
    }

    private @Nullable AlarmThreshold effectiveDuration() {
      return durationIsChosen ? duration : durationBelow(timeoutSeconds);
    }

    private @Nullable AlarmThreshold effectiveConcurrency() {
      if (concurrencyIsChosen) {
        return concurrency;
      }
      Number limit = concurrencyLimit == null ? DEFAULT_CONCURRENCY_LIMIT : concurrencyLimit;
      return REPEATED.withValue(limit.longValue() * CONCURRENCY_PERCENT / 100);
    }

    private void checkTimeout(Faults faults) {
      faults.unless(
          !timeoutIsSet || !durationIsChosen,
          "timeout only shapes the default of duration; remove timeout(...) or what sets or"
              + " switches off duration");
      faults.unless(
          !timeoutIsToken,
          "timeout must be known at synthesis, got a deploy-time token; pass a literal value");
      faults.unless(
          timeoutSeconds >= 1 && timeoutSeconds <= LONGEST_TIMEOUT_SECONDS,
          "timeout must be between 1 and 900 s, got " + timeoutSeconds + " s");
    }

    private void checkConcurrencyLimit(Faults faults, Number limit) {
      faults.unless(
          !concurrencyIsChosen,
          "concurrencyLimit only shapes the default of concurrency; remove concurrencyLimit(...) or"
              + " what sets or switches off concurrency");
      if (Token.isUnresolved(limit)) {
        faults.add(
            "concurrencyLimit must be known at synthesis, got a deploy-time token; pass a literal"
                + " value");
        return;
      }
      faults.unless(
          limit.doubleValue() >= 1,
          "concurrencyLimit must be at least 1, got "
              + limit
              + "; use the function's reserved concurrency or the account's quota");
    }
  }
}
