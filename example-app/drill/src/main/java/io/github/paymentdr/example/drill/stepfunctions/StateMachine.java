package io.github.paymentdr.example.drill.stepfunctions;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A state machine that can be started; several executions of it may run at once. */
public final class StateMachine {
  private final StateMachineRunner runner;
  private final String arn;
  private final JsonNode definition;
  private final TimeScale scale;
  private final TaskWorker worker;

  StateMachine(
      StateMachineRunner runner,
      String arn,
      JsonNode definition,
      TimeScale scale,
      TaskWorker worker) {
    this.runner = runner;
    this.arn = arn;
    this.definition = definition;
    this.scale = scale;
    this.worker = worker;
  }

  /** {@return its ARN} */
  public String arn() {
    return arn;
  }

  /** {@return what it was made from} */
  public JsonNode definition() {
    return definition;
  }

  /** {@return the same with another worker, made from the one that it has} */
  public StateMachine worker(UnaryOperator<TaskWorker> change) {
    return new StateMachine(runner, arn, definition, scale, change.apply(worker));
  }

  /** {@return a new execution} */
  public Execution start(JsonNode input) {
    return start(input, event -> {});
  }

  /**
   * Begins an execution.
   *
   * @param input its input
   * @param listener is told what happens, by the thread that must not be kept waiting
   */
  public Execution start(JsonNode input, Consumer<ExecutionEvent> listener) {
    return runner.start(arn, definition, input, scale, worker, listener);
  }
}
