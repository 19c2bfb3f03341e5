package io.github.paymentdr.payments.failover;

import io.github.paymentdr.core.recovery.RecoveryBudget;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;

/**
 * What each phase of a failover takes at most. The budget counts the loss of one region while
 * everything in the other works: one attempt of each step, at its full share.
 */
final class FailoverBudget {
  /**
   * A request to the control table. A strongly consistent one needs an answer of a second region,
   * some tens of milliseconds away.
   */
  private static final int TABLE = 1;

  private static final int FUNCTION = StepTimes.FUNCTION;

  private static final double OVERDUE = 0.8;

  private final DrFailoverProps props;
  private final int fencing;

  FailoverBudget(DrFailoverProps props) {
    this.props = props;
    this.fencing =
        Math.toIntExact(
            props.getLease().fencingTime(props.getPaymentFunction().getTimeout()).toSeconds());
  }

  RecoveryBudget budget() {
    StepTimes times = stepTimes();
    RecoveryBudget.Builder budget = RecoveryBudget.Builder.create().objective(props.getObjective());
    phase(budget, "detection", detection() + secondsOf(props.getProbeTimeout()));
    phase(
        budget,
        "alarm",
        secondsOf(props.getAlarmEvaluation()) + secondsOf(props.getEventDelivery()));
    phase(
        budget,
        "decision",
        times.table() + times.assessment() + (hasDatabase() ? times.fitness() : 0));
    phase(budget, "lease", times.table());
    phase(budget, "fencing", times.fencing());
    if (hasDatabase()) {
      phase(budget, "promotion", times.table() + times.promotion());
    }
    phase(budget, "replay", times.replay());
    phase(
        budget,
        "opening",
        times.table() + times.traffic() + secondsOf(props.getTrafficPropagation()));
    phase(budget, "reconnect", secondsOf(props.getClientReconnect()));
    return budget.build();
  }

  StepTimes stepTimes() {
    int asking = props.getConfirmAttempts().intValue() * secondsOf(props.getProbeTimeout());
    return new StepTimes(
        TABLE,
        asking + FUNCTION,
        FUNCTION,
        fencing,
        promotion(),
        replay(),
        FUNCTION,
        detection(),
        secondsOf(props.getCoolDown()));
  }

  /** From taking the lease to opening it. */
  int activationSeconds() {
    StepTimes times = stepTimes();
    return times.table()
        + times.fencing()
        + (hasDatabase() ? times.table() + times.promotion() : 0)
        + times.replay()
        + times.table();
  }

  /** When a recovery has used up most of the objective and a person should look. */
  int overdueSeconds() {
    return (int) Math.floor(props.getObjective().getRecoveryTime().toSeconds() * OVERDUE);
  }

  private int detection() {
    return secondsOf(props.getProbeInterval()) * props.getUnhealthyDatapoints().intValue();
  }

  private boolean hasDatabase() {
    return props.getReplication() != null;
  }

  private int promotion() {
    Duration time = props.getPromotionTime();
    return time == null ? 0 : secondsOf(time);
  }

  private int replay() {
    @Nullable Duration given = props.getReplayTime();
    return secondsOf(given == null ? props.getPaymentFunction().getTimeout() : given);
  }

  private static void phase(RecoveryBudget.Builder budget, String name, int seconds) {
    budget.phase(name, java.time.Duration.ofSeconds(seconds));
  }

  private static int secondsOf(Duration duration) {
    return duration.toSeconds().intValue();
  }
}
