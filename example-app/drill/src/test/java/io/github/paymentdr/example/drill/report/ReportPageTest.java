package io.github.paymentdr.example.drill.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The report as a page, in Chromium")
@Timeout(120)
class ReportPageTest {
  private static final Path PAGES = Path.of("target", "report-page");

  private static JsonNode seen;

  @BeforeAll
  static void look() throws Exception {
    Path page = PAGES.resolve("failed.html");
    ReportPage.write(SampleReport.failed(), page);
    seen = Chromium.look(page);
  }

  @Test
  void needsNoNetworkAndHasNothingToComplainOf() {
    Chromium.assertNeedsNothing(seen);
  }

  @Test
  void fitsANarrowAndAWideScreen() {
    Chromium.assertFits(seen);
  }

  @Test
  void showsWhoHasRefused() {
    assertThat(ReportPage.of(SampleReport.failed()))
        .contains("class=\"refused region0\"")
        .contains("class=\"refused unanswered\"");
  }

  @Test
  void hasItsChartsDrawn() {
    Chromium.assertChartsAreDrawn(seen, 20);
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
    assertThat(ReportPage.of(SampleReport.empty())).contains("<h1>FAILED, nothing was run</h1>");
  }
}
