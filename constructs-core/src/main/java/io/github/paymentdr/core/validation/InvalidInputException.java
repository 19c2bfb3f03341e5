package io.github.paymentdr.core.validation;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Thrown at synthesis when input is not acceptable; names every fault found, not only the first.
 */
public final class InvalidInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Each fault as one sentence. */
  private final ImmutableList<String> faults;

  InvalidInputException(String subject, List<String> faults) {
    super(describe(subject, faults));
    this.faults = ImmutableList.copyOf(faults);
  }

  /**
   * {@return the faults, each saying what was wrong, what was given and what to do; never empty}
   */
  public List<String> getFaults() {
    return faults;
  }

  private static String describe(String subject, List<String> faults) {
    if (faults.size() == 1) {
      return subject + ": " + faults.get(0);
    }
    return subject + " has " + faults.size() + " faults:\n  - " + String.join("\n  - ", faults);
  }
}
