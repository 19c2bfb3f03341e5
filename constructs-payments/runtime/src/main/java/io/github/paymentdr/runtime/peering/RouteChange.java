package io.github.paymentdr.runtime.peering;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One change of a route table.
 *
 * @param action the action of the EC2 API
 * @param routeTableId the table
 * @param destination the route's destination
 * @param peeringConnectionId where the route is to lead to, null when it is to go
 */
record RouteChange(
    String action, String routeTableId, String destination, @Nullable String peeringConnectionId) {
  private static final String NO_SUCH_ROUTE = "InvalidRoute.NotFound";

  /** Answers that a table or peering connection may give which has just been made or changed. */
  private static final Set<String> OUT_OF_DATE =
      Set.of(
          "RouteAlreadyExists",
          NO_SUCH_ROUTE,
          "InvalidRouteTableID.NotFound",
          "InvalidRouteTableId.NotFound");

  private static final String PEERING_NOT_READY = "InvalidVpcPeeringConnection";

  static RouteChange create(RouteTable table, String destination, String peeringConnectionId) {
    return new RouteChange("CreateRoute", table.id(), destination, peeringConnectionId);
  }

  static RouteChange replace(RouteTable table, String destination, String peeringConnectionId) {
    return new RouteChange("ReplaceRoute", table.id(), destination, peeringConnectionId);
  }

  static RouteChange delete(RouteTable table, Route route) {
    return new RouteChange("DeleteRoute", table.id(), route.destination(), null);
  }

  /**
   * Makes the change.
   *
   * @throws Outdated if the route table is not, or not yet, as it was when it was read
   */
  void apply(Ec2Api ec2) throws Outdated {
    try {
      ec2.call(action, parameters());
    } catch (Ec2Exception e) {
      if (peeringConnectionId == null && e.code().equals(NO_SUCH_ROUTE)) {
        return;
      }
      if (OUT_OF_DATE.contains(e.code()) || e.code().startsWith(PEERING_NOT_READY)) {
        throw new Outdated(e);
      }
      throw e;
    }
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("RouteTableId", routeTableId);
    parameters.put("DestinationCidrBlock", destination);
    if (peeringConnectionId != null) {
      parameters.put("VpcPeeringConnectionId", peeringConnectionId);
    }
    return parameters;
  }

  /** What was read is no longer, or not yet, so: read again. */
  static final class Outdated extends Exception {
    private static final long serialVersionUID = 1L;
    private final Ec2Exception answer;

    private Outdated(Ec2Exception answer) {
      super(answer);
      this.answer = answer;
    }

    Ec2Exception answer() {
      return answer;
    }
  }
}
