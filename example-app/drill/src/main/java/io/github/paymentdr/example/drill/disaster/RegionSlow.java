package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.pair.Latency;
import io.github.paymentdr.example.drill.pair.Latency.Way;
import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;

/** The active region is slow instead of dead, and slowest of all in the worst moment. */
final class RegionSlow implements Disaster {
  /** Of the function's time limit, so that what is committed then can still be answered. */
  private static final double COMMIT_HELD = 0.5;

  /** Payments come more often, at every speed. */
  private static final Duration NEXT_PAYMENT = Duration.ofSeconds(5);

  private static final String TAKE_LEASE = "TakeLease";

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
        + "us-east-1 has under way then, even a payment that has just read the old "
        + "lease and whose commit the network keeps for seconds, is over before "
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
    stage.west().faults().precede(TAKE_LEASE, () -> holdCommit(stage));
    stage.until(
        "us-west-2 takes the lease",
        stage.limit(),
        () -> stage.pair().lease("activeRegion").equals(stage.west().name()));
    stage.pauseUntil(
        times(COMMIT_HELD, stage.timers().functionTimeout()),
        () -> stage.pair().lease("state").equals("ACTIVE"));
    stage.east().releaseCommits();
    stage.mended("what was kept goes on to the database of us-east-1, which is slow as before");
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

  /** The worst moment to take the lease is when a payment has read it and is not committed. */
  private static void holdCommit(Stage stage) {
    CompletableFuture<Void> held = stage.east().holdNextCommit();
    stage.pauseUntil(NEXT_PAYMENT, held::isDone);
    stage.expect(held.isDone(), "us-east-1 confirmed no payment before us-west-2 took the lease");
    stage.breaks(
        "the network keeps everybody from the database of us-east-1, where a payment that has read"
            + " the old lease waits for its commit");
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
