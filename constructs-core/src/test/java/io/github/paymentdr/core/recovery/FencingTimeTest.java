package io.github.paymentdr.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("FencingTime")
class FencingTimeTest {
  private static final FencingTime USUAL =
      FencingTime.of(Duration.ofSeconds(5), Duration.ofSeconds(30), 1);

  @ParameterizedTest
  @CsvSource({
    "PT1S, PT1S, 0, 2",
    "PT5S, PT30S, 0, 35",
    "PT5S, PT30S, 1, 36",
    "PT5S, PT29S, 10, 38",
    "PT10S, PT90S, 1, 101",
    "PT1.000000001S, PT1S, 0, 3",
    "PT60S, PT15M, 10, 1056",
  })
  @DisplayName("B2: the wait is lease time and time limit, with the drift on top, rounded up")
  void addsUp(Duration leaseTime, Duration functionTimeout, int drift, long seconds) {
    assertThat(FencingTime.of(leaseTime, functionTimeout, drift).toSeconds()).isEqualTo(seconds);
  }

  @Test
  void saysWhatItIsMadeOf() {
    assertThat(USUAL.getLeaseTime()).isEqualTo(Duration.ofSeconds(5));
    assertThat(USUAL.getFunctionTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(USUAL.getClockDriftPercent()).isEqualTo(1);
    assertThat(USUAL).hasToString("36 s: lease 5 s, function 30 s, clock drift 1 %");
    assertThat(FencingTime.of(Duration.ofMillis(2500), Duration.ofSeconds(3), 0))
        .hasToString("6 s: lease 2.5 s, function 3 s, clock drift 0 %");
  }

  @Test
  void refusesWhatIsOutOfRange() {
    assertThatThrownBy(() -> FencingTime.of(Duration.ofMillis(999), Duration.ofSeconds(901), 11))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            """
            FencingTime has 3 faults:
              - leaseTime must be between 1 and 60 seconds, got PT0.999S; pass a duration; five \
            seconds are usual
              - functionTimeout must be between 1 and 900 seconds, got PT15M1S; pass the time limit \
            of the function that accepts
              - clockDriftPercent must be between 0 and 10, got 11; 1 is far more than synchronised \
            clocks need""");
    assertThatThrownBy(() -> FencingTime.of(Duration.ofSeconds(61), Duration.ZERO, -1))
        .hasMessageStartingWith("FencingTime has 3 faults:");
    assertThatCode(() -> FencingTime.of(Duration.ofMinutes(1), Duration.ofMinutes(15), 10))
        .doesNotThrowAnyException();
  }

  @Test
  void isAValue() {
    assertThat(USUAL)
        .isEqualTo(FencingTime.of(Duration.ofSeconds(5), Duration.ofSeconds(30), 1))
        .hasSameHashCodeAs(FencingTime.of(Duration.ofSeconds(5), Duration.ofSeconds(30), 1))
        .isNotEqualTo(FencingTime.of(Duration.ofSeconds(6), Duration.ofSeconds(30), 1))
        .isNotEqualTo(FencingTime.of(Duration.ofSeconds(5), Duration.ofSeconds(31), 1))
        .isNotEqualTo(FencingTime.of(Duration.ofSeconds(5), Duration.ofSeconds(30), 2))
        .isNotEqualTo("36 s");
  }
}
