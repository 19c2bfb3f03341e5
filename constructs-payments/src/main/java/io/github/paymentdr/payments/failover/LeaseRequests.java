package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the state machine asks of the item {@code lease} in the control table. The names of its
 * attributes are those that the runtime's code reads. Everything that is written depends on a
 * condition, so that of two who want the lease one gets it, and whoever has lost it changes
 * nothing.
 */
final class LeaseRequests {
  static final String GET = "getItem";
  static final String UPDATE = "updateItem";

  private static final String NOW = "$$.State.EnteredTime";
  private static final String EPOCH = "$.lease.Item.epoch.N";

  private static final Pattern NAME = Pattern.compile("#(\\w+)");

  private static final ImmutableMap<String, Object> KEY =
      ImmutableMap.of("id", ImmutableMap.of("S", "lease"));

  private LeaseRequests() {}

  static ImmutableMap<String, Object> read() {
    return ImmutableMap.of("TableName", "${ControlTable}", "Key", KEY, "ConsistentRead", true);
  }

  /**
   * From the other region, as it was read, into the epoch after the latest that anybody knows. The
   * cool-down is kept in case that it is handed back.
   */
  static ImmutableMap<String, Object> take(String region) {
    return update(
        "SET #activeRegion = :region, #epoch = :next, #state = :state, #previousRegion ="
            + " :previousRegion, #mode = :mode, #startedBy = :startedBy, #execution = :execution,"
            + " #unhealthySince = :unhealthySince, #takenAt = :now, #earlierCoolDownUntil ="
            + " if_not_exists(#coolDownUntil, :now), #coolDownUntil = :coolDownUntil"
            + " REMOVE #openedAt, #failedStep, #failedAt, #recoverySeconds",
        "#epoch = :epoch AND #activeRegion = :previousRegion AND #state = :previousState",
        ImmutableMap.<String, Object>builder()
            .put(":region", text(region))
            .put(":next", numberAt("States.Format('{}', States.MathAdd($.taking.after, 1))"))
            .put(":state", text("ACTIVATING"))
            .put(":previousRegion", textAt("$.lease.Item.activeRegion.S"))
            .put(":previousState", textAt("$.lease.Item.state.S"))
            .put(":mode", textAt("$.input.mode"))
            .put(":startedBy", textAt("$.input.startedBy"))
            .put(":execution", textAt("$.execution"))
            .put(":unhealthySince", textAt("$.assessment.Payload.unhealthySince"))
            .put(":now", textAt(NOW))
            .put(":coolDownUntil", textAt("$.assessment.Payload.coolDownUntil"))
            .put(":epoch", numberAt(EPOCH))
            .buildOrThrow());
  }

  /** From an earlier execution of this region that has ended before the end. */
  static ImmutableMap<String, Object> resume(String region) {
    return update(
        "SET #execution = :execution, #mode = :mode, #startedBy = :startedBy REMOVE #failedStep,"
            + " #failedAt",
        "#epoch = :epoch AND #activeRegion = :region AND #state = :state AND #execution = :earlier",
        ImmutableMap.<String, Object>builder()
            .put(":execution", textAt("$.execution"))
            .put(":mode", textAt("$.input.mode"))
            .put(":startedBy", textAt("$.input.startedBy"))
            .put(":epoch", numberAt(EPOCH))
            .put(":region", text(region))
            .put(":state", text("ACTIVATING"))
            .put(":earlier", textAt("$.lease.Item.execution.S"))
            .buildOrThrow());
  }

  /** Says nothing of the state: opened twice is opened. */
  static ImmutableMap<String, Object> open(String region) {
    return update(
        "SET #state = :state, #openedAt = :now",
        "#epoch = :epoch AND #activeRegion = :region AND #execution = :execution",
        ImmutableMap.of(
            ":state",
            text("ACTIVE"),
            ":now",
            textAt(NOW),
            ":epoch",
            numberAt(EPOCH),
            ":region",
            text(region),
            ":execution",
            textAt("$.execution")));
  }

  /**
   * A new epoch all the same: what was admitted in this one must not count in the next. Nothing was
   * recovered, so nothing may look like a recovery that nobody has reported. The cool-down is the
   * one from before, because a switch that was refused is no takeover: when the other region is
   * lost in the midst of it, the alarm must not wait.
   */
  static ImmutableMap<String, Object> handBack(String region) {
    return update(
        "SET #activeRegion = #previousRegion, #previousRegion = :region, #epoch = #epoch + :one,"
            + " #state = :state, #openedAt = :now, #coolDownUntil ="
            + " if_not_exists(#earlierCoolDownUntil, :now) REMOVE #takenAt, #unhealthySince",
        "#epoch = :epoch AND #activeRegion = :region AND #execution = :execution",
        ImmutableMap.<String, Object>builder()
            .put(":region", text(region))
            .put(":one", ImmutableMap.of("N", "1"))
            .put(":state", text("ACTIVE"))
            .put(":now", textAt(NOW))
            .put(":epoch", numberAt(EPOCH))
            .put(":execution", textAt("$.execution"))
            .buildOrThrow());
  }

  /** Only where this execution has taken it. */
  static ImmutableMap<String, Object> recordFailure() {
    return update(
        "SET #failedStep = :step, #failedAt = :now",
        "#execution = :execution",
        ImmutableMap.of(
            ":step", textAt("$.failure.step"),
            ":now", textAt(NOW),
            ":execution", textAt("$.execution")));
  }

  private static ImmutableMap<String, Object> update(
      String expression, String condition, ImmutableMap<String, Object> values) {
    return ImmutableMap.<String, Object>builder()
        .put("TableName", "${ControlTable}")
        .put("Key", KEY)
        .put("UpdateExpression", expression)
        .put("ConditionExpression", condition)
        .put("ExpressionAttributeNames", namesIn(expression + " " + condition))
        .put("ExpressionAttributeValues", values)
        .put("ReturnValues", "ALL_NEW")
        .buildOrThrow();
  }

  /** All of them, because DynamoDB reserves some and more with time. */
  private static ImmutableMap<String, String> namesIn(String expressions) {
    ImmutableMap.Builder<String, String> names = ImmutableMap.builder();
    NAME.matcher(expressions)
        .results()
        .map(result -> result.group(1))
        .distinct()
        .forEach(name -> names.put("#" + name, name));
    return names.buildOrThrow();
  }

  private static Map<String, String> text(String value) {
    return ImmutableMap.of("S", value);
  }

  private static Map<String, String> textAt(String path) {
    return ImmutableMap.of("S.$", path);
  }

  private static Map<String, String> numberAt(String path) {
    return ImmutableMap.of("N.$", path);
  }
}
