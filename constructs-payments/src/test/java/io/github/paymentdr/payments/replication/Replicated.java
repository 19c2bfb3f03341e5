package io.github.paymentdr.payments.replication;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.constructs.Construct;

/** The constructs that a replication needs in a region, and the replication itself. */
public final class Replicated {
  public static final String AUTHORITIES = "src/test/resources/replication/authorities.pem";

  private Replicated() {}

  public static DrNetwork network(Construct scope, DrNames names) {
    return DrNetwork.Builder.create(scope, "Network").regionPair(names.getRegionPair()).build();
  }

  public static DrAuroraCluster cluster(
      Construct scope, DrNames names, DrNetwork network, AuroraReplication replication) {
    DrAuroraCluster.Builder builder =
        DrAuroraCluster.Builder.create(scope, "Database")
            .names(names)
            .vpc(network.getVpc())
            .vpcSubnets(network.getDatabaseSubnets())
            .replication(replication);
    return replication.isGlobalDatabase()
        ? builder.instanceType(new InstanceType("r6g.large")).build()
        : builder.build();
  }

  public static DrReplication.Builder logical(Construct scope) {
    return logical(scope, Synthesis.NAMES);
  }

  public static DrReplication.Builder logical(Construct scope, DrNames names) {
    DrNetwork network = network(scope, names);
    return DrReplication.Builder.create(scope, "Replication")
        .cluster(cluster(scope, names, network, AuroraReplication.logical()))
        .names(names)
        .network(network)
        .schemas(List.of("public"))
        .certificateAuthorities(AUTHORITIES);
  }

  public static DrReplication.Builder globalDatabase(Construct scope) {
    return globalDatabase(scope, Synthesis.NAMES);
  }

  public static DrReplication.Builder globalDatabase(Construct scope, DrNames names) {
    return DrReplication.Builder.create(scope, "Replication")
        .cluster(cluster(scope, names, network(scope, names), AuroraReplication.globalDatabase()))
        .names(names);
  }
}
