package io.github.paymentdr.example.drill.pair;

import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state that an execution of a region's state machine was in.
 *
 * @param region whose state machine
 * @param execution the execution's ARN
 * @param name the state's name
 * @param from when it was entered
 * @param to when it was left, or null while it is not
 * @param error the error that it failed with last, or an empty text
 */
public record FailoverStep(
    String region,
    String execution,
    String name,
    Instant from,
    @Nullable Instant to,
    String error) {
  /** {@return the states that an execution was in, by the time of entering} */
  static List<FailoverStep> of(String region, Execution execution) {
    List<FailoverStep> steps = new ArrayList<>();
    FailoverStep current = null;
    for (ExecutionEvent event : execution.events()) {
      boolean isEntered = event.kind() == ExecutionEvent.Kind.ENTERED;
      if (current != null && (isEntered || event.kind() == ExecutionEvent.Kind.EXITED)) {
        steps.add(current.until(event.at()));
        current = null;
      }
      if (isEntered) {
        current = new FailoverStep(region, execution.arn(), event.state(), event.at(), null, "");
      } else if (current != null && event.kind() == ExecutionEvent.Kind.FAILED) {
        current = current.failed(event.error());
      }
    }
    if (current != null) {
      steps.add(current.until(execution.endedAt().orElse(null)));
    }
    return steps;
  }

  private FailoverStep until(@Nullable Instant end) {
    return new FailoverStep(region, execution, name, from, end, error);
  }

  private FailoverStep failed(String newError) {
    return new FailoverStep(region, execution, name, from, to, newError);
  }
}
