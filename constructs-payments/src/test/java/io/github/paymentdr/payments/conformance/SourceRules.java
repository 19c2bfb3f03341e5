package io.github.paymentdr.payments.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What only the sources show. Paths are relative to the module, as Maven runs its tests. */
final class SourceRules {
  /** The modules whose code runs in Lambda. Those that do not exist yet are found when they do. */
  static final ImmutableSet<String> LAMBDA_MODULES = ImmutableSet.of("runtime", "payment-handler");

  private static final ImmutableList<Path> LIBRARIES =
      ImmutableList.of(Path.of("..", "constructs-core"), Path.of("..", "constructs-payments"));

  /** A format of digits or dates. {@code %n} is the system's line end, no better in a template. */
  private static final Pattern LOCALE_FORMAT =
      Pattern.compile("\"[^\"\n]*(?<!%)%[-#+0,(]*[0-9]*(\\.[0-9]+)?[dfgeEGntTX][^\"]*\"");

  private static final Pattern CDK =
      Pattern.compile("software\\.(amazon\\.awscdk|constructs|amazon\\.jsii)|aws-cdk-lib");

  private SourceRules() {}

  /** The main sources of both libraries. */
  static List<Path> librarySources() {
    return LIBRARIES.stream()
        .flatMap(
            module -> filesBelow(module.resolve("src/main/java"), name -> name.endsWith(".java")))
        .toList();
  }

  /** The folders of the modules that run in Lambda. */
  static List<Path> lambdaModules() {
    return Stream.of("constructs-payments", "example-app")
        .flatMap(parent -> LAMBDA_MODULES.stream().map(name -> Path.of("..", parent, name)))
        .filter(module -> Files.exists(module.resolve("pom.xml")))
        .toList();
  }

  /** The sources and the pom of a module, without what is built. */
  static List<Path> sourcesOf(Path module) {
    return Stream.concat(
            Stream.of(module.resolve("pom.xml")),
            filesBelow(module.resolve("src/main"), name -> name.endsWith(".java")))
        .toList();
  }

  static boolean mentionsTheCdk(String text) {
    return CDK.matcher(text).find();
  }

  static boolean formatsByLocale(String text) {
    return LOCALE_FORMAT
        .matcher(text)
        .results()
        .anyMatch(match -> !statementBefore(text, match.start()).contains("Locale.ROOT"));
  }

  /** Messages have semicolons too, but never at the end of a line of code. */
  private static String statementBefore(String text, int end) {
    return text.substring(text.lastIndexOf(";\n", end) + 1, end);
  }

  static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Path> filesBelow(Path folder, Predicate<String> isWanted) {
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      Set<Path> found =
          files
              .filter(file -> isWanted.test(file.getFileName().toString()))
              .sorted()
              .collect(ImmutableSet.toImmutableSet());
      return found.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
