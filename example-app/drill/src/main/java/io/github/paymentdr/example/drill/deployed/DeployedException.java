package io.github.paymentdr.example.drill.deployed;

import java.util.List;

/** The pair is not one on which a drill can be held. */
public final class DeployedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  DeployedException(List<String> faults) {
    super(String.join("; ", faults));
    this.faults = List.copyOf(faults);
  }

  /** {@return all that is wrong, each with what to do} */
  public List<String> faults() {
    return faults;
  }
}
