package io.github.paymentdr.example.drill.measure;

import io.github.paymentdr.example.drill.report.Mark;
import java.time.Instant;

/**
 * Something that was done, and goes into the timeline.
 *
 * @param at when
 * @param kind what kind of thing
 * @param text what, for people
 */
public record Moment(Instant at, Mark.Kind kind, String text) {}
