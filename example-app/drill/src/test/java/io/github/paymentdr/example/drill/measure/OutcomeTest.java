package io.github.paymentdr.example.drill.measure;

import static io.github.paymentdr.example.drill.measure.Story.EAST;
import static io.github.paymentdr.example.drill.measure.Story.WEST;
import static io.github.paymentdr.example.drill.measure.Story.at;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.paymentdr.example.drill.load.Order;
import io.github.paymentdr.example.drill.measure.Aftermath.Finding;
import io.github.paymentdr.example.drill.pair.Acceptance;
import io.github.paymentdr.example.drill.report.LedgerSum;
import io.github.paymentdr.example.drill.report.Mark;
import io.github.paymentdr.example.drill.report.Phase;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.Sample;
import io.github.paymentdr.example.drill.report.Step;
import io.github.paymentdr.example.drill.report.Tenure;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** East is lost at 0, and west takes over in epoch 2: taken at 50, open at 80, served from 85. */
class OutcomeTest {
  private static final Offset<Double> EXACTLY = within(1e-6);

  private final Story story = new Story();

  @BeforeEach
  void tell() {
    story.tenure(EAST, 1, -60, -50.0, 50.0);
    story.tenure(WEST, 2, 50, 80.0, null);
    story.accepted("a", -40, 100, EAST, 1);
    story.accepted("b", -1, 200, EAST, 1);
    story.refused("c", 10, 502, "");
    story.refused("c", 60, 503, WEST);
    story.refused("c", 61, 0, "");
    story.accepted("c", 85, 400, WEST, 2);
    story.accepted("d", 90, 800, WEST, 2);
  }

  private Story outside() {
    return story.fromOutside();
  }

  @Test
  void nothingIsFoundWhenNothingIsWrong() {
    for (Outcome outcome : List.of(story.outcome(), outside().outcome())) {
      assertThat(outcome.findings()).isEmpty();
      assertThat(outcome.isClean()).isTrue();
      assertThat(outcome.acknowledged()).isEqualTo(4);
      assertThat(outcome.lost()).isEmpty();
      assertThat(outcome.doubled()).isEmpty();
      assertThat(outcome.twoWriters()).isEmpty();
      assertThat(outcome.refused()).isEqualTo(2);
      assertThat(outcome.unanswered()).isEqualTo(1);
      assertThat(outcome.undecided()).isZero();
      assertThat(outcome.rejected()).isZero();
      assertThat(outcome.rpoSeconds()).isZero();
      assertThat(outcome.ledgerSum()).isEqualTo(new LedgerSum(1_500, 1_500, 0));
      assertThat(outcome.ledgerSum().isRight()).isTrue();
    }
  }

  @Nested
  class Lost {
    private static final String LINE =
        "payment id-a of key key-a, 100 minor units, told by us-east-1 in epoch 1 at"
            + " 2026-11-22T11:59:20Z";

    @Test
    void isWhatTheEndpointDoesNotHave() {
      story.found.put("id-a", Finding.NOT_THERE);
      Outcome outcome = story.outcome();
      assertThat(outcome.lost()).containsExactly(LINE);
      assertThat(outcome.rpoSeconds()).isEqualTo(40, EXACTLY);
      assertThat(outcome.findings())
          .containsExactly("acknowledged and lost: 1 payments, as " + LINE);
      assertThat(outside().outcome().lost()).containsExactly(LINE);
    }

    @Test
    void isWhatTheBooksDoNotHaveOrHaveOtherwise() {
      story.booked.remove("id-a");
      story.booked.put("id-b", 201L);
      Outcome outcome = story.outcome();
      assertThat(outcome.lost()).hasSize(2).contains(LINE);
      assertThat(outcome.rpoSeconds()).isEqualTo(40, EXACTLY);
    }

    @Test
    void isNotWhatTheEndpointCouldNotSayAndTheBooksHave() {
      story.found.put("id-a", Finding.UNKNOWN);
      Outcome outcome = story.outcome();
      assertThat(outcome.lost()).isEmpty();
      assertThat(outcome.findings())
          .containsExactly("the endpoint did not say what became of: 1 payments, as id-a");
    }

    @Test
    void afterTheDisasterItDoesNotCountForTheRecoveryPoint() {
      story.found.put("id-d", Finding.NOT_THERE);
      Outcome outcome = story.outcome();
      assertThat(outcome.lost()).hasSize(1);
      assertThat(outcome.rpoSeconds()).isZero();
    }
  }

  @Nested
  class Doubled {
    @Test
    void isAKeyWithTwoPayments() {
      story.told("a", 95, 100, WEST, 2, "id-a2", true);
      story.found.put("id-a2", Finding.THERE);
      story.booked.put("id-a2", 100L);
      assertThat(story.outcome().doubled())
          .containsExactly("key key-a was told of payment id-a and of id-a2");
    }

    @Test
    void isNotAKeyThatIsToldAgainOfTheSamePayment() {
      story.told("a", 95, 100, WEST, 2, "id-a", true);
      Outcome outcome = story.outcome();
      assertThat(outcome.isClean()).isTrue();
      assertThat(outcome.acknowledged()).isEqualTo(4);
    }

    @Test
    void isAReferenceThatIsBookedTwice() {
      story.doubledReferences.add("reference a");
      story.pays("a", 100);
      Outcome outcome = story.outcome();
      assertThat(outcome.doubled()).containsExactly("reference reference a is booked twice");
      assertThat(outcome.ledgerSum().isRight()).isFalse();
      assertThat(outcome.findings())
          .contains(
              "the books do not add up: 1500 acknowledged, 1600 booked, 0 bookings unbalanced")
          .contains("payer-of-a has paid 200 and was told of 100");
    }

    @Test
    void isOneThingHoweverItIsSeen() {
      story.told("a", 95, 100, WEST, 2, "id-a2", true);
      story.found.put("id-a2", Finding.THERE);
      story.booked.put("id-a2", 100L);
      story.doubledReferences.add("reference a");
      story.pays("a", 100);
      assertThat(story.outcome().doubled()).hasSize(1);
      assertThat(outside().outcome().doubled()).hasSize(1);
    }

    @Test
    void isFromOutsideWhatAPayerHasPaidTooMuch() {
      story.pays("a", 100);
      assertThat(outside().outcome().doubled())
          .containsExactly("payer-of-a has paid 200 and was told of 100");
    }

    @Test
    void isNotWhatACallerDoesNotKnowOf() {
      story.order("e", 50, Order.State.UNDECIDED);
      story.order("f", 60, Order.State.UNDECIDED);
      story.books("e", 50);
      story.balances.put("payer-of-f", 0L);
      for (Outcome outcome : List.of(story.outcome(), outside().outcome())) {
        assertThat(outcome.isClean()).isTrue();
        assertThat(outcome.undecided()).isEqualTo(2);
        assertThat(outcome.ledgerSum()).isEqualTo(new LedgerSum(1_550, 1_550, 0));
      }
      story.pays("f", 61);
      assertThat(story.outcome().doubled())
          .containsExactly("payer-of-f has paid 61 and was told of 0");
    }

    @Test
    void isAmongWhatHasNotExactlyOneKey() {
      story.withoutOneKey.add("id-x");
      assertThat(story.outcome().findings())
          .containsExactly("without exactly one idempotency key: 1 payments, as id-x");
    }
  }

  @Nested
  class Ledger {
    @Test
    void doesNotAddUpWhenABookingIsUnbalanced() {
      story.unbalanced.add("booking");
      Outcome outcome = story.outcome();
      assertThat(outcome.ledgerSum()).isEqualTo(new LedgerSum(1_500, 1_500, 1));
      assertThat(outcome.isClean()).isFalse();
    }

    @Test
    void doesNotAddUpWhenSomebodyHasPaidLessThanItWasTold() {
      story.pays("a", -100);
      for (Outcome outcome : List.of(story.outcome(), outside().outcome())) {
        assertThat(outcome.ledgerSum()).isEqualTo(new LedgerSum(1_500, 1_400, 0));
        assertThat(outcome.doubled()).isEmpty();
      }
    }

    @Test
    void doesNotAddUpWhenOnePaysForAnother() {
      story.pays("a", -100);
      story.pays("b", 100);
      Outcome outcome = story.outcome();
      assertThat(outcome.ledgerSum().isRight()).isTrue();
      assertThat(outcome.findings())
          .containsExactly(
              "payer-of-a has paid 0 and was told of 100",
              "payer-of-b has paid 300 and was told of 200");
    }

    @Test
    void leavesOutWhomNobodyCouldAskFor() {
      story.balances.remove("payer-of-a");
      Outcome outcome = outside().outcome();
      assertThat(outcome.ledgerSum()).isEqualTo(new LedgerSum(1_400, 1_400, 0));
      assertThat(outcome.findings())
          .containsExactly("the endpoint did not say what payer-of-a has paid");
    }
  }

  @Nested
  class TwoWriters {
    @Test
    void isOneThatAcceptsAfterALaterEpochHasAccepted() {
      story.accepted("late", 86, 1, EAST, 1);
      String line =
          "payment id-late accepted by us-east-1 in epoch 1 at 2026-11-22T12:01:26Z, after"
              + " us-west-2 had accepted in epoch 2 at 2026-11-22T12:01:25Z";
      assertThat(story.outcome().twoWriters()).containsExactly(line);
      assertThat(outside().outcome().twoWriters()).containsExactly(line);
    }

    @Test
    void isNotOneThatAcceptsBeforeIt() {
      story.accepted("late", 59, 1, EAST, 1);
      assertThat(story.outcome().twoWriters()).isEmpty();
      assertThat(outside().outcome().twoWriters()).isEmpty();
    }

    @Test
    void isOneThatAcceptsWhenItsFunctionsMustHaveEnded() {
      story.accepted("late", 60.1, 1, EAST, 1);
      assertThat(story.outcome().twoWriters())
          .containsExactly(
              "payment id-late accepted by us-east-1 in epoch 1 at 2026-11-22T12:01:00.100Z, which"
                  + " ended at 2026-11-22T12:00:50Z");
      assertThat(outside().outcome().twoWriters()).as("nobody can tell").isEmpty();
    }

    @Test
    void isOneThatAcceptsBeforeItHasOpenedOrWithoutHavingTheLease() {
      story.accepted("early", 79, 1, WEST, 2);
      story.accepted("never", 95, 1, WEST, 3);
      assertThat(story.outcome().twoWriters())
          .hasSize(2)
          .anyMatch(
              line -> line.contains("id-early") && line.endsWith("opened at 2026-11-22T12:01:20Z"))
          .anyMatch(line -> line.contains("id-never") && line.endsWith("which it never had"));
    }

    @Test
    void isOneThatSharesAnEpoch() {
      story.accepted("shared", 95, 1, EAST, 2);
      for (Outcome outcome : List.of(story.outcome(), outside().outcome())) {
        assertThat(outcome.twoWriters())
            .hasSize(1)
            .allMatch(line -> line.endsWith("the epoch of us-west-2"));
      }
    }

    @Test
    void doesNotGoByRepeatedAnswers() {
      story.told("a", 86, 100, EAST, 1, "id-a", true);
      assertThat(outside().outcome().twoWriters()).isEmpty();
    }

    @Test
    void cannotBeJudgedWithoutEpochs() {
      story.acceptances.add(new Acceptance(EAST, 0, "key-x", "id-x", at(1)));
      assertThat(story.outcome().findings())
          .containsExactly("1 acceptances do not say in which epoch they were");
    }
  }

  @Nested
  class RecoveryTime {
    @Test
    void countsFromTheDisaster() {
      Outcome outcome = story.outcome();
      assertThat(outcome.rtoSeconds()).isEqualTo(85, EXACTLY);
      assertThat(outcome.budgetSeconds()).isEqualTo(119, EXACTLY);
    }

    @Test
    void countsFromThePersonsStart() {
      Outcome outcome = story.recovery(Recovery.BY_PERSON, 40).outcome();
      assertThat(outcome.rtoSeconds()).isEqualTo(45, EXACTLY);
      assertThat(outcome.budgetSeconds()).isEqualTo(71, EXACTLY);
    }

    @Test
    void endsWithAnAcceptanceAndNotWithARepeatedAnswer() {
      story.told("a", 82, 100, WEST, 2, "id-a", true);
      assertThat(story.outcome().rtoSeconds()).isEqualTo(85, EXACTLY);
    }

    @Test
    void isNoneWhenNobodyTakesOver() {
      Outcome outcome = story.recovery(Recovery.NONE, 0).outcome();
      assertThat(outcome.rtoSeconds()).isNull();
      assertThat(outcome.budgetSeconds()).isNull();
      assertThat(outcome.phases()).isEmpty();
    }

    @Test
    void isNoneWhenNobodyHasAccepted() {
      Story failed = new Story();
      failed.accepted("a", -1, 100, EAST, 1);
      failed.accepted("b", 50, 100, EAST, 1);
      Outcome outcome = failed.fromOutside().outcome();
      assertThat(outcome.rtoSeconds()).isNull();
      assertThat(outcome.budgetSeconds()).isEqualTo(119, EXACTLY);
      assertThat(outcome.phases()).isEmpty();
    }
  }

  @Nested
  class Outage {
    @Test
    void isTheLongestTimeWithoutAnAcceptance() {
      assertThat(story.outcome().outageSeconds()).isEqualTo(85, EXACTLY);
      story.accepted("e", 30, 1, EAST, 1);
      assertThat(story.outcome().outageSeconds()).isEqualTo(55, EXACTLY);
      story.told("a", 60, 100, WEST, 2, "id-a", true);
      assertThat(story.outcome().outageSeconds()).isEqualTo(30, EXACTLY);
    }

    @Test
    void maybeUntilTheEnd() {
      assertThat(story.endedAt(300).outcome().outageSeconds()).isEqualTo(210, EXACTLY);
    }

    @Test
    void doesNotCountWhatWasBefore() {
      Story calm = new Story();
      calm.accepted("a", -100, 1, EAST, 1);
      for (int second = 0; second < 100; second++) {
        calm.accepted("b" + second, second + 0.5, 1, EAST, 1);
      }
      assertThat(calm.recovery(Recovery.NONE, 0).outcome().outageSeconds()).isEqualTo(1, EXACTLY);
    }
  }

  @Nested
  class ThePhases {
    private void takeover() {
      story.step("1", "TakeLease", 10, 11.0);
      story.step("1", "WaitForFencing", 11, 20.0);
      story.alarm(12, true);
      story.alarm(44.9, true);
      story.step("2", "ReadLease", 45, 45.1);
      story.step("2", "Assess", 45.1, 49.0);
      story.step("2", "TakeLease", 49, 50.0);
      story.step("2", "WaitForFencing", 50, 66.0);
      story.step("2", "Promote", 66, 70.0);
      story.step("2", "ReplayJournal", 70, 75.0);
      story.step("2", "ReplayJournal", 75, 79.0);
      story.step("2", "OpenLease", 79, 80.0);
      story.step("2", "OpenTraffic", 80, 80.5);
      story.step("2", "Verify", 80.5, null);
    }

    private Map<String, Double> lengths(Outcome outcome) {
      return outcome.phases().stream().collect(toMap(Phase::name, Phase::seconds));
    }

    @Test
    void areThoseOfTheExecutionThatHasOpened() {
      takeover();
      Outcome outcome = story.outcome();
      List<Double> expected = List.of(29.9, 15.1, 4.0, 1.0, 16.0, 4.0, 9.0, 6.0, 0.0);
      assertThat(outcome.phases()).hasSize(9);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(outcome.phases().get(i).seconds()).isEqualTo(expected.get(i), EXACTLY);
      }
      assertThat(outcome.phases().get(4).budgetSeconds()).isEqualTo(16);
      assertThat(outcome.phases().stream().mapToDouble(Phase::seconds).sum())
          .isEqualTo(85, EXACTLY);
    }

    @Test
    void withoutDetectionWhenAPersonStarts() {
      takeover();
      Outcome outcome = story.recovery(Recovery.BY_PERSON, 45).outcome();
      assertThat(outcome.phases()).extracting(Phase::name).first().isEqualTo("decision");
      assertThat(lengths(outcome)).containsEntry("decision", 4.0).containsEntry("fencing", 16.0);
      assertThat(outcome.phases().stream().mapToDouble(Phase::seconds).sum())
          .isEqualTo(40, EXACTLY);
    }

    @Test
    void thatDidNotHappenHaveNoLength() {
      story.step("1", "OpenLease", 84, 86.0);
      assertThat(lengths(story.outcome()))
          .containsEntry("fencing", 0.0)
          .containsEntry("promotion", 0.0)
          .containsEntry("alarm", 84.0)
          .containsEntry("reconnect", 1.0);
    }

    @Test
    void areThreeFromOutside() {
      for (int second = 0; second < 90; second++) {
        story.sample(
            WEST,
            second,
            second < 51 ? 1 : 2,
            second < 51 || second >= 81 ? "ACTIVE" : "ACTIVATING",
            null);
      }
      story.sample(EAST, 89.5, 1, "ACTIVE", null);
      Outcome outcome = outside().outcome();
      assertThat(outcome.phases())
          .containsExactly(
              new Phase("until the lease was taken", 51, 62),
              new Phase("until the region had opened", 30, 43),
              new Phase("until callers were served", 4, 14));
      assertThat(outcome.timeline().tenures())
          .containsExactly(new Tenure(EAST, 1, 0, 0, 51), new Tenure(WEST, 2, 51, 81, 100));
    }
  }

  @Nested
  class TheTimeline {
    @Test
    void hasWhatHappened() {
      story.moment(0, Mark.Kind.DISASTER, "us-east-1 is killed");
      story.alarm(32, true);
      story.alarm(-3, false);
      story.step("1", "Verify", 90, null);
      story.tenure(EAST, 3, 95, null, null);
      story.sample(WEST, -1.7, 1, "ACTIVE", 900L);
      story.sample(WEST, -1.2, 1, "ACTIVE", 400L);
      Outcome outcome = story.outcome();
      assertThat(outcome.timeline().regions()).containsExactly(EAST, WEST);
      assertThat(outcome.timeline().marks())
          .containsExactly(
              new Mark(-3, Mark.Kind.ALARM, "PeerUnhealthy in us-west-2 goes off"),
              new Mark(0, Mark.Kind.DISASTER, "us-east-1 is killed"),
              new Mark(32, Mark.Kind.ALARM, "PeerUnhealthy in us-west-2 goes on"));
      assertThat(outcome.timeline().steps()).containsExactly(new Step(WEST, "Verify", 90, 100));
      assertThat(outcome.timeline().tenures())
          .containsExactly(
              new Tenure(EAST, 1, -60, -50, 50),
              new Tenure(WEST, 2, 50, 80, 100),
              new Tenure(EAST, 3, 95, Double.NaN, 100));
    }

    @Test
    void countsAnswersByIntervalAndRegion() {
      story.sample(WEST, -1.7, 1, "ACTIVE", 400L);
      story.sample(WEST, -1.9, 1, "ACTIVE", 900L);
      story.sample(EAST, -1.1, 1, "ACTIVE", null);
      List<Sample> samples = story.outcome().timeline().samples();
      assertThat(samples).hasSize(131);
      assertThat(samples.get(0)).isEqualTo(new Sample(-40, 1, Map.of(EAST, 1L), Map.of(), null));
      assertThat(samples.get(1)).isEqualTo(new Sample(-39, 1, Map.of(), Map.of(), null));
      assertThat(samples.get(38)).isEqualTo(new Sample(-2, 1, Map.of(), Map.of(), 400L));
      assertThat(samples.get(39)).isEqualTo(new Sample(-1, 1, Map.of(EAST, 1L), Map.of(), null));
      assertThat(samples.get(50)).isEqualTo(new Sample(10, 1, Map.of(), Map.of("none", 1L), null));
      assertThat(samples.get(100)).isEqualTo(new Sample(60, 1, Map.of(), Map.of(WEST, 1L), null));
      assertThat(samples.get(101)).isEqualTo(new Sample(61, 1, Map.of(), Map.of("none", 1L), null));
      assertThat(samples.get(125)).isEqualTo(new Sample(85, 1, Map.of(WEST, 1L), Map.of(), null));
    }
  }
}
