package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.runtime.replication.Deadline;
import java.util.List;

/** Writes what the journal has to a database that has become the active one. */
@SuppressWarnings("DoNotCallSuggester")
public final class JournalReplay {
  /**
   * Makes a replay.
   *
   * @param journal the journal
   * @param target the database
   */
  public JournalReplay(Journal journal, JournalTarget target) {
    requireNonNull(journal);
    requireNonNull(target);
  }

  /**
   * What became of the entries.
   *
   * @param isComplete whether all were looked at; else call again
   * @param entries how many there are
   * @param applied how many were missing
   * @param present how many were there
   * @param superseded how many belong to dead attempts
   * @param blocked the slots of those that could not be written
   */
  public record Result(
      boolean isComplete,
      long entries,
      long applied,
      long present,
      long superseded,
      List<String> blocked) {}

  /**
   * Replays.
   *
   * @param deadline when to end
   * @return what became of it
   */
  public Result run(Deadline deadline) {
    throw new UnsupportedOperationException();
  }
}
