package io.github.paymentdr.payments.testing;

import static io.github.paymentdr.payments.testing.Synthesis.PAIR;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.payments.network.DrNetworkProps;
import java.lang.reflect.InvocationTargetException;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/**
 * For every public construct the props with nothing set but what is required. The pages of the
 * constructs, the test for determinism and the benchmark take their constructs from here.
 *
 * <p>A construct that needs others, such as a VPC, makes them below the given stack, under an id
 * that begins with its own class name. The stack is in either region of {@link Synthesis#PAIR}.
 */
public final class MinimalProps {
  private static final ImmutableMap<Class<?>, Function<Stack, ?>> BY_TYPE =
      ImmutableMap.<Class<?>, Function<Stack, ?>>builder()
          .put(DrNetworkProps.class, stack -> DrNetworkProps.builder().regionPair(PAIR).build())
          .buildOrThrow();

  private MinimalProps() {}

  /** The props classes that have an entry. */
  public static Set<Class<?>> types() {
    return ImmutableSet.copyOf(BY_TYPE.keySet());
  }

  /** Makes minimal props for a construct in the stack. */
  public static Object of(Class<?> props, Stack stack) {
    Function<Stack, ?> maker = BY_TYPE.get(props);
    if (maker == null) {
      throw new AssertionError(
          String.format(
              "MinimalProps has no entry for %1$s; add .put(%1$s.class, stack ->"
                  + " %1$s.builder()...build()) with what is required and nothing else",
              props.getSimpleName()));
    }
    return maker.apply(stack);
  }

  /** Adds the construct of the props to the stack, under the name of its class. */
  public static Construct addConstruct(Class<?> props, Stack stack) {
    String name = props.getName().replaceFirst("Props$", "");
    try {
      Class<?> construct = Class.forName(name);
      return (Construct)
          construct
              .getConstructor(Construct.class, String.class, props)
              .newInstance(stack, construct.getSimpleName(), of(props, stack));
    } catch (InvocationTargetException e) {
      throw new AssertionError(name + " cannot be made: " + e.getCause().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(name + " is not made as constructs are", e);
    }
  }

  /** Adds one of each construct to the stack. */
  public static void addAllConstructs(Stack stack) {
    BY_TYPE.keySet().forEach(props -> addConstruct(props, stack));
  }
}
