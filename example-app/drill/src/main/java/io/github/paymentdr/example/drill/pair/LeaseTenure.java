package io.github.paymentdr.example.drill.pair;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A time in which one region had the lease, in one epoch.
 *
 * @param region which
 * @param epoch in which epoch
 * @param from when it took the lease
 * @param openedAt from when on it could accept payments, or null if it never could
 * @param to when the next one took the lease, or null if none has
 */
public record LeaseTenure(
    String region, long epoch, Instant from, @Nullable Instant openedAt, @Nullable Instant to) {
  static LeaseTenure of(LeaseChange change) {
    boolean isOpen = change.state().equals("ACTIVE");
    return new LeaseTenure(
        change.region(), change.epoch(), change.at(), isOpen ? change.at() : null, null);
  }

  LeaseTenure openedAt(Instant at) {
    return new LeaseTenure(region, epoch, from, at, to);
  }

  LeaseTenure until(Instant at) {
    return new LeaseTenure(region, epoch, from, openedAt, at);
  }
}
