package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/** The region that takes over is lost in the midst of a planned switch. */
final class TakerLostInFailback implements Disaster {
  @Override
  public String name() {
    return "disaster-during-failback-taker";
  }

  @Override
  public String title() {
    return "Disaster during failback: the region that takes over is lost";
  }

  @Override
  public String expectation() {
    return "us-west-2 is active and us-east-1 has just taken the lease back, as planned, when "
        + "us-east-1 is gone, with its failover. Nobody accepts. A lease that was never opened has "
        + "no cool-down that would be waited for, so us-west-2 takes over by itself within the "
        + "budget. Nothing acknowledged is lost, nothing is booked twice, and at no time do two "
        + "regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public int aboutSeconds() {
    return 220;
  }

  @Override
  public void run(Stage stage) {
    stage.switchTo(stage.west());
    stage.lastSwitchIsLongAgo();
    stage.personSwitches(stage.east(), "WaitForFencing");
    stage.pause(stage.between(0, 12));
    stage.disaster("us-east-1 is gone while it takes over from us-west-2");
    stage.east().kill();
    stage.takesOver(stage.west());
    stage.east().restart();
    stage.mended("us-east-1 is there again");
    stage.becomesStandby(stage.east());
  }
}
