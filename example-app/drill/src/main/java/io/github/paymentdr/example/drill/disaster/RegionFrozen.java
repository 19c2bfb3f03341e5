package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/** The active region stands still with open requests, and goes on later. */
final class RegionFrozen implements Disaster {
  @Override
  public String name() {
    return "region-frozen";
  }

  @Override
  public String title() {
    return "Region frozen and thawed with open requests";
  }

  @Override
  public String expectation() {
    return "us-west-2 takes over by itself within the budget. us-east-1 thaws while "
        + "it does: requests that were open there are over their time, or find that "
        + "the lease is gone; none is accepted. Nothing acknowledged is lost, "
        + "nothing is booked twice, and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public void run(Stage stage) {
    stage.pause(stage.between(0, 10));
    double thawAfter = stage.between(0, 20);
    stage.disaster("us-east-1 stands still: nothing answers, nothing is refused");
    stage.east().freeze();
    stage.until(
        "us-west-2 takes the lease",
        stage.limit(),
        () -> stage.pair().lease("activeRegion").equals(stage.west().name()));
    stage.pause(thawAfter);
    stage.east().thaw();
    stage.mended("us-east-1 goes on where it stood still");
    stage.takesOver(stage.west());
    stage.becomesStandby(stage.east());
  }
}
