package io.github.paymentdr.example.drill.report;

/**
 * A part of a recovery, by its name in the recovery budget.
 *
 * @param name the name
 * @param seconds how long it took
 * @param budgetSeconds how long it may take
 */
public record Phase(String name, double seconds, double budgetSeconds) {}
