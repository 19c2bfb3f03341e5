package io.github.paymentdr.example.drill.stepfunctions;

import com.fasterxml.jackson.databind.JsonNode;

/** Does what Task states ask for; from many threads at once. */
@FunctionalInterface
public interface TaskWorker {
  /**
   * Does a task.
   *
   * @throws TaskFailure if it fails; any other exception fails it as {@code States.TaskFailed}
   */
  JsonNode perform(Task task) throws TaskFailure;
}
