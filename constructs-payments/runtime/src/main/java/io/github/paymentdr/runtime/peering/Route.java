package io.github.paymentdr.runtime.peering;

import java.util.Optional;

/**
 * A route of a route table.
 *
 * @param destination the IPv4 range that it is for
 * @param target the id of what it leads to, as people look it up
 * @param blackhole whether what it leads to is gone
 */
record Route(String destination, String target, boolean blackhole) {
  private static final String PEERING_CONNECTION = "vpcPeeringConnectionId";

  /** Reads a route; none if it is for IPv6 or for a list of prefixes. */
  static Optional<Route> of(Ec2Response item) {
    return item.text("destinationCidrBlock")
        .map(
            destination ->
                new Route(
                    destination,
                    targetOf(item),
                    item.text("state").filter("blackhole"::equals).isPresent()));
  }

  /** Whether it led to a peering connection that was deleted, so that it serves nobody. */
  boolean isLeftFromAPeering() {
    return blackhole && target.startsWith("pcx-");
  }

  private static String targetOf(Ec2Response item) {
    return item.text(PEERING_CONNECTION)
        .or(
            () ->
                item.children()
                    .filter(child -> child.name().endsWith("Id") || child.name().endsWith("Arn"))
                    .filter(child -> !child.name().equals("instanceOwnerId"))
                    .map(Ec2Response::text)
                    .findFirst())
        .orElse("an unknown target");
  }
}
