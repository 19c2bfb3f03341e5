package io.github.paymentdr.payments.alarms;

import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.validation.Faults;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;

/**
 * When the alarms on the replication of a pair of databases go off. Each has a default; each can be
 * changed or switched off. A global database has the alarms on its lag, on a standby that is not
 * fit and on silence only.
 *
 * <pre>{@code
 * ReplicationAlarmThresholds.Builder.create().withoutTablesNotInSync().build();
 * }</pre>
 */
public final class ReplicationAlarmThresholds {
  private static final double LIMIT_SHARE = 0.8;

  private final @Nullable AlarmThreshold lag;
  private final boolean lagIsChosen;
  private final @Nullable AlarmThreshold slotInactive;
  private final @Nullable AlarmThreshold retainedWal;
  private final boolean retainedWalIsChosen;
  private final @Nullable AlarmThreshold applyErrors;
  private final @Nullable AlarmThreshold tablesNotInSync;
  private final @Nullable AlarmThreshold notFit;
  private final @Nullable AlarmThreshold silence;

  private ReplicationAlarmThresholds(Builder builder) {
    this.lag = builder.lag;
    this.lagIsChosen = builder.lagIsChosen;
    this.slotInactive = builder.slotInactive;
    this.retainedWal = builder.retainedWal;
    this.retainedWalIsChosen = builder.retainedWalIsChosen;
    this.applyErrors = builder.applyErrors;
    this.tablesNotInSync = builder.tablesNotInSync;
    this.notFit = builder.notFit;
    this.silence = builder.silence;
  }

  /**
   * {@return the threshold for the standby's lag in milliseconds, before any recovery objective is
   * applied; empty when switched off}
   */
  public Optional<AlarmThreshold> getLag() {
    return Optional.ofNullable(lag);
  }

  /** {@return the threshold for a slot that nobody reads, which is 1; empty when switched off} */
  public Optional<AlarmThreshold> getSlotInactive() {
    return Optional.ofNullable(slotInactive);
  }

  /**
   * {@return the threshold for the WAL kept for the standby in bytes, before the limit of the
   * replication is applied; empty when switched off}
   */
  public Optional<AlarmThreshold> getRetainedWal() {
    return Optional.ofNullable(retainedWal);
  }

  /** {@return the threshold for changes that could not be applied, empty when switched off} */
  public Optional<AlarmThreshold> getApplyErrors() {
    return Optional.ofNullable(applyErrors);
  }

  /** {@return the threshold for tables that are not replicated, empty when switched off} */
  public Optional<AlarmThreshold> getTablesNotInSync() {
    return Optional.ofNullable(tablesNotInSync);
  }

  /** {@return the threshold for a standby that could not take over, which is 1; empty when off} */
  public Optional<AlarmThreshold> getNotFit() {
    return Optional.ofNullable(notFit);
  }

  /** {@return the threshold for successful runs of the control function, empty when off} */
  public Optional<AlarmThreshold> getSilence() {
    return Optional.ofNullable(silence);
  }

  /** Asynchronous replication cannot promise a recovery point of zero: the default stays. */
  Optional<AlarmThreshold> lagFor(@Nullable RecoveryObjective objective) {
    if (lagIsChosen || objective == null || objective.getRecoveryPoint().isZero()) {
      return getLag();
    }
    return getLag().map(threshold -> threshold.withValue(objective.getRecoveryPoint().toMillis()));
  }

  /** Where the slot is dropped at a limit, the alarm must come before it. */
  Optional<AlarmThreshold> retainedWalFor(@Nullable Size limit) {
    if (retainedWalIsChosen || limit == null) {
      return getRetainedWal();
    }
    double share = Math.rint(limit.toBytes().doubleValue() * LIMIT_SHARE);
    return getRetainedWal().map(threshold -> threshold.withValue(share));
  }

  /** Builds {@link ReplicationAlarmThresholds}. */
  public static final class Builder
      implements software.amazon.jsii.Builder<ReplicationAlarmThresholds> {
    private static final long TEN_GIBIBYTES = 10L << 30;

    private @Nullable AlarmThreshold lag = threshold(5000, 3, 3);
    private boolean lagIsChosen;
    private @Nullable AlarmThreshold slotInactive = threshold(0, 3, 3);
    private @Nullable AlarmThreshold retainedWal = threshold(TEN_GIBIBYTES, 5, 5);
    private boolean retainedWalIsChosen;
    private @Nullable AlarmThreshold applyErrors = threshold(0, 3, 5);
    private @Nullable AlarmThreshold tablesNotInSync = threshold(0, 15, 15);
    private @Nullable AlarmThreshold notFit = threshold(0, 5, 5);
    private @Nullable AlarmThreshold silence =
        threshold(1, 5, 5).toBuilder()
            .comparison(ComparisonOperator.LESS_THAN_THRESHOLD)
            .missingData(TreatMissingData.BREACHING)
            .build();

    private Builder() {}

    /** {@return a new builder in which every alarm has its default} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets the threshold for how far the standby is behind. Default: above the recovery point of
     * the {@code recoveryObjective} of {@link DrAlarms}, or above 5000 ms where that is not set or
     * zero, in 3 of 3 minutes: a lag that stays is a loss in the making, and every minute adds to
     * it.
     *
     * @param lag the threshold, in milliseconds
     * @return this builder
     */
    public Builder lag(AlarmThreshold lag) {
      this.lag = lag;
      this.lagIsChosen = true;
      return this;
    }

    /** {@return this builder, without an alarm on the lag} */
    public Builder withoutLag() {
      this.lag = null;
      this.lagIsChosen = true;
      return this;
    }

    /**
     * Sets the threshold for a replication slot that nobody reads. Default: above 0 in 3 of 3
     * minutes; a subscription that starts anew is back within one.
     *
     * @param slotInactive the threshold for 1, inactive, and 0
     * @return this builder
     */
    public Builder slotInactive(AlarmThreshold slotInactive) {
      this.slotInactive = slotInactive;
      return this;
    }

    /** {@return this builder, without an alarm on the slot} */
    public Builder withoutSlotInactive() {
      this.slotInactive = null;
      return this;
    }

    /**
     * Sets the threshold for the write-ahead log kept for the standby. Default: above 80 % of the
     * replication's {@code retainedWalLimit}, or above 10 GiB where there is none, in 5 of 5
     * minutes.
     *
     * @param retainedWal the threshold, in bytes
     * @return this builder
     */
    public Builder retainedWal(AlarmThreshold retainedWal) {
      this.retainedWal = retainedWal;
      this.retainedWalIsChosen = true;
      return this;
    }

    /** {@return this builder, without an alarm on the retained log} */
    public Builder withoutRetainedWal() {
      this.retainedWal = null;
      this.retainedWalIsChosen = true;
      return this;
    }

    /**
     * Sets the threshold for changes that the standby could not apply. Default: any in 3 of 5
     * minutes; PostgreSQL tries again every few seconds, so that what does not heal is seen each
     * minute.
     *
     * @param applyErrors the threshold, in errors
     * @return this builder
     */
    public Builder applyErrors(AlarmThreshold applyErrors) {
      this.applyErrors = applyErrors;
      return this;
    }

    /** {@return this builder, without an alarm on changes that could not be applied} */
    public Builder withoutApplyErrors() {
      this.applyErrors = null;
      return this;
    }

    /**
     * Sets the threshold for tables that are not replicated. Default: any in 15 of 15 minutes, in
     * which a new table is copied; the first copy of a large database takes longer.
     *
     * @param tablesNotInSync the threshold, in tables
     * @return this builder
     */
    public Builder tablesNotInSync(AlarmThreshold tablesNotInSync) {
      this.tablesNotInSync = tablesNotInSync;
      return this;
    }

    /** {@return this builder, without an alarm on tables that are not replicated} */
    public Builder withoutTablesNotInSync() {
      this.tablesNotInSync = null;
      return this;
    }

    /**
     * Sets the threshold for a standby that could not take over if the active region was lost.
     * Default: above 0 in 5 of 5 minutes, in which a new and empty table is followed; the first
     * copy of a large database takes longer.
     *
     * @param notFit the threshold for 1, not fit, and 0
     * @return this builder
     */
    public Builder notFit(AlarmThreshold notFit) {
      this.notFit = notFit;
      return this;
    }

    /** {@return this builder, without an alarm on a standby that could not take over} */
    public Builder withoutNotFit() {
      this.notFit = null;
      return this;
    }

    /**
     * Sets the threshold for successful runs of the control function, without which nothing is
     * watched. Default: less than 1 in 5 of 5 minutes; no data at all counts as none.
     *
     * @param silence the threshold, in runs
     * @return this builder
     */
    public Builder silence(AlarmThreshold silence) {
      this.silence = silence;
      return this;
    }

    /** {@return this builder, without an alarm on silence} */
    public Builder withoutSilence() {
      this.silence = null;
      return this;
    }

    /**
     * Makes the thresholds.
     *
     * @return the thresholds
     * @throws io.github.paymentdr.core.validation.InvalidInputException if no alarm is left
     */
    @Override
    public ReplicationAlarmThresholds build() {
      Faults faults = Faults.of("ReplicationAlarmThresholds");
      faults.unless(
          Stream.of(lag, slotInactive, retainedWal, applyErrors, tablesNotInSync, notFit, silence)
              .anyMatch(threshold -> threshold != null),
          "at least one alarm must be on; remove monitorReplication(...) instead");
      faults.throwIfAny();
      return new ReplicationAlarmThresholds(this);
    }

    private static AlarmThreshold threshold(Number value, int datapoints, int periods) {
      return AlarmThreshold.Builder.create()
          .value(value)
          .evaluationPeriods(periods)
          .datapointsToAlarm(datapoints)
          .build();
    }
  }
}
