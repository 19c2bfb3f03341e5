package io.github.paymentdr.example.drill;

import java.util.List;

/** The options of a drill are wrong. */
final class OptionsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  OptionsException(List<String> faults) {
    super(String.join("; ", faults));
    this.faults = List.copyOf(faults);
  }

  /** {@return all that is wrong, each with what to do} */
  List<String> faults() {
    return faults;
  }
}
