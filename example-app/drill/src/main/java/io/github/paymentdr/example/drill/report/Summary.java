package io.github.paymentdr.example.drill.report;

import org.jspecify.annotations.Nullable;

/**
 * The same as of a disaster, over all of them.
 *
 * @param verdict failed if any failed
 * @param disasters how many there were
 * @param passed how many of them passed
 * @param objectiveSeconds the recovery time objective
 * @param rtoSeconds the worst recovery time; null when no region had to take over
 * @param medianRtoSeconds the median of the recovery times that began by themselves, counted from
 *     the disaster; null when there is none
 * @param medianByPersonRtoSeconds the median of those that a person began, counted from the start;
 *     null when there is none
 * @param budgetSeconds the recovery budget that belongs to the worst recovery time
 * @param rpoSeconds the worst
 * @param outageSeconds the longest
 * @param acknowledged the sum
 * @param lost the sum
 * @param doubled the sum
 * @param twoWriters the sum
 * @param refused the sum
 * @param unanswered the sum
 * @param ledgerSum the sums
 */
public record Summary(
    Verdict verdict,
    int disasters,
    int passed,
    double objectiveSeconds,
    @Nullable Double rtoSeconds,
    @Nullable Double medianRtoSeconds,
    @Nullable Double medianByPersonRtoSeconds,
    @Nullable Double budgetSeconds,
    double rpoSeconds,
    double outageSeconds,
    long acknowledged,
    long lost,
    long doubled,
    long twoWriters,
    long refused,
    long unanswered,
    LedgerSum ledgerSum) {}
