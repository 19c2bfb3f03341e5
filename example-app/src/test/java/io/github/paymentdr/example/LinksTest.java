package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The links of the pages")
class LinksTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```$|`[^`\\n]+`");
  private static final Pattern FENCE = Pattern.compile("(?ms)^ *```.*?^ *```$");
  private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final ImmutableSet<String> NOT_PAGES =
      ImmutableSet.of(".git", "target", "cdk.out", "node_modules");

  @Test
  void leadToFilesAndHeadingsOfThisRepository() throws IOException {
    ImmutableMap<Path, String> pages = pages();
    assertThat(pages).containsKey(REPOSITORY.resolve("README.md"));
    assertThat(pages.keySet().stream().flatMap(page -> faultsOf(page, pages))).isEmpty();
  }

  @Test
  void ofTheIndexLeadToEveryPageOfTheDocumentation() throws IOException {
    Path index = REPOSITORY.resolve("docs/README.md");
    ImmutableMap<Path, String> pages = pages();
    ImmutableList<Path> linked =
        linksOf(pages.getOrDefault(index, ""))
            .map(link -> index.resolveSibling(link).normalize())
            .collect(ImmutableList.toImmutableList());
    assertThat(linked)
        .containsAll(
            pages.keySet().stream()
                .filter(page -> page.startsWith(index.getParent()) && !page.equals(index))
                .toList());
  }

  @Test
  void areReportedWhenTheyLeadNowhere() {
    Path page = REPOSITORY.resolve("Page.md");
    String markdown = "# Some `code` here\n[a](#some-code-here) [b](#none) [c](no.md) [d](../x)";
    assertThat(faultsOf(page, ImmutableMap.of(page, markdown)))
        .containsExactly("Page.md: #none", "Page.md: no.md", "Page.md: ../x");
  }

  private static Stream<String> faultsOf(Path page, ImmutableMap<Path, String> pages) {
    return linksOf(pages.getOrDefault(page, ""))
        .filter(link -> !leads(page, link, pages))
        .map(link -> REPOSITORY.relativize(page) + ": " + link);
  }

  private static boolean leads(Path page, String link, ImmutableMap<Path, String> pages) {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    return target.startsWith(REPOSITORY)
        && (pages.containsKey(target) || Files.exists(target))
        && (parts.length == 1 || anchorsOf(pages.getOrDefault(target, "")).contains(parts[1]));
  }

  private static Stream<String> linksOf(String markdown) {
    return LINK.matcher(CODE.matcher(markdown).replaceAll(""))
        .results()
        .map(link -> link.group(1))
        .filter(link -> !link.matches("(https?|mailto):.*"));
  }

  /** As GitHub makes them from the headings. */
  private static ImmutableSet<String> anchorsOf(String markdown) {
    return HEADING
        .matcher(FENCE.matcher(markdown).replaceAll(""))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(ImmutableSet.toImmutableSet());
  }

  private static ImmutableMap<Path, String> pages() throws IOException {
    ImmutableMap.Builder<Path, String> pages = ImmutableMap.builder();
    Files.walkFileTree(
        REPOSITORY,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return NOT_PAGES.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.toString().endsWith(".md")) {
              pages.put(file, Files.readString(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages.build();
  }
}
