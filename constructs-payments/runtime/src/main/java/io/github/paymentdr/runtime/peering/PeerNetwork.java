package io.github.paymentdr.runtime.peering;

import io.github.paymentdr.runtime.replication.RefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The network of the other region, known by the tags that its stack gave it. */
public final class PeerNetwork {
  private static final String NETWORK_TAG = "payment-dr:network";
  private static final String TIER_TAG = "payment-dr:tier";

  private final Ec2Api ec2;
  private final String name;

  /**
   * Makes the network; nothing is asked for yet.
   *
   * @param ec2 the EC2 API of its region
   * @param name the value of its tag {@code payment-dr:network}
   */
  public PeerNetwork(Ec2Api ec2, String name) {
    this.ec2 = ec2;
    this.name = name;
  }

  /**
   * Finds the network's VPC.
   *
   * @return its id
   * @throws RefusedException if there is none, or more than one
   * @throws Ec2Exception if the region does not answer
   */
  public String findVpc() {
    List<String> found =
        ec2.list("DescribeVpcs", filters(Map.of(NETWORK_TAG, name)), "vpcSet").stream()
            .map(vpc -> vpc.text("vpcId").orElseThrow())
            .toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    String fault =
        found.isEmpty()
            ? String.format(
                "no VPC in %s has the tag %s; deploy the stack of that region first, with a"
                    + " DrPeering of the same names and purpose",
                ec2.region(), this)
            : String.format(
                "one VPC in %s must have the tag %s, found %s; give each pair of networks a purpose"
                    + " of its own, or remove the tag from the others",
                ec2.region(), this, String.join(", ", found));
    throw new RefusedException("finding the other region's network", List.of(fault));
  }

  /** The route tables of one kind of subnet. */
  List<RouteTable> routeTables(String tier) {
    Map<String, String> tags = new LinkedHashMap<>();
    tags.put(NETWORK_TAG, name);
    tags.put(TIER_TAG, tier);
    return ec2.list("DescribeRouteTables", filters(tags), "routeTableSet").stream()
        .map(RouteTable::of)
        .toList();
  }

  Ec2Api ec2() {
    return ec2;
  }

  /** {@return the tag that the network is known by} */
  @Override
  public String toString() {
    return NETWORK_TAG + "=" + name;
  }

  private static Map<String, String> filters(Map<String, String> tags) {
    Map<String, String> filters = new LinkedHashMap<>();
    int number = 1;
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      filters.put("Filter." + number + ".Name", "tag:" + tag.getKey());
      filters.put("Filter." + number + ".Value.1", tag.getValue());
      number++;
    }
    return filters;
  }
}
