package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;

/** The database of the active region cannot write any more. */
final class DiskFull implements Disaster {
  @Override
  public String name() {
    return "disk-full";
  }

  @Override
  public String title() {
    return "Disk full on the active database";
  }

  @Override
  public String expectation() {
    return "us-east-1 cannot book, its health says so, and us-west-2 takes over by "
        + "itself within the budget. Nothing acknowledged is lost, nothing is "
        + "booked twice, and at no time do two regions accept. When there is room "
        + "again us-east-1 refuses payments and is rebuilt.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public void run(Stage stage) {
    stage.pause(stage.between(0, 10));
    stage.disaster("the disk of the database of us-east-1 is full");
    stage.east().fillDisk();
    stage.takesOver(stage.west());
    stage.east().freeDisk();
    stage.east().restartDatabase();
    stage.mended("the database of us-east-1 has room again");
    stage.becomesStandby(stage.east());
  }
}
