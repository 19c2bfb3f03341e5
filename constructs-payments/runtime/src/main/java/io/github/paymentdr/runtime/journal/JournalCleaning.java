package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.replication.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Removes entries that both regions' databases have, and those of dead attempts.
 *
 * <p>The region that is not active removes what has arrived in its database; it cannot have come
 * from elsewhere than the active one's. The active region removes what its own database does not
 * have although it was to be committed minutes ago. Nothing is removed while a region is becoming
 * active, and nothing by a region that does not follow.
 */
public final class JournalCleaning {
  /**
   * How old an entry is that the active region's database does not have and never will: longer than
   * any function runs that could still commit.
   */
  public static final Duration DEAD_AFTER = Duration.ofMinutes(5);

  private final String region;
  private final LeaseReader lease;
  private final Journal journal;
  private final JournalTarget target;
  private final Clock clock;

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
    this.region = requireNonNull(region);
    this.lease = requireNonNull(lease);
    this.journal = requireNonNull(journal);
    this.target = requireNonNull(target);
    this.clock = requireNonNull(clock);
  }

  /**
   * What was removed.
   *
   * @param isComplete whether all entries were looked at, or none was to be
   * @param entries how many were looked at
   * @param replicated how many were removed because both databases have them
   * @param dead how many were removed because nobody will ever commit them
   */
  public record Result(boolean isComplete, long entries, long replicated, long dead) {}

  /**
   * Cleans.
   *
   * @param deadline when to end
   * @return what was removed
   * @throws JournalUnavailableException if the journal does not answer
   * @throws io.github.paymentdr.runtime.lease.LeaseUnavailableException if nobody knows who is
   *     active
   */
  public Result run(Deadline deadline) {
    Lease began = lease.read();
    boolean hasPart =
        began.state() == Lease.State.ACTIVE && (began.admits(region) || follows(began));
    if (hasPart && began.admits(region)) {
      target.beActive(began.epoch());
    }
    Run run = new Run(began, deadline);
    return run.result(!hasPart || (!deadline.isOver() && journal.readUnblocked(run::clean)));
  }

  private boolean follows(Lease active) {
    return target.follows(active.activeRegion(), active.epoch());
  }

  private final class Run {
    private final Lease began;
    private final Deadline deadline;
    private final Instant deadBefore = clock.instant().minus(DEAD_AFTER);
    private long entries;
    private long replicated;
    private long dead;

    Run(Lease began, Deadline deadline) {
      this.began = began;
      this.deadline = deadline;
    }

    boolean clean(List<JournalEntry> some) {
      for (List<JournalEntry> part : Parts.of(some)) {
        if (deadline.isOver()) {
          return false;
        }
        boolean isDone = began.admits(region) ? removeDead(part) : removeReplicated(part);
        if (!isDone) {
          return false;
        }
        entries += part.size();
      }
      return true;
    }

    private boolean removeReplicated(List<JournalEntry> part) {
      List<JournalEntry> arrived = chosen(part, true);
      if (!arrived.isEmpty()) {
        if (!follows(began) || !isUnchanged()) {
          return false;
        }
        journal.removeReplicated(arrived);
        replicated += arrived.size();
      }
      return true;
    }

    private boolean removeDead(List<JournalEntry> part) {
      List<JournalEntry> old =
          part.stream()
              .filter(entry -> entry.writtenAt().isBefore(deadBefore))
              .filter(entry -> entry.epoch() <= began.epoch())
              .toList();
      List<JournalEntry> lacking = chosen(old, false);
      if (!lacking.isEmpty() && !isUnchanged()) {
        return false;
      }
      for (JournalEntry entry : lacking) {
        if (deadline.isOver()) {
          return false;
        }
        if (journal.removeDead(entry)) {
          dead++;
        }
      }
      return true;
    }

    private List<JournalEntry> chosen(List<JournalEntry> part, boolean isThere) {
      if (part.isEmpty()) {
        return part;
      }
      Set<String> there = target.present(part);
      return part.stream().filter(entry -> there.contains(entry.slot()) == isThere).toList();
    }

    /** A process that was frozen since its first look must not go by it. */
    private boolean isUnchanged() {
      return lease.read().equals(began);
    }

    Result result(boolean isComplete) {
      return new Result(isComplete, entries, replicated, dead);
    }
  }
}
