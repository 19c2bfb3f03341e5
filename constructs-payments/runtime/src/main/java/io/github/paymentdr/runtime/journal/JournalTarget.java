package io.github.paymentdr.runtime.journal;

import java.util.Collection;
import java.util.Set;

/** An application's database, as the journal sees it. */
public interface JournalTarget {
  /** What became of an entry. */
  enum Outcome {
    /** It was missing and is there now. */
    APPLIED,
    /** It was there. */
    PRESENT,
    /** The database has another truth in its slot: the attempt was dead. */
    SUPERSEDED,
    /** What it builds on is missing. */
    BLOCKED
  }

  /**
   * Writes an entry to the database unless it is there, in one transaction.
   *
   * @param entry the entry
   * @return what became of it
   */
  Outcome apply(JournalEntry entry);

  /**
   * Says which entries the database has. What it says decides what is removed from the journal: it
   * must be committed, and in the active region the writer must be asked, since an answer that is
   * minutes old would take what was just accepted for dead.
   *
   * @param entries the entries
   * @return the slots of those that are there, as exactly these attempts
   */
  Set<String> present(Collection<JournalEntry> entries);

  /**
   * Says whether the database receives what another region writes.
   *
   * @param activeRegion the region that is active
   * @return whether it follows that region now
   */
  boolean follows(String activeRegion);
}
