package io.github.paymentdr.runtime.journal;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** A region's database that is all memory: the attempt in each slot, and a lock for each. */
final class MemoryDatabase implements JournalTarget {
  private final Map<String, JournalEntry> rows = new ConcurrentHashMap<>();
  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
  private final AtomicInteger applications = new AtomicInteger();
  private final AtomicInteger questions = new AtomicInteger();
  final List<Long> activeIn = new CopyOnWriteArrayList<>();
  volatile String followed = "";
  volatile int crashBefore = Integer.MAX_VALUE;
  volatile int crashAfter = Integer.MAX_VALUE;
  volatile Runnable beforeAnswer = () -> {};

  /** The process was killed. */
  static final class CrashException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  ReentrantLock lock(String slot) {
    return locks.computeIfAbsent(slot, name -> new ReentrantLock());
  }

  void commit(JournalEntry entry) {
    JournalEntry before = rows.putIfAbsent(entry.slot(), entry);
    if (before != null && !before.equals(entry)) {
      throw new AssertionError("two truths: " + before + " and " + entry);
    }
  }

  /** {@return the attempt that is in a slot, empty for none} */
  String attempt(String slot) {
    JournalEntry row = rows.get(slot);
    return row == null ? "" : row.attempt();
  }

  Map<String, String> attempts() {
    return rows.values().stream()
        .collect(Collectors.toMap(JournalEntry::slot, JournalEntry::attempt));
  }

  Collection<JournalEntry> rows() {
    return rows.values();
  }

  int applications() {
    return applications.get();
  }

  int questions() {
    return questions.get();
  }

  @Override
  public Outcome apply(JournalEntry entry) {
    int number = applications.incrementAndGet();
    if (number == crashBefore) {
      throw new CrashException();
    }
    Outcome outcome = write(entry);
    if (number == crashAfter) {
      throw new CrashException();
    }
    return outcome;
  }

  private Outcome write(JournalEntry entry) {
    JournalEntry row = rows.get(entry.slot());
    if (row != null) {
      return row.attempt().equals(entry.attempt()) ? Outcome.PRESENT : Outcome.SUPERSEDED;
    }
    if (entry.sequence() > 1 && !hasChange(entry.group(), entry.sequence() - 1)) {
      return Outcome.BLOCKED;
    }
    rows.put(entry.slot(), entry);
    return Outcome.APPLIED;
  }

  private boolean hasChange(String group, long sequence) {
    return rows.values().stream()
        .anyMatch(row -> row.group().equals(group) && row.sequence() == sequence);
  }

  @Override
  public Set<String> present(Collection<JournalEntry> entries) {
    questions.incrementAndGet();
    Set<String> present = new HashSet<>();
    for (JournalEntry entry : entries) {
      JournalEntry row = rows.get(entry.slot());
      if (row != null && Objects.equals(row.attempt(), entry.attempt())) {
        present.add(entry.slot());
      }
    }
    beforeAnswer.run();
    return present;
  }

  @Override
  public boolean follows(String activeRegion, long epoch) {
    return followed.equals(activeRegion);
  }

  @Override
  public void beActive(long epoch) {
    activeIn.add(epoch);
  }
}
