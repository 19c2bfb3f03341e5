package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/** The standby has not followed for a while when the active region is gone. */
final class ReplicationBroken implements Disaster {
  @Override
  public String name() {
    return "replication-broken";
  }

  @Override
  public String title() {
    return "Replication broken before the region is killed";
  }

  @Override
  public String expectation() {
    return "The standby has fallen behind when us-east-1 is gone. us-west-2 takes "
        + "over by itself within the budget, and books from the journal what it "
        + "never received. Nothing acknowledged is lost, nothing is booked twice, "
        + "and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public int aboutSeconds() {
    return 150;
  }

  @Override
  public void run(Stage stage) {
    stage.breaks("the way between the databases is cut, and the standby cannot follow any more");
    stage.pair().breakReplication();
    stage.pause(stage.between(30, 50));
    stage.disaster("us-east-1 is gone, with payments that were never replicated");
    stage.east().kill();
    stage.takesOver(stage.west());
    stage.east().restart();
    stage.mended("us-east-1 is there again, and the way between the databases is free");
    stage.becomesStandby(stage.east());
  }
}
