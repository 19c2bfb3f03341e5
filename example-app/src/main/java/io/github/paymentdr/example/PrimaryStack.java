package io.github.paymentdr.example;

import io.github.paymentdr.core.region.RegionRole;
import software.constructs.Construct;

/** The region that is active first. It knows the secondary by deterministic names only. */
final class PrimaryStack extends PaymentStack {
  PrimaryStack(Construct scope, String id, PaymentDrConfig config) {
    super(scope, id, config, RegionRole.PRIMARY);
  }
}
