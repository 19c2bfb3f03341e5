package io.github.paymentdr.runtime.journal;

import java.time.Instant;

/** Entries as tests need them. */
final class TestEntries {
  static final String EAST = "us-east-1";
  static final String WEST = "us-west-2";
  static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123Z");

  private TestEntries() {}

  /** A payment that is created under the key of the same name. */
  static JournalEntry creation(String payment, String attempt, long epoch) {
    return entry(JournalEntry.ofKey(payment), payment, 1, attempt, epoch, NOW);
  }

  static JournalEntry change(String payment, long sequence, String attempt, long epoch) {
    return entry(JournalEntry.ofChange(payment, sequence), payment, sequence, attempt, epoch, NOW);
  }

  static JournalEntry writtenAt(JournalEntry entry, Instant time) {
    return entry(
        entry.slot(), entry.group(), entry.sequence(), entry.attempt(), entry.epoch(), time);
  }

  private static JournalEntry entry(
      String slot, String group, long sequence, String attempt, long epoch, Instant time) {
    return new JournalEntry(
        slot,
        group,
        sequence,
        attempt,
        epoch,
        epoch % 2 == 1 ? EAST : WEST,
        "{\"attempt\":\"" + attempt + "\",\"payee\":\"Grüße €\"}",
        time);
  }
}
