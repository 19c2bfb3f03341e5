package io.github.paymentdr.example.drill.report;

/**
 * A time in which one region had the lease.
 *
 * @param region which
 * @param epoch in which epoch
 * @param from from when on it had the lease, in seconds from the disaster's begin
 * @param openedAt from when on it could accept payments; NaN if it never could
 * @param to until when
 */
public record Tenure(String region, long epoch, double from, double openedAt, double to) {}
