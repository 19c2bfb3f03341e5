package io.github.paymentdr.example.drill.report;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a disaster did.
 *
 * @param name its name, as it is asked for
 * @param title what it is, in a few words
 * @param expectation what must happen, stated before it begins
 * @param verdict whether it happened
 * @param failures what did not; empty when all did
 * @param recovery who brings the service back
 * @param rtoSeconds from the disaster's begin, or from the person's start, to the first payment
 *     that the region which took over accepted; null when no region had to take over, or none did
 * @param budgetSeconds what the recovery budget allows for that, at the speed of the run; null when
 *     no region had to take over
 * @param phases the recovery by the budget's phases; empty when no region took over
 * @param rpoSeconds how far back the oldest acknowledged payment that was lost lies before the
 *     disaster; 0 when none was lost
 * @param outageSeconds the longest time without an accepted payment
 * @param acknowledged payments that a caller was told are accepted
 * @param lost acknowledged payments that are not in the books afterwards
 * @param doubled payments that are in the books more than once
 * @param twoWriters payments that a region accepted after another one had opened
 * @param refused requests that were answered with something other than an acceptance
 * @param unanswered requests that were not answered
 * @param replayed payments that the journal gave back to the database; null when nobody can tell
 * @param ledgerSum whether the books add up
 * @param timeline what happened when
 * @param seed what its random choices are made from
 * @param evidence files with what a failing run has left, relative to the report; empty when it
 *     passed
 */
public record DisasterReport(
    String name,
    String title,
    String expectation,
    Verdict verdict,
    List<String> failures,
    Recovery recovery,
    @Nullable Double rtoSeconds,
    @Nullable Double budgetSeconds,
    List<Phase> phases,
    double rpoSeconds,
    double outageSeconds,
    long acknowledged,
    long lost,
    long doubled,
    long twoWriters,
    long refused,
    long unanswered,
    @Nullable Long replayed,
    LedgerSum ledgerSum,
    Timeline timeline,
    long seed,
    List<String> evidence) {
  /** {@return the same, failed by something that was found after it was measured} */
  public DisasterReport failedBy(String failure) {
    return new DisasterReport(
        name,
        title,
        expectation,
        Verdict.FAILED,
        Stream.concat(failures.stream(), Stream.of(failure)).toList(),
        recovery,
        rtoSeconds,
        budgetSeconds,
        phases,
        rpoSeconds,
        outageSeconds,
        acknowledged,
        lost,
        doubled,
        twoWriters,
        refused,
        unanswered,
        replayed,
        ledgerSum,
        timeline,
        seed,
        evidence);
  }
}
