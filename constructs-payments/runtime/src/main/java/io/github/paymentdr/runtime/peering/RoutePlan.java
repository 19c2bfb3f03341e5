package io.github.paymentdr.runtime.peering;

import io.github.paymentdr.runtime.replication.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must change for a network to have exactly the routes wanted, and what speaks against it. */
final class RoutePlan {
  private final PeerNetwork network;
  private final String peering;
  private final Set<String> ours;
  private final Set<String> vpcs = new LinkedHashSet<>();
  private final List<RouteChange> changes = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  private RoutePlan(PeerNetwork network, PeerRoutes wanted, Set<String> formerPeerings) {
    this.network = network;
    this.peering = wanted.peeringConnectionId();
    this.ours = new LinkedHashSet<>(formerPeerings);
    ours.add(peering);
  }

  /**
   * Reads all route tables of the network and says what must change.
   *
   * @throws RefusedException if it cannot be done without harm; it names all reasons
   */
  static List<RouteChange> of(PeerNetwork network, PeerRoutes wanted, Set<String> formerPeerings) {
    RoutePlan plan = new RoutePlan(network, wanted, formerPeerings);
    for (Map.Entry<String, List<String>> tier : wanted.byTier().entrySet()) {
      plan.addTables(tier.getKey(), tier.getValue());
    }
    plan.checkOneVpc();
    if (!plan.faults.isEmpty()) {
      throw new RefusedException("routing from the other region", plan.faults);
    }
    return plan.changes;
  }

  private void addTables(String tier, List<String> destinations) {
    List<RouteTable> tables = network.routeTables(tier);
    if (tables.isEmpty()) {
      faults.add(
          String.format(
              "no route table in %s has the tags %s and payment-dr:tier=%s; deploy the stack of"
                  + " that region first, with a DrPeering of the same names and purpose",
              network.ec2().region(), network, tier));
    }
    for (RouteTable table : tables) {
      vpcs.add(table.vpcId());
      destinations.forEach(destination -> addDestination(table, destination));
      table.routes().stream()
          .filter(route -> ours.contains(route.target()))
          .filter(route -> !destinations.contains(route.destination()))
          .map(route -> RouteChange.delete(table, route))
          .forEach(changes::add);
    }
  }

  private void addDestination(RouteTable table, String destination) {
    Optional<Route> present = table.routeTo(destination);
    if (present.isEmpty()) {
      changes.add(RouteChange.create(table, destination, peering));
    } else if (isReplaceable(present.get())) {
      changes.add(RouteChange.replace(table, destination, peering));
    } else if (!present.get().target().equals(peering)) {
      faults.add(
          String.format(
              "route table %s has a route to %s by %s, which is not replaced; remove it, or choose"
                  + " other address ranges",
              table.id(), destination, present.get().target()));
    }
  }

  private boolean isReplaceable(Route route) {
    return !route.target().equals(peering)
        && (ours.contains(route.target()) || route.isLeftFromAPeering());
  }

  private void checkOneVpc() {
    if (vpcs.size() > 1) {
      faults.add(
          String.format(
              "route tables of one VPC must have the tag %s, found them in %s; give each pair of"
                  + " networks a purpose of its own",
              network, String.join(", ", vpcs)));
    }
  }
}
