package io.github.paymentdr.example.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.drill.disaster.Catalogue;
import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.report.Recovery;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The order of disasters")
class DrillRunTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 28, 40})
  void beginsWithTheLongestThatNeedNotBeCalmAndLeavesNoneOut(int lanes) {
    List<Disaster> disasters = Catalogue.disasters();
    List<Disaster> order = DrillRun.order(disasters, lanes);
    assertThat(order).containsExactlyInAnyOrderElementsOf(disasters);
    List<Disaster> calm =
        disasters.stream().filter(one -> one.recovery() == Recovery.NONE).toList();
    assertThat(calm).isNotEmpty();
    int first = Math.min(lanes, disasters.size() - calm.size());
    assertThat(order.subList(0, first)).doesNotContainAnyElementsOf(calm);
    assertThat(order.subList(first, first + calm.size())).containsExactlyInAnyOrderElementsOf(calm);
    assertThat(order)
        .filteredOn(one -> !calm.contains(one))
        .isSortedAccordingTo((a, b) -> Integer.compare(b.aboutSeconds(), a.aboutSeconds()));
  }
}
