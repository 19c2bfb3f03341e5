package io.github.paymentdr.payments.alarms;

import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.validation.Faults;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When the alarms on the replication of an Aurora global database go off. Each has a default; each
 * can be changed or switched off.
 *
 * <pre>{@code
 * GlobalDatabaseAlarmThresholds.Builder.create().withoutReplicationLag().build();
 * }</pre>
 */
public final class GlobalDatabaseAlarmThresholds {
  private final @Nullable AlarmThreshold rpoLag;
  private final boolean rpoLagIsChosen;
  private final @Nullable AlarmThreshold replicationLag;

  private GlobalDatabaseAlarmThresholds(Builder builder) {
    this.rpoLag = builder.rpoLag;
    this.rpoLagIsChosen = builder.rpoLagIsChosen;
    this.replicationLag = builder.replicationLag;
  }

  /**
   * {@return the threshold for the span of committed data that would be lost, in milliseconds,
   * before any recovery objective is applied; empty when switched off}
   */
  public Optional<AlarmThreshold> getRpoLag() {
    return Optional.ofNullable(rpoLag);
  }

  /** {@return the threshold for the storage's lag in milliseconds, empty when switched off} */
  public Optional<AlarmThreshold> getReplicationLag() {
    return Optional.ofNullable(replicationLag);
  }

  /**
   * Asynchronous replication cannot promise a recovery point of zero, so for that objective the
   * default stays: it then speaks of the health of the replication.
   */
  Optional<AlarmThreshold> rpoLagFor(@Nullable RecoveryObjective objective) {
    if (rpoLagIsChosen || objective == null || objective.getRecoveryPoint().isZero()) {
      return getRpoLag();
    }
    return getRpoLag()
        .map(threshold -> threshold.withValue(objective.getRecoveryPoint().toMillis()));
  }

  /** Builds {@link GlobalDatabaseAlarmThresholds}. */
  public static final class Builder
      implements software.amazon.jsii.Builder<GlobalDatabaseAlarmThresholds> {
    private @Nullable AlarmThreshold rpoLag = AlarmThreshold.Builder.create().value(5000).build();
    private boolean rpoLagIsChosen;
    private @Nullable AlarmThreshold replicationLag =
        AlarmThreshold.Builder.create().value(5000).build();

    private Builder() {}

    /** {@return a new builder in which every alarm has its default} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets the threshold for the span of committed data that would be lost with the other region.
     * Default: above the recovery point of the {@code recoveryObjective} of {@link DrAlarms}, or
     * above 5000 ms where that is not set or zero, in 5 of 5 minutes.
     *
     * @param rpoLag the threshold, in milliseconds
     * @return this builder
     */
    public Builder rpoLag(AlarmThreshold rpoLag) {
      this.rpoLag = rpoLag;
      this.rpoLagIsChosen = true;
      return this;
    }

    /** {@return this builder, without an alarm on the recovery point} */
    public Builder withoutRpoLag() {
      this.rpoLag = null;
      this.rpoLagIsChosen = true;
      return this;
    }

    /**
     * Sets the threshold for the storage's lag behind the other region. Default: above 5000 ms in 5
     * of 5 minutes; usual is about 1000 ms.
     *
     * @param replicationLag the threshold, in milliseconds
     * @return this builder
     */
    public Builder replicationLag(AlarmThreshold replicationLag) {
      this.replicationLag = replicationLag;
      return this;
    }

    /** {@return this builder, without an alarm on the storage's lag} */
    public Builder withoutReplicationLag() {
      this.replicationLag = null;
      return this;
    }

    /**
     * Makes the thresholds.
     *
     * @return the thresholds
     * @throws io.github.paymentdr.core.validation.InvalidInputException if no alarm is left
     */
    @Override
    public GlobalDatabaseAlarmThresholds build() {
      Faults faults = Faults.of("GlobalDatabaseAlarmThresholds");
      faults.unless(
          rpoLag != null || replicationLag != null,
          "at least one alarm must be on; remove monitorGlobalDatabase(...) instead");
      faults.throwIfAny();
      return new GlobalDatabaseAlarmThresholds(this);
    }
  }
}
