package io.github.paymentdr.runtime.peering;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The routes that the other region's network has to this one.
 *
 * @param peeringConnectionId the peering connection that they lead to
 * @param databaseDestinations the ranges that the other region's databases reach
 * @param controlDestinations the ranges that the other region's control functions reach
 */
public record PeerRoutes(
    String peeringConnectionId,
    List<String> databaseDestinations,
    List<String> controlDestinations) {

  /** {@return the destinations by kind of subnet} */
  Map<String, List<String>> byTier() {
    Map<String, List<String>> tiers = new LinkedHashMap<>();
    tiers.put("database", databaseDestinations);
    tiers.put("control", controlDestinations);
    return tiers;
  }
}
