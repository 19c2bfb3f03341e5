package io.github.paymentdr.example.drill.report;

import java.time.Instant;
import java.util.List;

/**
 * The whole report.
 *
 * @param formatVersion of the JSON; a member that is added does not change it
 * @param startedAt when the drill began
 * @param endedAt when it was over
 * @param summary the verdict and the figures over all disasters
 * @param disasters each disaster, in the order of the catalogue
 * @param conditions what was real, and how fast it ran
 */
public record DrillReport(
    int formatVersion,
    Instant startedAt,
    Instant endedAt,
    Summary summary,
    List<DisasterReport> disasters,
    Conditions conditions) {}
