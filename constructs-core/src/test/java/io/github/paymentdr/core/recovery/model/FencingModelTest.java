package io.github.paymentdr.core.recovery.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All that can happen to two regions and their lease, within bounds. The two layers of protection
 * are judged apart from each other, and each check is run on protocols with a deliberate mistake,
 * which it must find.
 */
@DisplayName("B2: two regions never accept at once, and nothing acknowledged is lost")
class FencingModelTest {
  /** A has it first, B takes over, A takes it back, B takes it again; or it is handed back. */
  private static final int EPOCHS = 4;

  /** Enough for an attempt to compete with another one, in the same region and in the other. */
  private static final int ATTEMPTS = 2;

  @Nested
  class ByTimeAlone {
    @ParameterizedTest(name = "with clocks that drift by {0} %")
    @ValueSource(ints = {0, 10})
    void neverTwoRegionsAtOnceAndNeverStuck(int driftPercent) {
      assertHolds(
          "fencing by time, drift " + driftPercent + " %",
          Explorer.explore(new FencingModel(EPOCHS, driftPercent, Set.of())));
    }

    @ParameterizedTest
    @EnumSource
    void findsTheMistake(FencingModel.Mistake mistake) {
      assertFound(mistake, Explorer.explore(new FencingModel(EPOCHS, Set.of(mistake))));
    }
  }

  @Nested
  class ByTheOrderOfJournalAndReadingAlone {
    @Test
    void nothingAcknowledgedIsLostOrDoubledWhateverClocksDo() {
      assertHolds(
          "journal without clocks", Explorer.explore(new JournalModel(EPOCHS, ATTEMPTS, Set.of())));
    }

    @ParameterizedTest
    @EnumSource
    void findsTheMistake(JournalModel.Mistake mistake) {
      assertFound(mistake, Explorer.explore(new JournalModel(EPOCHS, ATTEMPTS, Set.of(mistake))));
    }
  }

  private static void assertHolds(String what, Explorer.Result result) {
    System.out.println(what + ": " + result);
    assertThat(result.fault().orElse(List.of())).isEmpty();
    assertThat(result.stuck().orElse(List.of())).isEmpty();
    assertThat(result.states()).isGreaterThan(10_000);
  }

  private static void assertFound(Enum<?> mistake, Explorer.Result result) {
    List<String> way = result.fault().or(result::stuck).orElse(List.of());
    System.out.println(mistake + ": " + result + "\n  " + String.join("\n  ", way));
    assertThat(way).hasSizeGreaterThan(2);
    assertThat(way.get(0)).startsWith("start");
    assertThat(way.get(way.size() - 1)).matches("(FAULT|STUCK): .+");
  }
}
