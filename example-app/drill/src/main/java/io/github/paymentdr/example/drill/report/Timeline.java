package io.github.paymentdr.example.drill.report;

import java.util.List;

/**
 * What happened when. All times are in seconds from the disaster's begin.
 *
 * @param regions the regions, the one that was active first before the other
 * @param samples what was seen, interval by interval
 * @param marks what was done and what was told
 * @param tenures who had the lease
 * @param steps the steps of the failovers
 */
public record Timeline(
    List<String> regions,
    List<Sample> samples,
    List<Mark> marks,
    List<Tenure> tenures,
    List<Step> steps) {}
