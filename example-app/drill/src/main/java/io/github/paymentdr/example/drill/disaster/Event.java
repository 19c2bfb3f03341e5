package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.report.Mark;
import java.time.Instant;

/**
 * What a disaster has done, and when.
 *
 * @param at when
 * @param kind what kind of thing
 * @param text what, for people
 */
public record Event(Instant at, Mark.Kind kind, String text) {}
