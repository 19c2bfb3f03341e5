package io.github.paymentdr.payments.conformance;

import static io.github.paymentdr.payments.conformance.Shape.nameOf;
import static io.github.paymentdr.payments.conformance.Shape.unless;

import com.google.common.reflect.TypeToken;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** What holds for every public and protected signature. */
final class SignatureRules {
  private static final Type MAP_OF_TEXTS = new TypeToken<Map<String, String>>() {}.getType();

  private SignatureRules() {}

  /** A type in a signature. The name is the parameter's, or that of the method or field. */
  private record Use(String place, String name, Type type, boolean isVarargs) {}

  static Stream<String> noL1(Class<?> type) {
    return usesIn(type)
        .flatMap(
            use ->
                Shape.classesIn(use.type())
                    .filter(SignatureRules::isL1)
                    .map(l1 -> use.place() + " must not show the L1 type " + nameOf(l1)));
  }

  static Stream<String> noMap(Class<?> type) {
    return usesIn(type)
        .filter(use -> Shape.classesIn(use.type()).anyMatch(Map.class::isAssignableFrom))
        .filter(use -> !isEnvironment(use))
        .map(
            use ->
                use.place()
                    + " must not show "
                    + use.type().getTypeName()
                    + "; make a type for it (only environment(Map<String, String>) is a map)");
  }

  static Stream<String> noArray(Class<?> type) {
    return usesIn(type)
        .filter(use -> TypeToken.of(use.type()).isArray() && !use.isVarargs())
        .map(use -> use.place() + " must not show an array; use a List");
  }

  static Stream<String> takesInterfaces(Class<?> type) {
    return Stream.concat(
            Shape.openMethods(type).stream(),
            Arrays.stream(type.getDeclaredConstructors())
                .filter(constructor -> Shape.isOpen(constructor.getModifiers())))
        .flatMap(SignatureRules::parametersOf)
        .flatMap(
            use ->
                Shape.classesIn(use.type())
                    .flatMap(
                        taken ->
                            Shape.cdkInterfaceOf(taken)
                                .map(
                                    offered ->
                                        String.format(
                                            "%s must take %s instead of %s",
                                            use.place(), nameOf(offered), nameOf(taken)))
                                .stream()));
  }

  static Stream<String> noMutableField(Class<?> type) {
    return openFields(type)
        .filter(field -> !field.isEnumConstant())
        .filter(
            field ->
                !Modifier.isStatic(field.getModifiers())
                    || !Modifier.isFinal(field.getModifiers())
                    || !(field.getType().isPrimitive() || field.getType() == String.class))
        .map(
            field ->
                nameOf(type)
                    + "."
                    + field.getName()
                    + " must be private; only constants of primitive type or String are open");
  }

  static Stream<String> noCatchAllName(Class<?> type) {
    return Stream.of("Util", "Helper", "Manager")
        .filter(type.getSimpleName()::contains)
        .map(word -> nameOf(type) + " must say what it is instead of " + word);
  }

  static Stream<String> nullMarked(Class<?> type) {
    return unless(
        isNullMarked(type), type.getPackageName() + " must be @NullMarked in package-info.java");
  }

  /** Builders of values, which are neither those of props nor those of constructs. */
  static Stream<String> valueBuilder(Class<?> type) {
    Class<?> built = type.getEnclosingClass();
    if (built == null
        || !type.getSimpleName().equals("Builder")
        || PropsRules.isProps(built)
        || ConstructRules.isConstruct(built)) {
      return Stream.empty();
    }
    Stream<String> setters =
        Shape.publicInstanceMethods(type).stream()
            .filter(method -> !method.getName().equals("build"))
            .filter(method -> method.getReturnType() != type)
            .map(method -> nameOf(method) + " must return the builder");
    boolean hasStart =
        Stream.concat(Shape.openMethods(type).stream(), Shape.openMethods(built).stream())
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .anyMatch(method -> method.getReturnType() == type);
    return Stream.of(
            unless(Shape.isFinal(type), nameOf(type) + " must be final"),
            unless(
                Shape.hasOnlyPrivateConstructors(type),
                nameOf(type) + " must have private constructors only"),
            unless(
                Shape.implementsJsiiBuilderOf(type, built),
                nameOf(type)
                    + " must implement software.amazon.jsii.Builder<"
                    + nameOf(built)
                    + ">"),
            unless(hasStart, nameOf(type) + " must have a static method that starts it"),
            setters)
        .flatMap(faults -> faults);
  }

  private static boolean isNullMarked(Class<?> type) {
    try {
      return Class.forName(type.getPackageName() + ".package-info", false, type.getClassLoader())
          .isAnnotationPresent(NullMarked.class);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static boolean isL1(Class<?> type) {
    Class<?> outer = type;
    while (outer.getEnclosingClass() != null) {
      outer = outer.getEnclosingClass();
    }
    return outer.getName().startsWith("software.amazon.awscdk.")
        && outer.getSimpleName().matches("I?Cfn[A-Z].*");
  }

  private static boolean isEnvironment(Use use) {
    return use.type().equals(MAP_OF_TEXTS) && use.name().matches("environment|getEnvironment");
  }

  private static Stream<Use> usesIn(Class<?> type) {
    Stream<Use> supertypes =
        Stream.concat(Stream.of(type.getGenericInterfaces()), superclassOf(type))
            .map(parent -> new Use(nameOf(type), "", parent, false));
    Stream<Use> bounds =
        Arrays.stream(type.getTypeParameters())
            .flatMap(variable -> Arrays.stream(variable.getBounds()))
            .map(bound -> new Use(nameOf(type), "", bound, false));
    Stream<Use> fields =
        openFields(type)
            .map(
                field ->
                    new Use(
                        nameOf(type) + "." + field.getName(),
                        field.getName(),
                        field.getGenericType(),
                        false));
    Stream<Use> methods =
        Shape.openMethods(type).stream()
            .filter(method -> !isValuesOfEnum(method))
            .flatMap(method -> Stream.concat(returnOf(method), parametersOf(method)));
    Stream<Use> constructors =
        Arrays.stream(type.getDeclaredConstructors())
            .filter(constructor -> Shape.isOpen(constructor.getModifiers()))
            .flatMap(SignatureRules::parametersOf);
    return Stream.of(supertypes, bounds, fields, methods, constructors).flatMap(uses -> uses);
  }

  private static Stream<Type> superclassOf(Class<?> type) {
    return Stream.ofNullable(type.getGenericSuperclass());
  }

  private static Stream<Use> returnOf(Method method) {
    return Stream.of(
        new Use(nameOf(method), method.getName(), method.getGenericReturnType(), false));
  }

  private static Stream<Use> parametersOf(Executable executable) {
    Parameter[] parameters = executable.getParameters();
    return IntStream.range(0, parameters.length)
        .mapToObj(
            index -> {
              Parameter parameter = parameters[index];
              return new Use(
                  nameOf(executable),
                  parameter.getName(),
                  parameter.getParameterizedType(),
                  parameter.isVarArgs());
            });
  }

  private static Stream<Field> openFields(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .filter(field -> !field.isSynthetic() && Shape.isOpen(field.getModifiers()));
  }

  private static boolean isValuesOfEnum(Method method) {
    return method.getDeclaringClass().isEnum() && method.getName().equals("values");
  }
}
