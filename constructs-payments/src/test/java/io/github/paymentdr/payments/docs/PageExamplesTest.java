package io.github.paymentdr.payments.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the examples of README.md and of the pages compile as they are printed")
class PageExamplesTest {
  private static final Path REPOSITORY = Path.of("..");

  @Test
  void compile(@TempDir Path output) throws IOException {
    List<JavaExample> examples = pages().flatMap(page -> examplesOf(page).stream()).toList();
    assertThat(examples).hasSizeGreaterThan(7);
    assertThat(JavaExample.compile(examples, output)).isEmpty();
  }

  @Test
  void aWrongOneIsReportedWithItsPage(@TempDir Path output) {
    List<JavaExample> examples =
        JavaExample.parse("Wrong.md", "```java\nnetwork.getVpc();\n```\n```java\nvpc.no();\n```\n");
    assertThat(JavaExample.compile(examples, output))
        .singleElement()
        .asString()
        .startsWith("Wrong.md, example 2: ")
        .contains("cannot find symbol");
  }

  private static Stream<Path> pages() throws IOException {
    try (Stream<Path> pages = Files.list(REPOSITORY.resolve("docs/constructs"))) {
      return Stream.concat(Stream.of(REPOSITORY.resolve("README.md")), pages.sorted())
          .collect(ImmutableList.toImmutableList())
          .stream();
    }
  }

  private static List<JavaExample> examplesOf(Path page) {
    try {
      return JavaExample.parse(page.getFileName().toString(), Files.readString(page, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
