package io.github.paymentdr.example.drill.pair;

import java.time.Instant;

/**
 * An alarm went on or off.
 *
 * @param region where the alarm is
 * @param alarm its name
 * @param isOn whether it went on
 * @param pointAt when the point of the metric came that made it change
 * @param at when it changed, and what follows from it was done
 */
public record AlarmChange(String region, String alarm, boolean isOn, Instant pointAt, Instant at) {}
