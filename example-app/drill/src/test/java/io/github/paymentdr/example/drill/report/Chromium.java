package io.github.paymentdr.example.drill.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Opens a report as people do: on a phone and on a wide screen, light and dark, and on paper. */
public final class Chromium {
  /** Installed by the build. */
  private static final Path BROWSER = Path.of("target", "chromium");

  private Chromium() {}

  /** {@return what is to be seen of a page; pictures of it are beside it} */
  public static JsonNode look(Path page) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "node",
                BROWSER.resolve("look.mjs").toString(),
                page.toString(),
                page.resolveSibling("pictures").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return new ObjectMapper().readTree(output);
  }

  /** Nothing is asked of a network, and the console is empty. */
  public static void assertNeedsNothing(JsonNode seen) {
    assertThat(seen.path("looks"))
        .hasSize(4)
        .allSatisfy(
            look -> {
              assertThat(look.path("complaints")).as("%s", look.path("name")).isEmpty();
              assertThat(look.path("requests"))
                  .allSatisfy(request -> assertThat(request.asText()).startsWith("file:"))
                  .hasSize(1);
            });
  }

  /** Nobody has to scroll sideways. */
  public static void assertFits(JsonNode seen) {
    assertThat(seen.path("looks"))
        .allSatisfy(
            look ->
                assertThat(look.path("pageWidth").asInt())
                    .as("%s", look.path("name"))
                    .isLessThanOrEqualTo(look.path("width").asInt()));
  }

  /** More than so many charts are drawn, and no text of theirs is cut off. */
  public static void assertChartsAreDrawn(JsonNode seen, int moreThan) {
    assertThat(seen.path("looks"))
        .allSatisfy(
            look ->
                assertThat(look.path("charts"))
                    .as("%s", look.path("name"))
                    .hasSizeGreaterThan(moreThan)
                    .allSatisfy(
                        chart -> {
                          assertThat(chart.path("shapes").asInt()).isGreaterThan(5);
                          assertThat(chart.path("height").asDouble()).isGreaterThan(60);
                          assertThat(chart.path("left").asDouble()).isNotNegative();
                          assertThat(chart.path("right").asDouble())
                              .isLessThanOrEqualTo(look.path("width").asDouble());
                          assertThat(chart.path("unseen")).as("texts unseen").isEmpty();
                          assertThat(chart.path("outside")).as("texts outside").isEmpty();
                        }));
  }
}
