package io.github.paymentdr.payments.failover;

import static io.github.paymentdr.payments.failover.Condition.all;
import static io.github.paymentdr.payments.failover.Condition.below;
import static io.github.paymentdr.payments.failover.Condition.equalsTextAt;
import static io.github.paymentdr.payments.failover.Condition.is;
import static io.github.paymentdr.payments.failover.Condition.isTrue;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.payments.failover.Failures.Next;

/** From the lease to the first payment. All of it can be repeated from its beginning. */
final class ActivationStates {
  private static final String EPOCH = "States.StringToJson($.lease.Item.epoch.N)";
  private static final int MOST_REPLAYS = 60;

  private final Definition definition;
  private final Failures failures;
  private final Tasks tasks;
  private final StepTimes times;
  private final String region;
  private final String peer;
  private final boolean replicates;

  ActivationStates(
      Definition definition,
      Failures failures,
      Tasks tasks,
      StepTimes times,
      String region,
      String peer,
      boolean replicates) {
    this.definition = definition;
    this.failures = failures;
    this.tasks = tasks;
    this.times = times;
    this.region = region;
    this.peer = peer;
    this.replicates = replicates;
  }

  void add() {
    addFencing();
    if (replicates) {
      addTenure();
      addPromotion();
      addRefusal();
    }
    addReplay();
    addOpening();
    addReport();
  }

  private void addFencing() {
    definition.add(
        "WaitForFencing",
        State.waitSeconds(
                times.fencing(), "Until the last payment that the other region may have accepted")
            .next("Fenced"));
    definition.add(
        "Fenced",
        State.pass("Nobody accepts payments now")
            .parameters(ImmutableMap.of("at.$", "$$.State.EnteredTime"))
            .into("fenced")
            .next("StartRounds"));
    definition.add(
        "StartRounds",
        State.pass("Nothing was tried yet")
            .parameters(ImmutableMap.of("promotion", 0, "replay", 0))
            .into("rounds")
            .next(replicates ? "CheckTenure" : "ReplayJournal"));
  }

  /** A run that was overtaken would move the database away from the region that is active now. */
  private void addTenure() {
    definition.add(
        "CheckTenure",
        tasks
            .table(LeaseRequests.GET, "Has this run still got the lease?")
            .parameters(LeaseRequests.read())
            .into("tenure")
            .catchingAll(
                failures.ofStep(
                    "CheckTenure",
                    "No region accepts payments. The control table does not answer in this region."
                        + " When it does",
                    Next.AGAIN))
            .next("DecideByTenure"));
    definition.add(
        "DecideByTenure",
        State.choice("Only who has the lease promotes")
            .when(
                all(
                    equalsTextAt("$.tenure.Item.epoch.N", "$.lease.Item.epoch.N"),
                    equalsTextAt("$.tenure.Item.execution.S", "$.execution")),
                "Promote")
            .otherwise(
                failures.ofDecision(
                    "Overtaken",
                    "CheckTenure",
                    "Another run has taken the lease, so this one changes nothing any more",
                    "See in the lease who is active. What this run did",
                    Next.HISTORY)));
  }

  private void addPromotion() {
    int promotion = Math.max(times.promotion(), StepTimes.REQUEST);
    definition.add(
        "Promote",
        tasks
            .promotion(
                "ReplicationFunction",
                ImmutableMap.of(
                    "operation",
                    "promote",
                    "mode.$",
                    "$.input.mode",
                    "epoch.$",
                    EPOCH,
                    "fencedAt.$",
                    "$.fenced.at",
                    "acceptIncompleteCopy.$",
                    "$.input.acceptUnfit",
                    "withinSeconds",
                    StepTimes.workWithin(promotion)),
                promotion,
                "Makes this region's database the one that is written to")
            .keeping("Payload", "promotion")
            .catching(Tasks.REFUSED, "DecideByRefusal")
            .catching(
                Tasks.GIVER_LOST,
                failures.ofFinding(
                    "GiverLost",
                    "Promote",
                    peer + " has stopped for the switch and does not answer any more",
                    "$.error",
                    "No region accepts payments, unless the alarm on "
                        + peer
                        + " takes over by itself. If it does not, take over without it",
                    Next.UNPLANNED))
            .catchingAll(
                failures.ofStepThen(
                    "Promote",
                    "No region accepts payments. Look at the error, then go on",
                    Next.AGAIN,
                    "DecideByFailedPromotion"))
            .next("DecideByPromotion"));
    definition.add(
        "DecideByPromotion",
        State.choice("Is the database writable?")
            .when(is("$.promotion.Payload.state", "ACTIVE"), "ReplayJournal")
            .when(
                all(
                    is("$.promotion.Payload.state", "PROMOTING"),
                    below("$.rounds.promotion", times.promotionRounds())),
                "WaitForPromotion")
            .otherwise(
                failures.ofFinding(
                    "PromotionUnfinished",
                    "Promote",
                    "The database is not writable after several times the expected time",
                    "$.promotion.Payload",
                    "No region accepts payments. Look at the cluster in the RDS console, then go"
                        + " on",
                    Next.AGAIN)));
    definition.add(
        "WaitForPromotion",
        State.waitSeconds(StepTimes.PROMOTION_POLL, "AWS is at it").next("CountPromotion"));
    definition.add(
        "CountPromotion",
        State.pass("Asks again")
            .parameters(
                ImmutableMap.of(
                    "promotion.$",
                    "States.MathAdd($.rounds.promotion, 1)",
                    "replay.$",
                    "$.rounds.replay"))
            .into("rounds")
            .next("CheckTenure"));
  }

  /**
   * A promotion that is refused at once has changed nothing, so a planned switch can be taken back:
   * by the run that has taken the lease, because an earlier one may have promoted half way.
   */
  private void addRefusal() {
    definition.add(
        "DecideByRefusal",
        State.choice("Is there a region to go back to?")
            .when(all(is("$.input.mode", "planned"), isTrue("$.taking.byThisRun")), "HandBackLease")
            .when(
                is("$.input.mode", "planned"),
                failures.ofFinding(
                    "SwitchNotHandedBack",
                    "Promote",
                    "The switch was refused, and is not taken back because an earlier run has begun"
                        + " it and may have changed the database",
                    "$.error",
                    "No region accepts payments. Remove what is in the way and go on, or if that"
                        + " takes too long and "
                        + peer
                        + " is well, make that one active by its own state machine. To go on",
                    Next.AGAIN))
            .otherwise(
                failures.ofFinding(
                    "PromotionRefused",
                    "Promote",
                    "The database of " + region + " must not be promoted as it is",
                    "$.error",
                    "No region accepts payments. Remove what is in the way, or open it with what it"
                        + " has and lose what it lacks",
                    Next.UNFIT)));
    definition.add(
        "DecideByFailedPromotion",
        State.choice("Is there a region to go back to?")
            .when(all(is("$.input.mode", "planned"), isTrue("$.taking.byThisRun")), "UndoHandOver")
            .otherwise(Failures.RECORD));
    definition.add(
        "UndoHandOver",
        tasks
            .function(
                "ReplicationFunction",
                ImmutableMap.of("operation", "undoHandOver"),
                StepTimes.REQUEST,
                "Lets the other region's database go on, unless this one's was changed")
            .ignoringResult()
            .catching(Tasks.ALL, Failures.RECORD)
            .next("HandBackLease"));
    String handedBack =
        failures.ofFinding(
            "SwitchHandedBack",
            "Promote",
            "The switch was refused or failed, and " + peer + " is active again",
            "$.error",
            "Remove what is in the way, then switch again",
            Next.AGAIN);
    definition.add(
        "HandBackLease",
        tasks
            .table(LeaseRequests.UPDATE, "The other region goes on as if nothing was asked")
            .parameters(LeaseRequests.handBack(region))
            .ignoringResult()
            .catching(Tasks.CONDITION_FAILED, handedBack)
            .catchingAll(
                failures.ofStep(
                    "HandBackLease",
                    "No region accepts payments. The switch was refused or failed, and could not be"
                        + " taken back; go on",
                    Next.AGAIN))
            .next(handedBack));
  }

  private void addReplay() {
    definition.add(
        "ReplayJournal",
        tasks
            .function(
                "PaymentFunction",
                ImmutableMap.of("operation", "replayJournal", "epoch.$", EPOCH),
                times.replay(),
                "Gives the database what was answered and not replicated")
            .keeping("Payload", "replay")
            .catchingAll(
                failures.ofStep(
                    "ReplayJournal",
                    "No region accepts payments. Look at the log of the payment function, then go"
                        + " on",
                    Next.AGAIN))
            .next("DecideByReplay"));
    definition.add(
        "DecideByReplay",
        State.choice("Is there more?")
            .when(isTrue("$.replay.Payload.complete"), "OpenLease")
            .when(below("$.rounds.replay", MOST_REPLAYS), "CountReplay")
            .otherwise(
                failures.ofFinding(
                    "ReplayUnfinished",
                    "ReplayJournal",
                    "The journal has not come to its end in " + MOST_REPLAYS + " calls",
                    "$.replay.Payload",
                    "No region accepts payments. Look whether it gets ahead, then go on",
                    Next.AGAIN)));
    definition.add(
        "CountReplay",
        State.pass("Goes on with the next part")
            .parameters(
                ImmutableMap.of(
                    "promotion.$",
                    "$.rounds.promotion",
                    "replay.$",
                    "States.MathAdd($.rounds.replay, 1)"))
            .into("rounds")
            .next("ReplayJournal"));
  }

  private void addOpening() {
    definition.add(
        "OpenLease",
        tasks
            .table(LeaseRequests.UPDATE, "This region accepts payments from here on")
            .parameters(LeaseRequests.open(region))
            .resultSelector("Item.$", "$.Attributes")
            .into("lease")
            .catchingAll(
                failures.ofStep(
                    "OpenLease",
                    "Either the table does not answer or somebody else has taken the lease",
                    Next.AGAIN))
            .next("OpenTraffic"));
    definition.add(
        "OpenTraffic",
        tasks
            .function(
                "FailoverFunction",
                ImmutableMap.of("operation", "openTraffic", "epoch.$", EPOCH),
                times.traffic(),
                "Points the one URL to this region")
            .keeping("Payload", "traffic")
            .catchingAll(
                failures.ofStep(
                    "OpenTraffic",
                    region
                        + " accepts payments at its own URL; the endpoint still points to "
                        + peer
                        + ". Try again",
                    Next.AGAIN))
            .next("Verify"));
    definition.add(
        "Verify",
        tasks
            .function(
                "FailoverFunction",
                ImmutableMap.of("operation", "verify"),
                times.assessment(),
                "Is the payment function healthy and its database writable?")
            .keeping("Payload", "verification")
            .catchingAll(
                failures.ofStep(
                    "Verify",
                    region
                        + " is active and has the callers, but is not healthy. Look at the log of"
                        + " the payment function, then verify again",
                    Next.AGAIN))
            .next("DecideByReport"));
  }

  private void addReport() {
    definition.add(
        "DecideByReport",
        State.choice("Was this failover told already?")
            .when(isTrue("$.opening.reported"), "AlreadyActive")
            .otherwise("Report"));
    definition.add(
        "AlreadyActive", State.succeed("This region is active; there was nothing to tell"));
    definition.add(
        "Report",
        tasks
            .function(
                "FailoverFunction",
                ImmutableMap.<String, Object>builder()
                    .put("operation", "report")
                    .put("mode.$", "$.input.mode")
                    .put("startedBy.$", "$.input.startedBy")
                    .put("unhealthySince.$", "$.lease.Item.unhealthySince.S")
                    .put("takenAt.$", "$.lease.Item.takenAt.S")
                    .put("promotion.$", "$.promotion.Payload")
                    .put("replay.$", "$.replay.Payload")
                    .buildOrThrow(),
                times.traffic(),
                "How long it took, and whether that was within the objective")
            .keeping("Payload", "report")
            .catchingAll(
                failures.ofStep(
                    "Report", region + " is active and healthy. To make up the report", Next.AGAIN))
            .next("NotifyDone"));
    definition.add(
        "NotifyDone",
        tasks
            .notification(
                "Tells people",
                ImmutableMap.of(
                    "Subject.$",
                    "$.report.Payload.subject",
                    "Message.$",
                    "$.report.Payload.message"))
            .catching(Tasks.ALL, "Done")
            .next("Done"));
    definition.add("Done", State.succeed("This region is active"));
  }
}
