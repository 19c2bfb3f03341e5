package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/** All of the active region is gone at once. */
final class RegionKilled implements Disaster {
  @Override
  public String name() {
    return "region-killed";
  }

  @Override
  public String title() {
    return "Region killed under load";
  }

  @Override
  public String expectation() {
    return "us-west-2 takes over by itself within the budget. Nothing acknowledged "
        + "is lost, nothing is booked twice, and at no time do two regions accept. "
        + "When us-east-1 is there again it refuses payments, is rebuilt, and can "
        + "take over in its turn.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public void run(Stage stage) {
    // Where in the probe's interval it falls makes a difference of seconds.
    stage.pause(stage.between(0, 10));
    stage.disaster("us-east-1 is gone: functions and database are killed, nothing answers");
    stage.east().kill();
    stage.takesOver(stage.west());
    stage.east().restart();
    stage.mended("us-east-1 is there again");
    stage.becomesStandby(stage.east());
  }
}
