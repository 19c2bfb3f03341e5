package io.github.paymentdr.example.drill.pair;

import java.time.Instant;

/**
 * The first time that a payment function answered in time that it has accepted a payment; repeated
 * answers are not among them.
 *
 * @param region whose function
 * @param epoch the lease's epoch that it accepted in, 0 when it did not say
 * @param key the idempotency key
 * @param paymentId the payment's id
 * @param answeredAt when the answer left the function
 */
public record Acceptance(
    String region, long epoch, String key, String paymentId, Instant answeredAt) {}
