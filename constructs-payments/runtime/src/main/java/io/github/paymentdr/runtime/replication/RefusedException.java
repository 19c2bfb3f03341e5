package io.github.paymentdr.runtime.replication;

import java.util.List;

/** An operation that would do harm as things are. Nothing of it was done. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final List<String> reasons;

  /**
   * Makes the exception.
   *
   * @param operation what was asked for
   * @param reasons all reasons against it, each with what to do
   */
  public RefusedException(String operation, List<String> reasons) {
    super(operation + " was refused: " + String.join("; ", reasons));
    this.reasons = List.copyOf(reasons);
  }

  /** {@return all reasons, each with what to do} */
  public List<String> reasons() {
    return reasons;
  }
}
