package io.github.paymentdr.example.drill.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The report as a page, in Chromium")
@Timeout(120)
class ReportPageTest {
  /** Installed by the build. */
  private static final Path BROWSER = Path.of("target", "chromium");

  private static final Path PAGES = Path.of("target", "report-page");

  private static JsonNode seen;

  @BeforeAll
  static void look() throws Exception {
    Path page = PAGES.resolve("failed.html");
    ReportPage.write(SampleReport.failed(), page);
    seen = look(page);
  }

  static JsonNode look(Path page) throws IOException, InterruptedException {
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

  @Test
  void needsNoNetworkAndHasNothingToComplainOf() {
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

  @Test
  void fitsANarrowAndAWideScreen() {
    assertThat(seen.path("looks"))
        .allSatisfy(
            look ->
                assertThat(look.path("pageWidth").asInt())
                    .as("%s", look.path("name"))
                    .isLessThanOrEqualTo(look.path("width").asInt()));
  }

  @Test
  void hasItsChartsDrawn() {
    assertThat(seen.path("looks"))
        .allSatisfy(
            look ->
                assertThat(look.path("charts"))
                    .as("%s", look.path("name"))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(
                        chart -> {
                          assertThat(chart.path("shapes").asInt()).isGreaterThan(8);
                          assertThat(chart.path("height").asDouble()).isGreaterThan(60);
                          assertThat(chart.path("left").asDouble()).isNotNegative();
                          assertThat(chart.path("right").asDouble())
                              .isLessThanOrEqualTo(look.path("width").asDouble());
                          assertThat(chart.path("outside")).as("texts outside").isEmpty();
                        }));
  }

  @Test
  void isDarkForWhoWantsItDark() {
    assertThat(look("wide-light").path("background").asText()).isEqualTo("rgb(255, 255, 255)");
    assertThat(look("wide-dark").path("background").asText()).isEqualTo("rgb(18, 23, 29)");
    assertThat(look("wide-dark").path("text")).isNotEqualTo(look("wide-light").path("text"));
  }

  private static JsonNode look(String name) {
    for (JsonNode look : seen.path("looks")) {
      if (look.path("name").asText().equals(name)) {
        return look;
      }
    }
    throw new AssertionError(name);
  }

  @Test
  void canBePrintedWithEverythingInIt() {
    assertThat(seen.at("/printed/bytes").asInt()).isGreaterThan(20_000);
    assertThat(seen.at("/printed/hidden").asInt()).isZero();
  }

  @Test
  void saysTheVerdictFirst() {
    assertThat(look("narrow-light").path("heading").asText())
        .isEqualTo("FAILED, 1 of 14 disasters");
    String passed = ReportPage.of(SampleReport.passed());
    assertThat(passed).contains("<h1>Passed, 14 of 14 disasters</h1>");
    assertThat(passed.indexOf("<h1>")).isLessThan(passed.indexOf("<svg"));
  }

  @Test
  void takesTextForTextAndNotForMarkup() {
    assertThat(ReportPage.of(SampleReport.failed()))
        .contains("3 acknowledged payments are &lt;lost&gt; &amp; &quot;gone&quot;")
        .doesNotContain("<lost>");
  }

  @Test
  void isThereEvenIfNothingWasRun() {
    assertThat(ReportPage.of(SampleReport.empty())).contains("Passed, 0 of 0 disasters");
  }
}
