package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Instant;

/** The regions do not see each other, and everybody else sees both. */
final class RegionsDisconnected implements Disaster {
  @Override
  public String name() {
    return "regions-disconnected";
  }

  @Override
  public String title() {
    return "Network cut between the regions";
  }

  @Override
  public String expectation() {
    return "us-west-2 cannot know that us-east-1 lives, and takes over by itself "
        + "within the budget. us-east-1 accepts until the lease is taken from it "
        + "and not a moment longer; what it accepted while nothing was replicated "
        + "comes back from the journal. Nothing acknowledged is lost, nothing is "
        + "booked twice, and at no time do two regions accept.";
  }

  @Override
  public Recovery recovery() {
    return Recovery.AUTOMATIC;
  }

  @Override
  public void run(Stage stage) {
    stage.pause(stage.between(0, 10));
    stage.disaster("the regions cannot reach each other; callers and the table reach both");
    Instant cut = Instant.now();
    stage.east().cutFromPeer();
    stage.west().cutFromPeer();
    stage.takesOver(stage.west());
    stage.expect(
        stage.acceptedSince(stage.east(), cut) > 0,
        "us-east-1 must go on accepting until the lease is taken from it");
    stage.refuses(stage.east());
    stage.east().heal();
    stage.west().heal();
    stage.mended("the regions reach each other again");
    stage.becomesStandby(stage.east());
  }
}
