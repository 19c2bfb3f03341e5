package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.control.Times;
import io.github.paymentdr.runtime.failover.Assessment.Starter;
import io.github.paymentdr.runtime.failover.RecoveryReport;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what the state machine says, and names all that is wrong with it. */
final class FailoverEvent {
  private final FailoverOperation operation;
  private final Map<String, Object> event;
  private final List<String> faults = new ArrayList<>();

  FailoverEvent(FailoverOperation operation, Map<String, Object> event) {
    this.operation = operation;
    this.event = event;
  }

  boolean isPlanned() {
    return oneOf("mode", "planned", "unplanned").equals("planned");
  }

  Starter starter() {
    return startedBy().equals("alarm") ? Starter.ALARM : Starter.PERSON;
  }

  long epoch() {
    Object epoch = event.get("epoch");
    if ((epoch instanceof Integer || epoch instanceof Long) && ((Number) epoch).longValue() >= 1) {
      return ((Number) epoch).longValue();
    }
    faults.add("epoch must be a whole number of at least 1, got " + quoted(epoch));
    return 1;
  }

  RecoveryReport.Event report() {
    return new RecoveryReport.Event(
        isPlanned(),
        startedBy(),
        time("unhealthySince"),
        time("takenAt"),
        members("promotion"),
        members("replay"));
  }

  /**
   * Ends the reading.
   *
   * @throws RefusedException if anything was wrong
   */
  void check() {
    if (!faults.isEmpty()) {
      throw new RefusedException(operation.text(), faults);
    }
  }

  private String startedBy() {
    return event.containsKey("startedBy") ? oneOf("startedBy", "alarm", "person") : "person";
  }

  private String oneOf(String name, String one, String other) {
    Object value = event.get(name);
    if (!one.equals(value) && !other.equals(value)) {
      faults.add(name + " must be " + one + " or " + other + ", got " + quoted(value));
    }
    return String.valueOf(value);
  }

  private Optional<Instant> time(String name) {
    Object value = event.get(name);
    Optional<Instant> time = Times.parse(value);
    if (value != null && time.isEmpty()) {
      faults.add(name + " must be a time like 2026-01-31T12:00:00.000Z, got " + quoted(value));
    }
    return time;
  }

  private Map<?, ?> members(String name) {
    Object value = event.get(name);
    if (value != null && !(value instanceof Map)) {
      faults.add(name + " must be an object, got " + quoted(value));
    }
    return value instanceof Map<?, ?> members ? members : Map.of();
  }

  private static String quoted(@Nullable Object value) {
    return value == null ? "none" : "'" + value + "'";
  }
}
