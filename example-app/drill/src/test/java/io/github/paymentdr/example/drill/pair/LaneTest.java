package io.github.paymentdr.example.drill.pair;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What a pair leaves to the next one on its lane")
@Timeout(120)
class LaneTest {
  private static final Timers TIMERS = Timers.atSpeed(8);

  private static Lane lane;

  @BeforeAll
  static void start() {
    lane = Lane.start();
  }

  @AfterAll
  static void stop() {
    lane.close();
  }

  private static LocalPair pair(Timers timers) {
    return LocalPair.start(PairSettings.of(timers).on(lane).bearing(2));
  }

  private record Seen(List<Long> inEast, List<Long> inWest) {}

  private static Seen use(LocalPair pair) throws IOException {
    assertThat(pair.books().payments()).as("payments of an earlier pair").isEmpty();
    String key = Caller.newKey();
    assertThat(Caller.pay(pair, Caller.token(pair), key, Caller.order(key)).statusCode())
        .isEqualTo(201);
    assertThat(pair.books().payments()).hasSize(1);
    return new Seen(pair.east().payments().pids(), pair.west().payments().pids());
  }

  @Test
  void areInstancesThatAreWellAndNothingElse() throws IOException {
    Seen first;
    try (LocalPair pair = pair(TIMERS)) {
      first = use(pair);
      pair.west().setClockOffset(Duration.ofHours(1));
    }
    Seen second;
    try (LocalPair pair = pair(TIMERS)) {
      second = use(pair);
      assertThat(Duration.between(lane.west().clock().instant(), Instant.now()).abs())
          .isLessThan(Duration.ofSeconds(1));
      assertThat(first.inEast()).containsAll(second.inEast());
      assertThat(first.inWest()).containsAll(second.inWest());
      pair.east().kill();
      pair.west().freeze();
    }
    try (LocalPair pair = pair(TIMERS)) {
      Seen third = use(pair);
      assertThat(third.inEast()).as("after a kill").doesNotContainAnyElementsOf(second.inEast());
      assertThat(third.inWest()).as("after a freeze").doesNotContainAnyElementsOf(second.inWest());
    }
  }

  @Test
  void isNoInstanceWithAnotherConfiguration() throws IOException {
    Seen first;
    try (LocalPair pair = pair(TIMERS)) {
      first = use(pair);
    }
    try (LocalPair pair = pair(Timers.atSpeed(4))) {
      assertThat(use(pair).inEast()).doesNotContainAnyElementsOf(first.inEast());
    }
  }
}
