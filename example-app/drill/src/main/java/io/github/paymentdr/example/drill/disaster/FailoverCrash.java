package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.pair.Faults;
import io.github.paymentdr.example.drill.pair.LocalRegion;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The region is lost, and so is the execution that should take it over. Before it is, the steps on
 * its way fail once or lose their answer; then it is started again as the runbook says.
 */
final class FailoverCrash implements Disaster {
  /** What a takeover that a person starts goes through, in this order. */
  static final List<String> WAY =
      List.of(
          "ReadLease",
          "Assess",
          "CheckFitness",
          "TakeLease",
          "WaitForFencing",
          "CheckTenure",
          "Promote",
          "ReplayJournal",
          "OpenLease",
          "OpenTraffic",
          "Verify",
          "Report",
          "NotifyDone");

  /** What one goes through that finds an earlier one which has stopped. */
  static final List<String> AGAIN = List.of("FindEarlierExecution", "ResumeLease");

  /** From here on it is the endpoint that has been moved, if the step was done. */
  private static final String TRAFFIC = "OpenTraffic";

  private final String state;

  FailoverCrash(String state) {
    this.state = state;
  }

  @Override
  public String name() {
    return "failover-crash-at-" + state.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  @Override
  public String title() {
    return "Crash of the failover itself at " + state;
  }

  @Override
  public String expectation() {
    return "us-east-1 is gone, somebody starts us-west-2, and that execution is stopped at "
        + state
        + ", after the steps before it have failed once or lost their answer. Started again with"
        + " the same input it goes on where it stopped, and payments are accepted within the budget"
        + " less detection and alarm, counted from the start that did it. What the alarm starts"
        + " beside it does no harm. Nothing acknowledged is lost, nothing is booked twice, and at"
        + " no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.BY_PERSON;
  }

  @Override
  public int aboutSeconds() {
    return 85;
  }

  @Override
  public void run(Stage stage) {
    LocalRegion west = stage.west();
    stage.disaster("us-east-1 is gone");
    stage.east().kill();
    if (AGAIN.contains(state)) {
      stops(stage, "WaitForFencing", false);
    } else {
      disturb(stage, west.faults());
    }
    boolean isDone = stage.random().nextBoolean();
    stops(stage, state, isDone);
    stage.breaks("the failover is stopped at " + state + (isDone ? ", with its work done" : ""));
    west.faults().heal();
    stage.pause(stage.between(0.5, 3));
    Execution again = stage.personStarts(west, Stage.UNPLANNED);
    stage.takesOver(west);
    Execution.End end = stage.endOf(again);
    stage.expect(
        end.status() == Execution.Status.SUCCEEDED, "the second start did not succeed: " + again);
    isComplete(stage);
    stage.east().restart();
    stage.mended("us-east-1 is there again");
    stage.becomesStandby(stage.east());
  }

  /** Each step before it fails once with nothing done, or is done and its answer is lost. */
  private void disturb(Stage stage, Faults faults) {
    for (String before : WAY.subList(0, WAY.indexOf(state))) {
      if (stage.random().nextBoolean()) {
        faults.before(before, 1, new TaskFailure("Lambda.ServiceException", "once"));
      } else {
        faults.after(before, 1, new TaskFailure("States.Timeout", "the answer is lost"));
      }
    }
  }

  private static void stops(Stage stage, String state, boolean isDone) {
    Execution execution =
        stage.personStartsAndStopsAt(state, isDone, stage.west(), Stage.UNPLANNED);
    stage.until(
        "the failover is stopped at " + state, stage.limit(), () -> Stage.isOver(execution));
    stage.expect(
        execution.await(Duration.ofSeconds(1)).status() == Execution.Status.ABORTED
            && execution.states().contains(state),
        "the failover was to be stopped at " + state + " and was not: " + execution);
  }

  /** Whoever finished it, callers are led here, and people were told. */
  private void isComplete(Stage stage) {
    LocalRegion west = stage.west();
    stage.expect(stage.pair().endpointRegion() == west, "callers are still led to us-east-1");
    stage.until(
        "the report of the recovery is made up",
        stage.workLimit(),
        () -> !stage.pair().lease("recoverySeconds").isEmpty());
    if (WAY.indexOf(state) <= WAY.indexOf(TRAFFIC)) {
      stage.until("people are told", stage.workLimit(), () -> !west.messages().isEmpty());
    }
  }
}
