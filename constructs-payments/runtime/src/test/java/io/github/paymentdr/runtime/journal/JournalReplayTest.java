package io.github.paymentdr.runtime.journal;

import static io.github.paymentdr.runtime.journal.TestEntries.EAST;
import static io.github.paymentdr.runtime.journal.TestEntries.WEST;
import static io.github.paymentdr.runtime.journal.TestEntries.change;
import static io.github.paymentdr.runtime.journal.TestEntries.creation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.lease.RegionNotActiveException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.testing.ControlTables;
import io.github.paymentdr.runtime.testing.Disturbance;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class JournalReplayTest {
  private static final Duration PLENTY = Duration.ofMinutes(1);

  private final ControlTables table = ControlTables.create();
  private final Journal journal =
      new DynamoDbJournal(table.link(EAST).patientClient(), table.name());
  private final MemoryDatabase database = new MemoryDatabase();
  private final JournalReplay replay =
      new JournalReplay(WEST, journal, database, Clock.systemUTC());

  @AfterEach
  void close() {
    table.close();
  }

  private JournalReplay.Result run() {
    return replay.run(Deadline.after(PLENTY), 2);
  }

  @Test
  void anEmptyJournalIsReplayedAtOnce() {
    assertThat(run()).isEqualTo(new JournalReplay.Result(true, 0, 0, 0, 0, 0, List.of()));
  }

  @Test
  void writesWhatIsMissingInItsOrderAndSaysWhatBecameOfEach() {
    journal.write(change("p1", 11, "c11", 1));
    journal.write(change("p1", 2, "c2", 1));
    journal.write(creation("p1", "c1", 1));
    journal.write(creation("p2", "dead", 1));
    journal.write(change("p3", 3, "orphan", 1));
    journal.write(creation("p4", "there", 1));
    for (int i = 3; i <= 10; i++) {
      journal.write(change("p1", i, "c" + i, 1));
    }
    database.commit(creation("p2", "live", 1));
    database.commit(creation("p4", "there", 1));

    assertThat(run())
        .isEqualTo(new JournalReplay.Result(true, 14, 11, 1, 1, 1, List.of("group/p3/3")));
    assertThat(database.attempt("key/p2")).isEqualTo("live");
    assertThat(database.attempt("group/p1/11")).isEqualTo("c11");
    assertThat(journal.readAll()).hasSize(14);
    assertThat(table.item("journal/group/p3/3")).containsKey("blocked");
    assertThat(run())
        .isEqualTo(new JournalReplay.Result(true, 14, 0, 12, 1, 1, List.of("group/p3/3")));
    assertThat(database.questions()).isLessThan(30);
  }

  @Test
  void anAttemptOfTheLostRegionCannotReplaceWhatWasReplayedHoweverLateItGoesOn() {
    journal.write(creation("p1", "died after the journal", 1));
    assertThat(run().applied()).isOne();

    assertThatThrownBy(() -> journal.write(creation("p1", "frozen until now", 1)))
        .isInstanceOf(RegionNotActiveException.class);
    assertThat(journal.removeDead(creation("p1", "died after the journal", 1))).isFalse();
    assertThat(journal.readAll())
        .containsExactly(creation("p1", "died after the journal", 1).takenOver(2, WEST));
  }

  @Test
  void aSlotThatChangesWhileItIsReplayedIsReplayedAsItIsThen() {
    JournalEntry read = creation("p1", "dead", 1);
    JournalEntry now = creation("p1", "later", 1);
    journal.write(read);
    journal.write(now);

    assertThat(journal.claim(read, 2, WEST)).isEmpty();
    assertThat(journal.claim(now, 2, WEST)).contains(now.takenOver(2, WEST));
    assertThat(journal.claim(now, 2, WEST))
        .as("its answer was lost")
        .contains(now.takenOver(2, WEST));
  }

  @Test
  void whatWasBlockedIsWrittenOnceItsPredecessorIsThere() {
    journal.write(change("p1", 2, "c2", 1));
    assertThat(run().blockedSlots()).containsExactly("group/p1/2");
    database.commit(creation("p1", "c1", 1));

    assertThat(run()).isEqualTo(new JournalReplay.Result(true, 1, 1, 0, 0, 0, List.of()));
  }

  @Test
  void aReplayThatIsKilledAtAnyEntryIsFinishedByTheNext() {
    List<JournalEntry> entries = new ArrayList<>();
    for (String payment : List.of("p1", "p2", "p3")) {
      entries.add(creation(payment, payment + "-1", 1));
      entries.add(change(payment, 2, payment + "-2", 1));
      entries.add(change(payment, 3, payment + "-3", 1));
    }
    entries.forEach(journal::write);
    for (int crash = 1; crash <= entries.size(); crash++) {
      for (boolean isBefore : new boolean[] {true, false}) {
        MemoryDatabase fresh = new MemoryDatabase();
        if (isBefore) {
          fresh.crashBefore = crash;
        } else {
          fresh.crashAfter = crash;
        }
        JournalReplay fragile = new JournalReplay(WEST, journal, fresh, Clock.systemUTC());
        assertThatThrownBy(() -> fragile.run(Deadline.after(PLENTY), 2))
            .isInstanceOf(MemoryDatabase.CrashException.class);
        // What was read before its predecessor was tried in vain.
        int done = fresh.attempts().size();
        assertThat(done).isLessThanOrEqualTo(isBefore ? crash - 1 : crash);

        assertThat(fragile.run(Deadline.after(PLENTY), 2))
            .isEqualTo(
                new JournalReplay.Result(
                    true, entries.size(), entries.size() - done, done, 0, 0, List.of()));
        assertThat(fresh.rows())
            .usingRecursiveFieldByFieldElementComparatorIgnoringFields("epoch", "region")
            .containsExactlyInAnyOrderElementsOf(entries);
      }
    }
  }

  @Test
  void endsWhenItsTimeIsOverAndGoesOnWithTheNextCall() {
    for (int i = 0; i < 40; i++) {
      journal.write(creation("p" + i, "a" + i, 1));
    }
    assertThat(replay.run(Deadline.after(Duration.ZERO), 2))
        .isEqualTo(new JournalReplay.Result(false, 0, 0, 0, 0, 0, List.of()));

    JournalTarget slow = new SlowTarget(database, Duration.ofMillis(20));
    int calls = 1;
    JournalReplay slowly = new JournalReplay(WEST, journal, slow, Clock.systemUTC());
    JournalReplay.Result result = slowly.run(inAQuarter(), 2);
    assertThat(result.isComplete()).isFalse();
    assertThat(result.applied()).isBetween(1L, 30L);
    while (!result.isComplete()) {
      result = slowly.run(inAQuarter(), 2);
      assertThat(++calls).isLessThan(40);
    }
    assertThat(result).isEqualTo(new JournalReplay.Result(true, 40, 40, 0, 0, 0, List.of()));
    assertThat(database.attempts()).hasSize(40);
  }

  /** Each call reads one page of a few, so whatever is written builds on what no call has seen. */
  @Nested
  class OfSeveralCalls {
    private static final int PAYMENTS = 40;

    private final FewPages pages = new FewPages();
    private final AtomicReference<Instant> now = new AtomicReference<>(TestEntries.NOW);
    private final JournalReplay inParts =
        new JournalReplay(
            WEST, pages, database, ((InstantSource) now::get).withZone(ZoneOffset.UTC));

    private int calls;
    private JournalReplay.Result result = new JournalReplay.Result(false, 0, 0, 0, 0, 0, List.of());

    private void finish() {
      while (!result.isComplete()) {
        result = inParts.run(Deadline.after(PLENTY), 2);
        assertThat(++calls).isLessThan(100);
      }
    }

    /** The order of reading is the worst: whatever comes first needs what comes last. */
    private void writeBackwards() {
      for (int payment = PAYMENTS; payment > 0; payment--) {
        pages.entries.add(change("p" + payment, 3, "c3", 1));
      }
      for (int payment = PAYMENTS; payment > 0; payment--) {
        pages.entries.add(change("p" + payment, 2, "c2", 1));
      }
      for (int payment = PAYMENTS; payment > 0; payment--) {
        pages.entries.add(creation("p" + payment, "c1", 1));
      }
    }

    @Test
    void goesOnWhereTheLastHasEndedAndWritesEachOnce() {
      writeBackwards();
      finish();

      int all = 3 * PAYMENTS;
      assertThat(result).isEqualTo(new JournalReplay.Result(true, all, all, 0, 0, 0, List.of()));
      assertThat(database.attempts()).hasSize(all);
      // One pass for each change that builds on another; none for each entry.
      assertThat(calls).isBetween(all / FewPages.SIZE, 4 * all / FewPages.SIZE);
      assertThat(pages.progress).isNull();
    }

    @Test
    void blocksOnlyWhatHasNoPredecessorInTheWholeJournal() {
      writeBackwards();
      pages.entries.add(0, change("orphan", 3, "c3", 1));
      pages.entries.add(change("other", 2, "c2", 1));
      finish();

      assertThat(result.blocked()).isEqualTo(2);
      assertThat(result.blockedSlots()).containsExactly("group/orphan/3", "group/other/2");
      assertThat(pages.blocked).containsExactly("group/orphan/3", "group/other/2");
      assertThat(result.applied()).isEqualTo(3 * PAYMENTS);
      assertThat(result.present()).isZero();
    }

    @Test
    void beginsAnewInAnotherEpochAndAfterPeopleMayHaveBeenAtWork() {
      writeBackwards();
      inParts.run(Deadline.after(PLENTY), 2);
      inParts.run(Deadline.after(PLENTY), 2);
      assertThat(pages.next()).isEqualTo(2 * FewPages.SIZE);

      inParts.run(Deadline.after(PLENTY), 4);
      assertThat(pages.next()).isEqualTo(FewPages.SIZE);
      inParts.run(Deadline.after(PLENTY), 4);
      now.set(TestEntries.NOW.plus(JournalReplay.PROGRESS_IS_GOOD_FOR));
      inParts.run(Deadline.after(PLENTY), 4);
      assertThat(pages.next()).isEqualTo(FewPages.SIZE);
    }
  }

  /** Gives a few entries to each call, and keeps what a replay wants kept. */
  private static final class FewPages implements Journal {
    static final int SIZE = 7;

    private final List<JournalEntry> entries = new ArrayList<>();
    private final List<String> blocked = new ArrayList<>();
    private @Nullable ReplayProgress progress;

    int next() {
      return Integer.parseInt(Objects.requireNonNull(progress).bookmark().places().get(0));
    }

    @Override
    public Bookmark read(Bookmark from, Predicate<List<JournalEntry>> reader) {
      int begin = from.places().isEmpty() ? 0 : Integer.parseInt(from.places().get(0));
      int end = Math.min(begin + SIZE, entries.size());
      if (!reader.test(entries.subList(begin, end))) {
        return from;
      }
      return end == entries.size()
          ? Bookmark.END
          : new Bookmark(false, List.of(String.valueOf(end)));
    }

    @Override
    public Optional<ReplayProgress> replayProgress(String region) {
      return Optional.ofNullable(progress);
    }

    @Override
    public void keepReplayProgress(String region, ReplayProgress newProgress) {
      progress = newProgress;
    }

    @Override
    public void forgetReplayProgress(String region) {
      progress = null;
    }

    @Override
    public void write(JournalEntry entry) {
      entries.add(entry);
    }

    @Override
    public List<JournalEntry> readAll() {
      return entries;
    }

    @Override
    public Optional<JournalEntry> claim(JournalEntry entry, long epoch, String region) {
      return Optional.of(entry);
    }

    @Override
    public void keepBlocked(JournalEntry entry) {
      blocked.add(entry.slot());
    }

    @Override
    public void removeReplicated(Collection<JournalEntry> some) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean removeDead(JournalEntry entry) {
      throw new UnsupportedOperationException();
    }
  }

  private static Deadline inAQuarter() {
    return Deadline.after(Duration.ofMillis(400));
  }

  private record SlowTarget(MemoryDatabase database, Duration delay) implements JournalTarget {
    @Override
    public Outcome apply(JournalEntry entry) {
      try {
        Thread.sleep(delay.toMillis());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return database.apply(entry);
    }

    @Override
    public Set<String> present(Collection<JournalEntry> entries) {
      return database.present(entries);
    }

    @Override
    public boolean follows(String activeRegion, long epoch) {
      return database.follows(activeRegion, epoch);
    }
  }

  @Test
  void aJournalThatCannotBeReadIsNotTakenForAnEmptyOne() {
    journal.write(creation("p1", "a1", 1));
    table.link(EAST).always("Scan", Disturbance.error(500, "InternalServerError"));

    assertThatThrownBy(this::run).isInstanceOf(JournalUnavailableException.class);
    table.link(EAST).heal();
    assertThat(run().applied()).isOne();
    assertThat(database.attempts()).isEqualTo(Map.of("key/p1", "a1"));
  }

  @Test
  void whatCannotBeMarkedEndsTheReplay() {
    journal.write(change("p1", 2, "a1", 1));
    table.link(EAST).always("PutItem", Disturbance.lost());

    assertThatThrownBy(() -> replay.run(Deadline.after(PLENTY), 1))
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessageStartingWith("the entry of slot group/p1/2 is not known to be marked");
    assertThatThrownBy(this::run)
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessageStartingWith("the entry of slot group/p1/2 is not known to be taken over");
  }
}
