package io.github.paymentdr.runtime.control;

import io.github.paymentdr.runtime.lease.Lease;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The lease with what the failover writes beside it.
 *
 * @param lease who is active
 * @param unhealthySince since when the former region was not healthy
 * @param takenAt when the lease was taken
 * @param openedAt when its region began to accept
 * @param recoverySeconds how long the recovery took, once it is over
 */
public record LeaseItem(
    Lease lease,
    Optional<Instant> unhealthySince,
    Optional<Instant> takenAt,
    Optional<Instant> openedAt,
    OptionalLong recoverySeconds) {}
