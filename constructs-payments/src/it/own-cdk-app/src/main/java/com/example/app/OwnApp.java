package com.example.app;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.network.DrNetworkProps;
import io.github.paymentdr.payments.network.DrPeering;
import io.github.paymentdr.payments.replication.DrReplication;
import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;

/** The same stack in both regions, as somebody writes it who has read no more than the README. */
public final class OwnApp {
  private static final RegionPair PAIR = RegionPair.of("us-east-1", "us-west-2");

  private static final DrNames NAMES =
      DrNames.Builder.create().regionPair(PAIR).application("own-app").build();

  private OwnApp() {}

  public static void main(String[] args) {
    App app = new App(AppProps.builder().outdir(args[0]).build());
    PAIR.getRegions().forEach(region -> new OwnStack(app, "Own-" + region, region));
    app.synth();
  }

  private static final class OwnStack extends Stack {
    OwnStack(App app, String id, String region) {
      super(
          app,
          id,
          StackProps.builder().env(Environment.builder().region(region).build()).build());
      DrNetwork network = DrNetwork.Builder.create(this, "Network").regionPair(PAIR).build();
      DrPeering peering =
          DrPeering.Builder.create(this, "Peering").names(NAMES).network(network).build();
      DrAuroraCluster database =
          DrAuroraCluster.Builder.create(this, "Database")
              .names(NAMES)
              .vpc(network.getVpc())
              .vpcSubnets(network.getDatabaseSubnets())
              .replication(AuroraReplication.logical())
              .build();
      DrReplication.Builder.create(this, "Replication")
          .names(NAMES)
          .cluster(database)
          .network(network)
          .schemas(List.of("shop"))
          .build()
          .startAfter(peering);
      // The other way to say it, with props that could be shared.
      new DrNetwork(
          this,
          "SmallNetwork",
          DrNetworkProps.builder()
              .regionPair(PAIR)
              .primaryCidr("10.8.0.0/20")
              .secondaryCidr("10.9.0.0/20")
              .natGateways(1)
              .build());
    }
  }
}
