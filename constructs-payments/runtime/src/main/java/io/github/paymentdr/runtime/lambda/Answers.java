package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What operations of both kinds of replication answer, as members of a JSON object. */
final class Answers {
  /**
   * What a state machine is answered must be short: at more than 256 KiB it ends at once, and
   * nothing in it can catch that ("Step Functions service quotas" in its developer guide).
   */
  private static final int MOST_PROBLEMS = 50;

  private static final int LONGEST_PROBLEM = 500;

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
    answer.put("problems", someOf(state.problems()));
    return answer;
  }

  /** A pair may have any number of tables, and each may be a problem. */
  static List<String> someOf(List<String> problems) {
    List<String> some = new ArrayList<>();
    for (String problem : problems.subList(0, Math.min(MOST_PROBLEMS, problems.size()))) {
      some.add(
          problem.length() <= LONGEST_PROBLEM
              ? problem
              : problem.substring(0, LONGEST_PROBLEM) + "...");
    }
    if (problems.size() > MOST_PROBLEMS) {
      some.add("and " + (problems.size() - MOST_PROBLEMS) + " more problems");
    }
    return some;
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
