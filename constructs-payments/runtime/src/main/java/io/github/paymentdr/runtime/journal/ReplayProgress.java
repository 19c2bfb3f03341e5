package io.github.paymentdr.runtime.journal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a replay has come that takes several calls.
 *
 * <p>What builds on a change that was not read yet is left for another pass over the journal. A
 * pass that has written nothing is followed by a last one, in which what still misses its
 * predecessor is blocked: had it been in the journal, the pass before would have written it.
 *
 * @param epoch the epoch that is replayed in
 * @param bookmark how far this pass has read
 * @param isLast whether what misses its predecessor in this pass is blocked
 * @param isBehind whether this pass has left something that misses its predecessor
 * @param isUndone whether this pass has left anything else: a slot that changed after it was read,
 *     or what there was no time for
 * @param appliedBefore how many entries the passes before this one have written
 * @param counts what became of the entries so far
 * @param keptAt when it was kept
 */
public record ReplayProgress(
    long epoch,
    Bookmark bookmark,
    boolean isLast,
    boolean isBehind,
    boolean isUndone,
    long appliedBefore,
    Counts counts,
    Instant keptAt) {

  /**
   * What became of the entries.
   *
   * @param entries how many were looked at in this pass
   * @param applied how many all passes have written
   * @param superseded how many belong to dead attempts
   * @param blocked how many could not be written
   * @param blockedSlots the slots of the first of them
   */
  public record Counts(
      long entries, long applied, long superseded, long blocked, List<String> blockedSlots) {
    static final Counts NONE = new Counts(0, 0, 0, 0, List.of());

    /** So many are named; whoever carries the answer takes no text of any length. */
    static final int MOST_SLOTS = 50;

    /** Copies the slots. */
    public Counts {
      blockedSlots = List.copyOf(blockedSlots);
    }

    Counts withEntries(long more) {
      return new Counts(entries + more, applied, superseded, blocked, blockedSlots);
    }

    Counts withApplied(long all) {
      return new Counts(entries, all, superseded, blocked, blockedSlots);
    }

    Counts with(JournalTarget.Outcome outcome, String slot) {
      return switch (outcome) {
        case PRESENT -> this;
        case APPLIED -> withApplied(applied + 1);
        case SUPERSEDED -> new Counts(entries, applied, superseded + 1, blocked, blockedSlots);
        case BLOCKED -> new Counts(entries, applied, superseded, blocked + 1, named(slot));
      };
    }

    private List<String> named(String slot) {
      if (blockedSlots.size() >= MOST_SLOTS) {
        return blockedSlots;
      }
      List<String> more = new ArrayList<>(blockedSlots);
      more.add(slot);
      return more;
    }
  }

  static ReplayProgress begin(long epoch) {
    return new ReplayProgress(
        epoch, Bookmark.BEGIN, false, false, false, 0, Counts.NONE, Instant.EPOCH);
  }

  boolean isAtBegin() {
    return bookmark.equals(Bookmark.BEGIN);
  }

  /** {@return what the next pass begins with} */
  ReplayProgress nextPass() {
    return new ReplayProgress(
        epoch,
        Bookmark.BEGIN,
        counts.applied() == appliedBefore && !isUndone,
        false,
        false,
        counts.applied(),
        Counts.NONE.withApplied(counts.applied()),
        keptAt);
  }
}
