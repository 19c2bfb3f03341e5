package io.github.paymentdr.payments.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The source of a props class: only it knows the order of the setters and their Javadoc. */
final class PropsSource {
  private static final Path SOURCES = Path.of("src", "main", "java");

  private static final Pattern SETTER =
      Pattern.compile(
          "(?<doc>/\\*\\*(?:(?!\\*/).)*\\*/)?\\s*(?:@\\w+(?:\\([^)]*\\))?\\s+)*"
              + "public (?:final )?B (?<name>\\w+)\\(",
          Pattern.DOTALL);

  private PropsSource() {}

  /** A setter and its Javadoc, on one line. */
  record Setter(String name, String javadoc) {
    boolean saysThatItIsRequired() {
      return javadoc.contains("Required.");
    }

    boolean saysItsDefault() {
      return javadoc.contains("Default: ");
    }
  }

  static List<Setter> settersOf(Class<?> props) {
    Path file = SOURCES.resolve(props.getName().replace('.', '/') + ".java");
    try {
      return settersIn(Files.readString(file, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Setter> settersIn(String source) {
    List<Setter> setters = new ArrayList<>();
    Matcher matcher = SETTER.matcher(source);
    while (matcher.find()) {
      String javadoc = matcher.group("doc") == null ? "" : matcher.group("doc");
      setters.add(
          new Setter(
              matcher.group("name"), javadoc.replaceAll("\\s*\\n\\s*\\*?/?\\s*", " ").strip()));
    }
    return setters;
  }
}
