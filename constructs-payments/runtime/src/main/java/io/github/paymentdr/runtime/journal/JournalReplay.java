package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.runtime.replication.Deadline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes what the journal has to a database that has become the active one.
 *
 * <p>Most entries are in the database, since it was a fraction of a second behind. So it is asked
 * about many at once, and only what is missing is written, one transaction for each. What was done
 * before a crash or the end of the time is found there by the next call.
 *
 * <p>What is missing is first taken over into the new epoch. It may be of an attempt that died, so
 * that another attempt in the lost region might still replace it: after this region has booked it
 * and told its caller.
 */
public final class JournalReplay {
  private static final Comparator<JournalEntry> ORDER =
      Comparator.comparing(JournalEntry::group)
          .thenComparingLong(JournalEntry::sequence)
          .thenComparing(JournalEntry::slot);

  private final String region;
  private final Journal journal;
  private final JournalTarget target;

  /**
   * Makes a replay.
   *
   * @param region this region
   * @param journal the journal
   * @param target the database
   */
  public JournalReplay(String region, Journal journal, JournalTarget target) {
    this.region = requireNonNull(region);
    this.journal = requireNonNull(journal);
    this.target = requireNonNull(target);
  }

  /**
   * What became of the entries.
   *
   * @param isComplete whether all were looked at; else call again
   * @param entries how many there are; how many were found so far if it is not complete
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
   * @param epoch the epoch that this region has become active in
   * @return what became of it
   * @throws JournalUnavailableException if the journal cannot be read
   */
  public Result run(Deadline deadline, long epoch) {
    Run run = new Run(deadline, epoch);
    boolean isRead = !deadline.isOver() && journal.read(run::look);
    return run.result(isRead && run.writeMissing());
  }

  private final class Run {
    private final Deadline deadline;
    private final long epoch;
    private final List<JournalEntry> missing = new ArrayList<>();
    private final List<String> blocked = new ArrayList<>();
    private long entries;
    private long applied;
    private long present;
    private long superseded;

    /** A slot that changes after it was read is read again by the next call. */
    private boolean isChanged;

    Run(Deadline deadline, long epoch) {
      this.deadline = deadline;
      this.epoch = epoch;
    }

    boolean look(List<JournalEntry> some) {
      for (List<JournalEntry> part : Parts.of(some)) {
        if (deadline.isOver()) {
          return false;
        }
        Set<String> there = target.present(part);
        entries += part.size();
        for (JournalEntry entry : part) {
          if (there.contains(entry.slot())) {
            present++;
          } else {
            missing.add(entry);
          }
        }
      }
      return true;
    }

    boolean writeMissing() {
      missing.sort(ORDER);
      for (JournalEntry entry : missing) {
        if (deadline.isOver()) {
          return false;
        }
        Optional<JournalEntry> claimed = journal.claim(entry, epoch, region);
        isChanged |= claimed.isEmpty();
        claimed.ifPresent(this::write);
      }
      return !isChanged;
    }

    private void write(JournalEntry entry) {
      switch (target.apply(entry)) {
        case APPLIED -> applied++;
        case PRESENT -> present++;
        case SUPERSEDED -> superseded++;
        case BLOCKED -> {
          journal.keepBlocked(entry);
          blocked.add(entry.slot());
        }
      }
    }

    Result result(boolean isComplete) {
      return new Result(isComplete, entries, applied, present, superseded, List.copyOf(blocked));
    }
  }
}
