package io.github.paymentdr.example.drill.report;

/**
 * A step of a failover.
 *
 * @param region whose failover
 * @param name the state's name
 * @param from when it began, in seconds from the disaster's begin
 * @param to when it was over
 */
public record Step(String region, String name, double from, double to) {}
