package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/** The region that hands over is lost in the midst of a planned switch. */
final class GiverLostInFailback implements Disaster {
  @Override
  public String name() {
    return "disaster-during-failback-giver";
  }

  @Override
  public String title() {
    return "Disaster during failback: the region that hands over is lost";
  }

  @Override
  public String expectation() {
    return "us-west-2 is active and us-east-1 has just taken the lease back, as "
        + "planned, when us-west-2 is gone. Whether the switch still succeeds or is "
        + "refused because nobody hands over any more, us-east-1 takes over by "
        + "itself within the budget. Nothing acknowledged is lost, nothing is "
        + "booked twice, and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public int aboutSeconds() {
    return 190;
  }

  @Override
  public void run(Stage stage) {
    stage.switchTo(stage.west());
    stage.lastSwitchIsLongAgo();
    stage.personSwitches(stage.east(), "WaitForFencing");
    stage.pause(stage.between(0, 12));
    stage.disaster("us-west-2 is gone while it hands over to us-east-1");
    stage.west().kill();
    stage.takesOver(stage.east());
    stage.west().restart();
    stage.mended("us-west-2 is there again");
    stage.becomesStandby(stage.west());
  }
}
