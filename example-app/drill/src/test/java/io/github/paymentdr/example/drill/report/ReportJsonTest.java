package io.github.paymentdr.example.drill.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The report as JSON")
class ReportJsonTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "drill.md");
  private static final Pattern QUOTED = Pattern.compile("`([A-Za-z]+)`");

  private static JsonNode json(DrillReport report) throws IOException {
    return new ObjectMapper().readTree(ReportJson.of(report));
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        DrillReport.class,
        Summary.class,
        DisasterReport.class,
        Phase.class,
        LedgerSum.class,
        Timeline.class,
        Sample.class,
        Mark.class,
        Tenure.class,
        Step.class,
        Conditions.class
      })
  void isExplainedMemberByMember(Class<?> record) throws IOException {
    String page = Files.readString(PAGE);
    List<String> explained =
        QUOTED
            .matcher(page.substring(page.indexOf("## report.json")))
            .results()
            .map(found -> found.group(1))
            .toList();
    List<String> members =
        Arrays.stream(record.getRecordComponents()).map(member -> member.getName()).toList();
    assertThat(explained).containsAll(members);
  }

  @Test
  void hasTheMembersOfItsRecords() throws IOException {
    JsonNode report = json(SampleReport.passed());
    assertThat(report.fieldNames())
        .toIterable()
        .containsExactly(
            "formatVersion", "startedAt", "endedAt", "summary", "disasters", "conditions");
    assertThat(report.at("/disasters/0").fieldNames())
        .toIterable()
        .contains(
            "name",
            "verdict",
            "rtoSeconds",
            "budgetSeconds",
            "rpoSeconds",
            "acknowledged",
            "lost",
            "doubled",
            "twoWriters");
    assertThat(report.at("/summary/ledgerSum").fieldNames())
        .toIterable()
        .containsExactly("expected", "booked", "unbalancedBookings");
  }

  @Test
  void saysNullForWhatIsNotThere() throws IOException {
    JsonNode flapping = json(SampleReport.passed()).at("/disasters/12");
    assertThat(flapping.path("name").asText()).isEqualTo("flapping");
    assertThat(flapping.get("rtoSeconds").isNull()).isTrue();
    assertThat(json(SampleReport.empty()).at("/summary/rtoSeconds").isNull()).isTrue();
  }

  @Test
  void writesNumbersToTheMillisecond() throws IOException {
    JsonNode summary = json(SampleReport.passed()).path("summary");
    assertThat(summary.get("rtoSeconds").toString()).isEqualTo("71.234");
    assertThat(json(SampleReport.passed()).get("startedAt").asText())
        .isEqualTo("2026-11-23T02:00:00Z");
  }

  @Test
  void isTheSameEachTime() {
    assertThat(ReportJson.of(SampleReport.passed()))
        .isEqualTo(ReportJson.of(SampleReport.passed()));
  }
}
