package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.internal.FunctionPlacement;
import io.github.paymentdr.payments.network.DrNetwork;
import java.util.List;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.ILayerVersion;
import software.constructs.Construct;

/** Where a function is that talks to this region's database, and whom it trusts there. */
record DatabasePlacement(
    DrAuroraCluster cluster, DrNetwork network, List<ILayerVersion> certificates) {

  /** A security group of its own, which reaches AWS APIs and this region's cluster. */
  SecurityGroup createSecurityGroup(Construct scope, String what) {
    SecurityGroup created =
        FunctionPlacement.createSecurityGroup(
            scope, network.getVpc(), what + ": HTTPS to AWS APIs, and databases");
    created.getConnections().allowTo(cluster, port(), what + " to database");
    return created;
  }

  Function place(Function.Builder builder, SecurityGroup securityGroup) {
    return builder
        .vpc(network.getVpc())
        .vpcSubnets(network.getControlSubnets())
        .securityGroups(ImmutableList.of(securityGroup))
        .layers(certificates)
        .build();
  }

  /** Both regions' clusters have the same port, as they are made by the same code. */
  Port port() {
    return Port.tcp(cluster.getPort());
  }
}
