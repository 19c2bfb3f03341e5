package io.github.paymentdr.payments.conformance;

import com.google.common.collect.ImmutableList;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Comparator;
import java.util.List;
import software.constructs.Construct;

/** The compiled code of both libraries without their tests; new classes are found by themselves. */
final class MainCode {
  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.github.paymentdr.core", "io.github.paymentdr.payments");

  /** Every class that a user of the libraries can name, by name. */
  static final ImmutableList<Class<?>> PUBLIC_API =
      CLASSES.stream()
          .filter(MainCode::isReachable)
          .sorted(Comparator.comparing(JavaClass::getName))
          .map(JavaClass::reflect)
          .collect(ImmutableList.toImmutableList());

  private MainCode() {}

  /** What the packages share among themselves; its Javadoc is not published. */
  private static final String INTERNAL = ".internal";

  /** The props classes of the public constructs. */
  static List<Class<?>> props() {
    return PUBLIC_API.stream().filter(PropsRules::isProps).toList();
  }

  /** The public constructs. */
  static List<Class<?>> constructs() {
    return PUBLIC_API.stream().filter(Construct.class::isAssignableFrom).toList();
  }

  private static boolean isReachable(JavaClass type) {
    boolean open =
        type.getModifiers().contains(JavaModifier.PUBLIC)
            || type.getModifiers().contains(JavaModifier.PROTECTED);
    return open
        && !type.getPackageName().endsWith(INTERNAL)
        && type.getEnclosingClass().map(MainCode::isReachable).orElse(true);
  }
}
