package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.runtime.journal.JournalTarget.Outcome;
import io.github.paymentdr.runtime.replication.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes what the journal has to a database that has become the active one.
 *
 * <p>Most entries are in the database, since it was a fraction of a second behind. So it is asked
 * about many at once, and only what is missing is written. After the replication was broken for
 * long, all of it is missing and more than one call can write: so each page is written as it is
 * read, and how far that has come is kept for the next call ({@link ReplayProgress}).
 *
 * <p>What is missing is first taken over into the new epoch. It may be of an attempt that died, so
 * that another attempt in the lost region might still replace it: after this region has booked it
 * and told its caller.
 */
public final class JournalReplay {
  /**
   * Calls that follow each other go on where the last has ended. After a longer time people may
   * have been at work, and have given the region another database: that one is asked about
   * everything.
   */
  static final Duration PROGRESS_IS_GOOD_FOR = Duration.ofMinutes(10);

  private static final Comparator<JournalEntry> ORDER =
      Comparator.comparing(JournalEntry::group)
          .thenComparingLong(JournalEntry::sequence)
          .thenComparing(JournalEntry::slot);

  /** Each claim waits for a quorum of regions, so many of them wait together. */
  private static final int CLAIMS_AT_ONCE = 32;

  /** Between two looks at the time. */
  private static final int WRITTEN_AT_ONCE = 100;

  private final String region;
  private final Journal journal;
  private final JournalTarget target;
  private final Clock clock;

  /**
   * Makes a replay.
   *
   * @param region this region
   * @param journal the journal
   * @param target the database
   * @param clock tells how old the progress of an earlier call is
   */
  public JournalReplay(String region, Journal journal, JournalTarget target, Clock clock) {
    this.region = requireNonNull(region);
    this.journal = requireNonNull(journal);
    this.target = requireNonNull(target);
    this.clock = requireNonNull(clock);
  }

  /**
   * What became of the entries, by this call and those before it that it went on from.
   *
   * @param isComplete whether all were looked at; else call again
   * @param entries how many there are; how many were found so far if it is not complete
   * @param applied how many were missing
   * @param present how many were there
   * @param superseded how many belong to dead attempts
   * @param blocked how many could not be written
   * @param blockedSlots the slots of the first of these
   */
  public record Result(
      boolean isComplete,
      long entries,
      long applied,
      long present,
      long superseded,
      long blocked,
      List<String> blockedSlots) {}

  /**
   * Replays, for as long as there is time.
   *
   * @param deadline when to end
   * @param epoch the epoch that this region has become active in
   * @return what became of it
   * @throws JournalUnavailableException if the journal cannot be read
   */
  public Result run(Deadline deadline, long epoch) {
    if (deadline.isOver()) {
      return new Result(false, 0, 0, 0, 0, 0, List.of());
    }
    Optional<ReplayProgress> kept = journal.replayProgress(region);
    Pass pass =
        new Pass(
            deadline,
            kept.filter(found -> isGood(found, epoch)).orElse(ReplayProgress.begin(epoch)));
    boolean isComplete = pass.run();
    if (!isComplete) {
      journal.keepReplayProgress(region, pass.progress());
    } else if (kept.isPresent()) {
      journal.forgetReplayProgress(region);
    }
    return pass.result(isComplete);
  }

  private boolean isGood(ReplayProgress progress, long epoch) {
    return progress.epoch() == epoch
        && clock.instant().isBefore(progress.keptAt().plus(PROGRESS_IS_GOOD_FOR));
  }

  /** One way through the journal, or what this call does of it. */
  private final class Pass {
    private final Deadline deadline;
    private final ReplayProgress begun;

    /** What misses its predecessor, which may be on a page that comes later. */
    private final List<JournalEntry> waiting = new ArrayList<>();

    private Bookmark bookmark;
    private ReplayProgress.Counts counts;
    private boolean isBehind;
    private boolean isUndone;

    /** A call does a page, however short its time is: else none would ever get ahead. */
    private boolean hasDoneAPage;

    Pass(Deadline deadline, ReplayProgress begun) {
      this.deadline = deadline;
      this.begun = begun;
      this.bookmark = begun.bookmark();
      this.counts = begun.counts();
      this.isBehind = begun.isBehind();
      this.isUndone = begun.isUndone();
    }

    /** Returns whether nothing is left to do. */
    boolean run() {
      bookmark = journal.read(bookmark, this::replay);
      if (bookmark.isAtEnd()) {
        writeWaiting();
      } else {
        isBehind |= !waiting.isEmpty();
      }
      return bookmark.isAtEnd() && !isBehind && !isUndone;
    }

    private boolean replay(List<JournalEntry> page) {
      ReplayProgress.Counts before = counts;
      for (List<JournalEntry> part : Parts.of(page)) {
        if (isTimeOver() || !replayPart(part)) {
          // The page is read again, and what else it has is counted then.
          counts = before.withApplied(counts.applied());
          return false;
        }
      }
      hasDoneAPage = true;
      return true;
    }

    private boolean replayPart(List<JournalEntry> part) {
      Set<String> there = target.present(part);
      counts = counts.withEntries(part.size());
      List<JournalEntry> missing =
          part.stream().filter(entry -> !there.contains(entry.slot())).sorted(ORDER).toList();
      for (int from = 0; from < missing.size(); from += WRITTEN_AT_ONCE) {
        int to = Math.min(from + WRITTEN_AT_ONCE, missing.size());
        if (isTimeOver() || !write(claimed(missing.subList(from, to)))) {
          return false;
        }
      }
      return true;
    }

    private boolean isTimeOver() {
      return hasDoneAPage && deadline.isOver();
    }

    /** Takes entries over, and leaves those whose slot has changed since to the next pass. */
    private List<JournalEntry> claimed(List<JournalEntry> missing) {
      List<JournalEntry> claimed = new ArrayList<>();
      try (Workers<Optional<JournalEntry>> workers =
          new Workers<>(Math.min(CLAIMS_AT_ONCE, missing.size()))) {
        for (JournalEntry entry : missing) {
          workers.add(() -> journal.claim(entry, begun.epoch(), region));
        }
        while (workers.hasNext()) {
          Optional<JournalEntry> now = workers.next();
          isUndone |= now.isEmpty();
          now.ifPresent(claimed::add);
        }
      }
      claimed.sort(ORDER);
      return claimed;
    }

    private boolean write(List<JournalEntry> entries) {
      int written = 0;
      while (written < entries.size()) {
        List<JournalEntry> rest = entries.subList(written, entries.size());
        List<Outcome> outcomes = target.applyAll(rest, deadline);
        for (int i = 0; i < outcomes.size(); i++) {
          note(outcomes.get(i), rest.get(i));
        }
        written += outcomes.size();
        if (outcomes.isEmpty() || isTimeOver()) {
          break;
        }
      }
      return written == entries.size();
    }

    private void note(Outcome outcome, JournalEntry entry) {
      if (outcome == Outcome.BLOCKED && !begun.isLast()) {
        waiting.add(entry);
      } else {
        count(outcome, entry);
      }
    }

    /** What then misses its predecessor has none, if this call has seen the whole journal. */
    private void writeWaiting() {
      waiting.sort(ORDER);
      for (JournalEntry entry : waiting) {
        if (deadline.isOver()) {
          isUndone = true;
          return;
        }
        Outcome outcome = target.apply(entry);
        if (outcome == Outcome.BLOCKED && !begun.isAtBegin()) {
          isBehind = true;
        } else {
          count(outcome, entry);
        }
      }
    }

    private void count(Outcome outcome, JournalEntry entry) {
      if (outcome == Outcome.BLOCKED) {
        journal.keepBlocked(entry);
      }
      counts = counts.with(outcome, entry.slot());
    }

    ReplayProgress progress() {
      ReplayProgress now =
          new ReplayProgress(
              begun.epoch(),
              bookmark,
              begun.isLast(),
              isBehind,
              isUndone,
              begun.appliedBefore(),
              counts,
              clock.instant());
      return bookmark.isAtEnd() ? now.nextPass() : now;
    }

    Result result(boolean isComplete) {
      long notThere = counts.applied() + counts.superseded() + counts.blocked();
      return new Result(
          isComplete,
          counts.entries(),
          counts.applied(),
          Math.max(0, counts.entries() - notThere),
          counts.superseded(),
          counts.blocked(),
          counts.blockedSlots());
    }
  }
}
