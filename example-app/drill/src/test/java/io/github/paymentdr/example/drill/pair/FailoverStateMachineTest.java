package io.github.paymentdr.example.drill.pair;

import static io.github.paymentdr.example.drill.pair.PlayedMachine.OWN;
import static io.github.paymentdr.example.drill.pair.PlayedMachine.PEER;
import static io.github.paymentdr.example.drill.pair.PlayedMachine.SOON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.Execution.Status;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.GiverLostException;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Every way through the state machine as synthesised; the table is real, the functions played. */
@DisplayName("The failover's state machine, branch by branch")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailoverStateMachineTest {
  private static final String ALARM = "{'mode':'unplanned','startedBy':'alarm'}";
  private static final String REPEATED = "{'mode':'unplanned','startedBy':'alarm','repeated':true}";
  private static final String PERSON = "{'mode':'unplanned'}";
  private static final String PLANNED = "{'mode':'planned'}";

  /** What the construct's own tests keep in step with it. */
  private static final Path GLOBAL_DATABASE =
      Path.of(
          "..",
          "..",
          "constructs-payments",
          "src",
          "test",
          "resources",
          "golden",
          "DrFailover-global-secondary.json");

  private static StateMachineRunner runner;
  private static ControlTableServer tables;
  private static FailoverTemplate template;
  private static FailoverTemplate otherDirection;
  private static FailoverTemplate globalDatabase;
  private static final Set<String> TAKEN = ConcurrentHashMap.newKeySet();

  @BeforeAll
  static void start() {
    runner = StateMachineRunner.start();
    tables = ControlTableServer.start();
    template = FailoverTemplate.ofSecondary();
    otherDirection = FailoverTemplate.ofPrimary();
    globalDatabase = FailoverTemplate.of(GLOBAL_DATABASE, OWN);
  }

  @AfterAll
  static void stop() {
    runner.close();
    tables.close();
  }

  @Test
  void regionIsTakenOverWhenAlarmGoesOff() {
    PlayedMachine machine = machine();
    Execution execution = machine.run(ALARM);
    assertThat(execution.states())
        .containsExactly(
            "CheckInput",
            "Defaults",
            "PrepareRun",
            "DecideByOccasion",
            "ReadLease",
            "DecideByLease",
            "ReadTime",
            "DecideByCoolDown",
            "Assess",
            "DecideByAssessment",
            "CheckFitness",
            "DecideByFitness",
            "ReadEpoch",
            "DecideByEpoch",
            "TakeLease",
            "WaitForFencing",
            "Fenced",
            "StartRounds",
            "CheckTenure",
            "DecideByTenure",
            "Promote",
            "DecideByPromotion",
            "ReplayJournal",
            "DecideByReplay",
            "OpenLease",
            "OpenTraffic",
            "Verify",
            "DecideByReport",
            "Report",
            "NotifyDone",
            "Done");
    assertThat(execution.status()).isEqualTo(Status.SUCCEEDED);
    assertThat(machine.lease("activeRegion")).isEqualTo(OWN);
    assertThat(machine.lease("epoch")).isEqualTo("8");
    assertThat(machine.lease("state")).isEqualTo("ACTIVE");
    assertThat(machine.lease("previousRegion")).isEqualTo(PEER);
    assertThat(machine.lease("mode")).isEqualTo("unplanned");
    assertThat(machine.lease("startedBy")).isEqualTo("alarm");
    assertThat(machine.lease("execution")).isEqualTo(execution.arn());
    assertThat(machine.lease("unhealthySince")).isEqualTo("2026-11-22T10:00:00.000Z");
    assertThat(machine.lease("coolDownUntil")).isEqualTo("2026-11-22T10:10:00.000Z");
    assertThat(Instant.parse(machine.lease("openedAt")))
        .isAfter(Instant.parse(machine.lease("takenAt")));
    assertThat(machine.messages()).hasSize(1);
  }

  @Test
  void coolDownIsWaitedFor() {
    PlayedMachine machine = machine();
    Instant end = Instant.now().plusMillis(1200);
    machine.lease(PEER, 7, "ACTIVE", "{'coolDownUntil':'" + end + "'}");
    Execution execution = machine.start(ALARM);
    execution.awaitState("Assess", SOON);
    assertThat(Instant.now()).isAfterOrEqualTo(end.minusMillis(5));
    machine.finish(execution);
    assertThat(execution.states()).containsSubsequence("NotifyCoolDown", "WaitForCoolDown");
    assertThat(execution.status()).isEqualTo(Status.SUCCEEDED);
    assertThat(machine.messages()).as("one that it waits, and one that it is done").hasSize(2);
    assertThat(machine.messages().get(0).path("Message").asText())
        .contains("until the cool-down is over, at " + end, "'{\"mode\":\"unplanned\"}'");
  }

  /** Somebody who was told that a failover waits must be told that it does not any more. */
  @Test
  void whoWasToldOfACoolDownIsToldThatTheAlarmIsOver() {
    PlayedMachine machine = machine().always("assess", "{'decision':'FALSE_ALARM','detail':'d'}");
    machine.lease(PEER, 7, "ACTIVE", "{'coolDownUntil':'" + Instant.now().plusSeconds(2) + "'}");
    assertThat(machine.run(ALARM).states())
        .contains("NotifyCoolDown")
        .endsWith("NotifyFalseAlarm", "FalseAlarm");
    assertThat(message(machine)).contains("is over", "nothing changed");
  }

  /** It holds off what flaps between regions that serve, and this one serves nobody. */
  @Test
  void coolDownOfARegionThatNeverOpenedIsNotWaitedFor() {
    PlayedMachine machine = machine();
    machine.lease(PEER, 7, "ACTIVATING", "{'coolDownUntil':'2099-01-01T00:00:00.000Z'}");
    assertThat(machine.run(ALARM).states())
        .containsSubsequence("DecideByLease", "Assess", "CheckFitness", "TakeLease")
        .doesNotContain("DecideByCoolDown", "WaitForCoolDown")
        .endsWith("Done");
    assertThat(machine.lease("activeRegion")).isEqualTo(OWN);
    assertThat(machine.lease("epoch")).isEqualTo("8");
  }

  @Test
  void personIsNotHeldUpByCoolDown() {
    PlayedMachine machine = machine();
    machine.lease(PEER, 7, "ACTIVE", "{'coolDownUntil':'2099-01-01T00:00:00.000Z'}");
    assertThat(machine.run(PERSON).states()).doesNotContain("WaitForCoolDown").endsWith("Done");
    assertThat(machine.lease("startedBy")).isEqualTo("person");
  }

  @Test
  void inputThatSaysNothingIsRefused() {
    for (String input :
        new String[] {
          "{}",
          "{'mode':'soon'}",
          "{'mode':'planned','startedBy':'alarm'}",
          "{'mode':'unplanned','startedBy':'alarm','acceptUnfit':true}",
          "{'mode':'unplanned','acceptUnfit':'yes'}",
          "{'mode':'unplanned','repeated':true}",
          "{'mode':'unplanned','startedBy':'alarm','repeated':'yes'}",
          "{'mode':'unplanned','startedBy':'somebody'}"
        }) {
      PlayedMachine machine = machine();
      Execution execution = machine.run(input);
      assertThat(execution.status()).as(input).isEqualTo(Status.FAILED);
      assertThat(execution.states()).contains("InputRefused", "NotifyFailure", "Failed");
      assertThat(message(machine)).contains("CheckInput", "start-execution");
      assertThat(machine.lease("epoch")).isEqualTo("7");
    }
  }

  @Test
  void withoutLeaseNothingIsDone() {
    PlayedMachine machine = machine().withoutLease();
    Execution execution = machine.run(PERSON);
    assertThat(execution.states()).contains("LeaseMissing").endsWith("Failed");
    PlayedMachine strange = machine().lease("eu-west-1", 7, "ACTIVE", "{}");
    assertThat(strange.run(PERSON).states()).contains("LeaseMissing").endsWith("Failed");
  }

  @Test
  void falseAlarmEndsWithNothingChanged() {
    PlayedMachine machine = machine().always("assess", "{'decision':'FALSE_ALARM','detail':'d'}");
    Execution execution = machine.run(ALARM);
    assertThat(execution.states()).endsWith("FalseAlarm");
    assertThat(execution.status()).isEqualTo(Status.SUCCEEDED);
    assertThat(machine.lease("epoch")).isEqualTo("7");
  }

  @Test
  void alarmThatStaysOnIsLookedAtAgainUntilRegionIsGone() {
    PlayedMachine machine = machine().alarm(true);
    machine.next("assess", "{'decision':'FALSE_ALARM','detail':'d'}");
    assertThat(machine.run(ALARM).states())
        .containsSubsequence(
            "Assess", "CountLook", "LookAtAlarm", "LookAnew", "ReadLease", "Assess", "TakeLease")
        .endsWith("Done");
  }

  @Test
  void alarmThatStaysOnWhileRegionAnswersIsGivenToPeople() {
    PlayedMachine machine =
        machine().alarm(true).always("assess", "{'decision':'FALSE_ALARM','detail':'d'}");
    assertThat(machine.run(ALARM).states()).contains("AlarmUndecided").endsWith("Failed");
    assertThat(machine.lease("epoch")).isEqualTo("7");
  }

  @Test
  void blindRegionDoesNotTakeOver() {
    PlayedMachine machine =
        machine().alarm(true).always("assess", "{'decision':'BLIND','detail':'d'}");
    assertThat(machine.run(ALARM).states())
        .containsSubsequence("Blind", "NotifyWaiting", "CountLook", "Blind", "DecideByStarter")
        .endsWith("DecideByAlarm", "RecordFailure", "NotifyFailure", "Failed");
    assertThat(machine.messages()).hasSize(2);
    assertThat(machine.messages().get(0).path("Message").asText())
        .contains("waits at the step Assess", "'{\"mode\":\"unplanned\"}'");
    assertThat(message(machine))
        .contains("stopped at the step Assess", "'{\"mode\":\"unplanned\"}'");
    assertThat(machine.lease("epoch")).isEqualTo("7");
  }

  @Test
  void regionThatSeesAgainOrIsFitAgainTakesOver() {
    for (String[] passing :
        new String[][] {
          {"assess", "{'decision':'BLIND','detail':'d'}", "Blind"},
          {"state", "{'fitToTakeOver':false,'problems':['no beat yet']}", "NotFit"},
        }) {
      PlayedMachine machine = machine().alarm(true);
      machine.next(passing[0], passing[1]).next(passing[0], passing[1]);
      assertThat(machine.run(ALARM).states())
          .containsSubsequence(passing[2], "NotifyWaiting", "LookAnew", passing[2], "TakeLease")
          .endsWith("Done");
      assertThat(machine.messages()).as("one that it waits, and one that it is done").hasSize(2);
    }
  }

  @Test
  void stepThatAnswersAgainGoesOnWhileTheAlarmIsOn() {
    for (String step : List.of("ReadLease", "Assess", "CheckFitness")) {
      PlayedMachine machine = machine().alarm(true);
      machine.faults().before(step, 12, broken());
      assertThat(machine.run(ALARM).states())
          .containsSubsequence(step + "Failed", "NotifyWaiting", "LookAnew", step, "TakeLease")
          .endsWith("Done");
      assertThat(machine.messages()).hasSize(2);
    }
  }

  @Test
  void runThatMayHaveTheLeaseDoesNotEndAsAFalseAlarm() {
    PlayedMachine machine = machine();
    machine.faults().always("ReadLease", broken());
    assertThat(machine.run(ALARM).states())
        .containsSubsequence("ReadLeaseFailed", "NotifyWaiting", "LookAtAlarm")
        .doesNotContain("FalseAlarm")
        .endsWith("RecordFailure", "NotifyFailure", "Failed");
    assertThat(message(machine)).contains("stopped at the step ReadLease");
  }

  @Test
  void whatMayPassEndsTheRunOfAPersonAtOnce() {
    PlayedMachine machine =
        machine().alarm(true).always("state", "{'fitToTakeOver':false,'problems':['p']}");
    assertThat(machine.run(PERSON).states())
        .endsWith("NotFit", "DecideByStarter", "RecordFailure", "NotifyFailure", "Failed");
    assertThat(machine.messages()).hasSize(1);
  }

  @Test
  void plannedSwitchNeedsHealthyPeer() {
    PlayedMachine machine =
        machine().always("assess", "{'decision':'PEER_NOT_HEALTHY','detail':'d'}");
    assertThat(machine.run(PLANNED).states()).contains("PeerNotHealthy").endsWith("Failed");
    assertThat(machine.lease("epoch")).isEqualTo("7");
  }

  @Test
  void unknownDecisionIsNotFollowed() {
    PlayedMachine machine = machine().always("assess", "{'decision':'MAYBE','detail':'d'}");
    assertThat(machine.run(PERSON).states()).contains("AssessmentNotUnderstood").endsWith("Failed");
    assertThat(machine.lease("epoch")).isEqualTo("7");
  }

  @Test
  void unfitStandbyDoesNotTakeOverUnlessPersonSaysSo() {
    PlayedMachine machine =
        machine().always("state", "{'fitToTakeOver':false,'problems':['tables are copied']}");
    assertThat(machine.run(ALARM).states())
        .contains("NotFit")
        .endsWith("NotifyFalseAlarm", "FalseAlarm");
    assertThat(machine.messages().get(0).path("Message").asText())
        .contains("waits at the step", "tables are copied", "\"acceptUnfit\":true");
    assertThat(message(machine)).contains("The alarm on the other region is over");
    assertThat(machine.lease("epoch")).isEqualTo("7");
    assertThat(machine.run("{'mode':'unplanned','acceptUnfit':true}").states()).endsWith("Done");
    assertThat(machine.lease("epoch")).isEqualTo("8");
  }

  @Test
  void functionWhoseSnapshotIsGoneIsWaitedFor() {
    PlayedMachine machine = machine();
    machine
        .faults()
        .before(
            "OpenTraffic",
            15,
            new TaskFailure("Lambda.SnapStartNotReadyException", "played by the test"));
    assertThat(machine.run(PERSON).states()).endsWith("Done");
  }

  @Test
  void epochGoesOnFromTheLatestThatLeaseOrDatabaseKnows() {
    for (String[] known : new String[][] {{"6", "8"}, {"7", "8"}, {"41", "42"}, {"null", "8"}}) {
      PlayedMachine machine =
          machine().always("state", "{'fitToTakeOver':true,'epoch':" + known[0] + "}");
      assertThat(machine.run(PERSON).states()).as(known[0]).endsWith("Done");
      assertThat(machine.lease("epoch")).as(known[0]).isEqualTo(known[1]);
    }
  }

  @Test
  void promotionThatTakesItsTimeIsAskedForAgain() {
    PlayedMachine machine = machine();
    machine.next("promote", "{'state':'PROMOTING'}").next("promote", "{'state':'PROMOTING'}");
    assertThat(machine.run(PERSON).states())
        .containsSubsequence("WaitForPromotion", "CountPromotion", "Promote", "WaitForPromotion")
        .endsWith("Done");
  }

  @Test
  void promotionThatNeverEndsIsGivenUpAndGoneOnWith() {
    PlayedMachine machine = machine().always("promote", "{'state':'PROMOTING'}");
    assertThat(machine.run(PERSON).states()).contains("PromotionUnfinished").endsWith("Failed");
    assertThat(machine.lease("failedStep")).isEqualTo("Promote");
    assertThat(machine.lease("state")).isEqualTo("ACTIVATING");
    machine.always("promote", "{'state':'ACTIVE'}");
    assertThat(machine.run(PERSON).states()).contains("ResumeLease").endsWith("Done");
    assertThat(machine.lease("failedStep")).isNull();
    assertThat(machine.lease("epoch")).isEqualTo("8");
  }

  @Test
  void runThatWasOvertakenPromotesNothingAnyMore() {
    PlayedMachine machine = machine().always("promote", "{'state':'PROMOTING'}");
    Execution overtaken = machine.start(PERSON);
    overtaken.awaitState("WaitForPromotion", SOON);
    machine.lease(PEER, 9, "ACTIVE", "{'execution':'somebody else'}");
    machine.finish(overtaken);
    assertThat(overtaken.states())
        .endsWith(
            "CheckTenure",
            "DecideByTenure",
            "Overtaken",
            "RecordFailure",
            "NotifyFailure",
            "Failed");
    assertThat(machine.lease("epoch")).isEqualTo("9");
    assertThat(machine.lease("failedStep")).isNull();
  }

  @Test
  void plannedSwitchThatIsRefusedIsHandedBack() {
    PlayedMachine machine =
        machine().always("promote", new RefusedException("promote", List.of("not in step")));
    Execution execution = machine.run(PLANNED);
    assertThat(execution.states())
        .containsSubsequence("Promote", "DecideByRefusal", "HandBackLease", "SwitchHandedBack");
    assertThat(execution.status()).isEqualTo(Status.FAILED);
    assertThat(machine.lease("activeRegion")).isEqualTo(PEER);
    assertThat(machine.lease("state")).isEqualTo("ACTIVE");
    assertThat(machine.lease("epoch")).isEqualTo("9");
    assertThat(machine.lease("takenAt")).as("or it would be reported").isNull();
    assertThat(machine.lease("unhealthySince")).isNull();
    assertThat(message(machine)).contains("not in step");
  }

  /** The database may be half promoted, and then the other region must not go on. */
  @Test
  void switchThatAnEarlierRunHasBegunIsNotHandedBack() {
    for (boolean isAnswerLost : new boolean[] {false, true}) {
      PlayedMachine machine = machine();
      ways().get(1).setUp().accept(machine);
      machine.always("promote", new RefusedException("promote", List.of("not in step")));
      if (isAnswerLost) {
        machine.faults().after("ResumeLease", 1, new TaskFailure("States.Timeout", "no answer"));
      }
      assertThat(machine.run(PLANNED).states())
          .containsSubsequence("ResumeLease", "DecideByRefusal", "SwitchNotHandedBack")
          .doesNotContain("HandBackLease")
          .endsWith("Failed");
      assertThat(machine.lease("activeRegion")).isEqualTo(OWN);
      assertThat(machine.lease("state")).isEqualTo("ACTIVATING");
      assertThat(machine.lease("failedStep")).isEqualTo("Promote");
      assertThat(message(machine)).contains("not in step", "'{\"mode\":\"planned\"}'");
    }
  }

  /** Who hands over may be lost in the midst of it, and then the alarm must not wait. */
  @Test
  void switchThatIsHandedBackIsNoTakeoverToCoolDownFrom() {
    PlayedMachine machine =
        machine().always("promote", new RefusedException("promote", List.of("not in step")));
    machine.lease(PEER, 7, "ACTIVE", "{'coolDownUntil':'2026-11-22T09:00:00.000Z'}");
    machine.run(PLANNED);
    assertThat(machine.lease("coolDownUntil")).isEqualTo("2026-11-22T09:00:00.000Z");
    machine.lease(PEER, 9, "ACTIVE", "{}");
    machine.run(PLANNED);
    assertThat(Instant.parse(machine.lease("coolDownUntil"))).isBefore(Instant.now());
  }

  @Test
  void plannedSwitchThatFailsIsHandedBackWhenTheOtherRegionGoesOn() {
    PlayedMachine machine = machine().always("promote", new ControlException("no answer"));
    assertThat(machine.run(PLANNED).states())
        .containsSubsequence("PromoteFailed", "UndoHandOver", "HandBackLease", "SwitchHandedBack")
        .endsWith("Failed");
    assertThat(machine.lease("activeRegion")).isEqualTo(PEER);
    assertThat(machine.lease("state")).isEqualTo("ACTIVE");
    assertThat(message(machine)).contains("us-east-1 is active again", "no answer");
  }

  @Test
  void plannedSwitchThatFailsStaysWhereTheOtherRegionDoesNotGoOn() {
    PlayedMachine machine = machine().always("promote", new ControlException("no answer"));
    machine.always("undoHandOver", new RefusedException("undo", List.of("does not answer")));
    assertThat(machine.run(PLANNED).states())
        .containsSubsequence("PromoteFailed", "UndoHandOver", "RecordFailure")
        .doesNotContain("HandBackLease")
        .endsWith("Failed");
    assertThat(machine.lease("activeRegion")).isEqualTo(OWN);
    assertThat(machine.lease("failedStep")).isEqualTo("Promote");
  }

  /** Or the attempt is cut off, and the next one stops the other region once more. */
  @Test
  void aHandOverHasItsAnswerBeforeTheAttemptIsCutOff() {
    for (FailoverTemplate one : List.of(template, otherDirection, globalDatabase)) {
      JsonNode promote = one.definition().at("/States/Promote");
      assertThat(promote.at("/Parameters/Payload/withinSeconds").asInt())
          .isBetween(25, promote.path("TimeoutSeconds").asInt() - 3);
    }
  }

  @Test
  void promotionThatIsRefusedInAnOutageIsGivenToPeople() {
    PlayedMachine machine =
        machine().always("promote", new RefusedException("promote", List.of("incomplete copy")));
    assertThat(machine.run(ALARM).states())
        .contains("PromotionRefused")
        .doesNotContain("HandBackLease")
        .endsWith("Failed");
    assertThat(machine.lease("failedStep")).isEqualTo("Promote");
    assertThat(message(machine)).contains("incomplete copy", "\"acceptUnfit\":true");
  }

  @Test
  void handBackThatSomebodyElseHasDoneIsNotDoneTwice() {
    PlayedMachine machine =
        machine().always("promote", new RefusedException("promote", List.of("not in step")));
    machine
        .faults()
        .always(
            "HandBackLease",
            new TaskFailure("DynamoDB.ConditionalCheckFailedException", "played by the test"));
    assertThat(machine.run(PLANNED).states())
        .endsWith("SwitchHandedBack", "RecordFailure", "NotifyFailure", "Failed");
  }

  @Test
  void longJournalIsReplayedInParts() {
    PlayedMachine machine = machine().next("replayJournal", "{'complete':false}");
    assertThat(machine.run(PERSON).states())
        .containsSubsequence("ReplayJournal", "CountReplay", "ReplayJournal", "OpenLease");
  }

  @Test
  void journalThatNeverEndsIsGivenToPeople() {
    PlayedMachine machine = machine().always("replayJournal", "{'complete':false}");
    assertThat(machine.run(PERSON).states()).contains("ReplayUnfinished").endsWith("Failed");
    assertThat(machine.lease("failedStep")).isEqualTo("ReplayJournal");
  }

  @Test
  void activeRegionOnlyRepeatsItsOpening() {
    PlayedMachine machine =
        machine()
            .lease(
                OWN, 7, "ACTIVE", "{'takenAt':'2026-11-22T10:00:00.000Z','recoverySeconds':'5'}");
    assertThat(machine.run(PERSON).states())
        .containsSubsequence("RepeatOpening", "OpenTraffic", "Verify")
        .doesNotContain("Promote")
        .endsWith("AlreadyActive");
    assertThat(machine.messages()).isEmpty();
  }

  @Test
  void crashAfterOpeningIsMadeGood() {
    PlayedMachine machine =
        machine()
            .lease(
                OWN,
                7,
                "ACTIVE",
                "{'takenAt':'2026-11-22T10:00:00.000Z','unhealthySince':'2026-11-22T10:00:00.000Z'}");
    assertThat(machine.run(PERSON).states())
        .containsSubsequence("DecideByLease", "OpenTraffic", "Verify", "Report", "NotifyDone")
        .endsWith("Done");
  }

  @Test
  void peerThatIsActivatingIsLeftAloneByPlannedSwitch() {
    PlayedMachine machine = machine().lease(PEER, 7, "ACTIVATING", "{'execution':'arn:aws:x'}");
    assertThat(machine.run(PLANNED).states()).contains("PeerIsActivating").endsWith("Failed");
    assertThat(machine.run(PERSON).states()).contains("Assess").endsWith("Done");
  }

  @Test
  void earlierExecutionThatIsAtItIsLeftAlone() {
    PlayedMachine machine = machine();
    machine.always("promote", "{'state':'PROMOTING'}");
    Execution first = machine.start(PERSON);
    first.awaitState("Promote", SOON);
    Execution second = machine.run(PERSON);
    assertThat(second.states())
        .endsWith("FindEarlierExecution", "DecideByEarlierExecution", "AlreadyUnderWay");
    assertThat(second.status()).isEqualTo(Status.SUCCEEDED);
    machine.always("promote", "{'state':'ACTIVE'}");
    machine.finish(first);
    assertThat(first.status()).isEqualTo(Status.SUCCEEDED);
    assertThat(machine.lease("epoch")).isEqualTo("8");
  }

  /** The alarm that stays on starts nothing again, so whom it has started must not leave. */
  @Test
  void switchThatIsHandedBackToALostRegionIsFollowedByTheAlarmsRun() {
    PlayedMachine machine = machine().alarm(true).hold("promote");
    Execution planned = machine.start(PLANNED);
    planned.awaitState("Promote", SOON);
    Execution alarms = machine.start(ALARM);
    alarms.awaitState("WaitForEarlierExecution", SOON);
    machine.next("promote", new RefusedException("promote", List.of("nobody hands over")));
    machine.release("promote");
    machine.finish(planned);
    machine.finish(alarms);
    assertThat(planned.states()).contains("HandBackLease").endsWith("Failed");
    assertThat(alarms.states())
        .containsSubsequence(
            "StillUnderWay",
            "WaitForEarlierExecution",
            "CountWait",
            "LookAtAlarm",
            "LookAnew",
            "Assess",
            "TakeLease")
        .endsWith("Done");
    assertThat(machine.lease("activeRegion")).isEqualTo(OWN);
    assertThat(machine.lease("state")).isEqualTo("ACTIVE");
    assertThat(machine.lease("startedBy")).isEqualTo("alarm");
  }

  @Test
  void switchWhoseGiverIsLostIsGoneOnWithByTheAlarmsRun() {
    PlayedMachine machine = machine().alarm(true).hold("promote");
    Execution planned = machine.start(PLANNED);
    planned.awaitState("Promote", SOON);
    Execution alarms = machine.start(ALARM);
    alarms.awaitState("WaitForEarlierExecution", SOON);
    machine
        .next("promote", new GiverLostException("it has stopped and does not answer any more"))
        .next("promote", new GiverLostException("it has stopped and does not answer any more"));
    machine.release("promote");
    machine.finish(planned);
    machine.finish(alarms);
    assertThat(planned.states())
        .containsSubsequence("Promote", "GiverLost", "RecordFailure")
        .endsWith("Failed");
    assertThat(machine.messages().get(0).path("Message").asText())
        .contains("does not answer any more", "'{\"mode\":\"unplanned\"}'");
    assertThat(alarms.states())
        .containsSubsequence("WaitForEarlierExecution", "ResumeLease", "WaitForFencing")
        .doesNotContain("TakeLease")
        .endsWith("Done");
    assertThat(machine.lease("mode")).isEqualTo("unplanned");
    assertThat(machine.lease("epoch")).isEqualTo("8");
  }

  @Test
  void alarmsRunDoesNotWaitForAnEarlierOneWhenTheAlarmIsOver() {
    PlayedMachine machine = machine().alarm(true).hold("promote");
    Execution first = machine.start(PERSON);
    first.awaitState("Promote", SOON);
    Execution alarms = machine.start(ALARM);
    alarms.awaitState("WaitForEarlierExecution", SOON);
    machine.alarm(false);
    machine.finish(alarms);
    assertThat(alarms.states()).endsWith("DecideByAlarm", "FalseAlarm");
    machine.release("promote");
    machine.finish(first);
    assertThat(machine.messages()).as("the first one is done").hasSize(1);
  }

  @Test
  void earlierExecutionThatDoesNotEndIsGivenToPeople() {
    PlayedMachine machine = machine().alarm(true).hold("promote");
    Execution first = machine.start(PERSON);
    first.awaitState("Promote", SOON);
    Execution alarms = machine.run(ALARM);
    assertThat(alarms.states())
        .endsWith("DecideByAlarm", "RecordFailure", "NotifyFailure", "Failed");
    assertThat(message(machine)).contains("does not come to its end");
    machine.release("promote");
    machine.finish(first);
    assertThat(first.states()).endsWith("Done");
  }

  @Test
  void openingThatSomebodyElseIsAtIsLeftToHim() {
    PlayedMachine machine = machine().hold("openTraffic");
    Execution first = machine.start(PERSON);
    first.awaitState("OpenTraffic", SOON);
    assertThat(machine.run(PERSON).states()).endsWith("AlreadyUnderWay");
    machine.release("openTraffic");
    machine.finish(first);
    assertThat(machine.messages()).as("told once").hasSize(1);
  }

  @Test
  void openingThatSomebodyElseHasLeftIsFinished() {
    PlayedMachine machine =
        machine()
            .lease(
                OWN,
                7,
                "ACTIVE",
                "{'execution':'arn:aws:states:us-west-2:123456789012:execution:failover:gone',"
                    + "'unhealthySince':'2026-11-22T10:00:00.000Z',"
                    + "'takenAt':'2026-11-22T10:00:01.000Z'}");
    assertThat(machine.run(PERSON).states())
        .containsSubsequence("FindEarlierExecution", "DecideByWhatIsLeft", "OpenTraffic", "Report")
        .doesNotContain("ResumeLease")
        .endsWith("Done");
  }

  @Test
  void scheduledRunWithNothingToDoEndsAtOnceAndSaysNothing() {
    PlayedMachine machine = machine();
    assertThat(machine.run(REPEATED).states())
        .containsExactly(
            "CheckInput",
            "Defaults",
            "PrepareRun",
            "DecideByOccasion",
            "LookAtAlarm",
            "DecideByAlarm",
            "FalseAlarm");
    machine.alarm(true).lease(OWN, 7, "ACTIVE", "{}");
    assertThat(machine.run(REPEATED).states())
        .doesNotContain("OpenTraffic")
        .endsWith("DecideByLease", "AlreadyActive");
    for (String state : List.of("ACTIVE", "ACTIVATING")) {
      machine.lease(PEER, 7, state, "{'coolDownUntil':'2099-01-01T00:00:00.000Z'}");
      assertThat(machine.run(REPEATED).states()).endsWith("DecideByCoolDown", "LookedAgain");
    }
    machine.lease(PEER, 7, "ACTIVE", "{}");
    machine.next("state", "{'fitToTakeOver':false,'problems':['p']}");
    assertThat(machine.run(REPEATED).states()).endsWith("NotFit", "DecideByStarter", "LookedAgain");
    machine.next("assess", "{'decision':'FALSE_ALARM','detail':'d'}");
    assertThat(machine.run(REPEATED).states())
        .endsWith("CountLook", "LookAtAlarm", "DecideByAlarm", "LookedAgain");
    assertThat(machine.messages()).isEmpty();
    assertThat(machine.lease("epoch")).isEqualTo("7");
  }

  @Test
  void scheduledRunTakesOverWhatTheAlarmsRunHasGivenUp() {
    PlayedMachine machine = machine().alarm(true);
    machine.faults().always("LookAtAlarm", broken());
    machine.always("state", "{'fitToTakeOver':false,'problems':['p']}");
    assertThat(machine.run(ALARM).states())
        .contains("LookAtAlarmFailed")
        .endsWith("DecideByStarter", "RecordFailure", "NotifyFailure", "Failed");
    machine.faults().heal();
    machine.always("state", "{'fitToTakeOver':true}");
    assertThat(machine.run(REPEATED).states()).endsWith("Done");
    assertThat(machine.lease("activeRegion")).isEqualTo(OWN);
  }

  @Test
  void scheduledRunGoesOnWithWhatAnotherHasLeftAndNotWithWhatItIsAt() {
    PlayedMachine machine = machine().alarm(true).hold("promote");
    Execution first = machine.start(PERSON);
    first.awaitState("Promote", SOON);
    assertThat(machine.run(REPEATED).states()).endsWith("AlreadyUnderWay");
    machine.next("promote", new RefusedException("promote", List.of("p")));
    machine.release("promote");
    machine.finish(first);
    assertThat(first.states()).contains("PromotionRefused");
    assertThat(machine.run(REPEATED).states()).contains("ResumeLease").endsWith("Done");
  }

  @Test
  void earlierExecutionThatIsGoneIsGoneOnWith() {
    PlayedMachine machine =
        machine()
            .lease(
                OWN,
                7,
                "ACTIVATING",
                "{'execution':'arn:aws:states:us-west-2:123456789012:execution:failover:gone',"
                    + "'unhealthySince':'2026-11-22T10:00:00.000Z',"
                    + "'takenAt':'2026-11-22T10:00:01.000Z'}");
    assertThat(machine.run(PERSON).states())
        .containsSubsequence("FindEarlierExecution", "ResumeLease", "WaitForFencing")
        .doesNotContain("DecideByEarlierExecution")
        .endsWith("Done");
  }

  @Test
  void ofTwoStartsAtOnceOneTakesTheLease() {
    PlayedMachine machine = machine();
    List<Execution> both =
        List.of(machine.start(PERSON), machine.start(ALARM), machine.start(PERSON));
    both.forEach(machine::finish);
    assertThat(both).allSatisfy(one -> assertThat(one.status()).isEqualTo(Status.SUCCEEDED));
    assertThat(machine.lease("epoch")).isEqualTo("8");
    assertThat(machine.lease("state")).isEqualTo("ACTIVE");
    assertThat(both).filteredOn(one -> one.states().contains("Promote")).hasSize(1);
  }

  @Test
  void resumingThatSomebodyElseWasQuickerWithIsLookedAtAgain() {
    PlayedMachine machine = machine();
    ways().get(1).setUp().accept(machine);
    machine
        .faults()
        .before(
            "ResumeLease",
            1,
            new TaskFailure("DynamoDB.ConditionalCheckFailedException", "played by the test"));
    assertThat(machine.run(PERSON).states())
        .containsSubsequence("ResumeLease", "ReadLease", "ResumeLease")
        .endsWith("Done");
  }

  @Test
  void answersThatAreLostChangeNothingTwice() {
    for (String state : List.of("TakeLease", "OpenLease")) {
      PlayedMachine machine = machine();
      machine.faults().after(state, 1, new TaskFailure("States.Timeout", "no answer"));
      Execution execution = machine.run(PERSON);
      assertThat(execution.states()).as(state).endsWith("Done");
      assertThat(machine.lease("epoch")).isEqualTo("8");
      assertThat(machine.lease("execution")).isEqualTo(execution.arn());
    }
  }

  @Test
  void failureWhoseRecordingIsNotAnsweredIsRecordedOnce() {
    PlayedMachine machine =
        machine().always("promote", new RefusedException("promote", List.of("not so")));
    machine.faults().after("RecordFailure", 1, new TaskFailure("States.Timeout", "no answer"));
    Execution execution = machine.run(PERSON);
    assertThat(machine.faults().count("RecordFailure")).isEqualTo(2);
    assertThat(execution.states()).endsWith("RecordFailure", "NotifyFailure", "Failed");
    assertThat(machine.lease("failedStep")).isEqualTo("Promote");
    assertThat(machine.lease("epoch")).isEqualTo("8");
    assertThat(machine.lease("execution")).isEqualTo(execution.arn());
    assertThat(machine.messages()).hasSize(1);
  }

  /** What differs is named below, so that all branches that are taken here are taken there. */
  @Test
  void otherDirectionAndGlobalDatabaseDifferInTimesAndNamesOnly() {
    JsonNode own = controlFlow(template);
    assertThat(controlFlow(otherDirection)).isEqualTo(own);
    assertThat(controlFlow(globalDatabase)).isEqualTo(own);
    assertThat(globalDatabase.definition().at("/States/Promote/TimeoutSeconds").asInt())
        .isGreaterThan(template.definition().at("/States/Promote/TimeoutSeconds").asInt());
  }

  @Test
  void otherDirectionAndGlobalDatabaseAreTakenOverByTheAlarm() {
    for (FailoverTemplate one : List.of(otherDirection, globalDatabase)) {
      PlayedMachine machine = new PlayedMachine(runner, tables, one, ConcurrentHashMap.newKeySet());
      for (int i = 0; i < 30 && one != otherDirection; i++) {
        machine.next("promote", "{'state':'PROMOTING'}");
      }
      Execution execution = machine.run(ALARM);
      assertThat(execution.states())
          .containsSubsequence("Assess", "CheckFitness", "TakeLease", "Promote", "OpenTraffic")
          .endsWith("Done");
      assertThat(machine.lease("activeRegion")).isEqualTo(machine.own());
      assertThat(machine.lease("previousRegion")).isEqualTo(machine.peer());
      assertThat(machine.lease("epoch")).isEqualTo("8");
    }
  }

  @Test
  void otherDirectionAndGlobalDatabaseHandBackAndGoOn() {
    for (FailoverTemplate one : List.of(otherDirection, globalDatabase)) {
      PlayedMachine machine = new PlayedMachine(runner, tables, one, ConcurrentHashMap.newKeySet());
      machine.next("promote", new RefusedException("promote", List.of("not so")));
      assertThat(machine.run(PLANNED).states()).contains("SwitchHandedBack").endsWith("Failed");
      assertThat(machine.lease("activeRegion")).isEqualTo(machine.peer());
      machine.always("promote", "{'state':'PROMOTING'}");
      assertThat(machine.run(PERSON).states()).contains("PromotionUnfinished").endsWith("Failed");
      machine.always("promote", "{'state':'ACTIVE'}");
      assertThat(machine.alarm(true).run(REPEATED).states())
          .contains("ResumeLease")
          .endsWith("Done");
      assertThat(machine.lease("activeRegion")).isEqualTo(machine.own());
    }
  }

  private static JsonNode controlFlow(FailoverTemplate one) {
    String own = one.stateMachineArn().split(":", -1)[3];
    ObjectNode flow = PlayedMachine.JSON.createObjectNode();
    one.definition()
        .path("States")
        .properties()
        .forEach(
            state -> {
              ObjectNode kept = flow.putObject(state.getKey());
              for (String member :
                  List.of(
                      "Type",
                      "Next",
                      "Default",
                      "Choices",
                      "Catch",
                      "Retry",
                      "Resource",
                      "ResultPath",
                      "ResultSelector")) {
                kept.set(member, state.getValue().path(member));
              }
            });
    return PlayedMachine.json(
        flow.toString()
            .replace(own, "own")
            .replace(own.equals(OWN) ? PEER : OWN, "peer")
            .replaceAll("\"NumericLessThan\":\\d+", "\"NumericLessThan\":0"));
  }

  /** A way through the machine, and what leads into it. */
  private record Way(String name, String input, Consumer<PlayedMachine> setUp) {}

  private static List<Way> ways() {
    return List.of(
        new Way("takeover", PERSON, machine -> {}),
        new Way(
            "resumed",
            PERSON,
            machine ->
                machine.lease(
                    OWN,
                    7,
                    "ACTIVATING",
                    "{'execution':'arn:aws:states:us-west-2:123456789012:execution:failover:gone',"
                        + "'unhealthySince':'2026-11-22T10:00:00.000Z',"
                        + "'takenAt':'2026-11-22T10:00:01.000Z'}")),
        new Way(
            "false alarm",
            ALARM,
            machine -> machine.always("assess", "{'decision':'FALSE_ALARM','detail':'d'}")),
        new Way(
            "cooling down",
            ALARM,
            machine ->
                machine.lease(
                    PEER, 7, "ACTIVE", "{'coolDownUntil':'" + Instant.now().plusSeconds(5) + "'}")),
        new Way(
            "failed switch",
            PLANNED,
            machine -> machine.always("promote", new ControlException("no answer"))),
        new Way(
            "blind",
            ALARM,
            machine -> machine.always("assess", "{'decision':'BLIND','detail':'d'}")),
        new Way(
            "handed back",
            PLANNED,
            machine ->
                machine.always("promote", new RefusedException("promote", List.of("not so")))));
  }

  @Test
  @Order(Integer.MAX_VALUE - 2)
  void everyTaskThatFailsOnceIsRepeatedAndChangesNothing() {
    SoftAssertions softly = new SoftAssertions();
    Set<String> failed = new TreeSet<>();
    Map<String, Runnable> checks = new LinkedHashMap<>();
    for (Way way : ways()) {
      PlayedMachine calm = machine();
      way.setUp().accept(calm);
      List<String> states = calm.run(way.input()).states();
      Set<String> tasks = tasksAmong(states);
      tasks.removeAll(failed);
      failed.addAll(tasks);
      for (String task : tasks) {
        PlayedMachine machine = machine();
        way.setUp().accept(machine);
        machine.faults().before(task, 1, broken());
        Execution execution = machine.start(way.input());
        checks.put(
            way.name() + ": " + task,
            () -> {
              machine.finish(execution);
              softly.assertThat(execution.states()).as(way.name() + " " + task).isEqualTo(states);
              softly.assertThat(machine.faults().count(task)).as(task).isGreaterThan(1);
            });
      }
    }
    checks.values().forEach(Runnable::run);
    softly.assertAll();
    assertThat(failed).isEqualTo(allTasks());
  }

  @Test
  @Order(Integer.MAX_VALUE - 1)
  void everyTaskThatFailsForGoodIsToldAndGoneOnWith() {
    SoftAssertions softly = new SoftAssertions();
    Set<String> failed = new TreeSet<>();
    List<Runnable> checks = new ArrayList<>();
    Set<String> untold =
        Set.of(
            "RecordFailure",
            "NotifyFailure",
            "NotifyWaiting",
            "NotifyCoolDown",
            "NotifyFalseAlarm",
            "NotifyDone",
            "UndoHandOver");
    for (Way way : ways()) {
      PlayedMachine calm = machine();
      way.setUp().accept(calm);
      Execution calmRun = calm.run(way.input());
      Set<String> tasks = tasksAmong(calmRun.states());
      tasks.removeAll(failed);
      failed.addAll(tasks);
      for (String task : tasks) {
        PlayedMachine machine = machine();
        way.setUp().accept(machine);
        machine.faults().always(task, broken());
        Execution execution = machine.start(way.input());
        checks.add(
            () -> {
              String about = way.name() + ": " + task;
              machine.finish(execution);
              if (!untold.contains(task)) {
                softly
                    .assertThat(execution.states())
                    .as(about)
                    .filteredOn(
                        state ->
                            !Set.of("DecideByStarter", "DecideByFailedPromotion").contains(state))
                    .endsWith(task + "Failed", "RecordFailure", "NotifyFailure", "Failed");
                softly.assertThat(execution.await(SOON).error()).as(about).isEqualTo(task);
                softly
                    .assertThat(message(machine))
                    .as(about)
                    .contains(
                        "stopped at the step " + task,
                        "aws stepfunctions start-execution",
                        execution.arn());
                if (execution.arn().equals(machine.lease("execution"))) {
                  softly.assertThat(machine.lease("failedStep")).as(about).isEqualTo(task);
                  softly.assertThat(machine.lease("failedAt")).as(about).isNotNull();
                }
              }
              machine.faults().heal();
              Execution again = machine.run(way.input());
              softly.assertThat(again.status()).as(about + " again").isEqualTo(calmRun.status());
              if (calmRun.states().contains("Done")) {
                softly.assertThat(machine.lease("activeRegion")).as(about).isEqualTo(OWN);
                softly.assertThat(machine.lease("state")).as(about).isEqualTo("ACTIVE");
                // The report, which is played here, clears what came after the opening.
                if (!Set.of("OpenTraffic", "Verify", "Report").contains(task)) {
                  softly.assertThat(machine.lease("failedStep")).as(about).isNull();
                }
              }
            });
      }
    }
    checks.forEach(Runnable::run);
    softly.assertAll();
    assertThat(failed).isEqualTo(allTasks());
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void everyStateWasEnteredAndEveryBranchTaken() {
    Set<String> wanted = new TreeSet<>();
    JsonNode states = template.definition().path("States");
    states
        .properties()
        .forEach(
            state -> {
              wanted.add(state.getKey());
              state
                  .getValue()
                  .path("Choices")
                  .forEach(
                      choice -> wanted.add(state.getKey() + " > " + choice.path("Next").asText()));
              if (state.getValue().has("Default")) {
                wanted.add(state.getKey() + " > " + state.getValue().path("Default").asText());
              }
              state
                  .getValue()
                  .path("Catch")
                  .forEach(
                      catcher ->
                          wanted.add(state.getKey() + " > " + catcher.path("Next").asText()));
            });
    wanted.removeAll(TAKEN);
    assertThat(wanted).as("states and branches that no test has taken").isEmpty();
  }

  private static TaskFailure broken() {
    return new TaskFailure("Lambda.ServiceException", "played by the test");
  }

  private static PlayedMachine machine() {
    return new PlayedMachine(runner, tables, template, TAKEN);
  }

  private static String message(PlayedMachine machine) {
    List<JsonNode> messages = machine.messages();
    return messages.isEmpty() ? "" : messages.get(messages.size() - 1).path("Message").asText();
  }

  private static Set<String> tasksAmong(List<String> states) {
    Set<String> tasks = new TreeSet<>(allTasks());
    tasks.retainAll(states);
    return tasks;
  }

  private static Set<String> allTasks() {
    Set<String> tasks = new TreeSet<>();
    template.definition().path("States").properties().stream()
        .filter(state -> state.getValue().path("Type").asText().equals("Task"))
        .forEach(state -> tasks.add(state.getKey()));
    return tasks;
  }
}
