package io.github.paymentdr.runtime.journal;

import io.github.paymentdr.runtime.replication.Deadline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
   * Writes entries to the database unless they are there, in their order. A database that can write
   * several in one transaction does so in a fraction of the time, and falls back to {@link #apply}
   * where one of them stands in the way of the others.
   *
   * @param entries the entries
   * @param deadline when to end, but not before one of them
   * @return what became of the first of them, in their order; of all if the time was enough
   */
  default List<Outcome> applyAll(List<JournalEntry> entries, Deadline deadline) {
    List<Outcome> outcomes = new ArrayList<>();
    for (JournalEntry entry : entries) {
      if (!outcomes.isEmpty() && deadline.isOver()) {
        return outcomes;
      }
      outcomes.add(apply(entry));
    }
    return outcomes;
  }

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
   * Says whether the database receives what another region writes. That it is a copy is not enough:
   * it may be a copy of what that region has left behind. It must have heard of the epoch.
   *
   * @param activeRegion the region that is active
   * @param epoch its epoch
   * @return whether it follows that region now
   */
  boolean follows(String activeRegion, long epoch);

  /**
   * Lets the databases that follow this one know that its region is active, if they have no other
   * way to know. Called each minute in the active region.
   *
   * @param epoch the region's epoch
   */
  default void beActive(long epoch) {}
}
