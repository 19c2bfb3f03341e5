package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the control function answers to a state machine")
class AnswersTest {
  private static List<String> problems(int count, String problem) {
    Map<String, ?> answer =
        Answers.of(
            "logical",
            "us-west-2",
            new ReplicationState(
                NodeRole.STANDBY,
                OptionalLong.of(7),
                false,
                IntStream.range(0, count).mapToObj(i -> problem + i).toList()));
    assertThat(Json.write(answer).getBytes(UTF_8)).hasSizeLessThan(64 * 1024);
    return ((List<?>) answer.get("problems")).stream().map(String::valueOf).toList();
  }

  @Test
  void namesAllProblemsWhenTheyAreFew() {
    assertThat(problems(50, "p")).hasSize(50).last().isEqualTo("p49");
  }

  @Test
  void countsProblemsThatAreTooManyToName() {
    assertThat(problems(10_000, "table ledger.part is not in sync "))
        .hasSize(51)
        .startsWith("table ledger.part is not in sync 0")
        .last()
        .isEqualTo("and 9950 more problems");
  }

  @Test
  void shortensWhatADatabaseSaysAtLength() {
    assertThat(problems(60, "x".repeat(100_000)))
        .first()
        .asString()
        .hasSizeLessThan(600)
        .endsWith("x...");
  }
}
