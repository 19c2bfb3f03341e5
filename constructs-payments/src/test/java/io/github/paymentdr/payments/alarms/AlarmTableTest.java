package io.github.paymentdr.payments.alarms;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.github.paymentdr.payments.replication.Replicated;
import io.github.paymentdr.payments.testing.Synthesis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.CfnElement;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.cloudwatch.IAlarm;
import software.constructs.Construct;

/** The documentation's table of alarms, held against what is synthesised. */
@DisplayName("DrAlarms: the table of alarms")
class AlarmTableTest {
  private static final Path PAGE = Path.of("..", "docs", "constructs", "DrAlarms.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Map<String, String> SYMBOLS =
      Map.of("GreaterThanThreshold", ">", "LessThanThreshold", "<");

  /** What a row says and what an alarm is, in one form. */
  private record Row(
      String metrics, String condition, String period, String evaluation, String missingData) {}

  @Test
  @DisplayName("M1: documents each alarm with its metric, threshold, evaluation and missing data")
  void documentsEachAlarm() throws IOException {
    assertThat(documented()).containsExactlyInAnyOrderEntriesOf(synthesised());
  }

  private static Map<String, Row> documented() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    boolean inTable = false;
    for (String line : Files.readAllLines(PAGE, UTF_8)) {
      if (line.startsWith("| Alarm | Metric | Alarms when |")) {
        inTable = true;
      } else if (inTable && line.startsWith("| `")) {
        List<String> cells = Splitter.on('|').trimResults().splitToList(line);
        assertThat(cells.get(7)).as("why of " + line).isNotEmpty();
        rows.put(
            code(cells.get(1)),
            new Row(
                metrics(cells.get(2)),
                code(cells.get(3)),
                code(cells.get(4)),
                code(cells.get(5)),
                code(cells.get(6))));
      } else if (inTable && line.isEmpty()) {
        break;
      }
    }
    return rows;
  }

  private static String code(String cell) {
    return codes(cell).findFirst().orElseThrow();
  }

  private static Stream<String> codes(String cell) {
    return CODE.matcher(cell).results().map((MatchResult result) -> result.group(1));
  }

  private static String metrics(String cell) {
    String statistic = cell.substring(cell.lastIndexOf(", ") + 2);
    return codes(cell).sorted().collect(Collectors.joining("+")) + " " + statistic;
  }

  private static Map<String, Row> synthesised() {
    Stack stack = Synthesis.primaryStack();
    DrAlarms alarms = Monitored.everything(stack, PAIR);
    alarms.monitorReplication(Replicated.logical(new Construct(stack, "Pair")).build());
    Map<String, Map<String, Object>> resources =
        Template.fromStack(stack).findResources("AWS::CloudWatch::Alarm");
    Map<String, Row> rows = new LinkedHashMap<>();
    for (IAlarm alarm : alarms.getAlarms()) {
      String logicalId = stack.getLogicalId((CfnElement) alarm.getNode().getDefaultChild());
      String group = alarm.getNode().getScope().getNode().getId();
      String kind = group.substring(0, group.indexOf(':'));
      rows.put(
          kind + "." + alarm.getNode().getId(),
          rowOf(child(resources.get(logicalId), "Properties")));
    }
    return rows;
  }

  private static Row rowOf(Map<String, Object> alarm) {
    TreeSet<String> metrics = new TreeSet<>();
    Object statistic = alarm.getOrDefault("Statistic", alarm.get("ExtendedStatistic"));
    Object period = alarm.get("Period");
    if (alarm.get("Metrics") instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> entry && entry.get("MetricStat") instanceof Map<?, ?> stat) {
          metrics.add(((Map<?, ?>) stat.get("Metric")).get("MetricName").toString());
          statistic = stat.get("Stat");
          period = stat.get("Period");
        }
      }
    } else {
      metrics.add(alarm.get("MetricName").toString());
    }
    return new Row(
        String.join("+", metrics) + " " + statistic,
        SYMBOLS.get(alarm.get("ComparisonOperator").toString()) + " " + alarm.get("Threshold"),
        period + " s",
        alarm.get("DatapointsToAlarm") + " of " + alarm.get("EvaluationPeriods"),
        alarm.get("TreatMissingData").toString());
  }
}
