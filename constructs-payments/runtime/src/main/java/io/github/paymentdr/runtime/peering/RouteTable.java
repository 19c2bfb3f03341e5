package io.github.paymentdr.runtime.peering;

import java.util.List;
import java.util.Optional;

/**
 * A route table of the other region.
 *
 * @param id its id
 * @param vpcId the VPC that it is in
 * @param routes its IPv4 routes
 */
record RouteTable(String id, String vpcId, List<Route> routes) {
  static RouteTable of(Ec2Response item) {
    return new RouteTable(
        item.text("routeTableId").orElseThrow(),
        item.text("vpcId").orElseThrow(),
        item.items("routeSet").stream().map(Route::of).flatMap(Optional::stream).toList());
  }

  Optional<Route> routeTo(String destination) {
    return routes.stream().filter(route -> route.destination().equals(destination)).findFirst();
  }
}
