package io.github.paymentdr.example;

import io.github.paymentdr.core.reference.StackOutput;
import io.github.paymentdr.core.region.RegionRole;
import software.constructs.Construct;

/**
 * The region that takes over. What it recovers with, it knows by deterministic names. It reads
 * outputs of the primary only to show them, unless it is told that the primary is lost.
 */
final class SecondaryStack extends PaymentStack {
  SecondaryStack(Construct scope, String id, PaymentDrConfig config, PrimaryStack primary) {
    super(scope, id, config, RegionRole.SECONDARY);
    if (config.readPrimaryOutputs()) {
      show(primary.outputs());
    }
  }

  private void show(PaymentOutputs primary) {
    StackOutput.ofText(
        this,
        "PrimaryFunctionUrl",
        primary.functionUrl().readIn(this),
        "The payment function of the primary region");
    StackOutput.ofText(
        this,
        "PrimaryAuroraClusterIdentifier",
        primary.auroraClusterIdentifier().readIn(this),
        "The Aurora cluster of the primary region");
  }
}
