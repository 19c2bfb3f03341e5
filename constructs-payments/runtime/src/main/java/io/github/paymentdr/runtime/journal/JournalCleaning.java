package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.replication.Deadline;
import java.time.Clock;

/** Removes entries that both regions' databases have, and those of dead attempts. */
@SuppressWarnings("DoNotCallSuggester")
public final class JournalCleaning {
  /**
   * Makes a cleaning.
   *
   * @param region this region
   * @param lease the lease
   * @param journal the journal
   * @param target this region's database
   * @param clock tells how old entries are
   */
  public JournalCleaning(
      String region, LeaseReader lease, Journal journal, JournalTarget target, Clock clock) {
    requireNonNull(region);
    requireNonNull(lease);
    requireNonNull(journal);
    requireNonNull(target);
    requireNonNull(clock);
  }

  /**
   * What was removed.
   *
   * @param isComplete whether all entries were looked at
   * @param entries how many there were
   * @param replicated how many were removed because both databases have them
   * @param dead how many were removed because nobody will ever commit them
   */
  public record Result(boolean isComplete, long entries, long replicated, long dead) {}

  /**
   * Cleans.
   *
   * @param deadline when to end
   * @return what was removed
   */
  public Result run(Deadline deadline) {
    throw new UnsupportedOperationException();
  }
}
