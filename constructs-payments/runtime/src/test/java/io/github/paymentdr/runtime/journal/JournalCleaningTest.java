package io.github.paymentdr.runtime.journal;

import static io.github.paymentdr.runtime.journal.TestEntries.EAST;
import static io.github.paymentdr.runtime.journal.TestEntries.NOW;
import static io.github.paymentdr.runtime.journal.TestEntries.WEST;
import static io.github.paymentdr.runtime.journal.TestEntries.change;
import static io.github.paymentdr.runtime.journal.TestEntries.creation;
import static io.github.paymentdr.runtime.journal.TestEntries.writtenAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.journal.JournalCleaning.Result;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.Lease.State;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.testing.ControlTables;
import io.github.paymentdr.runtime.testing.Disturbance;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class JournalCleaningTest {
  private final ControlTables table = ControlTables.create();
  private final MemoryDatabase east = new MemoryDatabase();
  private final MemoryDatabase west = new MemoryDatabase();
  private final Journal journal =
      new DynamoDbJournal(table.link(EAST).patientClient(), table.name());
  private final JournalEntry old = aged(creation("old", "a1", 1), 301);
  private final JournalEntry young = aged(creation("young", "a2", 1), 299);
  private final JournalEntry dead = aged(creation("dead", "a3", 1), 301);
  private final JournalEntry underWay = aged(creation("under way", "a4", 1), 299);
  private final JournalEntry ahead = aged(creation("ahead", "a5", 1), -3_600);

  private static JournalEntry aged(JournalEntry entry, long seconds) {
    return writtenAt(entry, NOW.minusSeconds(seconds));
  }

  @BeforeEach
  void fill() {
    table.putLease(EAST, 1, State.ACTIVE);
    west.followed = EAST;
    List.of(old, young, dead, underWay, ahead).forEach(journal::write);
    east.commit(old);
    east.commit(young);
  }

  @AfterEach
  void close() {
    table.close();
  }

  private Result clean(String region) {
    return clean(region, Duration.ofMinutes(1));
  }

  private Result clean(String region, Duration time) {
    return new JournalCleaning(
            region,
            new DynamoDbLease(table.link(region).patientClient(), table.name()),
            journal,
            region.equals(EAST) ? east : west,
            Clock.fixed(NOW, ZoneOffset.UTC))
        .run(Deadline.after(time));
  }

  @Test
  void theActiveRegionRemovesWhatIsDead() {
    assertThat(clean(EAST)).isEqualTo(new Result(true, 5, 0, 1));
    assertThat(journal.readAll()).containsExactlyInAnyOrder(old, young, underWay, ahead);
    assertThat(clean(EAST)).isEqualTo(new Result(true, 4, 0, 0));
  }

  @Test
  void theOtherRegionRemovesWhatHasArrived() {
    assertThat(clean(WEST)).isEqualTo(new Result(true, 5, 0, 0));
    west.commit(old);
    west.commit(creation("dead", "another attempt", 1));

    assertThat(clean(WEST)).isEqualTo(new Result(true, 5, 1, 0));
    assertThat(journal.readAll()).containsExactlyInAnyOrder(young, dead, underWay, ahead);
  }

  @Test
  void anAbsentRegionKeepsEverything() {
    west.commit(old);
    for (String followed : List.of("", WEST, "eu-west-1")) {
      west.followed = followed;
      assertThat(clean(WEST)).isEqualTo(new Result(true, 0, 0, 0));
    }
    assertThat(journal.readAll()).hasSize(5);
  }

  @Test
  void aRegionThatStopsFollowingWhileItCleansKeepsEverything() {
    west.commit(old);
    west.beforeAnswer = () -> west.followed = "";

    assertRemovesNothing(WEST);
  }

  private void assertRemovesNothing(String region) {
    Result result = clean(region);
    assertThat(result.isComplete()).isFalse();
    assertThat(result.replicated() + result.dead()).isZero();
    assertThat(journal.readAll()).hasSize(5);
  }

  @Test
  void nothingIsRemovedWhileARegionIsBecomingActive() {
    west.commit(old);
    for (String region : List.of(EAST, WEST)) {
      table.putLease(region, 2, State.ACTIVATING);
      west.followed = region;
      assertThat(clean(EAST)).isEqualTo(new Result(true, 0, 0, 0));
      assertThat(clean(WEST)).isEqualTo(new Result(true, 0, 0, 0));
    }
    assertThat(journal.readAll()).hasSize(5);
  }

  @Test
  void nothingIsRemovedWhenTheLeaseMovesMeanwhile() {
    west.commit(old);
    for (MemoryDatabase database : List.of(east, west)) {
      database.beforeAnswer = () -> table.putLease(WEST, 2, State.ACTIVATING);
    }
    assertRemovesNothing(EAST);
    table.putLease(EAST, 1, State.ACTIVE);
    assertRemovesNothing(WEST);
  }

  @Test
  void anAttemptThatTookTheSlotMeanwhileStays() {
    east.beforeAnswer = () -> journal.write(creation("dead", "live", 1));

    assertThat(clean(EAST)).isEqualTo(new Result(true, 5, 0, 0));
    assertThat(journal.readAll()).contains(creation("dead", "live", 1));
  }

  @Test
  void whatAReplayCouldNotWriteStays() {
    JournalEntry blocked = aged(change("p9", 3, "a9", 1), 86_400);
    journal.write(blocked);
    table.putLease(WEST, 2, State.ACTIVATING);
    new JournalReplay(WEST, journal, west, Clock.systemUTC())
        .run(Deadline.after(Duration.ofMinutes(1)), 2);
    table.putLease(WEST, 2, State.ACTIVE);

    assertThat(clean(WEST)).isEqualTo(new Result(true, 5, 0, 0));
    assertThat(journal.readAll()).contains(blocked.takenOver(2, WEST));
  }

  /** Somebody has booked it by hand; that is for the same person to say. */
  @Test
  void whatAReplayCouldNotWriteStaysThoughItHasArrived() {
    west.commit(old);
    journal.keepBlocked(old);

    assertThat(clean(WEST)).isEqualTo(new Result(true, 4, 0, 0));
    assertThat(journal.readAll()).contains(old);
  }

  @Test
  void theActiveRegionSaysSoAndNobodyElse() {
    clean(EAST);
    clean(WEST);
    table.putLease(EAST, 3, State.ACTIVATING);
    clean(EAST);
    assertThat(east.activeIn).containsExactly(1L);
    assertThat(west.activeIn).isEmpty();
  }

  @Test
  void aDeadAttemptOfAnEarlierEpochGoesAfterTheTakeover() {
    table.putLease(WEST, 2, State.ACTIVATING);
    new JournalReplay(WEST, journal, west, Clock.systemUTC())
        .run(Deadline.after(Duration.ofMinutes(1)), 2);
    table.putLease(WEST, 2, State.ACTIVE);
    JournalEntry late = aged(creation("late", "a9", 1), 400);
    journal.write(late);
    JournalEntry superseded = aged(creation("other", "a10", 1), 400);
    journal.write(superseded);
    west.commit(creation("other", "a11", 2));

    assertThat(clean(WEST)).isEqualTo(new Result(true, 7, 0, 2));
    assertThat(journal.readAll()).doesNotContain(late, superseded).hasSize(5);
  }

  @Test
  void anEntryOfALaterEpochThanTheLeaseStays() {
    JournalEntry later = aged(creation("later", "a9", 2), 400);
    journal.write(later);

    assertThat(clean(EAST).dead()).isOne();
    assertThat(journal.readAll()).contains(later);
  }

  @Test
  void endsWhenItsTimeIsOver() {
    assertThat(clean(EAST, Duration.ZERO)).isEqualTo(new Result(false, 0, 0, 0));
    east.beforeAnswer =
        () -> {
          try {
            Thread.sleep(1_000);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    assertThat(clean(EAST, Duration.ofMillis(900)).isComplete()).isFalse();
    assertThat(journal.readAll()).hasSize(5);
  }

  @Test
  void removesNothingWithoutALease() {
    table.link(EAST).always("GetItem", Disturbance.lost());
    assertThatThrownBy(() -> clean(EAST)).isInstanceOf(LeaseUnavailableException.class);
    table.link(EAST).heal();
    table.link(EAST).next("GetItem", call -> Optional.of(call.carryOut()));
    table.link(EAST).always("GetItem", Disturbance.lost());
    assertThatThrownBy(() -> clean(EAST)).isInstanceOf(LeaseUnavailableException.class);
    assertThat(journal.readAll()).hasSize(5);
  }
}
