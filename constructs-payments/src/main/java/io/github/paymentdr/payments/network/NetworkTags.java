package io.github.paymentdr.payments.network;

import static java.util.Objects.requireNonNull;

import java.util.List;
import software.amazon.awscdk.ITaggable;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;

/** The tags by which the other region finds a network that a {@link DrNetwork} made. */
final class NetworkTags {
  static final String NETWORK = "payment-dr:network";
  private static final String TIER = "payment-dr:tier";

  private NetworkTags() {}

  static boolean areOn(DrNetwork network) {
    return vpcOf(network).getTags().tagValues().containsKey(NETWORK);
  }

  /** Sets them on single resources: tags of a construct would go to everything below it. */
  static void add(DrNetwork network, String name) {
    vpcOf(network).getTags().setTag(NETWORK, name);
    addToRouteTables(network, network.getDatabaseSubnets(), name, "database");
    addToRouteTables(network, network.getControlSubnets(), name, "control");
  }

  private static void addToRouteTables(
      DrNetwork network, SubnetSelection selection, String name, String tier) {
    for (ISubnet subnet : subnetsOf(network.getVpc(), selection)) {
      ITaggable routeTable = (ITaggable) subnet.getNode().findChild("RouteTable");
      routeTable.getTags().setTag(NETWORK, name);
      routeTable.getTags().setTag(TIER, tier);
    }
  }

  private static ITaggable vpcOf(DrNetwork network) {
    return (ITaggable) requireNonNull(network.getVpc().getNode().getDefaultChild());
  }

  private static List<ISubnet> subnetsOf(IVpc vpc, SubnetSelection selection) {
    return vpc.selectSubnets(selection).getSubnets();
  }
}
