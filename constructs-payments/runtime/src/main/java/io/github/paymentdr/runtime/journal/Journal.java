package io.github.paymentdr.runtime.journal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

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
   * @throws IllegalArgumentException if the entry is too large to be kept; nothing was sent
   */
  void write(JournalEntry entry);

  /**
   * Keeps an entry as {@link #write(JournalEntry)} does, and does not take the caller's word for
   * the locks. A caller that was frozen may have lost them without knowing: then the other attempt
   * in the slot is not dead, it may have been acknowledged, and must not give way. So the caller is
   * asked between the look at the other attempt and its replacement, which fails if the slot has
   * changed since the look.
   *
   * @param entry the entry
   * @param locks asks the database whether the transaction that holds the locks goes on, and throws
   *     if it does not
   */
  default void write(JournalEntry entry, Runnable locks) {
    write(entry);
  }

  /**
   * Reads all entries that were kept before the call began.
   *
   * @return the entries, in no order
   * @throws JournalUnavailableException if not all can be read
   */
  List<JournalEntry> readAll();

  /**
   * Reads all entries that were kept before the call began, some at a time, for journals that do
   * not fit into memory.
   *
   * @param reader takes the next entries, and says whether it wants more; called by this thread
   * @return whether it has taken all; false as soon as it wants no more
   * @throws JournalUnavailableException if not all can be read
   */
  default boolean read(Predicate<List<JournalEntry>> reader) {
    List<JournalEntry> all = readAll();
    return all.isEmpty() || reader.test(all);
  }

  /**
   * Reads as {@link #read(Predicate)} does, without the entries that a replay has marked: they are
   * for people, whatever a database says of them.
   *
   * @param reader takes the next entries, and says whether it wants more
   * @return whether it has taken all; false as soon as it wants no more
   * @throws JournalUnavailableException if not all can be read
   */
  default boolean readUnblocked(Predicate<List<JournalEntry>> reader) {
    return read(reader);
  }

  /**
   * Reads on from where an earlier reading has ended. All entries that were kept before the first
   * of these readings began are read by one of them, as they are then.
   *
   * @param from where to go on
   * @param reader takes the next entries, and says whether it has taken all of them; called by this
   *     thread
   * @return after the last entries that were taken
   * @throws JournalUnavailableException if not all can be read
   */
  default Bookmark read(Bookmark from, Predicate<List<JournalEntry>> reader) {
    return read(reader) ? Bookmark.END : from;
  }

  /**
   * Reads how far a region's replay has come. A journal that keeps no progress is read from the
   * beginning by each call.
   *
   * @param region the region
   * @return the progress; empty if there is none
   * @throws JournalUnavailableException if it cannot be read
   */
  default Optional<ReplayProgress> replayProgress(String region) {
    return Optional.empty();
  }

  /**
   * Keeps how far a region's replay has come.
   *
   * @param region the region
   * @param progress the progress
   * @throws JournalUnavailableException if it is not known to be kept
   */
  default void keepReplayProgress(String region, ReplayProgress progress) {}

  /**
   * Forgets the progress of a replay that has ended.
   *
   * @param region the region
   * @throws JournalUnavailableException if it is not known to be forgotten
   */
  default void forgetReplayProgress(String region) {}

  /**
   * Takes an entry over into the epoch of a region that has become active, so that no attempt of an
   * earlier one, however late it goes on, can replace what that region is about to book.
   *
   * @param entry the entry as it was read
   * @param epoch the region's epoch
   * @param region the region
   * @return the entry as it is now; empty if its slot has changed since it was read
   * @throws JournalUnavailableException if it is not known to be taken over
   */
  Optional<JournalEntry> claim(JournalEntry entry, long epoch, String region);

  /**
   * Marks an entry that cannot be written to the database, if its slot still has the same attempt.
   * From then on its slot is not written to, and {@link #removeDead} leaves it.
   *
   * @param entry the entry
   * @throws JournalUnavailableException if it is not known to be marked
   */
  void keepBlocked(JournalEntry entry);

  /**
   * Removes entries whatever they are now, many with one call, which can have no condition.
   *
   * @param entries entries that both regions' databases have, and that no replay has marked
   * @throws JournalUnavailableException if not all are known to be removed
   */
  void removeReplicated(Collection<JournalEntry> entries);

  /**
   * Removes an entry if its slot still has the same attempt.
   *
   * @param entry an entry of a dead attempt
   * @return whether it was removed
   * @throws JournalUnavailableException if that is not known
   */
  boolean removeDead(JournalEntry entry);
}
