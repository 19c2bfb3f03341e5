package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/** Only the database of the active region is gone. */
final class DatabaseKilled implements Disaster {
  @Override
  public String name() {
    return "database-killed";
  }

  @Override
  public String title() {
    return "Database killed";
  }

  @Override
  public String expectation() {
    return "The functions of us-east-1 live and say that they cannot book, so "
        + "us-west-2 takes over by itself within the budget. Nothing acknowledged is "
        + "lost, nothing is booked twice, and at no time do two regions accept. "
        + "When the database is there again us-east-1 refuses payments and is "
        + "rebuilt.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public void run(Stage stage) {
    stage.pause(stage.between(0, 10));
    stage.disaster("the database of us-east-1 is killed; its functions live");
    stage.east().killDatabase();
    stage.takesOver(stage.west());
    stage.east().restartDatabase();
    stage.mended("the database of us-east-1 is there again");
    stage.becomesStandby(stage.east());
  }
}
