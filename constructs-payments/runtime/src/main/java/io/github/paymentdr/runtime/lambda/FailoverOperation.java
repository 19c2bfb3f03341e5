package io.github.paymentdr.runtime.lambda;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the failover's function can be asked to do. */
enum FailoverOperation {
  ASSESS("assess"),
  OPEN_TRAFFIC("openTraffic"),
  VERIFY("verify"),
  REPORT("report"),
  READY("ready"),
  REGISTER("register"),
  UNREGISTER("unregister");

  private final String text;

  FailoverOperation(String text) {
    this.text = text;
  }

  /** {@return its name in events, logs and messages} */
  String text() {
    return text;
  }

  /** Registering is CloudFormation's business only. */
  static FailoverOperation of(@Nullable Object name) {
    return Arrays.stream(values())
        .filter(known -> known.compareTo(REGISTER) < 0)
        .filter(known -> known.text.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "operation must be one of "
                        + Arrays.stream(values())
                            .filter(known -> known.compareTo(REGISTER) < 0)
                            .map(FailoverOperation::text)
                            .collect(Collectors.joining(", "))
                        + ", got "
                        + (name == null ? "none" : "'" + name + "'")));
  }
}
