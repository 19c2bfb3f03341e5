package io.github.paymentdr.example;

import io.github.paymentdr.core.reference.StackOutput;
import io.github.paymentdr.core.region.RegionRole;
import java.util.Optional;
import software.constructs.Construct;

/** The region that takes over. It reads outputs of the primary, unless told that it is lost. */
final class SecondaryStack extends PaymentStack {
  SecondaryStack(Construct scope, String id, PaymentDrConfig config, PrimaryStack primary) {
    super(
        scope,
        id,
        config,
        RegionRole.SECONDARY,
        Optional.of(primary.outputs()).filter(outputs -> config.readPrimaryOutputs()));
    if (config.readPrimaryOutputs()) {
      StackOutput.ofText(
          this,
          "PrimaryFunctionUrl",
          primary.outputs().functionUrl().readIn(this),
          "The payment function of the primary region, for comparison");
    }
  }
}
