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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class JournalReplayTest {
  private static final Duration PLENTY = Duration.ofMinutes(1);

  private final ControlTables table = ControlTables.create();
  private final Journal journal =
      new DynamoDbJournal(table.link(EAST).patientClient(), table.name());
  private final MemoryDatabase database = new MemoryDatabase();
  private final JournalReplay replay = new JournalReplay(WEST, journal, database);

  @AfterEach
  void close() {
    table.close();
  }

  private JournalReplay.Result run() {
    return replay.run(Deadline.after(PLENTY), 2);
  }

  @Test
  void anEmptyJournalIsReplayedAtOnce() {
    assertThat(run()).isEqualTo(new JournalReplay.Result(true, 0, 0, 0, 0, List.of()));
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
        .isEqualTo(new JournalReplay.Result(true, 14, 11, 1, 1, List.of("group/p3/3")));
    assertThat(database.attempt("key/p2")).isEqualTo("live");
    assertThat(database.attempt("group/p1/11")).isEqualTo("c11");
    assertThat(journal.readAll()).hasSize(14);
    assertThat(table.item("journal/group/p3/3")).containsKey("blocked");
    assertThat(run())
        .isEqualTo(new JournalReplay.Result(true, 14, 0, 12, 1, List.of("group/p3/3")));
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
    assertThat(run().blocked()).containsExactly("group/p1/2");
    database.commit(creation("p1", "c1", 1));

    assertThat(run()).isEqualTo(new JournalReplay.Result(true, 1, 1, 0, 0, List.of()));
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
        JournalReplay fragile = new JournalReplay(WEST, journal, fresh);
        assertThatThrownBy(() -> fragile.run(Deadline.after(PLENTY), 2))
            .isInstanceOf(MemoryDatabase.CrashException.class);
        int done = isBefore ? crash - 1 : crash;
        assertThat(fresh.attempts()).hasSize(done);

        assertThat(fragile.run(Deadline.after(PLENTY), 2))
            .isEqualTo(
                new JournalReplay.Result(
                    true, entries.size(), entries.size() - done, done, 0, List.of()));
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
        .isEqualTo(new JournalReplay.Result(false, 0, 0, 0, 0, List.of()));

    JournalTarget slow = new SlowTarget(database, Duration.ofMillis(20));
    int calls = 1;
    JournalReplay.Result result = new JournalReplay(WEST, journal, slow).run(inAQuarter(), 2);
    assertThat(result.isComplete()).isFalse();
    assertThat(result.entries()).isEqualTo(40);
    assertThat(result.applied()).isBetween(1L, 30L);
    while (!result.isComplete()) {
      result = new JournalReplay(WEST, journal, slow).run(inAQuarter(), 2);
      assertThat(++calls).isLessThan(40);
    }
    assertThat(database.attempts()).hasSize(40);
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
    public boolean follows(String activeRegion) {
      return database.follows(activeRegion);
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
