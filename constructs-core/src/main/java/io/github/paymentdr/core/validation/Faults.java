package io.github.paymentdr.core.validation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Token;

/**
 * Collects the faults of one input, so that its author learns of all of them at once.
 *
 * <p>A fault is a lower-case sentence without full stop: what is wrong, what was given, what is
 * allowed and what to do.
 *
 * <pre>{@code
 * Faults faults = Faults.of("DrAuroraClusterProps");
 * faults.unless(readers <= 15, "readers must be between 0 and 15, got " + readers);
 * faults.throwIfAny();
 * }</pre>
 */
public final class Faults {
  private final String subject;
  private final List<String> found = new ArrayList<>();

  private Faults(String subject) {
    this.subject = subject;
  }

  /**
   * Starts an empty collection.
   *
   * @param subject what is being checked, for the head of the message; usually a class name
   * @return the collection
   */
  public static Faults of(String subject) {
    return new Faults(subject);
  }

  /**
   * Adds a fault.
   *
   * @param fault what is wrong, what was given, what is allowed and what to do
   */
  public void add(String fault) {
    found.add(fault);
  }

  /**
   * Adds a fault unless the condition holds.
   *
   * @param condition what must be true
   * @param fault what is wrong, what was given, what is allowed and what to do
   */
  public void unless(boolean condition, String fault) {
    if (!condition) {
      add(fault);
    }
  }

  /**
   * Adds a fault when a required value is missing.
   *
   * @param name the property's name
   * @param value the value, null when it was not set
   * @param advice what to do, for example {@code set regionPair(RegionPair.of(...))}
   */
  public void require(String name, @Nullable Object value, String advice) {
    unless(value != null, name + " is required; " + advice);
  }

  /**
   * Adds a fault when a collection has missing elements.
   *
   * @param name the property's name
   * @param values the elements, or the keys or values of a map
   * @return whether all elements are there, so that further checks may look at them
   */
  public boolean requireElements(String name, Collection<?> values) {
    // Not contains(null), which collections without nulls refuse to answer.
    boolean complete = values.stream().allMatch(Objects::nonNull);
    unless(complete, name + " must not contain null, got " + values + "; remove it");
    return complete;
  }

  /**
   * Adds a fault when a text is missing, or is a deploy-time token although its value is needed at
   * synthesis.
   *
   * @param name the property's name
   * @param value the text
   * @return whether the text is concrete, so that further checks may look at it
   */
  public boolean requireConcrete(String name, @Nullable String value) {
    if (value == null) {
      add(name + " must be known at synthesis, got null; pass a literal value");
      return false;
    }
    // The marker saves a call into the jsii kernel for nearly every text.
    boolean concrete = !value.contains("${Token[") || !Token.isUnresolved(value);
    unless(
        concrete,
        name + " must be known at synthesis, got a deploy-time token; pass a literal value");
    return concrete;
  }

  /**
   * Adds all faults of another check, for example of a nested value.
   *
   * @param exception what the other check threw
   */
  public void addAll(InvalidInputException exception) {
    found.addAll(exception.getFaults());
  }

  /**
   * Ends the check.
   *
   * @throws InvalidInputException if there is at least one fault; it names all of them
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new InvalidInputException(subject, found);
    }
  }
}
