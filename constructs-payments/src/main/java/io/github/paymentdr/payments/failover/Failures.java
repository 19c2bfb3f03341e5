package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The ways in which an execution gives up. Each says at which step, what the matter is, and the
 * command that a person runs next, in the notification, in the lease and in the execution's own
 * error.
 */
final class Failures {
  /** Where an execution that gives up goes on. */
  static final String RECORD = "RecordFailure";

  /** Where one goes on whose reason may pass by itself. */
  static final String PASSING = "DecideByStarter";

  private static final String NOTIFY = "NotifyFailure";
  private static final String FAILED = "Failed";

  /** What a person can do next; the texts are made when the execution begins. */
  enum Next {
    /** The same again: every step can be repeated, and what is done is not done twice. */
    AGAIN("again"),
    /** Take over without asking the other region. */
    UNPLANNED("unplanned"),
    /** Take over although this region's database is not fit. */
    UNFIT("unfit"),
    /** Read what happened. */
    HISTORY("history");

    private final String member;

    Next(String member) {
      this.member = member;
    }
  }

  private final String region;
  private final Map<String, State> states = new LinkedHashMap<>();

  Failures(String region) {
    this.region = region;
  }

  /** What the commands are, for the state that prepares a run. */
  ImmutableMap<String, String> commands() {
    return ImmutableMap.of(
        Next.AGAIN.member + ".$",
        start("", "\\{\"mode\":\"{}\"\\}", ", $$.Execution.Input.mode"),
        Next.UNPLANNED.member + ".$",
        start("", "\\{\"mode\":\"unplanned\"\\}", ""),
        Next.UNFIT.member + ".$",
        start("", "\\{\"mode\":\"{}\",\"acceptUnfit\":true\\}", ", $$.Execution.Input.mode"),
        Next.HISTORY.member + ".$",
        "States.Format('aws stepfunctions get-execution-history --region "
            + region
            + " --reverse-order --max-items 20 --execution-arn {}', $$.Execution.Id)");
  }

  /**
   * A step that has failed for good.
   *
   * @param advice what to do, ending before the command; no quotes and no braces
   * @return the name of the state that says so
   */
  String ofStep(String step, String advice, Next next) {
    return add(step + "Failed", step, failedForGood(step), advice, next, RECORD);
  }

  /** As {@link #ofStep}, for what goes on with another state before it is given up. */
  String ofStepThen(String step, String advice, Next next, String then) {
    return add(step + "Failed", step, failedForGood(step), advice, next, then);
  }

  /** As {@link #ofStep}, for what may pass by itself while nothing was changed yet. */
  String ofPassingStep(String step, String advice, Next next) {
    return add(step + "Failed", step, failedForGood(step), advice, next, PASSING);
  }

  /** A decision not to go on. */
  String ofDecision(String name, String step, String problem, String advice, Next next) {
    return add(name, step, "States.Format('" + problem + "')", advice, next, RECORD);
  }

  /** As {@link #ofDecision}, for what goes on with another state before it is given up. */
  String ofDecisionThen(
      String name, String step, String problem, String advice, Next next, String then) {
    return add(name, step, "States.Format('" + problem + "')", advice, next, then);
  }

  /** As {@link #ofDecision}, with a text of what was found. */
  String ofFinding(
      String name, String step, String problem, String path, String advice, Next next) {
    return add(name, step, found(problem, path), advice, next, RECORD);
  }

  /** As {@link #ofFinding}, for what may pass by itself while nothing was changed yet. */
  String ofPassingFinding(
      String name, String step, String problem, String path, String advice, Next next) {
    return add(name, step, found(problem, path), advice, next, PASSING);
  }

  /** An input that cannot be read; nothing was prepared, and it need not even be an object. */
  String ofInput(String name, String problem) {
    State state =
        State.pass(problem)
            .parameters(
                ImmutableMap.of(
                    "execution.$",
                    "$$.Execution.Id",
                    "failure",
                    ImmutableMap.of(
                        "step",
                        "CheckInput",
                        "problem",
                        problem,
                        "next.$",
                        start(
                            "Start with a mode, planned while the other region works, unplanned"
                                + " when it is lost: ",
                            "\\{\"mode\":\"planned\"\\}",
                            ""))))
            .next(NOTIFY);
    states.put(name, state);
    return name;
  }

  void addTo(Definition definition, Tasks tasks) {
    states.forEach(definition::add);
    definition.add(
        RECORD,
        tasks
            .table(LeaseRequests.UPDATE, "Writes into the lease where this run gave up")
            .parameters(LeaseRequests.recordFailure())
            .ignoringResult()
            .catching(Tasks.ALL, NOTIFY)
            .next(NOTIFY));
    definition.add(
        NOTIFY,
        tasks
            .notification(
                "Tells people where this run gave up and what to do next",
                "Failover in " + region + " stopped",
                "States.Format('The failover to "
                    + region
                    + " stopped at the step {}.\n\n{}\n\nNext: {}\n\nExecution: {}',"
                    + " $.failure.step, $.failure.problem, $.failure.next, $.execution)")
            .catching(Tasks.ALL, FAILED)
            .next(FAILED));
    definition.add(
        FAILED,
        State.fail("$.failure.step", "$.failure.problem", "Gave up; the alarm on it goes off"));
  }

  /** Quotes and braces that are meant as such are escaped in an intrinsic function. */
  private String start(String lead, String input, String arguments) {
    return String.format(
        "States.Format('%saws stepfunctions start-execution --region %s --state-machine-arn {}"
            + " --input \\'%s\\'', $$.StateMachine.Id%s)",
        lead, region, input, arguments);
  }

  private static String failedForGood(String step) {
    return "States.Format('" + step + " failed for good: {}', States.JsonToString($.error))";
  }

  private static String found(String problem, String path) {
    return "States.Format('" + problem + ": {}', States.JsonToString(" + path + "))";
  }

  private String add(
      String name, String step, String problem, String advice, Next next, String then) {
    State state =
        State.pass("Says what a person does next")
            .parameters(
                ImmutableMap.of(
                    "step",
                    step,
                    "problem.$",
                    problem,
                    "next.$",
                    String.format("States.Format('%s: {}', $.commands.%s)", advice, next.member)))
            .into("failure")
            .next(then);
    states.put(name, state);
    return name;
  }
}
