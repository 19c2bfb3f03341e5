package io.github.paymentdr.example.payment;

/**
 * An answer that was accepted, or accepted before and confirmed now.
 *
 * @param answer the answer
 * @param epoch the lease's epoch in which this region says so
 */
record Accepted(Answer answer, long epoch) {}
