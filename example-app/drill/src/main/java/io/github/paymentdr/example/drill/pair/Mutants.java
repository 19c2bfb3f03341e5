package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.paymentdr.example.drill.stepfunctions.TaskWorker;

/** State machines and their tasks without a safeguard. */
final class Mutants {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FENCING = "WaitForFencing";
  private static final String PROMOTION = "Promote";

  private Mutants() {}

  static JsonNode of(JsonNode definition, Mutation mutation) {
    if (mutation != Mutation.FENCING_WAIT_REMOVED) {
      return definition;
    }
    JsonNode mutant = definition.deepCopy();
    ObjectNode state = (ObjectNode) mutant.path("States").path(FENCING);
    if (!state.has("Seconds")) {
      throw new IllegalStateException(FENCING + " does not wait for seconds: " + state);
    }
    state.put("Seconds", 0);
    return mutant;
  }

  static TaskWorker of(TaskWorker worker, Mutation mutation) {
    if (mutation != Mutation.PROMOTION_LEFT_OUT) {
      return worker;
    }
    return task -> {
      if (!task.state().equals(PROMOTION)) {
        return worker.perform(task);
      }
      ObjectNode answer = JSON.createObjectNode().put("StatusCode", 200);
      answer.putObject("Payload").put("state", "ACTIVE").put("lossWindowMillis", 0);
      return answer;
    };
  }
}
