package io.github.paymentdr.payments.conformance;

import com.google.common.collect.ImmutableList;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the rules ask of a class. */
final class Shape {
  private Shape() {}

  static Stream<String> unless(boolean condition, String fault) {
    return condition ? Stream.empty() : Stream.of(fault);
  }

  /** The class as people write it: {@code DrNetworkProps.Builder}. */
  static String nameOf(Class<?> type) {
    String name = type.getName();
    return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
  }

  static String nameOf(Executable member) {
    String owner = nameOf(member.getDeclaringClass());
    return member instanceof Constructor ? owner + ".new" : owner + "." + member.getName();
  }

  static boolean isFinal(Class<?> type) {
    return Modifier.isFinal(type.getModifiers());
  }

  static boolean isPublicStatic(int modifiers) {
    return Modifier.isPublic(modifiers) && Modifier.isStatic(modifiers);
  }

  static boolean isOpen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  static boolean hasOnlyPrivateConstructors(Class<?> type) {
    return Arrays.stream(type.getDeclaredConstructors())
        .filter(constructor -> !constructor.isSynthetic())
        .allMatch(constructor -> Modifier.isPrivate(constructor.getModifiers()));
  }

  static Optional<Class<?>> nested(Class<?> type, String simpleName) {
    return Arrays.stream(type.getDeclaredClasses())
        .filter(nested -> nested.getSimpleName().equals(simpleName))
        .findFirst();
  }

  /** The public and protected methods that the class itself declares, by name. */
  static List<Method> openMethods(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> !method.isSynthetic() && isOpen(method.getModifiers()))
        .sorted(Comparator.comparing(Method::getName).thenComparing(Method::toString))
        .toList();
  }

  static List<Method> publicInstanceMethods(Class<?> type) {
    return openMethods(type).stream()
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .toList();
  }

  static Optional<Method> publicMethod(Class<?> type, String name, Class<?>... parameters) {
    return openMethods(type).stream()
        .filter(method -> method.getName().equals(name))
        .filter(method -> Arrays.equals(method.getParameterTypes(), parameters))
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .findFirst();
  }

  static boolean isParameterized(Type type, Class<?> raw, Type argument) {
    return type instanceof ParameterizedType parameterized
        && parameterized.getRawType().equals(raw)
        && ImmutableList.copyOf(parameterized.getActualTypeArguments())
            .equals(ImmutableList.of(argument));
  }

  static boolean implementsJsiiBuilderOf(Class<?> builder, Class<?> built) {
    return Arrays.stream(builder.getGenericInterfaces())
        .anyMatch(type -> isParameterized(type, software.amazon.jsii.Builder.class, built));
  }

  /** The class and every class among its type arguments, bounds and components. */
  static Stream<Class<?>> classesIn(Type type) {
    if (type instanceof Class<?> plain) {
      return plain.isArray() ? classesIn(plain.getComponentType()) : Stream.of(plain);
    }
    if (type instanceof ParameterizedType parameterized) {
      return Stream.concat(
          classesIn(parameterized.getRawType()),
          Arrays.stream(parameterized.getActualTypeArguments()).flatMap(Shape::classesIn));
    }
    if (type instanceof GenericArrayType array) {
      return classesIn(array.getGenericComponentType());
    }
    if (type instanceof WildcardType wildcard) {
      return Stream.of(wildcard.getUpperBounds(), wildcard.getLowerBounds())
          .flatMap(Arrays::stream)
          .flatMap(Shape::classesIn);
    }
    // A type variable: its bounds are among the signatures of the class that declares it.
    return Stream.empty();
  }

  /**
   * The interface that the CDK offers in place of a class of its services: {@code IVpc} for {@code
   * Vpc}.
   */
  static Optional<Class<?>> cdkInterfaceOf(Class<?> type) {
    if (type.isInterface() || !type.getName().startsWith("software.amazon.awscdk.services.")) {
      return Optional.empty();
    }
    String name = type.getPackageName() + ".I" + type.getSimpleName();
    return Stream.<Class<?>>iterate(type, parent -> parent != null, Class::getSuperclass)
        .flatMap(parent -> Arrays.stream(parent.getInterfaces()))
        .filter(offered -> offered.getName().equals(name))
        .findFirst()
        .map(offered -> offered);
  }
}
