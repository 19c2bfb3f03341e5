package io.github.paymentdr.example;

import io.github.paymentdr.core.reference.StackOutput;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.payments.network.DrNetwork;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

final class SecondaryStack extends Stack {
  SecondaryStack(Construct scope, String id, PaymentDrConfig config, PrimaryStack primary) {
    super(
        scope,
        id,
        StackProps.builder()
            .env(Environment.builder().region(config.pair().getSecondary()).build())
            .stackName(config.names().stackName(RegionRole.SECONDARY))
            .build());
    config.tags().applyTo(this);
    DrNetwork n = new DrNetwork(this, "Network", config.network());
    StackOutput.ofText(this, "VpcCidr", n.getVpc().getVpcCidrBlock(), "cidr");
    StackOutput.ofText(this, "PrimaryCidr", primary.cidr.readIn(this), "cidr");
  }
}
