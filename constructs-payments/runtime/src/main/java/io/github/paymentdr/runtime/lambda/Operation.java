package io.github.paymentdr.runtime.lambda;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the control function can be asked to do. */
enum Operation {
  SET_UP("setUp"),
  MAINTAIN("maintain"),
  OBSERVE("observe"),
  STATE("state"),
  DRAIN("drain"),
  PROMOTE("promote"),
  UNDO_HAND_OVER("undoHandOver"),
  REBUILD("rebuild"),
  TEAR_DOWN("tearDown");

  private final String text;

  Operation(String text) {
    this.text = text;
  }

  /** {@return its name in events, logs and messages} */
  String text() {
    return text;
  }

  static Operation of(@Nullable Object name) {
    return Arrays.stream(values())
        .filter(known -> known.text.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "operation must be one of "
                        + Arrays.stream(values())
                            .map(Operation::text)
                            .collect(Collectors.joining(", "))
                        + ", got "
                        + (name == null ? "none" : "'" + name + "'")));
  }
}
