package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One state of a state machine in the Amazon States Language, with paths (JSONPath). Its members
 * stay in the order in which they are set, so that the definition reads like the code that makes
 * it.
 */
final class State {
  /** What nobody needs to see again. */
  static final String IGNORED = "$.ignored";

  private static final double BACKOFF = 2;
  private static final int LONGEST_PAUSE_SECONDS = 20;

  /** Five minutes of pauses, and the attempts themselves, which are refused at once. */
  private static final int ATTEMPTS_UNTIL_READY = 18;

  private final Map<String, Object> members = new LinkedHashMap<>();
  private final List<Map<String, Object>> choices = new ArrayList<>();
  private final List<Map<String, Object>> retries = new ArrayList<>();
  private final List<Map<String, Object>> catches = new ArrayList<>();

  private State(String type, String comment) {
    members.put("Type", type);
    members.put("Comment", comment);
  }

  static State choice(String comment) {
    return new State("Choice", comment);
  }

  static State pass(String comment) {
    return new State("Pass", comment);
  }

  static State succeed(String comment) {
    return new State("Succeed", comment);
  }

  static State task(String resource, String comment) {
    return new State("Task", comment).with("Resource", resource);
  }

  static State waitSeconds(int seconds, String comment) {
    return new State("Wait", comment).with("Seconds", seconds);
  }

  static State waitUntil(String path, String comment) {
    return new State("Wait", comment).with("TimestampPath", path);
  }

  static State fail(String errorPath, String causePath, String comment) {
    return new State("Fail", comment).with("ErrorPath", errorPath).with("CausePath", causePath);
  }

  State parameters(Map<String, ?> parameters) {
    return with("Parameters", ImmutableMap.copyOf(parameters));
  }

  State result(Map<String, ?> result) {
    return with("Result", ImmutableMap.copyOf(result));
  }

  /** Of the answer only one member is kept, below {@code $.name.member}. */
  State keeping(String member, String name) {
    return resultSelector(member + ".$", "$." + member).into(name);
  }

  State resultSelector(String member, String path) {
    return with("ResultSelector", ImmutableMap.of(member, path));
  }

  State into(String name) {
    return with("ResultPath", "$." + name);
  }

  State ignoringResult() {
    return with("ResultPath", IGNORED);
  }

  State timeoutSeconds(int seconds) {
    return with("TimeoutSeconds", seconds);
  }

  /** Errors that another attempt would only meet again. */
  State withoutRetryOn(List<String> errors) {
    retries.add(ImmutableMap.of("ErrorEquals", errors, "MaxAttempts", 0));
    return this;
  }

  /** What may have been a hiccup. */
  State retryingOnce(List<String> errors) {
    retries.add(ImmutableMap.of("ErrorEquals", errors, "IntervalSeconds", 1, "MaxAttempts", 1));
    return this;
  }

  /** Pauses of 1, 2, 4 seconds and so on. */
  State retrying(int attempts) {
    retries.add(
        ImmutableMap.of(
            "ErrorEquals",
            ImmutableList.of("States.ALL"),
            "IntervalSeconds",
            1,
            "BackoffRate",
            BACKOFF,
            "MaxDelaySeconds",
            LONGEST_PAUSE_SECONDS,
            "MaxAttempts",
            attempts));
    return this;
  }

  /** What passes by itself, but takes minutes: pauses of 2, 4, 8, 16 and then 20 seconds. */
  State retryingUntilReady(List<String> errors) {
    retries.add(
        ImmutableMap.of(
            "ErrorEquals",
            errors,
            "IntervalSeconds",
            2,
            "BackoffRate",
            BACKOFF,
            "MaxDelaySeconds",
            LONGEST_PAUSE_SECONDS,
            "MaxAttempts",
            ATTEMPTS_UNTIL_READY));
    return this;
  }

  State catching(List<String> errors, String next) {
    catches.add(ImmutableMap.of("ErrorEquals", errors, "ResultPath", "$.error", "Next", next));
    return this;
  }

  State catchingAll(String next) {
    return catching(ImmutableList.of("States.ALL"), next);
  }

  State when(Condition condition, String next) {
    choices.add(
        ImmutableMap.<String, Object>builder()
            .putAll(condition.toJson())
            .put("Next", next)
            .buildOrThrow());
    return this;
  }

  State otherwise(String next) {
    return with("Default", next);
  }

  State next(String next) {
    return with("Next", next);
  }

  ImmutableMap<String, Object> toJson() {
    ImmutableMap.Builder<String, Object> json = ImmutableMap.builder();
    json.putAll(members);
    putUnlessEmpty(json, "Choices", choices);
    putUnlessEmpty(json, "Retry", retries);
    putUnlessEmpty(json, "Catch", catches);
    return json.buildOrThrow();
  }

  private State with(String member, Object value) {
    members.put(member, value);
    return this;
  }

  private static void putUnlessEmpty(
      ImmutableMap.Builder<String, Object> json, String member, List<Map<String, Object>> list) {
    if (!list.isEmpty()) {
      json.put(member, ImmutableList.copyOf(list));
    }
  }
}
