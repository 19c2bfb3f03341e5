package io.github.paymentdr.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.Aws;

@DisplayName("RecoveryBudget")
class RecoveryBudgetTest {
  private static final RecoveryObjective OBJECTIVE =
      RecoveryObjective.of(Duration.ofMinutes(5), Duration.ZERO);

  private static RecoveryBudget.Builder budget() {
    return RecoveryBudget.Builder.create()
        .objective(OBJECTIVE)
        .phase("detection", Duration.ofSeconds(40))
        .phase("fencing", Duration.ofSeconds(36));
  }

  @Nested
  class WithinTheObjective {
    private static final RecoveryBudget BUDGET =
        budget()
            .phase("promotion", Duration.ofMinutes(2))
            .phase("traffic", Duration.ofMillis(12_500))
            .build();

    @Test
    @DisplayName("B2: the budget is the sum of the worst cases of all phases")
    void addsUp() {
      assertThat(BUDGET.getTotal()).isEqualTo(Duration.ofMillis(208_500));
      assertThat(BUDGET.getObjective()).isSameAs(OBJECTIVE);
      assertThat(BUDGET.getLargest().getName()).isEqualTo("promotion");
      assertThat(BUDGET.getLargest().getWorstCase()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void keepsTheOrderOfThePhases() {
      assertThat(BUDGET.getPhases())
          .extracting(RecoveryPhase::toString)
          .containsExactly("detection 40 s", "fencing 36 s", "promotion 120 s", "traffic 12.5 s");
      assertThat(BUDGET.getPhases()).isUnmodifiable();
    }

    @Test
    void isOneLineForPeople() {
      assertThat(BUDGET)
          .hasToString(
              "208.5 s of 300 s: detection 40 s, fencing 36 s, promotion 120 s, traffic 12.5 s");
    }

    @Test
    void theFirstOfEquallyLargePhasesIsTheLargest() {
      RecoveryBudget equal =
          RecoveryBudget.Builder.create()
              .objective(OBJECTIVE)
              .phase("nothing", Duration.ZERO)
              .phase("first", Duration.ofSeconds(1))
              .phase("second", Duration.ofSeconds(1))
              .build();
      assertThat(equal.getLargest().getName()).isEqualTo("first");
    }

    @Test
    void mayUseUpTheObjective() {
      assertThat(budget().phase("promotion", Duration.ofSeconds(224)).build().getTotal())
          .isEqualTo(OBJECTIVE.getRecoveryTime());
    }

    @Test
    void aBuilderCanGoOn() {
      RecoveryBudget.Builder builder = budget();
      RecoveryBudget first = builder.build();
      RecoveryBudget second = builder.phase("traffic", Duration.ofSeconds(1)).build();
      assertThat(first.getPhases()).hasSize(2);
      assertThat(second.getPhases()).hasSize(3);
    }

    @Test
    void isAValue() {
      RecoveryPhase phase = budget().build().getPhases().get(0);
      assertThat(budget().build())
          .isEqualTo(budget().build())
          .hasSameHashCodeAs(budget().build())
          .isNotEqualTo(BUDGET)
          .isNotEqualTo(
              budget()
                  .objective(RecoveryObjective.of(Duration.ofMinutes(6), Duration.ZERO))
                  .build())
          .isNotEqualTo("76 s");
      assertThat(phase)
          .isEqualTo(budget().build().getPhases().get(0))
          .hasSameHashCodeAs(budget().build().getPhases().get(0))
          .isNotEqualTo(new RecoveryPhase("detection", Duration.ZERO))
          .isNotEqualTo(new RecoveryPhase("fencing", Duration.ofSeconds(40)))
          .isNotEqualTo("detection 40 s");
    }
  }

  @Nested
  class OverTheObjective {
    @Test
    @DisplayName("B2: over the objective there is no budget; the phases are listed")
    void listsThePhasesAndNamesTheLargest() {
      assertThatThrownBy(
              () ->
                  budget()
                      .phase("promotion", Duration.ofSeconds(200))
                      .phase("traffic", Duration.ofMillis(54_500))
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "RecoveryBudget: recovery must take at most the 300 s of the objective, got 330.5 s:"
                  + " detection 40 s, fencing 36 s, promotion 200 s, traffic 54.5 s; shorten the"
                  + " largest phase, promotion, or others by 30.5 s together, or raise the"
                  + " objective");
    }

    @Test
    void evenByANanosecond() {
      assertThatThrownBy(
              () -> budget().phase("promotion", Duration.ofSeconds(224).plusNanos(1)).build())
          .hasMessageContaining("got 300.000000001 s:")
          .hasMessageContaining("by 0.000000001 s together");
    }
  }

  @Nested
  class Faults {
    @Test
    void allAtOnce() {
      assertThatThrownBy(
              () ->
                  RecoveryBudget.Builder.create()
                      .phase("fencing", Duration.ofSeconds(-1))
                      .phase(" ", Duration.ZERO)
                      .phase("fencing", Duration.ofDays(2))
                      .phase(Aws.REGION, Duration.ZERO)
                      .phase(null, null)
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              """
              RecoveryBudget has 8 faults:
                - objective is required; set objective(RecoveryObjective.of(recoveryTime, ...))
                - the duration of phase 'fencing' must be between zero and one day, got PT-1S; pass \
              the longest time that it may take
                - the name of phase 2 must not be empty, got ' '; say what happens, such as detection
                - phase 'fencing' must be there once, got it again; give it another name
                - the duration of phase 'fencing' must be between zero and one day, got PT48H; pass \
              the longest time that it may take
                - the name of phase 4 must be known at synthesis, got a deploy-time token; pass a \
              literal value
                - the name of phase 5 must be known at synthesis, got null; pass a literal value
                - the duration of phase 'null' is required; pass the longest time that it may take""");
    }

    @Test
    void nothingIsNoBudget() {
      assertThatThrownBy(() -> RecoveryBudget.Builder.create().objective(OBJECTIVE).build())
          .hasMessage("RecoveryBudget: phase is required; add phase(\"detection\", ...)");
    }
  }
}
