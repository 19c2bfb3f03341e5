package io.github.paymentdr.core.region;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.validation.Faults;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.IResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.kms.IAlias;
import software.amazon.awscdk.services.kms.IKey;
import software.constructs.Construct;

/**
 * Whether what a construct is given fits the stack that it is about to be added to. Meant to run
 * before the construct exists, so that a fault leaves nothing half-made in the tree.
 *
 * <pre>{@code
 * Placement placement = Placement.of(scope, faults);
 * placement.requireSameRegion("vpc", props.getVpc());
 * }</pre>
 */
public final class Placement {
  private final Stack stack;
  private final Faults faults;

  private Placement(Stack stack, Faults faults) {
    this.stack = stack;
    this.faults = faults;
  }

  /**
   * Starts the checks.
   *
   * @param scope a construct inside a stack
   * @param faults where faults are added
   * @return the checks
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the scope is missing or
   *     not inside a stack
   */
  public static Placement of(@Nullable Construct scope, Faults faults) {
    return new Placement(stackOf(scope), faults);
  }

  /** The stack of a scope, where {@code Stack.of} would end in the words of the jsii kernel. */
  static Stack stackOf(@Nullable Construct scope) {
    Faults faults = Faults.of("scope");
    faults.require("scope", scope, "pass a stack or a construct inside one");
    faults.throwIfAny();
    if (scope != null && !Stack.isStack(scope)) {
      faults.unless(
          scope.getNode().getScopes().stream().anyMatch(Stack::isStack),
          "the construct must be inside a stack, got '"
              + scope.getNode().getPath()
              + "' outside of any; pass a stack or a construct inside one");
      faults.throwIfAny();
    }
    return Stack.of(requireNonNull(scope));
  }

  /**
   * Adds a fault when a resource is known to be in another region than the stack.
   *
   * @param property the name of the property that has the resource
   * @param resource the resource, null when none was given
   */
  public void requireSameRegion(String property, @Nullable IResource resource) {
    if (resource == null) {
      return;
    }
    String expected = stack.getRegion();
    String actual = resource.getEnv().getRegion();
    faults.unless(
        actual.equals(expected) || Token.isUnresolved(actual) || Token.isUnresolved(expected),
        property
            + " must be in "
            + expected
            + " like the stack, got "
            + actual
            + "; use one of the stack's own region");
  }

  /**
   * Adds a fault when a key is known to be in another region than the stack, or is an alias.
   *
   * @param property the name of the property that has the key
   * @param key the key, null when none was given
   */
  public void requireKey(String property, @Nullable IKey key) {
    if (key == null) {
      return;
    }
    requireSameRegion(property, key);
    faults.unless(
        !(key instanceof IAlias) && !key.getKeyArn().contains(":alias/"),
        property
            + " must be a key, got an alias; IAM policies name keys, so pass the key itself, for"
            + " example Key.fromKeyArn(...)");
  }

  /**
   * Adds a fault when the stack has a construct of the same name already. Names from {@link
   * DrNames} differ by their purpose only, and AWS would refuse the second one at deployment.
   *
   * @param type the construct's class
   * @param things what the constructs are, in the plural, for the message
   * @param purpose the purpose that is given twice
   * @param sameName whether another construct of the class has the same name
   * @param <T> the construct's class
   */
  public <T extends Construct> void requireUniquePurpose(
      Class<T> type, String things, String purpose, Predicate<T> sameName) {
    faults.unless(
        stack.getNode().findAll().stream()
            .filter(type::isInstance)
            .map(type::cast)
            .noneMatch(sameName),
        "purpose must differ between the "
            + things
            + " of a stack, got '"
            + purpose
            + "' twice; set another purpose(...)");
  }
}
