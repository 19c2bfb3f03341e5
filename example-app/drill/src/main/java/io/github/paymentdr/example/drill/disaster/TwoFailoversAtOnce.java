package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.pair.LocalRegion;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import java.util.stream.Stream;

/** Both regions take over at the same time. */
final class TwoFailoversAtOnce implements Disaster {
  @Override
  public String name() {
    return "two-failovers-at-once";
  }

  @Override
  public String title() {
    return "Both regions start it at once";
  }

  @Override
  public String expectation() {
    return "The regions do not see each other, and in each of them somebody gives "
        + "the other one up, one of them twice. Exactly one region has the lease in "
        + "the end, the executions that came too late change nothing, callers are "
        + "led to the one that has it, and it accepts within the budget less "
        + "detection and alarm. Nothing acknowledged is lost, nothing is booked "
        + "twice, and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.BY_PERSON;
  }

  @Override
  public void run(Stage stage) {
    stage.disaster("the regions cannot reach each other, and everybody thinks that he must act");
    stage.east().cutFromPeer();
    stage.west().cutFromPeer();
    // Anything from the same moment to the midst of the other one's wait for fencing.
    double later = stage.between(0, 16);
    Execution first = stage.personStarts(stage.west(), Stage.UNPLANNED);
    Execution second = stage.personStarts(stage.west(), Stage.UNPLANNED);
    stage.pause(later);
    Execution third = stage.personStarts(stage.east(), Stage.UNPLANNED);
    stage.until(
        "all executions that people have started come to their end",
        stage.limit(),
        () -> Stream.of(first, second, third).allMatch(Stage::isOver));
    stage.expect(
        stage.pair().lease("state").equals("ACTIVE"),
        "no region is active: " + stage.pair().lease());
    LocalRegion winner = stage.pair().active();
    LocalRegion loser = stage.pair().standby();
    stage.takesOver(winner);
    stage.expect(
        stage.pair().endpointRegion() == winner,
        "callers are led to "
            + stage.pair().endpointRegion().name()
            + " and "
            + winner.name()
            + " is active");
    stage.refuses(loser);
    stage.east().heal();
    stage.west().heal();
    stage.mended("the regions reach each other again");
    stage.becomesStandby(loser);
    stage.expect(stage.pair().active() == winner, "the lease was moved once more");
  }
}
