package io.github.paymentdr.example.drill.measure;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a region said when it was asked for its health.
 *
 * @param region which
 * @param at when it was asked
 * @param isReachable whether it answered as the payment function does
 * @param isHealthy whether it said that it is well
 * @param leaseHolder who has the lease, or an empty text if it did not say
 * @param epoch in which epoch, or 0
 * @param state {@code ACTIVE} or {@code ACTIVATING}, or an empty text
 * @param lagMillis how far its database is behind the other one, or null if it is not or does not
 *     know
 */
public record RegionSample(
    String region,
    Instant at,
    boolean isReachable,
    boolean isHealthy,
    String leaseHolder,
    long epoch,
    String state,
    @Nullable Long lagMillis) {
  static RegionSample unreachable(String region, Instant at) {
    return new RegionSample(region, at, false, false, "", 0, "", null);
  }
}
