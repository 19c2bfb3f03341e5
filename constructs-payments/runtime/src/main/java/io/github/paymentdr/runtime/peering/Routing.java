package io.github.paymentdr.runtime.peering;

import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.peering.RouteChange.Outdated;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.util.List;
import java.util.Set;

/**
 * Makes and removes the routes of the other region's network. What is there is read first and
 * judged as a whole, so that a refusal changes nothing. Each step can be repeated.
 */
public final class Routing {
  private static final int ROUNDS = 7;

  private final PeerNetwork network;
  private final Log log;

  /**
   * Makes the routing of a network.
   *
   * @param network the other region's network
   * @param log where changes are written down
   */
  public Routing(PeerNetwork network, Log log) {
    this.network = network;
    this.log = log;
  }

  /**
   * Gives the network exactly these routes to the peering connection. A route that leads to a
   * peering connection that is gone is taken over; one that leads anywhere else is not.
   *
   * @param wanted the routes
   * @param formerPeerings peering connections whose routes these replace
   * @throws RefusedException if the network has no route tables, or routes of somebody else to the
   *     same destinations; nothing was changed
   * @throws Ec2Exception if EC2 does not do its part
   */
  public void make(PeerRoutes wanted, Set<String> formerPeerings) {
    for (int round = 1; ; round++) {
      try {
        for (RouteChange change : RoutePlan.of(network, wanted, formerPeerings)) {
          apply(change);
        }
        return;
      } catch (Outdated e) {
        if (round == ROUNDS || !network.ec2().pauseAfter(round, e.answer())) {
          throw e.answer();
        }
      }
    }
  }

  /**
   * Removes these routes, as far as they still lead to the peering connection.
   *
   * @param unwanted the routes
   * @throws Ec2Exception if EC2 does not do its part
   */
  public void remove(PeerRoutes unwanted) {
    unwanted.byTier().forEach((tier, destinations) -> removeFrom(tier, destinations, unwanted));
  }

  private void removeFrom(String tier, List<String> destinations, PeerRoutes unwanted) {
    for (RouteTable table : network.routeTables(tier)) {
      for (Route route : table.routes()) {
        if (route.target().equals(unwanted.peeringConnectionId())
            && destinations.contains(route.destination())) {
          try {
            apply(RouteChange.delete(table, route));
          } catch (Outdated e) {
            log.info("the route table is gone", "routeTable", table.id());
          }
        }
      }
    }
  }

  private void apply(RouteChange change) throws Outdated {
    change.apply(network.ec2());
    log.info(
        "changed a route",
        "action",
        change.action(),
        "routeTable",
        change.routeTableId(),
        "destination",
        change.destination(),
        "peeringConnection",
        change.peeringConnectionId());
  }
}
