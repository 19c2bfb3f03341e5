package io.github.paymentdr.payments.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.google.common.collect.ImmutableSet;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.text.NumberFormat;
import java.time.Clock;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What the code of the libraries may depend on and call. */
final class ArchitectureRules {
  private static final ImmutableSet<String> TIME_SOURCES =
      ImmutableSet.of(
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Math.random",
          UUID.class.getName() + ".randomUUID");

  private static final ImmutableSet<Class<?>> RANDOM_OR_CLOCK =
      ImmutableSet.of(
          Clock.class,
          Date.class,
          Random.class,
          SecureRandom.class,
          SplittableRandom.class,
          ThreadLocalRandom.class);

  private static final ImmutableSet<Class<?>> HASHED =
      ImmutableSet.of(HashMap.class, HashSet.class, IdentityHashMap.class, ConcurrentHashMap.class);

  private static final ImmutableSet<String> HASHING_COLLECTORS =
      ImmutableSet.of(
          "toSet",
          "toMap",
          "toUnmodifiableSet",
          "toUnmodifiableMap",
          "groupingBy",
          "toConcurrentMap",
          "groupingByConcurrent");

  private ArchitectureRules() {}

  static ArchRule coreKnowsNothingOfPayments(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".core..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(root + ".payments..")
        .because("core is for any pair of regions");
  }

  static ArchRule noCycles(String root) {
    return slices().matching(root + ".(**)").should().beFreeOfCycles();
  }

  static ArchRule noClockAndNoChance() {
    return noClasses()
        .should()
        .accessTargetWhere(accessTo("a clock or a source of chance", ArchitectureRules::isClock))
        .because("the same input must give the same template");
  }

  static ArchRule noDefaultLocale() {
    return noClasses()
        .should()
        .accessTargetWhere(accessTo("the default locale", ArchitectureRules::isDefaultLocale))
        .because("the same input must give the same template; pass Locale.ROOT");
  }

  static ArchRule noRandomOrder() {
    return noClasses()
        .should()
        .accessTargetWhere(
            accessTo("a collection without an order", ArchitectureRules::isUnordered))
        .because(
            "the order reaches templates and differs from one JVM to the next; use ImmutableMap,"
                + " ImmutableSet or LinkedHashMap");
  }

  static ArchRule noStandardStreams() {
    return NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
  }

  private static DescribedPredicate<JavaAccess<?>> accessTo(
      String what, Predicate<AccessTarget> condition) {
    return describe(what, access -> condition.test(access.getTarget()));
  }

  private static boolean isClock(AccessTarget target) {
    String owner = target.getOwner().getName();
    boolean readsNow = owner.startsWith("java.time.") && target.getName().equals("now");
    return readsNow
        || TIME_SOURCES.contains(owner + "." + target.getName())
        || isOwnedByAny(target, RANDOM_OR_CLOCK)
        || (owner.equals("java.util.Collections") && target.getName().equals("shuffle"));
  }

  /** Texts with %s alone do not depend on the locale; a scan of the sources sees to the others. */
  private static boolean isDefaultLocale(AccessTarget target) {
    String name = target.getName();
    boolean changesCase =
        isOwnedByAny(target, ImmutableSet.of(String.class))
            && (name.equals("toLowerCase") || name.equals("toUpperCase"))
            && takes(target, 0);
    boolean readsDefault =
        isOwnedByAny(target, ImmutableSet.of(Locale.class)) && name.equals("getDefault");
    boolean formats =
        isOwnedByAny(target, ImmutableSet.of(NumberFormat.class, DateTimeFormatter.class))
            && (name.matches("get.*Instance") || name.equals("ofPattern"))
            && !takesLocale(target);
    return changesCase || readsDefault || formats;
  }

  private static boolean isUnordered(AccessTarget target) {
    String name = target.getName();
    boolean salted =
        (isOwnedByAny(target, ImmutableSet.of(Map.class))
                && name.equals("of")
                && !takesUpTo(target, 2))
            || (isOwnedByAny(target, ImmutableSet.of(Set.class))
                && name.equals("of")
                && (!takesUpTo(target, 1) || takesArray(target)))
            || (isOwnedByAny(target, ImmutableSet.of(Map.class, Set.class))
                && (name.equals("copyOf") || name.equals("ofEntries")));
    boolean hashed = name.equals("<init>") && isOwnedByAny(target, HASHED);
    boolean collected =
        isOwnedByAny(target, ImmutableSet.of(Collectors.class))
            && HASHING_COLLECTORS.contains(name)
            && !takesSupplier(target);
    return salted || hashed || collected || isGuavaHash(target);
  }

  private static boolean isGuavaHash(AccessTarget target) {
    return target.getOwner().getName().matches("com\\.google\\.common\\.collect\\.(Maps|Sets)")
        && target.getName().matches("new(Concurrent)?Hash(Map|Set).*");
  }

  private static boolean isOwnedByAny(AccessTarget target, Collection<Class<?>> owners) {
    return owners.stream().anyMatch(owner -> target.getOwner().isEquivalentTo(owner));
  }

  private static boolean takes(AccessTarget target, int parameters) {
    return target instanceof CodeUnitAccessTarget unit
        && unit.getRawParameterTypes().size() == parameters;
  }

  private static boolean takesUpTo(AccessTarget target, int parameters) {
    return target instanceof CodeUnitAccessTarget unit
        && unit.getRawParameterTypes().size() <= parameters;
  }

  private static boolean takesArray(AccessTarget target) {
    return target instanceof CodeUnitAccessTarget unit
        && unit.getRawParameterTypes().stream().anyMatch(type -> type.isArray());
  }

  private static boolean takesLocale(AccessTarget target) {
    return target instanceof CodeUnitAccessTarget unit
        && unit.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(Locale.class));
  }

  /** A caller who says which map or set is to be made has chosen its order. */
  private static boolean takesSupplier(AccessTarget target) {
    return target instanceof CodeUnitAccessTarget unit
        && unit.getRawParameterTypes().stream()
            .anyMatch(type -> type.isEquivalentTo(Supplier.class));
  }
}
