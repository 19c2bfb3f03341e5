package io.github.paymentdr.payments.alarms;

import io.github.paymentdr.core.validation.Faults;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When the alarms of a DynamoDB table go off. Each has a default; each can be changed or switched
 * off.
 *
 * <pre>{@code
 * TableAlarmThresholds.Builder.create().withoutReplicationLatency().build(); // not a global table
 * }</pre>
 */
public final class TableAlarmThresholds {
  private static final AlarmThreshold REPEATED =
      AlarmThreshold.Builder.create().value(0).datapointsToAlarm(3).build();

  private final @Nullable AlarmThreshold throttles;
  private final @Nullable AlarmThreshold systemErrors;
  private final @Nullable AlarmThreshold replicationLatency;

  private TableAlarmThresholds(Builder builder) {
    this.throttles = builder.throttles;
    this.systemErrors = builder.systemErrors;
    this.replicationLatency = builder.replicationLatency;
  }

  /** {@return the threshold for refused reads and writes in a period, empty when switched off} */
  public Optional<AlarmThreshold> getThrottles() {
    return Optional.ofNullable(throttles);
  }

  /** {@return the threshold for requests that failed inside DynamoDB, empty when switched off} */
  public Optional<AlarmThreshold> getSystemErrors() {
    return Optional.ofNullable(systemErrors);
  }

  /** {@return the threshold for the latency to the other region in milliseconds, empty when off} */
  public Optional<AlarmThreshold> getReplicationLatency() {
    return Optional.ofNullable(replicationLatency);
  }

  /** Builds {@link TableAlarmThresholds}. */
  public static final class Builder implements software.amazon.jsii.Builder<TableAlarmThresholds> {
    private @Nullable AlarmThreshold throttles = REPEATED;
    private @Nullable AlarmThreshold systemErrors = REPEATED;
    private @Nullable AlarmThreshold replicationLatency =
        AlarmThreshold.Builder.create().value(5000).build();

    private Builder() {}

    /** {@return a new builder in which every alarm has its default} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets the threshold for reads and writes that DynamoDB refused. Default: any in 3 of 5
     * minutes; clients retry a single one.
     *
     * @param throttles the threshold, in reads and writes
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
     * Sets the threshold for requests that failed inside DynamoDB. Default: any in 3 of 5 minutes;
     * clients retry a single one.
     *
     * @param systemErrors the threshold, in requests
     * @return this builder
     */
    public Builder systemErrors(AlarmThreshold systemErrors) {
      this.systemErrors = systemErrors;
      return this;
    }

    /** {@return this builder, without an alarm on system errors} */
    public Builder withoutSystemErrors() {
      this.systemErrors = null;
      return this;
    }

    /**
     * Sets the threshold for the mean time until a write is in the other region. Default: above
     * 5000 ms in 5 of 5 minutes; usual is about 1000 ms.
     *
     * @param replicationLatency the threshold, in milliseconds
     * @return this builder
     */
    public Builder replicationLatency(AlarmThreshold replicationLatency) {
      this.replicationLatency = replicationLatency;
      return this;
    }

    /** {@return this builder, without an alarm on the latency to the other region} */
    public Builder withoutReplicationLatency() {
      this.replicationLatency = null;
      return this;
    }

    /**
     * Makes the thresholds.
     *
     * @return the thresholds
     * @throws io.github.paymentdr.core.validation.InvalidInputException if no alarm is left
     */
    @Override
    public TableAlarmThresholds build() {
      Faults faults = Faults.of("TableAlarmThresholds");
      faults.unless(
          Stream.of(throttles, systemErrors, replicationLatency)
              .anyMatch(threshold -> threshold != null),
          "at least one alarm must be on; remove monitorTable(...) instead");
      faults.throwIfAny();
      return new TableAlarmThresholds(this);
    }
  }
}
