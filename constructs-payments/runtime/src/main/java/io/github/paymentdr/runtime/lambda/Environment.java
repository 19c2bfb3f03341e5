package io.github.paymentdr.runtime.lambda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads environment variables and collects what is wrong with them, so that it is all said at once.
 * After a fault the values are of no use; {@link #check()} throws.
 */
final class Environment {
  private final Map<String, String> variables;
  private final List<String> faults = new ArrayList<>();

  Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  String text(String name) {
    return optional(name)
        .orElseGet(
            () -> {
              faults.add(name + " must be set");
              return "";
            });
  }

  String oneOf(String name, String... allowed) {
    String value = text(name);
    if (!value.isEmpty() && !List.of(allowed).contains(value)) {
      faults.add(name + " must be " + String.join(" or ", allowed) + ", got '" + value + "'");
    }
    return value;
  }

  Optional<String> optional(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }

  List<String> list(String name) {
    return Arrays.stream(text(name).split(",", -1))
        .map(String::strip)
        .filter(member -> !member.isEmpty())
        .toList();
  }

  long number(String name, long least, long most) {
    String value = text(name);
    return value.isEmpty() ? least : parsed(name, value, least, most);
  }

  OptionalLong optionalNumber(String name, long least) {
    return optional(name)
        .map(value -> OptionalLong.of(parsed(name, value, least, Long.MAX_VALUE)))
        .orElseGet(OptionalLong::empty);
  }

  Map<String, String> variables() {
    return variables;
  }

  void fault(String fault) {
    faults.add(fault);
  }

  /**
   * Ends the reading.
   *
   * @throws IllegalStateException if anything was wrong; the message has all of it
   */
  void check() {
    if (!faults.isEmpty()) {
      throw new IllegalStateException(
          "the function's environment variables are wrong: " + String.join("; ", faults));
    }
  }

  private long parsed(String name, String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    faults.add(
        name
            + " must be a whole number of at least "
            + least
            + (most == Long.MAX_VALUE ? "" : " and at most " + most)
            + ", got '"
            + value
            + "'");
    return least;
  }
}
