package io.github.paymentdr.runtime.journal;

import static io.github.paymentdr.runtime.journal.TestEntries.EAST;
import static io.github.paymentdr.runtime.journal.TestEntries.WEST;
import static io.github.paymentdr.runtime.journal.TestEntries.creation;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.Lease.State;
import io.github.paymentdr.runtime.lease.LeaseUnavailableException;
import io.github.paymentdr.runtime.lease.Permit;
import io.github.paymentdr.runtime.lease.RegionGuard;
import io.github.paymentdr.runtime.lease.RegionNotActiveException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.testing.ControlLink;
import io.github.paymentdr.runtime.testing.ControlTables;
import io.github.paymentdr.runtime.testing.Disturbance;
import io.github.paymentdr.runtime.testing.Eventually;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Callers who repeat their keys in either region, answers that get lost, and a takeover in the
 * midst of it, without any wait for the lease time. What was acknowledged must be in the
 * successor's database, and what both regions acknowledged must be the same.
 */
final class AcknowledgedTest {
  private static final int CALLERS = 8;
  private static final int PAYMENTS = 24;

  private final ControlTables table = ControlTables.create();
  private final MemoryDatabase east = new MemoryDatabase();
  private final MemoryDatabase west = new MemoryDatabase();
  private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicBoolean isOver = new AtomicBoolean();

  private final class Region {
    private final MemoryDatabase database;
    private final RegionGuard guard;
    private final Journal journal;

    Region(String name, MemoryDatabase database) {
      this.database = database;
      ControlLink link = table.link(name);
      guard =
          new RegionGuard(
              name, new DynamoDbLease(link.patientClient(), table.name()), Duration.ofSeconds(5));
      journal = new DynamoDbJournal(link.patientClient(), table.name());
    }

    /** As a payment function does it. */
    void pay(String payment, Random random) {
      String slot = JournalEntry.ofKey(payment);
      guard.forget();
      Permit permit = guard.admit();
      ReentrantLock lock = database.lock(slot);
      lock.lock();
      try {
        String there = database.attempt(slot);
        if (there.isEmpty()) {
          JournalEntry entry = creation(payment, "a" + attempts.incrementAndGet(), permit.epoch());
          journal.write(entry);
          pause(random.nextInt(4));
          guard.confirm(permit);
          pause(random.nextInt(4));
          database.commit(entry);
          there = entry.attempt();
        }
        if (random.nextInt(5) > 0) {
          String before = acknowledged.putIfAbsent(slot, there);
          assertThat(before).isIn(null, there);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatWasAcknowledgedIsKnownToTheSuccessor(long seed) throws Exception {
    Random random = new Random(seed);
    table.putLease(EAST, 1, State.ACTIVE);
    List<Region> regions = List.of(new Region(EAST, east), new Region(WEST, west));
    disturb(table.link(EAST), random);
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 1);
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Random own = new Random(random.nextLong());
      callers.add(threads.submit(() -> call(regions, own)));
    }
    int enough = 1 + random.nextInt(PAYMENTS - 1);
    Eventually.holds(enough + " payments", () -> acknowledged.size() >= enough);

    table.putLease(WEST, 2, State.ACTIVATING);
    // Some rows had been replicated by the moment of the takeover.
    east.rows().stream().filter(row -> row.attempt().hashCode() % 3 == 0).forEach(west::commit);
    JournalReplay replay = new JournalReplay(WEST, regions.get(1).journal, west, Clock.systemUTC());
    JournalReplay.Result result;
    do {
      // A slot that changes while it is replayed is left to the next call.
      result = replay.run(Deadline.after(Duration.ofMinutes(1)), 2);
    } while (!result.isComplete());
    assertThat(result.blocked()).isZero();
    assertThat(west.attempts()).containsAllEntriesOf(acknowledged);
    table.putLease(WEST, 2, State.ACTIVE);
    pause(300);
    isOver.set(true);
    threads.shutdown();
    for (Future<?> caller : callers) {
      caller.get();
    }

    assertThat(west.attempts()).containsAllEntriesOf(acknowledged);
    // What the old region had committed in its last moments is what the new one has.
    east.attempts()
        .forEach((slot, attempt) -> assertThat(west.attempt(slot)).as(slot).isEqualTo(attempt));
    new JournalCleaning(
            WEST,
            new DynamoDbLease(table.client(), table.name()),
            regions.get(1).journal,
            west,
            Clock.fixed(TestEntries.NOW.plusSeconds(400), ZoneOffset.UTC))
        .run(Deadline.after(Duration.ofMinutes(1)));
    assertThat(new DynamoDbJournal(table.client(), table.name()).readAll())
        .allSatisfy(entry -> assertThat(west.attempt(entry.slot())).isEqualTo(entry.attempt()));
    table.close();
  }

  private void call(List<Region> regions, Random random) {
    while (!isOver.get()) {
      Region region = regions.get(random.nextInt(2));
      try {
        region.pay("p" + random.nextInt(PAYMENTS), random);
      } catch (RegionNotActiveException
          | JournalUnavailableException
          | LeaseUnavailableException e) {
        pause(1);
      }
    }
  }

  /** Each call may be lost, late, carried out without an answer, or carried out much later. */
  private static void disturb(ControlLink link, Random seeds) {
    Random random = new Random(seeds.nextLong());
    link.always(
        ControlLink.ANY,
        call ->
            switch (random.nextInt(12)) {
              case 0 -> Disturbance.lost().play(call);
              case 1 -> Disturbance.answerLost().play(call);
              case 2 -> Disturbance.delayed(Duration.ofMillis(random.nextInt(60))).play(call);
              case 3 -> Disturbance.answerDelayed(Duration.ofMillis(random.nextInt(60))).play(call);
              case 4 -> Disturbance.answerError(500, "InternalServerError").play(call);
              default -> Optional.of(call.carryOut());
            });
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
