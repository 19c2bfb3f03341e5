package io.github.paymentdr.example.drill.disaster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.drill.pair.LocalPair;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  /** What a takeover of a lost region does not come to; nobody accepts less when it stops there. */
  private static final Set<String> BESIDE_THE_WAY =
      Set.of(
          // Before anything is done; the disaster "flapping" waits there.
          "NotifyCoolDown",
          "WaitForCoolDown",
          "WaitForAlarm",
          "LookAtAlarm",
          "NotifyFalseAlarm",
          // Where another run is at it.
          "WaitForEarlierExecution",
          // For a database that takes longer than one call; logical replication does not.
          "WaitForPromotion",
          // For a planned switch that is refused; "disaster-during-failback-giver" comes there.
          "UndoHandOver",
          "HandBackLease",
          // Where a run has failed and is to be started again anyway.
          "RecordFailure",
          "NotifyFailure",
          "NotifyWaiting");

  @Test
  void namesAreUniqueAndOfOneKind() {
    assertThat(Catalogue.disasters())
        .extracting(Disaster::name)
        .doesNotHaveDuplicates()
        .allSatisfy(name -> assertThat(name).matches("[a-z]+(-[a-z]+)*"));
  }

  @Test
  void allThatCanHappenToARegionHappens() {
    assertThat(Catalogue.disasters())
        .extracting(Disaster::name)
        .contains(
            "region-killed",
            "database-killed",
            "regions-disconnected",
            "clients-cut-off",
            "region-slow",
            "region-frozen",
            "two-failovers-at-once",
            "clocks-wrong",
            "disk-full",
            "replication-broken",
            "flapping",
            "disaster-during-failback-giver",
            "disaster-during-failback-taker")
        .filteredOn(name -> name.startsWith("failover-crash-at-"))
        .hasSize(FailoverCrash.WAY.size() + FailoverCrash.AGAIN.size());
  }

  @Test
  void eachStatesBeforehandWhatMustHappen() {
    assertThat(Catalogue.disasters())
        .allSatisfy(
            one -> {
              assertThat(one.expectation()).contains("at no time do two regions accept");
              assertThat(one.title()).isNotBlank();
            });
  }

  @Test
  void failoverCrashesAtEachOfItsSteps() {
    Set<String> steps = new TreeSet<>(FailoverCrash.WAY);
    steps.addAll(FailoverCrash.AGAIN);
    steps.addAll(BESIDE_THE_WAY);
    assertThat(steps).containsExactlyInAnyOrderElementsOf(LocalPair.failoverStates());
  }

  @Test
  void crashIsNamedAfterItsStep() {
    assertThat(Catalogue.disasters())
        .extracting(Disaster::name)
        .contains("failover-crash-at-take-lease", "failover-crash-at-wait-for-fencing");
  }
}
