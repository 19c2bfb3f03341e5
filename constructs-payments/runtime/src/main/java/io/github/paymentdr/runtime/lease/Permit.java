package io.github.paymentdr.runtime.lease;

/**
 * Lets a write begin. It lets nothing be accepted: that needs {@link RegionGuard#confirm(Permit)}.
 *
 * @param epoch the epoch that the write belongs to
 */
public record Permit(long epoch) {}
