package io.github.paymentdr.core.recovery;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One of the phases of a {@link RecoveryBudget}. */
public final class RecoveryPhase {
  private final String name;
  private final Duration worstCase;

  RecoveryPhase(String name, Duration worstCase) {
    this.name = name;
    this.worstCase = worstCase;
  }

  /** {@return the name, for example {@code detection}} */
  public String getName() {
    return name;
  }

  /** {@return the longest time that the phase may take} */
  public Duration getWorstCase() {
    return worstCase;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RecoveryPhase phase
        && name.equals(phase.name)
        && worstCase.equals(phase.worstCase);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, worstCase);
  }

  /** {@return name and seconds, {@code detection 40 s}} */
  @Override
  public String toString() {
    return name + " " + Seconds.of(worstCase) + " s";
  }
}
