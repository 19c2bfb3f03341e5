package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Map;

/**
 * What a choice asks. A comparison with something that is not there would end the execution with an
 * error that nothing can catch, so each comparison first asks whether it is there.
 */
final class Condition {
  private final ImmutableMap<String, Object> json;

  private Condition(Map<String, Object> json) {
    this.json = ImmutableMap.copyOf(json);
  }

  static Condition missing(String path) {
    return new Condition(ImmutableMap.of("Not", present(path).toJson()));
  }

  static Condition present(String path) {
    return of(path, "IsPresent", true);
  }

  static Condition is(String path, String text) {
    return all(present(path), of(path, "StringEquals", text));
  }

  static Condition isTrue(String path) {
    return all(present(path), of(path, "BooleanEquals", true));
  }

  static Condition isBoolean(String path) {
    return all(present(path), of(path, "IsBoolean", true));
  }

  static Condition equalsTextAt(String path, String otherPath) {
    return all(present(path), of(path, "StringEqualsPath", otherPath));
  }

  static Condition below(String path, int number) {
    return all(present(path), of(path, "NumericLessThan", number));
  }

  /** Something else than a number, such as null, is above nothing. */
  static Condition isAbove(String path, String otherPath) {
    return all(
        present(path), of(path, "IsNumeric", true), of(path, "NumericGreaterThanPath", otherPath));
  }

  /** Something else than a time is later than nothing. */
  static Condition isLater(String path, String otherPath) {
    return all(
        present(path),
        of(path, "IsTimestamp", true),
        of(path, "TimestampGreaterThanPath", otherPath));
  }

  static Condition all(Condition... conditions) {
    return combined("And", conditions);
  }

  static Condition any(Condition... conditions) {
    return combined("Or", conditions);
  }

  ImmutableMap<String, Object> toJson() {
    return json;
  }

  private static Condition of(String path, String comparison, Object value) {
    return new Condition(ImmutableMap.of("Variable", path, comparison, value));
  }

  private static Condition combined(String operator, Condition... conditions) {
    return new Condition(
        ImmutableMap.of(
            operator,
            Arrays.stream(conditions)
                .map(Condition::toJson)
                .collect(ImmutableList.toImmutableList())));
  }
}
