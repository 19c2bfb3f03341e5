package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A definition that grows by states, in the order in which they are read. */
final class Definition {
  private final String comment;
  private final int timeoutSeconds;
  private final Map<String, Object> states = new LinkedHashMap<>();

  Definition(String comment, int timeoutSeconds) {
    this.comment = comment;
    this.timeoutSeconds = timeoutSeconds;
  }

  /** {@return the name, for what goes on there} */
  String add(String name, State state) {
    if (states.put(name, state.toJson()) != null) {
      throw new IllegalStateException("there are two states " + name);
    }
    return name;
  }

  ImmutableMap<String, Object> startingAt(String first) {
    return ImmutableMap.of(
        "Comment",
        comment,
        "QueryLanguage",
        "JSONPath",
        "TimeoutSeconds",
        timeoutSeconds,
        "StartAt",
        first,
        "States",
        ImmutableMap.copyOf(states));
  }
}
