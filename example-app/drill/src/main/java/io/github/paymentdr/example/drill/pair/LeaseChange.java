package io.github.paymentdr.example.drill.pair;

import java.time.Instant;

/**
 * A write of the lease, seen where it passed.
 *
 * @param region who has the lease then
 * @param epoch in which epoch
 * @param state {@code ACTIVE} or {@code ACTIVATING}
 * @param startedBy who started the takeover, or an empty text
 * @param at when the table had answered the write
 */
public record LeaseChange(String region, long epoch, String state, String startedBy, Instant at) {}
