package io.github.paymentdr.example.drill.report;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was seen in one interval.
 *
 * @param at the interval's begin, in seconds from the disaster's begin; negative before it
 * @param seconds how long the interval is
 * @param accepted payments accepted, by region
 * @param refused requests answered with anything else, by region; those that no region answered are
 *     under {@code none}
 * @param lagMillis how far the standby is behind, or null when nobody knows
 */
public record Sample(
    double at,
    double seconds,
    Map<String, Long> accepted,
    Map<String, Long> refused,
    @Nullable Long lagMillis) {}
