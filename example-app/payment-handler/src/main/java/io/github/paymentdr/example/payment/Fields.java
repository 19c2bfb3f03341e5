package io.github.paymentdr.example.payment;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The members of a body, read by name and type. Names and types that are not asked for fail. */
final class Fields {
  private final Map<String, Object> members;

  private Fields(Map<String, Object> members) {
    this.members = members;
  }

  /**
   * Takes the members of a body.
   *
   * @param members the members
   * @param known the names that are allowed
   * @return the fields
   * @throws ProblemException if there is another name
   */
  static Fields of(Map<String, Object> members, Set<String> known) {
    if (!known.containsAll(members.keySet())) {
      throw ProblemException.malformed(
          "the body may have these members only: " + String.join(", ", new TreeSet<>(known)));
    }
    return new Fields(members);
  }

  /** A text that is there and fits. */
  String text(String name, Pattern pattern, String allowed) {
    return optionalText(name, pattern, allowed).orElseThrow(() -> missing(name));
  }

  /** A text that fits, or nothing when the member is missing. Null is not the same as missing. */
  Optional<String> optionalText(String name, Pattern pattern, String allowed) {
    if (!members.containsKey(name)) {
      return Optional.empty();
    }
    if (!(members.get(name) instanceof String text)) {
      throw ProblemException.malformed(name + " must be a text");
    }
    if (!pattern.matcher(text).matches()) {
      throw ProblemException.malformed(name + " must be " + allowed);
    }
    return Optional.of(text);
  }

  /** A whole number that is there and lies within the limits. */
  long number(String name, long min, long max) {
    return optionalNumber(name, min, max).orElseThrow(() -> missing(name));
  }

  /** A whole number within the limits, or nothing when the member is missing. */
  Optional<Long> optionalNumber(String name, long min, long max) {
    if (!members.containsKey(name)) {
      return Optional.empty();
    }
    Object value = members.get(name);
    boolean fitsLong = value instanceof Integer || value instanceof Long;
    if (!fitsLong && !(value instanceof BigInteger)) {
      throw ProblemException.malformed(
          name + " must be a whole number, written without fraction and exponent");
    }
    long number = fitsLong ? ((Number) value).longValue() : Long.MAX_VALUE;
    if (!fitsLong || number < min || number > max) {
      throw ProblemException.ruleBroken(name + " must be between " + min + " and " + max);
    }
    return Optional.of(number);
  }

  private static ProblemException missing(String name) {
    return ProblemException.malformed(name + " is missing");
  }
}
