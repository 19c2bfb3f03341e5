package io.github.paymentdr.core.recovery;

import io.github.paymentdr.core.validation.Faults;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a pair promises when a region is lost: the recovery time objective (RTO) and the recovery
 * point objective (RPO).
 */
public final class RecoveryObjective {
  private final Duration recoveryTime;
  private final Duration recoveryPoint;

  private RecoveryObjective(Duration recoveryTime, Duration recoveryPoint) {
    this.recoveryTime = recoveryTime;
    this.recoveryPoint = recoveryPoint;
  }

  /**
   * Makes an objective.
   *
   * @param recoveryTime RTO: the longest time from the loss of a region until the other one serves;
   *     more than zero
   * @param recoveryPoint RPO: the longest span of replicated data that may be lost; zero or more
   * @return the objective
   * @throws io.github.paymentdr.core.validation.InvalidInputException if a duration is out of range
   */
  public static RecoveryObjective of(Duration recoveryTime, Duration recoveryPoint) {
    Faults faults = Faults.of("RecoveryObjective");
    faults.require("recoveryTime", recoveryTime, "pass a duration; five minutes are usual");
    faults.require("recoveryPoint", recoveryPoint, "pass a duration; use zero for no loss");
    faults.throwIfAny();
    faults.unless(
        recoveryTime.compareTo(Duration.ZERO) > 0,
        "recoveryTime must be more than zero, got " + recoveryTime + "; five minutes are usual");
    faults.unless(
        !recoveryPoint.isNegative(),
        "recoveryPoint must not be negative, got " + recoveryPoint + "; use zero for no loss");
    faults.throwIfAny();
    return new RecoveryObjective(recoveryTime, recoveryPoint);
  }

  /** {@return RTO: the longest time from the loss of a region until the other one serves} */
  public Duration getRecoveryTime() {
    return recoveryTime;
  }

  /** {@return RPO: the longest span of replicated data that may be lost} */
  public Duration getRecoveryPoint() {
    return recoveryPoint;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecoveryObjective objective
        && recoveryTime.equals(objective.recoveryTime)
        && recoveryPoint.equals(objective.recoveryPoint);
  }

  @Override
  public int hashCode() {
    return Objects.hash(recoveryTime, recoveryPoint);
  }

  /** {@return both objectives in seconds, {@code RTO 300 s, RPO 60 s}} */
  @Override
  public String toString() {
    return "RTO " + recoveryTime.toSeconds() + " s, RPO " + recoveryPoint.toSeconds() + " s";
  }
}
