package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.stepfunctions.Execution;

/** Callers do not reach the active region, and the other region does. */
final class ClientsCutOff implements Disaster {
  @Override
  public String name() {
    return "clients-cut-off";
  }

  @Override
  public String title() {
    return "Region cut off from its clients only";
  }

  @Override
  public String expectation() {
    return "To the other region us-east-1 looks well, so nobody takes over by "
        + "itself: that is a decision for a person, who starts a planned switch in "
        + "us-west-2. From there the time counts, and payments are accepted within "
        + "the budget less detection and alarm. Nothing acknowledged is lost, "
        + "nothing is booked twice, and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.BY_PERSON;
  }

  @Override
  public void run(Stage stage) {
    stage.disaster("callers cannot reach us-east-1; us-west-2 can");
    stage.east().cutFromClients();
    // As long as an automatic takeover would need to begin, and a bit more.
    stage.staysWhereItIs(65, "us-east-1 is well to the one who asks for its health");
    stage.expect(
        stage.alarmsOf(stage.west()) == 0, "the alarm in us-west-2 went on, and nothing was wrong");
    Execution execution = stage.personStarts(stage.west(), Stage.PLANNED);
    stage.takesOver(stage.west());
    stage.expect(
        stage.endOf(execution).status() == Execution.Status.SUCCEEDED,
        "the planned switch did not succeed: " + execution);
    stage.east().heal();
    stage.mended("callers reach us-east-1 again");
    stage.becomesStandby(stage.east());
  }
}
