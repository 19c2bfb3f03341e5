package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.journal.DynamoDbJournal;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.Permit;
import io.github.paymentdr.runtime.log.Log;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The replication was broken for long, so the journal has far more than one call can book. */
@DisplayName("B2: a journal that one call cannot replay")
class LongReplayTest {
  private static final int PAYMENTS = Integer.getInteger("replay.payments", 2_000);
  private static final int ENTRIES = 3 * PAYMENTS;
  private static final Duration CALL = Duration.ofMillis(Integer.getInteger("replay.millis", 100));
  private static final int MOST_CALLS = 400;
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private final TestDatabase database = TestDatabase.start().migrated();
  private final TestControlTable table = TestControlTable.create(TestControlTable.newServer());
  private final Databases databases = database.databases("postgres");
  private final DynamoDbJournal journal = new DynamoDbJournal(table.client(), table.name());
  private final JournalOperations operations = operations();

  private JournalOperations operations() {
    Log log = new Log(System.out, Map.of());
    DynamoDbLease lease = new DynamoDbLease(table.client(), table.name());
    return new JournalOperations(
        TestControlTable.WEST,
        lease,
        journal,
        new LedgerJournal(TestControlTable.WEST, lease, databases, log),
        Clock.systemUTC(),
        log);
  }

  @BeforeEach
  void fill() {
    IntStream.range(0, PAYMENTS)
        .parallel()
        .mapToObj(LongReplayTest::entriesOf)
        .flatMap(List::stream)
        .forEach(journal::write);
    table.putLease(TestControlTable.WEST, 2, Lease.State.ACTIVATING);
  }

  @AfterEach
  void close() {
    databases.close();
    database.close();
  }

  /** What a payment's key hides in is not where its changes are, so they are read in any order. */
  private static List<JournalEntry> entriesOf(int number) {
    Payment.Change authorised =
        Payment.authorise(
            new PaymentOrder(
                100, "EUR", "payer", "payee", Optional.of("order " + number), Optional.empty()),
            NOW);
    Payment.Change captured = authorised.payment().capture(Optional.empty(), NOW);
    Payment.Change refunded = captured.payment().refund(Optional.of(30L), NOW);
    return Stream.of(
            entry(number + "-1", 1, authorised),
            entry(number + "-2", 2, captured),
            entry(number + "-3", 3, refunded))
        .toList();
  }

  private static JournalEntry entry(String key, long sequence, Payment.Change change) {
    return new LedgerEntry(
            new IdempotencyKey(key, "0".repeat(64)),
            Answer.of(sequence == 1 ? 201 : 200, change.payment()),
            change)
        .toJournal(sequence, new Permit(1), TestControlTable.EAST, NOW);
  }

  private Map<String, Object> replay() {
    return operations.run(
        new JournalOperations.Operation("replayJournal", Map.of("epoch", 2)), CALL);
  }

  @Test
  void isBookedByAsManyCallsAsItNeedsEachEntryOnce() throws Exception {
    long begin = System.nanoTime();
    Map<String, Object> answer = replay();
    assertThat(answer).as("one call is too short").containsEntry("complete", false);
    int calls = 1;
    long booked = bookings();
    while (answer.get("complete").equals(false)) {
      answer = replay();
      assertThat(++calls).isLessThan(MOST_CALLS);
      assertThat(bookings()).as("bookings after call " + calls).isGreaterThanOrEqualTo(booked);
      booked = bookings();
    }

    System.out.printf(
        "%s entries, all missing: %s calls of %s ms, %s ms%n",
        ENTRIES, calls, CALL.toMillis(), (System.nanoTime() - begin) / 1_000_000);
    assertThat(answer)
        .containsEntry("entries", (long) ENTRIES)
        .containsEntry("applied", (long) ENTRIES)
        .containsEntry("present", 0L)
        .containsEntry("blocked", 0L);
    assertThat(bookings()).isEqualTo(ENTRIES);
    assertThat(count("payment where status = 'PARTIALLY_REFUNDED' and refunded = 30"))
        .isEqualTo(PAYMENTS);
    assertThat(count("idempotency_key")).isEqualTo(ENTRIES);
    assertThat(count("unbalanced_booking")).isZero();

    begin = System.nanoTime();
    calls = 0;
    do {
      answer = replay();
      assertThat(++calls).isLessThan(MOST_CALLS);
    } while (answer.get("complete").equals(false));
    System.out.printf(
        "%s entries, none missing: %s calls, %s ms%n",
        ENTRIES, calls, (System.nanoTime() - begin) / 1_000_000);
    assertThat(answer).containsEntry("applied", 0L).containsEntry("present", (long) ENTRIES);
    assertThat(bookings()).isEqualTo(ENTRIES);
  }

  private long bookings() throws Exception {
    return count("booking");
  }

  private long count(String table) throws Exception {
    return database.count("select count(*) from ledger." + table);
  }
}
