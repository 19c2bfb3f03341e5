package io.github.paymentdr.runtime.journal;

import java.util.Collection;
import java.util.List;

/** The accepted writes that may not be in both regions' databases yet. */
public interface Journal {
  /**
   * Keeps an entry. The caller holds the locks of its slot in the database until it has committed
   * or given up, so that another attempt found in the slot is dead and gives way.
   *
   * @param entry the entry
   * @throws io.github.paymentdr.runtime.lease.RegionNotActiveException if the slot has an entry of
   *     a later epoch
   * @throws JournalUnavailableException if it is not known to be kept
   */
  void write(JournalEntry entry);

  /**
   * Reads all entries that were kept before the call began.
   *
   * @return the entries, in no order
   * @throws JournalUnavailableException if not all can be read
   */
  List<JournalEntry> readAll();

  /**
   * Removes entries whatever they are now.
   *
   * @param entries entries that both regions' databases have
   */
  void removeReplicated(Collection<JournalEntry> entries);

  /**
   * Removes an entry if its slot still has the same attempt.
   *
   * @param entry an entry of a dead attempt
   */
  void removeDead(JournalEntry entry);
}
