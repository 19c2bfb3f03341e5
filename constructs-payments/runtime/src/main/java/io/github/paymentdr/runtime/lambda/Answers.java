package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What operations of both kinds of replication answer, as members of a JSON object. */
final class Answers {
  private Answers() {}

  static Map<String, @Nullable Object> of(Observation observation) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("role", observation.role().name());
    answer.put("lagMillis", number(observation.lagMillis()));
    answer.put("slotInactive", number(observation.slotInactive()));
    answer.put("retainedWalBytes", number(observation.retainedWalBytes()));
    answer.put("tablesNotInSync", observation.tablesNotInSync());
    answer.put("applyErrors", number(observation.applyErrors()));
    return answer;
  }

  static Map<String, @Nullable Object> of(
      String replication, String region, ReplicationState state) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("replication", replication);
    answer.put("region", region);
    answer.put("role", state.role().name());
    answer.put("epoch", number(state.epoch()));
    answer.put("fitToTakeOver", state.fitToTakeOver());
    answer.put("problems", state.problems());
    return answer;
  }

  static Map<String, @Nullable Object> of(PromotionOutcome outcome) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("state", outcome.role().name());
    answer.put("mode", outcome.mode() == Mode.PLANNED ? "planned" : "unplanned");
    answer.put("epoch", number(outcome.epoch()));
    answer.put("alreadyActive", outcome.alreadyActive());
    answer.put("receivedPosition", text(outcome.receivedPosition()));
    answer.put("appliedPosition", text(outcome.appliedPosition()));
    answer.put("lastReceivedAt", text(outcome.lastReceivedAt()));
    answer.put("completeUntil", text(outcome.completeUntil()));
    answer.put("lossWindowMillis", number(outcome.lossWindowMillis()));
    return answer;
  }

  private static @Nullable Long number(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }

  private static @Nullable String text(Optional<?> value) {
    return value.map(Object::toString).orElse(null);
  }
}
