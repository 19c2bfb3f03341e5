package io.github.paymentdr.payments.conformance;

import static io.github.paymentdr.payments.conformance.Shape.nameOf;
import static io.github.paymentdr.payments.conformance.Shape.unless;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The grammar of a construct's props. */
final class PropsRules {
  private PropsRules() {}

  static boolean isProps(Class<?> type) {
    return type.getSimpleName().endsWith("Props");
  }

  static Stream<String> finalClass(Class<?> type) {
    return unless(!isProps(type) || Shape.isFinal(type), nameOf(type) + " must be final");
  }

  static Stream<String> privateConstructors(Class<?> type) {
    return unless(
        !isProps(type) || Shape.hasOnlyPrivateConstructors(type),
        nameOf(type) + " must have private constructors only; builder() makes it");
  }

  static Stream<String> builderMethod(Class<?> type) {
    if (!isProps(type)) {
      return Stream.empty();
    }
    boolean has =
        Shape.publicMethod(type, "builder")
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .filter(method -> method.getReturnType() == Shape.nested(type, "Builder").orElse(null))
            .isPresent();
    return unless(has, nameOf(type) + " must have public static Builder builder()");
  }

  static Stream<String> builderClass(Class<?> type) {
    if (!isProps(type)) {
      return Stream.empty();
    }
    return Shape.nested(type, "Builder")
        .map(builder -> builderFaults(builder, type, type))
        .orElseGet(() -> Stream.of(nameOf(type) + " must have a nested class Builder"));
  }

  /** The rules that the builder of the props and that of the construct have in common. */
  static Stream<String> builderFaults(Class<?> builder, Class<?> built, Class<?> props) {
    String name = nameOf(builder);
    boolean extendsSetters =
        Shape.nested(props, "Setters")
            .filter(
                setters -> Shape.isParameterized(builder.getGenericSuperclass(), setters, builder))
            .isPresent();
    return Stream.of(
            unless(
                Shape.isFinal(builder) && Shape.isPublicStatic(builder.getModifiers()),
                name + " must be public, static and final"),
            unless(
                Shape.hasOnlyPrivateConstructors(builder),
                name + " must have private constructors only"),
            unless(
                Shape.implementsJsiiBuilderOf(builder, built),
                name + " must implement software.amazon.jsii.Builder<" + nameOf(built) + ">"),
            unless(extendsSetters, name + " must extend " + nameOf(props) + ".Setters<Builder>"))
        .flatMap(faults -> faults);
  }

  static Stream<String> settersClass(Class<?> type) {
    if (!isProps(type)) {
      return Stream.empty();
    }
    return Shape.nested(type, "Setters")
        .map(
            setters ->
                Stream.concat(
                    unless(
                        Shape.isPublicStatic(setters.getModifiers())
                            && Modifier.isAbstract(setters.getModifiers()),
                        nameOf(setters) + " must be public, abstract and static"),
                    Stream.of(setters.getDeclaredConstructors())
                        .filter(constructor -> Shape.isOpen(constructor.getModifiers()))
                        .map(
                            constructor ->
                                nameOf(setters) + " must have a package-private constructor")))
        .orElseGet(() -> Stream.of(nameOf(type) + " must have a nested class Setters"));
  }

  static Stream<String> settersMatchGetters(Class<?> type) {
    if (!isProps(type) || Shape.nested(type, "Setters").isEmpty()) {
      return Stream.empty();
    }
    List<Method> setters = settersOf(type);
    Set<String> properties =
        setters.stream().map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
    return Stream.of(
            setters.stream().flatMap(setter -> setterFaults(type, setter)),
            duplicates(type, setters, properties),
            getters(type)
                .filter(getter -> !properties.contains(propertyOf(getter)))
                .map(getter -> nameOf(getter) + " has no setter " + propertyOf(getter) + "(...)"))
        .flatMap(faults -> faults);
  }

  static Stream<String> settersReturnTheBuilder(Class<?> type) {
    return Shape.nested(type, "Setters").filter(setters -> isProps(type)).stream()
        .flatMap(
            setters ->
                settersOf(type).stream()
                    .filter(
                        setter ->
                            setters.getTypeParameters().length != 1
                                || !setter
                                    .getGenericReturnType()
                                    .equals(setters.getTypeParameters()[0]))
                    .map(setter -> nameOf(setter) + " must return the builder, of type B"));
  }

  /** The setters of a props class, by name. */
  static List<Method> settersOf(Class<?> props) {
    return Shape.nested(props, "Setters").map(Shape::publicInstanceMethods).orElseGet(List::of);
  }

  private static Stream<String> setterFaults(Class<?> props, Method setter) {
    if (setter.getParameterCount() != 1) {
      return Stream.of(nameOf(setter) + " must have one parameter");
    }
    String getterName = getterOf(setter.getName());
    return Shape.publicMethod(props, getterName)
        .map(getter -> typeFaults(setter, getter))
        .orElseGet(
            () ->
                Stream.of(
                    nameOf(setter) + " has no getter " + nameOf(props) + "." + getterName + "()"));
  }

  private static Stream<String> typeFaults(Method setter, Method getter) {
    String given = setter.getGenericParameterTypes()[0].getTypeName();
    String returned = getter.getGenericReturnType().getTypeName();
    return unless(
        given.equals(returned),
        nameOf(setter) + " takes " + given + " but the getter returns " + returned);
  }

  private static Stream<String> duplicates(
      Class<?> type, List<Method> setters, Set<String> properties) {
    return properties.stream()
        .filter(
            name -> setters.stream().filter(setter -> setter.getName().equals(name)).count() > 1)
        .map(name -> nameOf(type) + ".Setters." + name + " is overloaded; one setter a property");
  }

  private static Stream<Method> getters(Class<?> props) {
    return Shape.publicInstanceMethods(props).stream()
        .filter(method -> method.getName().matches("(get|is)[A-Z].*"));
  }

  static String getterOf(String property) {
    return "get" + property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
  }

  private static String propertyOf(Method getter) {
    String head = getter.getName().replaceFirst("^(get|is)", "");
    return head.substring(0, 1).toLowerCase(Locale.ROOT) + head.substring(1);
  }
}
