package io.github.paymentdr.payments.conformance;

import static io.github.paymentdr.payments.conformance.Shape.nameOf;
import static io.github.paymentdr.payments.conformance.Shape.unless;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.iam.Grant;
import software.constructs.Construct;

/** The grammar of a construct. */
final class ConstructRules {
  private ConstructRules() {}

  static boolean isConstruct(Class<?> type) {
    return Construct.class.isAssignableFrom(type);
  }

  static Stream<String> finalClass(Class<?> type) {
    return unless(!isConstruct(type) || Shape.isFinal(type), nameOf(type) + " must be final");
  }

  static Stream<String> extendsConstruct(Class<?> type) {
    return unless(
        !isConstruct(type) || type.getSuperclass() == Construct.class,
        nameOf(type) + " must extend Construct itself");
  }

  static Stream<String> oneConstructor(Class<?> type) {
    if (!isConstruct(type)) {
      return Stream.empty();
    }
    Constructor<?>[] constructors = type.getDeclaredConstructors();
    boolean conforms =
        constructors.length == 1
            && Modifier.isPublic(constructors[0].getModifiers())
            && propsOf(type)
                .filter(
                    props ->
                        Arrays.equals(
                            constructors[0].getParameterTypes(),
                            new Class<?>[] {Construct.class, String.class, props}))
                .isPresent();
    return unless(
        conforms,
        String.format(
            "%s must have exactly one constructor, public, (Construct, String, %sProps)",
            nameOf(type), type.getSimpleName()));
  }

  static Stream<String> builderClass(Class<?> type) {
    if (!isConstruct(type)) {
      return Stream.empty();
    }
    Optional<Class<?>> builder = Shape.nested(type, "Builder");
    Optional<Class<?>> props = propsOf(type);
    if (builder.isEmpty() || props.isEmpty()) {
      return Stream.of(
          String.format(
              "%s must have a nested class Builder and a class %sProps",
              nameOf(type), type.getSimpleName()));
    }
    boolean hasCreate =
        Shape.publicMethod(builder.get(), "create", Construct.class, String.class)
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .filter(method -> method.getReturnType() == builder.get())
            .isPresent();
    return Stream.concat(
        PropsRules.builderFaults(builder.get(), type, props.get()),
        unless(
            hasCreate,
            nameOf(builder.get()) + " must have public static Builder create(Construct, String)"));
  }

  static Stream<String> sameSetters(Class<?> type) {
    if (!isConstruct(type)) {
      return Stream.empty();
    }
    Set<String> ofConstruct = settersOf(Shape.nested(type, "Builder"));
    Set<String> ofProps = settersOf(propsOf(type).flatMap(props -> Shape.nested(props, "Builder")));
    Set<String> differing = new TreeSet<>(ofConstruct);
    differing.addAll(ofProps);
    differing.removeIf(setter -> ofConstruct.contains(setter) && ofProps.contains(setter));
    return unless(
        differing.isEmpty(),
        nameOf(type)
            + ".Builder and that of its props must offer the same, differ in "
            + differing);
  }

  static Stream<String> returnsInterfaces(Class<?> type) {
    if (!isConstruct(type)) {
      return Stream.empty();
    }
    return Shape.publicInstanceMethods(type).stream()
        .filter(method -> method.getName().matches("get[A-Z].*"))
        .flatMap(
            method ->
                Shape.classesIn(method.getGenericReturnType())
                    .flatMap(returned -> Shape.cdkInterfaceOf(returned).stream())
                    .map(offered -> nameOf(method) + " must return " + nameOf(offered)));
  }

  static Stream<String> metricsAndGrants(Class<?> type) {
    if (!isConstruct(type)) {
      return Stream.empty();
    }
    return Shape.publicInstanceMethods(type).stream()
        .flatMap(
            method ->
                Stream.concat(
                    returns(method, "metric", Metric.class),
                    returns(method, "grant", Grant.class)));
  }

  private static Stream<String> returns(Method method, String prefix, Class<?> expected) {
    return unless(
        !method.getName().matches(prefix + "([A-Z].*)?") || method.getReturnType() == expected,
        nameOf(method) + " must return " + nameOf(expected));
  }

  /** The class {@code XProps} beside a construct {@code X}. */
  private static Optional<Class<?>> propsOf(Class<?> construct) {
    try {
      return Optional.of(
          Class.forName(construct.getName() + "Props", false, construct.getClassLoader()));
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }

  private static Set<String> settersOf(Optional<Class<?>> builder) {
    return builder.stream()
        .flatMap(type -> Arrays.stream(type.getMethods()))
        .filter(method -> method.getDeclaringClass() != Object.class && !method.isSynthetic())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> !method.getName().equals("build"))
        .map(
            method ->
                Arrays.stream(method.getGenericParameterTypes())
                    .map(parameter -> parameter.getTypeName())
                    .collect(Collectors.joining(", ", method.getName() + "(", ")")))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
