package io.github.paymentdr.example.drill.pair;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A pair without a safeguard lacks that one, on servers that are used again. */
@DisplayName("A pair without a safeguard")
@Timeout(60)
class MutationTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Lane lane;

  @BeforeAll
  static void start() {
    lane = Lane.start();
  }

  @AfterAll
  static void stop() {
    lane.close();
  }

  @Test
  void fencingTakesNoTime() {
    JsonNode definition = FailoverTemplate.ofSecondary().definition();
    assertThat(seconds(definition)).isPositive();
    assertThat(seconds(Mutants.of(definition, Mutation.FENCING_WAIT_REMOVED))).isZero();
  }

  private static int seconds(JsonNode definition) {
    return definition.path("States").path("WaitForFencing").path("Seconds").asInt(-1);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "FENCING_WAIT_REMOVED"})
  void lacksWhatItSays(Mutation mutation) throws Exception {
    Timers timers = Timers.atSpeed(10);
    try (LocalPair pair = LocalPair.start(PairSettings.of(timers).on(lane).without(mutation))) {
      String key = Caller.newKey();
      String body = Caller.order(key);
      String token = Caller.token(pair);
      LocalPairTest.eventually("it takes payments", () -> Caller.pay(pair.east()) == 201);
      JsonNode first = JSON.readTree(Caller.pay(pair, token, key, body).body());
      JsonNode second = JSON.readTree(Caller.pay(pair, token, key, body).body());
      assertThat(first.path("id").equals(second.path("id")))
          .isEqualTo(mutation != Mutation.IDEMPOTENCY_LEFT_OUT);
      assertThat(hasJournal(pair)).isEqualTo(mutation != Mutation.JOURNAL_REMOVED);
      if (mutation == Mutation.PROMOTION_LEFT_OUT) {
        pair.east().kill();
        Execution execution = pair.west().activate("{\"mode\":\"unplanned\"}");
        execution.awaitState("ReplayJournal", Duration.ofSeconds(30));
        String subscription = "select 1 from pg_subscription where subname = 'dr_subscription'";
        assertThat(pair.west().query(subscription)).isNotEmpty();
      }
    }
  }

  private static boolean hasJournal(LocalPair pair) {
    for (JsonNode item : pair.controlItems()) {
      if (item.path("id").path("S").asText().startsWith("journal/")) {
        return true;
      }
    }
    return false;
  }
}
