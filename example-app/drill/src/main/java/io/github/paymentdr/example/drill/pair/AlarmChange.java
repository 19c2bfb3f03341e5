package io.github.paymentdr.example.drill.pair;

import java.time.Instant;

/**
 * An alarm went on or off.
 *
 * @param region where the alarm is
 * @param alarm its name
 * @param isOn whether it went on
 * @param at when
 */
public record AlarmChange(String region, String alarm, boolean isOn, Instant at) {}
