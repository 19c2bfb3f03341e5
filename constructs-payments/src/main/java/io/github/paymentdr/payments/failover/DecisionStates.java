package io.github.paymentdr.payments.failover;

import static io.github.paymentdr.payments.failover.Condition.all;
import static io.github.paymentdr.payments.failover.Condition.any;
import static io.github.paymentdr.payments.failover.Condition.below;
import static io.github.paymentdr.payments.failover.Condition.equalsTextAt;
import static io.github.paymentdr.payments.failover.Condition.is;
import static io.github.paymentdr.payments.failover.Condition.isAbove;
import static io.github.paymentdr.payments.failover.Condition.isBoolean;
import static io.github.paymentdr.payments.failover.Condition.isLater;
import static io.github.paymentdr.payments.failover.Condition.isTrue;
import static io.github.paymentdr.payments.failover.Condition.missing;
import static io.github.paymentdr.payments.failover.Condition.present;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.payments.failover.Failures.Next;

/** From the start of an execution to the moment when this region has the lease, or has not. */
final class DecisionStates {
  static final String FIRST = "CheckInput";

  private static final String FIND_EARLIER = "FindEarlierExecution";

  private static final ImmutableList<String> NO_EXECUTION =
      ImmutableList.of("Sfn.ExecutionDoesNotExistException", "Sfn.InvalidArnException");

  private static final Condition BY_ALARM = is("$.input.startedBy", "alarm");
  private static final Condition REPEATED = isTrue("$.input.repeated");

  private final Definition definition;
  private final Failures failures;
  private final Tasks tasks;
  private final StepTimes times;
  private final String region;
  private final String peer;
  private final boolean replicates;

  DecisionStates(
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
    addInput();
    addLease();
    addEarlierExecution();
    addCoolDown();
    addAssessment();
    addSecondLook();
    if (replicates) {
      addFitness();
    }
    addEpoch();
    addTakeLease();
  }

  private void addInput() {
    definition.add(
        FIRST,
        State.choice(
                "An alarm starts unplanned runs only; to accept an unfit region takes a person")
            .when(
                all(
                    any(is("$.mode", "planned"), is("$.mode", "unplanned")),
                    any(missing("$.startedBy"), is("$.startedBy", "person")),
                    any(missing("$.acceptUnfit"), isBoolean("$.acceptUnfit")),
                    missing("$.repeated")),
                "Defaults")
            .when(
                all(
                    is("$.mode", "unplanned"),
                    is("$.startedBy", "alarm"),
                    missing("$.acceptUnfit"),
                    any(missing("$.repeated"), isBoolean("$.repeated"))),
                "Defaults")
            .otherwise(
                failures.ofInput(
                    "InputRefused", "The input must have a mode, planned or unplanned")));
    definition.add(
        "Defaults",
        State.pass("What the input need not say")
            .result(ImmutableMap.of("startedBy", "person", "acceptUnfit", false, "repeated", false))
            .into("defaults")
            .next("PrepareRun"));
    definition.add(
        "PrepareRun",
        State.pass("The input with its defaults, and the commands for a person if this run stops")
            .parameters(
                ImmutableMap.<String, Object>builder()
                    .put("input.$", "States.JsonMerge($.defaults, $$.Execution.Input, false)")
                    .put("execution.$", "$$.Execution.Id")
                    .put("commands", failures.commands())
                    .put("promotion", ImmutableMap.of("Payload", ImmutableMap.of()))
                    .put("replay", ImmutableMap.of("Payload", ImmutableMap.of()))
                    .put("looks", ImmutableMap.of("rounds", 0, "waits", 0))
                    .buildOrThrow())
            .next("DecideByOccasion"));
    definition.add(
        "DecideByOccasion",
        State.choice("The schedule starts a run whether the alarm is on or not")
            .when(REPEATED, "LookAtAlarm")
            .otherwise("ReadLease"));
  }

  private void addLease() {
    definition.add(
        "ReadLease",
        tasks
            .table(LeaseRequests.GET, "Who is active, read strongly")
            .parameters(LeaseRequests.read())
            .into("lease")
            .catchingAll(
                failures.ofPassingStep(
                    "ReadLease",
                    "The control table does not answer in this region. When it does",
                    Next.AGAIN))
            .next("DecideByLease"));
    Condition own = is("$.lease.Item.activeRegion.S", region);
    Condition ofPeer = is("$.lease.Item.activeRegion.S", peer);
    Condition activating = is("$.lease.Item.state.S", "ACTIVATING");
    Condition active = is("$.lease.Item.state.S", "ACTIVE");
    Condition ofThisRun = equalsTextAt("$.lease.Item.execution.S", "$.execution");
    Condition ofSomeRun = present("$.lease.Item.execution.S");
    Condition unreported =
        all(
            present("$.lease.Item.takenAt.S"),
            present("$.lease.Item.unhealthySince.S"),
            missing("$.lease.Item.recoverySeconds"));
    String leaseMissing =
        failures.ofDecision(
            "LeaseMissing",
            "ReadLease",
            "The control table has no lease that names a region, an epoch and a state",
            "Deploying the two stacks puts it there; restore the table if it was there. Then",
            Next.AGAIN);
    definition.add(
        "DecideByLease",
        State.choice("Which part of the way is left")
            .when(any(missing("$.lease.Item"), missing("$.lease.Item.epoch.N")), leaseMissing)
            .when(all(own, active, unreported, ofThisRun), "OpenTraffic")
            .when(all(own, active, unreported, ofSomeRun), FIND_EARLIER)
            .when(all(own, active, unreported), "OpenTraffic")
            .when(all(own, active, REPEATED), "AlreadyActive")
            .when(all(own, active), "RepeatOpening")
            .when(all(own, activating, ofThisRun), "WaitForFencing")
            .when(all(own, activating, ofSomeRun), FIND_EARLIER)
            .when(all(ofPeer, BY_ALARM, any(active, REPEATED)), "ReadTime")
            .when(
                all(ofPeer, activating, is("$.input.mode", "planned")),
                failures.ofDecision(
                    "PeerIsActivating",
                    "DecideByLease",
                    peer + " is activating itself",
                    "Let it finish, or if it is lost take over without it",
                    Next.UNPLANNED))
            .when(all(ofPeer, any(active, activating)), "Assess")
            .otherwise(leaseMissing));
    definition.add(
        "RepeatOpening",
        State.pass("This region is active and was reported; an endpoint may still point elsewhere")
            .parameters(ImmutableMap.of("reported", true))
            .into("opening")
            .next("OpenTraffic"));
  }

  private void addEarlierExecution() {
    definition.add(
        FIND_EARLIER,
        tasks
            .description("sfn:describeExecution", "Is who took the lease still at it?")
            .parameters(ImmutableMap.of("ExecutionArn.$", "$.lease.Item.execution.S"))
            .keeping("Status", "earlier")
            .catching(NO_EXECUTION, "DecideByWhatIsLeft")
            .catchingAll(
                failures.ofStep(
                    FIND_EARLIER,
                    "Nothing was changed, and the region is still being activated",
                    Next.AGAIN))
            .next("DecideByEarlierExecution"));
    definition.add(
        "DecideByEarlierExecution",
        State.choice("One execution at a time")
            .when(
                all(
                    is("$.earlier.Status", "RUNNING"),
                    any(REPEATED, is("$.input.startedBy", "person"))),
                "AlreadyUnderWay")
            .when(
                is("$.earlier.Status", "RUNNING"),
                failures.ofDecisionThen(
                    "StillUnderWay",
                    FIND_EARLIER,
                    "Another execution has the lease of "
                        + region
                        + " and does not come to its end",
                    "See in the console what it waits for, and stop it if it does nothing. Then",
                    Next.AGAIN,
                    "WaitForEarlierExecution"))
            .otherwise("DecideByWhatIsLeft"));
    definition.add(
        "AlreadyUnderWay",
        State.succeed("Another execution has the lease and is activating this region"));
    addWaitForEarlierExecution();
    definition.add(
        "DecideByWhatIsLeft",
        State.choice("An earlier execution that has opened the lease has only the rest to do")
            .when(is("$.lease.Item.state.S", "ACTIVE"), "OpenTraffic")
            .otherwise("NoteResumption"));
    definition.add(
        "NoteResumption",
        State.pass("Before it is done, because its answer may be lost")
            .result(ImmutableMap.of("byThisRun", false))
            .into("taking")
            .next("ResumeLease"));
    definition.add(
        "ResumeLease",
        tasks
            .table(LeaseRequests.UPDATE, "Goes on where the earlier execution gave up")
            .parameters(LeaseRequests.resume(region))
            .resultSelector("Item.$", "$.Attributes")
            .into("lease")
            .catching(Tasks.CONDITION_FAILED, "ReadLease")
            .catchingAll(
                failures.ofStep(
                    "ResumeLease", "The control table does not answer. When it does", Next.AGAIN))
            .next("WaitForFencing"));
  }

  /**
   * The earlier execution may hand the lease back to a region that is lost meanwhile, or stop half
   * way, and the alarm that stays on starts nothing again.
   */
  private void addWaitForEarlierExecution() {
    definition.add(
        "WaitForEarlierExecution",
        State.waitSeconds(StepTimes.EARLIER_POLL, "It may come to its end, or not")
            .next("CountWait"));
    definition.add(
        "CountWait",
        State.pass("Looks again")
            .parameters(
                ImmutableMap.of(
                    "rounds.$", "$.looks.rounds", "waits.$", "States.MathAdd($.looks.waits, 1)"))
            .into("looks")
            .next("LookAtAlarm"));
  }

  /**
   * Holds off what flaps between two regions that serve. A lease that was never opened serves
   * nobody, so an alarm that goes on then has nothing to hold off. A schedule comes at any time,
   * also while the other region is opening its lease, and two regions that do not see each other
   * would take it from each other.
   */
  private void addCoolDown() {
    definition.add(
        "ReadTime",
        State.pass("To tell a cool-down that is over from one that is not")
            .parameters(ImmutableMap.of("at.$", "$$.State.EnteredTime"))
            .into("now")
            .next("DecideByCoolDown"));
    Condition isCoolingDown = isLater("$.lease.Item.coolDownUntil.S", "$.now.at");
    definition.add(
        "DecideByCoolDown",
        State.choice("Was there a failover lately?")
            .when(all(isCoolingDown, REPEATED), "LookedAgain")
            .when(isCoolingDown, "NotifyCoolDown")
            .otherwise("Assess"));
    definition.add(
        "NotifyCoolDown",
        tasks
            .notification(
                "Tells people why nothing happens yet and what they can do",
                "Failover in " + region + " waits",
                "States.Format('The other region is unhealthy, and the last failover was a short"
                    + " time ago. The failover to "
                    + region
                    + " waits until the cool-down is over, at {}, asks again then, and tells you"
                    + " what comes of it. You need not wait for it. If you know that the other"
                    + " region"
                    + " is lost: {}\n\nExecution: {}', $.lease.Item.coolDownUntil.S,"
                    + " $.commands.unplanned, $.execution)")
            .catching(Tasks.ALL, "WaitForCoolDown")
            .next("ToldOfCoolDown"));
    definition.add(
        "ToldOfCoolDown",
        State.pass("People know")
            .result(ImmutableMap.of("people", true))
            .into("toldOfCoolDown")
            .next("WaitForCoolDown"));
    definition.add(
        "WaitForCoolDown",
        State.waitUntil("$.lease.Item.coolDownUntil.S", "What flaps is not followed")
            .next("Assess"));
  }

  private void addAssessment() {
    definition.add(
        "Assess",
        tasks
            .function(
                "FailoverFunction",
                ImmutableMap.of(
                    "operation",
                    "assess",
                    "mode.$",
                    "$.input.mode",
                    "startedBy.$",
                    "$.input.startedBy"),
                times.assessment(),
                "Asks the other region once more before anything is done")
            .keeping("Payload", "assessment")
            .catchingAll(
                failures.ofPassingStep(
                    "Assess",
                    "Nothing was changed. If you know that "
                        + peer
                        + " is lost, take over without asking it",
                    Next.UNPLANNED))
            .next("DecideByAssessment"));
    String path = "$.assessment.Payload.decision";
    definition.add(
        "DecideByAssessment",
        State.choice("Is there a reason to take over?")
            .when(is(path, "GO"), replicates ? "CheckFitness" : "ReadEpoch")
            .when(is(path, "FALSE_ALARM"), "WaitForAlarm")
            .when(
                is(path, "BLIND"),
                failures.ofPassingFinding(
                    "Blind",
                    "Assess",
                    region + " cannot be reached either, so it cannot tell whether " + peer + " is",
                    "$.assessment.Payload",
                    "Nothing was changed. If you know that " + peer + " is lost",
                    Next.UNPLANNED))
            .when(
                is(path, "PEER_NOT_HEALTHY"),
                failures.ofFinding(
                    "PeerNotHealthy",
                    "Assess",
                    "A planned switch needs " + peer + " in good health",
                    "$.assessment.Payload",
                    "Nothing was changed. If " + peer + " is lost",
                    Next.UNPLANNED))
            .otherwise(
                failures.ofFinding(
                    "AssessmentNotUnderstood",
                    "Assess",
                    "The failover function gave an answer that this state machine does not know",
                    "$.assessment.Payload",
                    "Nothing was changed. If " + peer + " is lost",
                    Next.UNPLANNED)));
  }

  /**
   * An alarm that stays on starts nothing again, so whoever it has started must not leave. Nor for
   * what may pass: this region sees nothing, or is not fit, or something does not answer. People
   * are told once, and again when it is given up. One that cannot read the lease may have it
   * already, and must not end as if nothing was the matter.
   */
  private void addSecondLook() {
    Condition canLookAgain = below("$.looks.rounds", StepTimes.MOST_LOOKS);
    definition.add(
        Failures.PASSING,
        State.choice("What may pass ends a person's run, and is waited for in that of an alarm")
            .when(REPEATED, "LookedAgain")
            .when(all(BY_ALARM, canLookAgain, isTrue("$.told.people")), "WaitForAlarm")
            .when(all(BY_ALARM, canLookAgain), "NotifyWaiting")
            .otherwise(Failures.RECORD));
    definition.add(
        "NotifyWaiting",
        tasks
            .notification(
                "Tells people, once, why nothing happens yet and what they can do",
                "Failover in " + region + " waits",
                "States.Format('The failover to "
                    + region
                    + " waits at the step {}.\n\n{}\n\nIt tries again as long as the alarm is on,"
                    + " up to "
                    + StepTimes.MOST_LOOKS
                    + " times, and tells you if it gives up, has taken over, or the alarm is over."
                    + " You need not"
                    + " wait for it: {}\n\nExecution: {}', $.failure.step, $.failure.problem,"
                    + " $.failure.next, $.execution)")
            .catching(Tasks.ALL, "WaitForAlarm")
            .next("Told"));
    definition.add(
        "Told",
        State.pass("People know")
            .result(ImmutableMap.of("people", true))
            .into("told")
            .next("WaitForAlarm"));
    definition.add(
        "WaitForAlarm",
        State.waitSeconds(times.secondLook(), "Time for the alarm to see what was seen here")
            .next("CountLook"));
    definition.add(
        "CountLook",
        State.pass("Looks again")
            .parameters(
                ImmutableMap.of(
                    "rounds.$", "States.MathAdd($.looks.rounds, 1)", "waits.$", "$.looks.waits"))
            .into("looks")
            .next("LookAtAlarm"));
    addAlarm(canLookAgain);
  }

  private void addAlarm(Condition canLookAgain) {
    definition.add(
        "LookAtAlarm",
        tasks
            .description("cloudwatch:describeAlarms", "Is the alarm still on?")
            .parameters(ImmutableMap.of("AlarmNames", ImmutableList.of("${Alarm}")))
            .keeping("MetricAlarms", "alarm")
            .catchingAll(
                failures.ofPassingStep(
                    "LookAtAlarm",
                    "Nothing was changed, and whether the alarm is on is not known. Watch "
                        + peer
                        + ", and if it is lost",
                    Next.UNPLANNED))
            .next("DecideByAlarm"));
    Condition on = is("$.alarm.MetricAlarms[0].StateValue", "ALARM");
    Condition isWaiting = is("$.failure.step", FIND_EARLIER);
    definition.add(
        "DecideByAlarm",
        State.choice("An alarm that stays on would start nothing again")
            .when(all(on, REPEATED, below("$.looks.rounds", 1)), "LookAnew")
            .when(all(on, REPEATED), "LookedAgain")
            .when(all(on, isWaiting, below("$.looks.waits", StepTimes.MOST_WAITS)), "LookAnew")
            .when(all(on, isWaiting), Failures.RECORD)
            .when(all(on, canLookAgain), "LookAnew")
            .when(
                any(all(on, present("$.failure.step")), is("$.failure.step", "ReadLease")),
                Failures.RECORD)
            .when(
                on,
                failures.ofDecision(
                    "AlarmUndecided",
                    "LookAtAlarm",
                    peer + " is unhealthy for the alarm and answers when asked again",
                    "Look at its health. If it should not be active any more",
                    Next.UNPLANNED))
            .when(
                any(isTrue("$.told.people"), isTrue("$.toldOfCoolDown.people")), "NotifyFalseAlarm")
            .otherwise("FalseAlarm"));
    definition.add(
        "LookAnew",
        State.pass("What was the matter may be over, and somebody may have taken the lease")
            .result(ImmutableMap.of())
            .into("failure")
            .next("ReadLease"));
    definition.add(
        "LookedAgain",
        State.succeed("Nothing was changed; the schedule starts another run in a few minutes"));
    definition.add(
        "NotifyFalseAlarm",
        tasks
            .notification(
                "Who was told that a failover waits is told that it does so no more",
                "Failover in " + region + " is not needed",
                "States.Format('The alarm on the other region is over, and the failover to "
                    + region
                    + " that had waited has ended with nothing changed. The next alarm starts"
                    + " another one.\n\nExecution: {}', $.execution)")
            .catching(Tasks.ALL, "FalseAlarm")
            .next("FalseAlarm"));
    definition.add(
        "FalseAlarm",
        State.succeed(
            "Nothing was changed and the alarm is over; the next one starts another run"));
  }

  private void addFitness() {
    definition.add(
        "CheckFitness",
        tasks
            .function(
                "ReplicationFunction",
                ImmutableMap.of("operation", "state"),
                times.fitness(),
                "Could this region's database take over?")
            .keeping("Payload", "fitness")
            .catchingAll(
                failures.ofPassingStep(
                    "CheckFitness",
                    "Nothing was changed. Look at the control function of the replication, then",
                    Next.AGAIN))
            .next("DecideByFitness"));
    definition.add(
        "DecideByFitness",
        State.choice("A region that is not fit would lose more than the other one has lost")
            .when(isTrue("$.fitness.Payload.fitToTakeOver"), "ReadEpoch")
            .when(isTrue("$.input.acceptUnfit"), "ReadEpoch")
            .otherwise(
                failures.ofPassingFinding(
                    "NotFit",
                    "CheckFitness",
                    "The database of " + region + " is not fit to take over",
                    "$.fitness.Payload",
                    "Nothing was changed. Rebuild it, or take over with what it has and lose what"
                        + " it lacks",
                    Next.UNFIT)));
  }

  /**
   * A control table that was restored or made again counts from an epoch that the databases have
   * had long ago. They refuse to be promoted to one that they know, so the next one is beyond both.
   */
  private void addEpoch() {
    definition.add(
        "ReadEpoch",
        State.pass("The epoch to go on from, which is usually the lease's")
            .parameters(
                ImmutableMap.of(
                    "after.$", "States.StringToJson($.lease.Item.epoch.N)", "byThisRun", true))
            .into("taking")
            .next(replicates ? "DecideByEpoch" : "TakeLease"));
    if (replicates) {
      definition.add(
          "DecideByEpoch",
          State.choice("A table that was restored may lag behind the databases")
              .when(isAbove("$.fitness.Payload.epoch", "$.taking.after"), "ReadEpochOfDatabase")
              .otherwise("TakeLease"));
      definition.add(
          "ReadEpochOfDatabase",
          State.pass("The database knows a later epoch than the lease")
              .parameters(ImmutableMap.of("after.$", "$.fitness.Payload.epoch", "byThisRun", true))
              .into("taking")
              .next("TakeLease"));
    }
  }

  private void addTakeLease() {
    definition.add(
        "TakeLease",
        tasks
            .table(LeaseRequests.UPDATE, "From here on the other region accepts nothing new")
            .parameters(LeaseRequests.take(region))
            .resultSelector("Item.$", "$.Attributes")
            .into("lease")
            .catching(Tasks.CONDITION_FAILED, "ReadLease")
            .catchingAll(
                failures.ofStep(
                    "TakeLease",
                    "The lease may have been taken or not, and another run finds out",
                    Next.AGAIN))
            .next("WaitForFencing"));
  }
}
