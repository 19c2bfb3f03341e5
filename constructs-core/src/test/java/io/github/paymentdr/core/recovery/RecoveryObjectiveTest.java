package io.github.paymentdr.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RecoveryObjective")
class RecoveryObjectiveTest {
  private static final RecoveryObjective FIVE_MINUTES =
      RecoveryObjective.of(Duration.ofMinutes(5), Duration.ZERO);

  @Test
  @DisplayName("B2: a recovery time of five minutes")
  void hasBothObjectives() {
    assertThat(FIVE_MINUTES.getRecoveryTime()).isEqualTo(Duration.ofMinutes(5));
    assertThat(FIVE_MINUTES.getRecoveryPoint()).isEqualTo(Duration.ZERO);
    assertThat(FIVE_MINUTES).hasToString("RTO 300 s, RPO 0 s");
  }

  @Test
  void refusesDurationsOutOfRange() {
    assertThatThrownBy(() -> RecoveryObjective.of(Duration.ZERO, Duration.ofSeconds(-1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            """
            RecoveryObjective has 2 faults:
              - recoveryTime must be more than zero, got PT0S; five minutes are usual
              - recoveryPoint must not be negative, got PT-1S; use zero for no loss""");
  }

  @Test
  void isAValue() {
    assertThat(FIVE_MINUTES)
        .isEqualTo(RecoveryObjective.of(Duration.ofSeconds(300), Duration.ZERO))
        .hasSameHashCodeAs(RecoveryObjective.of(Duration.ofSeconds(300), Duration.ZERO))
        .isNotEqualTo(RecoveryObjective.of(Duration.ofSeconds(301), Duration.ZERO))
        .isNotEqualTo(RecoveryObjective.of(Duration.ofSeconds(300), Duration.ofSeconds(1)))
        .isNotEqualTo("RTO 300 s, RPO 0 s");
  }
}
