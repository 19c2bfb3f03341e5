package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.pair.Latency;
import io.github.paymentdr.example.drill.pair.Latency.Way;
import io.github.paymentdr.example.drill.pair.LocalRegion;
import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Duration;
import java.util.EnumSet;

/** The active region stands still with open requests, and goes on later. */
final class RegionFrozen implements Disaster {
  private static final Duration SLOW = Duration.ofMillis(300);

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
    stage.breaks("the database of us-east-1 is slower than usual, so that requests are open");
    stage.east().slow(new Latency(SLOW, SLOW, 0, EnumSet.of(Way.TO_DATABASE)));
    stage.disaster(
        "us-east-1 stands still with open requests: nothing answers, nothing is refused",
        () -> isFrozenWithOpenRequests(stage.east()));
    stage.until(
        "us-west-2 takes the lease",
        stage.limit(),
        () -> stage.pair().lease("activeRegion").equals(stage.west().name()));
    stage.pause(thawAfter);
    stage.east().slow();
    stage.east().thaw();
    stage.mended("us-east-1 goes on where it stood still");
    stage.takesOver(stage.west());
    stage.becomesStandby(stage.east());
  }

  /** Whoever has come to an end in between was not open. */
  private static boolean isFrozenWithOpenRequests(LocalRegion region) {
    if (region.openRequests() == 0) {
      return false;
    }
    region.freeze();
    boolean isOpen = region.openRequests() > 0;
    if (!isOpen) {
      region.thaw();
    }
    return isOpen;
  }
}
