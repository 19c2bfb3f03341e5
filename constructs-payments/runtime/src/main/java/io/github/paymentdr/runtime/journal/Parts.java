package io.github.paymentdr.runtime.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts entries into parts that a database is asked about at once, between two looks at the time.
 */
final class Parts {
  /** How many entries a part has at most. */
  static final int SIZE = 500;

  private Parts() {}

  static List<List<JournalEntry>> of(List<JournalEntry> entries) {
    List<List<JournalEntry>> parts = new ArrayList<>();
    for (int from = 0; from < entries.size(); from += SIZE) {
      parts.add(entries.subList(from, Math.min(from + SIZE, entries.size())));
    }
    return parts;
  }
}
