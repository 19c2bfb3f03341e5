package io.github.paymentdr.runtime.probe;

/**
 * The outcome of a look at the other region.
 *
 * @param verdict what it says
 * @param detail why, for people
 */
public record Finding(Verdict verdict, String detail) {}
