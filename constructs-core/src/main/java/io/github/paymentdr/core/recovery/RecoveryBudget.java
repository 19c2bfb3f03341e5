package io.github.paymentdr.core.recovery;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.validation.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The worst case of a recovery, phase by phase, which is within the objective: a budget that would
 * be over it cannot be made.
 *
 * <pre>{@code
 * RecoveryBudget budget =
 *     RecoveryBudget.Builder.create()
 *         .objective(RecoveryObjective.of(Duration.ofMinutes(5), Duration.ZERO))
 *         .phase("detection", Duration.ofSeconds(40))
 *         .phase("fencing", Duration.ofSeconds(36))
 *         .build();
 * budget.getTotal(); // 76 seconds
 * }</pre>
 */
public final class RecoveryBudget {
  private final RecoveryObjective objective;
  private final ImmutableList<RecoveryPhase> phases;

  private RecoveryBudget(RecoveryObjective objective, ImmutableList<RecoveryPhase> phases) {
    this.objective = objective;
    this.phases = phases;
  }

  /** {@return the objective that the budget keeps} */
  public RecoveryObjective getObjective() {
    return objective;
  }

  /** {@return the phases in the order in which they were added} */
  public List<RecoveryPhase> getPhases() {
    return phases;
  }

  /** {@return the worst case of all phases, one after the other} */
  public Duration getTotal() {
    return totalOf(phases);
  }

  /** {@return the longest phase, the first one if there are several} */
  public RecoveryPhase getLargest() {
    return largestOf(phases);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecoveryBudget budget
        && objective.equals(budget.objective)
        && phases.equals(budget.phases);
  }

  @Override
  public int hashCode() {
    return Objects.hash(objective, phases);
  }

  /** {@return the budget in one line, {@code 76 s of 300 s: detection 40 s, fencing 36 s}} */
  @Override
  public String toString() {
    return String.format(
        "%s s of %s s: %s",
        Seconds.of(getTotal()), Seconds.of(objective.getRecoveryTime()), listOf(phases));
  }

  private static Duration totalOf(List<RecoveryPhase> phases) {
    return phases.stream().map(RecoveryPhase::getWorstCase).reduce(Duration.ZERO, Duration::plus);
  }

  private static RecoveryPhase largestOf(List<RecoveryPhase> phases) {
    return phases.stream()
        .reduce((a, b) -> b.getWorstCase().compareTo(a.getWorstCase()) > 0 ? b : a)
        .orElseThrow();
  }

  private static String listOf(List<RecoveryPhase> phases) {
    return phases.stream().map(RecoveryPhase::toString).collect(Collectors.joining(", "));
  }

  /** Builds a {@link RecoveryBudget}. */
  public static final class Builder implements software.amazon.jsii.Builder<RecoveryBudget> {
    /** Far above any recovery, and far below what adding up durations can hold. */
    private static final Duration MAX_PHASE = Duration.ofDays(1);

    private @Nullable RecoveryObjective objective;
    private final List<String> names = new ArrayList<>();
    private final List<Duration> worstCases = new ArrayList<>();

    private Builder() {}

    /** {@return a new builder} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets what the budget must keep. Required.
     *
     * @param objective the objective, whose recovery time is the limit
     * @return this builder
     */
    public Builder objective(RecoveryObjective objective) {
      this.objective = objective;
      return this;
    }

    /**
     * Adds a phase after those added before. At least one is required.
     *
     * @param name what happens, in a word or two, different for each phase
     * @param worstCase the longest time that it may take: zero to one day
     * @return this builder
     */
    public Builder phase(String name, Duration worstCase) {
      names.add(name);
      worstCases.add(worstCase);
      return this;
    }

    /**
     * Makes the budget.
     *
     * @return the budget
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing, a phase has no name or the name of another, or a duration is out of range; it
     *     names all faults. Also if the phases together take longer than the objective allows; it
     *     lists them and names the largest
     */
    @Override
    public RecoveryBudget build() {
      Faults faults = Faults.of("RecoveryBudget");
      faults.require(
          "objective", objective, "set objective(RecoveryObjective.of(recoveryTime, ...))");
      faults.unless(!names.isEmpty(), "phase is required; add phase(\"detection\", ...)");
      for (int i = 0; i < names.size(); i++) {
        checkName(faults, i);
        checkWorstCase(faults, names.get(i), worstCases.get(i));
      }
      faults.throwIfAny();
      RecoveryBudget budget = new RecoveryBudget(requireNonNull(objective), phases());
      checkTotal(faults, budget);
      faults.throwIfAny();
      return budget;
    }

    private void checkName(Faults faults, int index) {
      String name = names.get(index);
      if (faults.requireConcrete("the name of phase " + (index + 1), name)) {
        faults.unless(
            !name.isBlank(),
            String.format(
                "the name of phase %s must not be empty, got '%s'; say what happens, such as"
                    + " detection",
                index + 1, name));
        faults.unless(
            name.isBlank() || names.indexOf(name) == index,
            "phase '" + name + "' must be there once, got it again; give it another name");
      }
    }

    private static void checkWorstCase(Faults faults, String name, @Nullable Duration worstCase) {
      String advice = "pass the longest time that it may take";
      faults.require("the duration of phase '" + name + "'", worstCase, advice);
      if (worstCase != null) {
        faults.unless(
            !worstCase.isNegative() && worstCase.compareTo(MAX_PHASE) <= 0,
            String.format(
                "the duration of phase '%s' must be between zero and one day, got %s; %s",
                name, worstCase, advice));
      }
    }

    private ImmutableList<RecoveryPhase> phases() {
      ImmutableList.Builder<RecoveryPhase> phases = ImmutableList.builder();
      for (int i = 0; i < names.size(); i++) {
        phases.add(new RecoveryPhase(names.get(i), worstCases.get(i)));
      }
      return phases.build();
    }

    private static void checkTotal(Faults faults, RecoveryBudget budget) {
      Duration limit = budget.objective.getRecoveryTime();
      Duration total = budget.getTotal();
      if (total.compareTo(limit) > 0) {
        faults.add(
            String.format(
                "recovery must take at most the %s s of the objective, got %s s: %s; shorten the"
                    + " largest phase, %s, or others by %s s together, or raise the objective",
                Seconds.of(limit),
                Seconds.of(total),
                listOf(budget.phases),
                budget.getLargest().getName(),
                Seconds.of(total.minus(limit))));
      }
    }
  }
}
