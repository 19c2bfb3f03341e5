package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.journal.Journal;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.journal.JournalTarget;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.log.Log;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("B2: the journal's operations")
class JournalOperationsTest {
  /** A state machine that is answered more than 256 KiB ends at once. */
  @Test
  void ofManyBlockedPaymentsSomeAreNamedAndAllCounted() {
    int blocked = 10_000;
    JournalOperations operations =
        new JournalOperations(
            "us-west-2",
            () -> new Lease("us-west-2", 2, Lease.State.ACTIVATING),
            new ManyEntries(blocked),
            new NothingFits(),
            Clock.systemUTC(),
            new Log(System.out, Map.of()));

    Map<String, Object> answer =
        operations.run(
            new JournalOperations.Operation("replayJournal", Map.of("epoch", 2)),
            Duration.ofMinutes(1));

    assertThat(answer).containsEntry("complete", true).containsEntry("blocked", (long) blocked);
    assertThat((List<?>) answer.get("blockedSlots")).hasSize(50);
    assertThat(Json.write(answer)).hasSizeLessThan(64 * 1024);
  }

  private record ManyEntries(int count) implements Journal {
    @Override
    public List<JournalEntry> readAll() {
      return IntStream.range(0, count)
          .mapToObj(
              i ->
                  new JournalEntry(
                      "group/" + "p".repeat(200) + "/" + i,
                      "p" + i,
                      2,
                      "attempt",
                      1,
                      "us-east-1",
                      "{}",
                      Instant.EPOCH))
          .toList();
    }

    @Override
    public void write(JournalEntry entry) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<JournalEntry> claim(JournalEntry entry, long epoch, String region) {
      return Optional.of(entry);
    }

    @Override
    public void keepBlocked(JournalEntry entry) {}

    @Override
    public void removeReplicated(Collection<JournalEntry> entries) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean removeDead(JournalEntry entry) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class NothingFits implements JournalTarget {
    @Override
    public Outcome apply(JournalEntry entry) {
      return Outcome.BLOCKED;
    }

    @Override
    public Set<String> present(Collection<JournalEntry> entries) {
      return Set.of();
    }

    @Override
    public boolean follows(String region, long epoch) {
      return false;
    }
  }
}
