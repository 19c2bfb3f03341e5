package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Duration;

/** The clocks of both regions jump apart, and then the active region is gone. */
final class ClocksWrong implements Disaster {
  @Override
  public String name() {
    return "clocks-wrong";
  }

  @Override
  public String title() {
    return "Clocks jump, then the region is killed";
  }

  @Override
  public String expectation() {
    return "The wall clocks of the regions jump apart by minutes. That alone changes "
        + "nothing: payments go on, nobody takes over. Then us-east-1 is gone, and "
        + "us-west-2 takes over by itself within the budget. Nothing acknowledged "
        + "is lost, nothing is booked twice, and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public int aboutSeconds() {
    return 130;
  }

  @Override
  public void run(Stage stage) {
    // The cleaning of the journal allows for five minutes; each way half of it, less a bit.
    Duration ahead = Duration.ofSeconds(Math.round(stage.between(30, 130)));
    Duration behind = Duration.ofSeconds(Math.round(stage.between(30, 130)));
    boolean isEastAhead = stage.random().nextBoolean();
    stage.breaks(
        "the clock of "
            + (isEastAhead ? "us-east-1" : "us-west-2")
            + " jumps forward by "
            + ahead.toSeconds()
            + " s, the other one's back by "
            + behind.toSeconds()
            + " s");
    (isEastAhead ? stage.east() : stage.west()).setClockOffset(ahead);
    (isEastAhead ? stage.west() : stage.east()).setClockOffset(behind.negated());
    stage.staysWhereItIs(20, "only clocks are wrong");
    stage.accepts(stage.east());
    stage.disaster("us-east-1 is gone, and the clocks are wrong");
    stage.east().kill();
    stage.takesOver(stage.west());
    stage.east().restart();
    stage.mended("us-east-1 is there again, and the clocks are still wrong");
    stage.becomesStandby(stage.east());
  }
}
