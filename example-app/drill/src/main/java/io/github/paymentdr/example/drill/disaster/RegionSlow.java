package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.pair.Latency;
import io.github.paymentdr.example.drill.pair.Latency.Way;
import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Duration;
import java.util.EnumSet;

/** The active region is slow instead of dead, and stands still in the worst moment. */
final class RegionSlow implements Disaster {
  /** Of the function's time limit, so that what stood still still has time to accept. */
  private static final double FREEZE = 0.75;

  @Override
  public String name() {
    return "region-slow";
  }

  @Override
  public String title() {
    return "Slow instead of dead: latency, lost packets, brown-out";
  }

  @Override
  public String expectation() {
    return "A region that is only a bit slow stays active. When its health is not "
        + "answered in time, us-west-2 takes over by itself within the budget, "
        + "although us-east-1 goes on accepting until the lease is taken. What "
        + "us-east-1 has under way then, however late the network brings it the "
        + "answers and although the region stands still for seconds, is over before "
        + "us-west-2 accepts anything. Nothing acknowledged is lost, nothing is "
        + "booked twice, and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public int aboutSeconds() {
    return 140;
  }

  @Override
  public void run(Stage stage) {
    slightly(stage);
    stage.disaster(
        "us-east-1 browns out: health takes longer than it may, every answer is late, some are lost");
    brownOut(stage);
    stage.until(
        "us-west-2 takes the lease",
        stage.limit(),
        () -> stage.pair().lease("activeRegion").equals(stage.west().name()));
    // Now is the worst time: requests have confirmed their lease and not yet committed.
    stage.breaks("us-east-1 stands still for seconds, with requests that have read the old lease");
    stage.east().freeze();
    stage.pauseUntil(
        times(FREEZE, stage.timers().functionTimeout()),
        () -> stage.pair().lease("state").equals("ACTIVE"));
    stage.east().thaw();
    stage.mended("us-east-1 goes on where it stood still, slow as before");
    stage.takesOver(stage.west());
    stage.east().heal();
    stage.mended("us-east-1 is as fast as before");
    stage.becomesStandby(stage.east());
  }

  /** Slower than usual is no reason to do anything. */
  private static void slightly(Stage stage) {
    stage.breaks("us-east-1 is slower than usual: up to 0.2 s more on every way, 1 % is lost");
    stage
        .east()
        .slow(
            new Latency(
                stage.scaled(0.02),
                stage.scaled(0.2),
                0.01,
                EnumSet.of(Way.FROM_CLIENTS, Way.FROM_PEER, Way.TO_TABLE)));
    stage.staysWhereItIs(20, "us-east-1 answers, if slowly");
    stage.accepts(stage.east());
    stage.east().heal();
  }

  private static Duration times(double factor, Duration duration) {
    return Duration.ofMillis(Math.round(factor * duration.toMillis()));
  }

  private static void brownOut(Stage stage) {
    Duration tooLong = stage.timers().probeTimeout();
    stage
        .east()
        .slow(
            new Latency(times(1.1, tooLong), times(2, tooLong), 0.3, EnumSet.of(Way.FROM_PEER)),
            new Latency(stage.scaled(0.05), stage.scaled(0.3), 0, EnumSet.of(Way.TO_DATABASE)),
            new Latency(stage.scaled(0.05), stage.scaled(0.5), 0.05, EnumSet.of(Way.FROM_CLIENTS)),
            new Latency(
                stage.scaled(0.4), stage.scaled(0.85), 0, EnumSet.of(Way.LEASE_CONFIRMATION)));
  }
}
