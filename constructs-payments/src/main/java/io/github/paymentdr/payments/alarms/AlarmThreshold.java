package io.github.paymentdr.payments.alarms;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.validation.Faults;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.MathExpressionOptions;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;

/**
 * When an alarm goes off: the comparison, the value, how often it must be seen and what silence
 * means. It says neither which metric is compared nor who is told.
 *
 * <pre>{@code
 * AlarmThreshold.Builder.create().value(90).evaluationPeriods(10).datapointsToAlarm(8).build();
 * }</pre>
 */
public final class AlarmThreshold {
  private static final int DEFAULT_PERIOD_SECONDS = 60;
  private static final int DEFAULT_EVALUATION_PERIODS = 5;

  /** The limits of an alarm, from "PutMetricAlarm" in the CloudWatch API reference. */
  private static final ImmutableSet<Integer> HIGH_RESOLUTION_SECONDS = ImmutableSet.of(10, 20, 30);

  private static final double MILLISECONDS = 1_000;
  private static final int HOUR_SECONDS = 3_600;
  private static final int DAY_SECONDS = 86_400;
  private static final int WEEK_SECONDS = 604_800;

  private static final ImmutableMap<ComparisonOperator, String> SYMBOLS =
      ImmutableMap.of(
          ComparisonOperator.GREATER_THAN_THRESHOLD, ">",
          ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, ">=",
          ComparisonOperator.LESS_THAN_THRESHOLD, "<",
          ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD, "<=");

  private final ComparisonOperator comparison;
  private final double value;
  private final int periodSeconds;
  private final int evaluationPeriods;
  private final int datapointsToAlarm;
  private final TreatMissingData missingData;

  private AlarmThreshold(Builder builder) {
    this.comparison = builder.comparison;
    this.value = requireNonNull(builder.value).doubleValue();
    this.periodSeconds = builder.periodSeconds;
    this.evaluationPeriods = builder.evaluationPeriods.intValue();
    this.datapointsToAlarm = builder.effectiveDatapoints().intValue();
    this.missingData = builder.missingData;
  }

  /** {@return how the metric is compared with the value, greater than it by default} */
  public ComparisonOperator getComparison() {
    return comparison;
  }

  /** {@return the value in the metric's own unit} */
  public Number getValue() {
    return value;
  }

  /** {@return the time that one datapoint covers, 1 minute by default} */
  public Duration getPeriod() {
    return Duration.seconds(periodSeconds);
  }

  /** {@return how many of the latest datapoints are looked at, 5 by default} */
  public Number getEvaluationPeriods() {
    return evaluationPeriods;
  }

  /** {@return how many of them must breach, all by default} */
  public Number getDatapointsToAlarm() {
    return datapointsToAlarm;
  }

  /** {@return what a missing datapoint counts as, not breaching by default} */
  public TreatMissingData getMissingData() {
    return missingData;
  }

  /** {@return a builder that starts from this threshold, to change a part of it} */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.comparison = comparison;
    builder.value = value;
    builder.periodSeconds = periodSeconds;
    builder.evaluationPeriods = evaluationPeriods;
    builder.datapointsToAlarm = datapointsToAlarm;
    builder.missingData = missingData;
    return builder;
  }

  AlarmThreshold withValue(Number other) {
    return toBuilder().value(other).build();
  }

  /** The metric in datapoints of this threshold's period. */
  IMetric applyPeriod(IMetric metric) {
    if (metric instanceof Metric plain) {
      return plain.with(MetricOptions.builder().period(getPeriod()).build());
    }
    if (metric instanceof MathExpression expression) {
      return expression.with(MathExpressionOptions.builder().period(getPeriod()).build());
    }
    return metric;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AlarmThreshold threshold
        && comparison == threshold.comparison
        && Double.compare(value, threshold.value) == 0
        && periodSeconds == threshold.periodSeconds
        && evaluationPeriods == threshold.evaluationPeriods
        && datapointsToAlarm == threshold.datapointsToAlarm
        && missingData == threshold.missingData;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        comparison, value, periodSeconds, evaluationPeriods, datapointsToAlarm, missingData);
  }

  /**
   * {@return the whole threshold, {@code > 80 in 3 of 5 periods of 60 s, missing: not_breaching}}
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s in %s of %s periods of %s s, missing: %s",
        SYMBOLS.get(comparison),
        value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : value,
        datapointsToAlarm,
        evaluationPeriods,
        periodSeconds,
        missingData.name().toLowerCase(Locale.ROOT));
  }

  /** Builds {@link AlarmThreshold}. */
  public static final class Builder implements software.amazon.jsii.Builder<AlarmThreshold> {
    private ComparisonOperator comparison = ComparisonOperator.GREATER_THAN_THRESHOLD;
    private @Nullable Number value;
    private int periodSeconds = DEFAULT_PERIOD_SECONDS;
    private boolean periodIsToken;
    private Number evaluationPeriods = DEFAULT_EVALUATION_PERIODS;
    private @Nullable Number datapointsToAlarm;
    private TreatMissingData missingData = TreatMissingData.NOT_BREACHING;

    private Builder() {}

    /** {@return a new builder} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets how the metric is compared with the value. Default: greater than it.
     *
     * @param comparison one of the four that compare with a fixed value
     * @return this builder
     */
    public Builder comparison(ComparisonOperator comparison) {
      this.comparison = comparison;
      return this;
    }

    /**
     * Sets the value that the metric is compared with. Required.
     *
     * @param value the value in the metric's own unit
     * @return this builder
     */
    public Builder value(Number value) {
      this.value = value;
      return this;
    }

    /**
     * Sets the time that one datapoint covers. Default: 1 minute, the finest that AWS services
     * report.
     *
     * @param period 10, 20 or 30 seconds, or whole minutes
     * @return this builder
     */
    public Builder period(Duration period) {
      if (period == null) {
        this.periodIsToken = false;
        this.periodSeconds = DEFAULT_PERIOD_SECONDS;
        return this;
      }
      this.periodIsToken = period.isUnresolved();
      this.periodSeconds = periodIsToken ? DEFAULT_PERIOD_SECONDS : secondsOf(period);
      return this;
    }

    /**
     * Sets how many of the latest datapoints are looked at. Default: 5.
     *
     * @param evaluationPeriods 1 or more; all together at most 1 day, or 7 days when the period is
     *     an hour or longer
     * @return this builder
     */
    public Builder evaluationPeriods(Number evaluationPeriods) {
      this.evaluationPeriods =
          evaluationPeriods == null ? DEFAULT_EVALUATION_PERIODS : evaluationPeriods;
      return this;
    }

    /**
     * Sets how many of the datapoints looked at must breach. Default: all of them.
     *
     * @param datapointsToAlarm between 1 and the evaluation periods
     * @return this builder
     */
    public Builder datapointsToAlarm(Number datapointsToAlarm) {
      this.datapointsToAlarm = datapointsToAlarm;
      return this;
    }

    /**
     * Sets what a missing datapoint counts as. Default: not breaching, because the services count
     * nothing when nothing happens.
     *
     * @param missingData the treatment
     * @return this builder
     */
    public Builder missingData(TreatMissingData missingData) {
      this.missingData = missingData == null ? TreatMissingData.NOT_BREACHING : missingData;
      return this;
    }

    /**
     * Makes the threshold.
     *
     * @return the threshold
     * @throws io.github.paymentdr.core.validation.InvalidInputException if the value is missing or
     *     something is out of range; it names all faults
     */
    @Override
    public AlarmThreshold build() {
      Faults faults = Faults.of("AlarmThreshold");
      faults.require("value", value, "set value(80)");
      faults.unless(
          value == null || Double.isFinite(value.doubleValue()),
          "value must be a number, got " + value);
      faults.unless(
          SYMBOLS.containsKey(comparison),
          "comparison must be with a fixed value, got "
              + comparison
              + "; use one of "
              + SYMBOLS.keySet());
      checkPeriods(faults);
      faults.throwIfAny();
      return new AlarmThreshold(this);
    }

    /** Zero, which no period may have, where there is a fraction of a second. */
    private static int secondsOf(Duration period) {
      double seconds = period.toMilliseconds().doubleValue() / MILLISECONDS;
      return seconds == Math.rint(seconds) ? (int) seconds : 0;
    }

    private Number effectiveDatapoints() {
      return datapointsToAlarm == null ? evaluationPeriods : datapointsToAlarm;
    }

    private void checkPeriods(Faults faults) {
      boolean periodIsValid =
          HIGH_RESOLUTION_SECONDS.contains(periodSeconds)
              || (periodSeconds > 0 && periodSeconds % DEFAULT_PERIOD_SECONDS == 0);
      faults.unless(
          !periodIsToken,
          "period must be known at synthesis, got a deploy-time token; pass a literal value");
      faults.unless(
          periodIsValid,
          "period must be 10, 20 or 30 seconds or whole minutes, got " + periodSeconds + " s");
      if (!requireCount(faults, "evaluationPeriods", evaluationPeriods)) {
        return;
      }
      long span = (long) periodSeconds * evaluationPeriods.intValue();
      long longest = periodSeconds >= HOUR_SECONDS ? WEEK_SECONDS : DAY_SECONDS;
      faults.unless(
          !periodIsValid || span <= longest,
          String.format(
              "evaluationPeriods must span at most %s s, got %s of %s s; look at fewer periods",
              longest, evaluationPeriods, periodSeconds));
      Number datapoints = effectiveDatapoints();
      if (requireCount(faults, "datapointsToAlarm", datapoints)) {
        faults.unless(
            datapoints.intValue() <= evaluationPeriods.intValue(),
            String.format(
                "datapointsToAlarm must be between 1 and evaluationPeriods %s, got %s",
                evaluationPeriods, datapoints));
      }
    }

    private static boolean requireCount(Faults faults, String name, Number count) {
      if (Token.isUnresolved(count)) {
        faults.add(
            name + " must be known at synthesis, got a deploy-time token; pass a literal value");
        return false;
      }
      boolean isCount = count.intValue() >= 1 && count.doubleValue() == count.intValue();
      faults.unless(isCount, name + " must be a whole number from 1, got " + count);
      return isCount;
    }
  }
}
