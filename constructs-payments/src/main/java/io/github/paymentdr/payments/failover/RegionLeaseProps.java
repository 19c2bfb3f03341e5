package io.github.paymentdr.payments.failover;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.internal.TableProtection;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Token;

/** Properties of {@link RegionLease}. */
public final class RegionLeaseProps {
  private static final String DEFAULT_PURPOSE = "control";
  private static final int DEFAULT_LEASE_SECONDS = 5;
  private static final int DEFAULT_CLOCK_DRIFT_PERCENT = 1;
  private static final int MIN_LEASE_MILLIS = 1000;
  private static final int MAX_LEASE_MILLIS = 60_000;
  private static final int MAX_CLOCK_DRIFT_PERCENT = 10;

  private final DrNames names;
  private final String purpose;
  private final @Nullable Duration leaseTime;
  private final Number clockDriftPercent;
  private final Boolean pointInTimeRecovery;
  private final Number recoveryPeriodInDays;
  private final Boolean deletionProtection;
  private final RemovalPolicy removalPolicy;

  private RegionLeaseProps(Setters<?> setters) {
    this.names = requireNonNull(setters.names);
    this.purpose = setters.effectivePurpose();
    this.leaseTime = setters.leaseTime;
    this.clockDriftPercent =
        setters.clockDriftPercent == null ? DEFAULT_CLOCK_DRIFT_PERCENT : setters.clockDriftPercent;
    this.pointInTimeRecovery = setters.hasPointInTimeRecovery();
    this.recoveryPeriodInDays =
        setters.recoveryPeriodInDays == null
            ? TableProtection.MAX_RECOVERY_PERIOD_IN_DAYS
            : setters.recoveryPeriodInDays;
    this.deletionProtection = setters.hasDeletionProtection();
    this.removalPolicy = setters.effectiveRemovalPolicy();
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the names of the pair} */
  public DrNames getNames() {
    return names;
  }

  /** {@return what the table is for, the middle of its name, {@code control} by default} */
  public String getPurpose() {
    return purpose;
  }

  /** {@return how long a reading of the lease is good for, 5 seconds by default} */
  public Duration getLeaseTime() {
    return leaseTime == null ? Duration.seconds(DEFAULT_LEASE_SECONDS) : leaseTime;
  }

  /** {@return by how many percent any clock may run faster than any other, 1 by default} */
  public Number getClockDriftPercent() {
    return clockDriftPercent;
  }

  /** {@return whether each replica can be restored to a point in time, true by default} */
  public Boolean getPointInTimeRecovery() {
    return pointInTimeRecovery;
  }

  /**
   * {@return how many days back a replica can be restored, 35 by default; without effect when
   * point-in-time recovery is off}
   */
  public Number getRecoveryPeriodInDays() {
    return recoveryPeriodInDays;
  }

  /** {@return whether each replica refuses to be deleted, true by default} */
  public Boolean getDeletionProtection() {
    return deletionProtection;
  }

  /** {@return what becomes of the table when its stack is deleted, {@code RETAIN} by default} */
  public RemovalPolicy getRemovalPolicy() {
    return removalPolicy;
  }

  /** Builds {@link RegionLeaseProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<RegionLeaseProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public RegionLeaseProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link RegionLease.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable DrNames names;
    private @Nullable String purpose;
    private @Nullable Duration leaseTime;
    private @Nullable Number clockDriftPercent;
    private @Nullable Boolean pointInTimeRecovery;
    private @Nullable Number recoveryPeriodInDays;
    private @Nullable Boolean deletionProtection;
    private @Nullable RemovalPolicy removalPolicy;

    Setters() {}

    /**
     * Sets the names of the pair, which give the table its name in both regions. Required.
     *
     * @param names the names, one region of whose pair is the stack's
     * @return this builder
     */
    public B names(DrNames names) {
      this.names = names;
      return self();
    }

    /**
     * Sets what the table is for, the middle of its name. Two leases of one pair, for two
     * applications that fail over independently, need different purposes. Default: {@code control}.
     *
     * @param purpose lower-case letters, digits and single hyphens
     * @return this builder
     */
    public B purpose(String purpose) {
      this.purpose = purpose;
      return self();
    }

    /**
     * Sets how long a reading of the lease is good for, and so how long the table may be slow
     * before payments are refused. It is part of what a take-over waits for: see {@link
     * RegionLease#fencingTime}. Default: 5 seconds.
     *
     * @param leaseTime 1 to 60 seconds, in whole milliseconds
     * @return this builder
     */
    public B leaseTime(Duration leaseTime) {
      this.leaseTime = leaseTime;
      return self();
    }

    /**
     * Sets by how many percent any clock may run faster than any other; a take-over waits so much
     * longer. Default: 1, which is far more than the clocks of AWS differ.
     *
     * @param clockDriftPercent a whole number from 0 to 10
     * @return this builder
     */
    public B clockDriftPercent(Number clockDriftPercent) {
      this.clockDriftPercent = clockDriftPercent;
      return self();
    }

    /**
     * Sets whether each replica can be restored to a point in time. Default: true.
     *
     * @param pointInTimeRecovery whether it can
     * @return this builder
     */
    public B pointInTimeRecovery(Boolean pointInTimeRecovery) {
      this.pointInTimeRecovery = pointInTimeRecovery;
      return self();
    }

    /**
     * Sets how many days back a replica can be restored. Default: 35.
     *
     * @param recoveryPeriodInDays 1 to 35
     * @return this builder
     */
    public B recoveryPeriodInDays(Number recoveryPeriodInDays) {
      this.recoveryPeriodInDays = recoveryPeriodInDays;
      return self();
    }

    /**
     * Sets whether each replica refuses to be deleted. Default: true.
     *
     * @param deletionProtection whether it refuses
     * @return this builder
     */
    public B deletionProtection(Boolean deletionProtection) {
      this.deletionProtection = deletionProtection;
      return self();
    }

    /**
     * Sets what becomes of the table, with both replicas, when the primary region's stack is
     * deleted. Default: {@code RETAIN}, because without the table nobody knows who is active, and
     * payments are refused in both regions.
     *
     * @param removalPolicy {@code RETAIN}, {@code RETAIN_ON_UPDATE_OR_DELETE}, or {@code DESTROY}
     *     together with {@code deletionProtection(false)}
     * @return this builder
     */
    public B removalPolicy(RemovalPolicy removalPolicy) {
      this.removalPolicy = removalPolicy;
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    private String effectivePurpose() {
      return purpose == null ? DEFAULT_PURPOSE : purpose;
    }

    private boolean hasPointInTimeRecovery() {
      return pointInTimeRecovery == null || pointInTimeRecovery;
    }

    private boolean hasDeletionProtection() {
      return deletionProtection == null || deletionProtection;
    }

    private RemovalPolicy effectiveRemovalPolicy() {
      return removalPolicy == null ? RemovalPolicy.RETAIN : removalPolicy;
    }

    final RegionLeaseProps buildProps() {
      Faults faults = Faults.of("RegionLeaseProps");
      checkName(faults);
      checkLeaseTime(faults);
      checkClockDrift(faults);
      TableProtection.checkRecovery(faults, hasPointInTimeRecovery(), recoveryPeriodInDays);
      TableProtection.checkRemoval(faults, effectiveRemovalPolicy(), hasDeletionProtection());
      faults.throwIfAny();
      return new RegionLeaseProps(this);
    }

    private void checkName(Faults faults) {
      faults.require("names", names, "set names(DrNames.Builder.create()...build())");
      if (names != null) {
        try {
          names.pairName(effectivePurpose());
        } catch (InvalidInputException e) {
          faults.addAll(e);
        }
      }
    }

    private void checkLeaseTime(Faults faults) {
      if (leaseTime == null) {
        return;
      }
      if (leaseTime.isUnresolved()) {
        faults.add(
            "leaseTime must be known at synthesis, got a deploy-time token; pass a literal value");
        return;
      }
      double millis = leaseTime.toMilliseconds().doubleValue();
      faults.unless(
          millis >= MIN_LEASE_MILLIS && millis <= MAX_LEASE_MILLIS && millis == Math.rint(millis),
          "leaseTime must be whole milliseconds between 1 and 60 seconds, got "
              + leaseTime.toHumanString()
              + "; 5 seconds are usual");
    }

    private void checkClockDrift(Faults faults) {
      if (clockDriftPercent == null) {
        return;
      }
      if (Token.isUnresolved(clockDriftPercent)) {
        faults.add(
            "clockDriftPercent must be known at synthesis, got a deploy-time token; pass a literal"
                + " value");
        return;
      }
      int percent = clockDriftPercent.intValue();
      faults.unless(
          percent >= 0
              && percent <= MAX_CLOCK_DRIFT_PERCENT
              && percent == clockDriftPercent.doubleValue(),
          "clockDriftPercent must be a whole number between 0 and 10, got "
              + clockDriftPercent
              + "; 1 is usual");
    }
  }
}
