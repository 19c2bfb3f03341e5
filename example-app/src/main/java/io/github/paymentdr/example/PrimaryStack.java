package io.github.paymentdr.example;

import io.github.paymentdr.core.reference.StackOutput;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.payments.network.DrNetwork;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.constructs.Construct;

final class PrimaryStack extends Stack {
  final StackOutput<String> cidr;

  PrimaryStack(Construct scope, String id, PaymentDrConfig config) {
    super(
        scope,
        id,
        StackProps.builder()
            .env(Environment.builder().region(config.pair().getPrimary()).build())
            .stackName(config.names().stackName(RegionRole.PRIMARY))
            .build());
    config.tags().applyTo(this);
    DrNetwork n = new DrNetwork(this, "Network", config.network());
    cidr = StackOutput.ofText(this, "VpcCidr", n.getVpc().getVpcCidrBlock(), "cidr");
  }
}
