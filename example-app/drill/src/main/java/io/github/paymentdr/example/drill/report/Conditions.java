package io.github.paymentdr.example.drill.report;

import java.util.List;
import java.util.Map;

/**
 * Under what conditions a drill was held.
 *
 * @param where {@code local} or {@code deployed}
 * @param speed how many times faster than in production the timers ran
 * @param seed what all random choices are made from
 * @param command what repeats the run
 * @param versions what took part, by name
 * @param timers the timers by name, as they were in this run
 * @param load what the callers did
 * @param real what was the real thing
 * @param simulated what was not, and how it was played
 */
public record Conditions(
    String where,
    double speed,
    long seed,
    String command,
    Map<String, String> versions,
    Map<String, String> timers,
    String load,
    List<String> real,
    List<String> simulated) {}
