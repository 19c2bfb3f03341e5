package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Something that was accepted.
 *
 * @param slot what can be accepted once only: see {@link #ofKey} and {@link #ofChange}
 * @param group what it belongs to, such as a payment; entries of a group are replayed in order
 * @param sequence its place in the group, from 1
 * @param attempt the one attempt to accept it, different for each
 * @param epoch the epoch that it was accepted in, or replayed in since
 * @param region the region that accepted it, or replayed it since
 * @param content all that is needed to write it to a database again
 * @param writtenAt when, by the clock of the region that accepted it
 */
public record JournalEntry(
    String slot,
    String group,
    long sequence,
    String attempt,
    long epoch,
    String region,
    String content,
    Instant writtenAt) {
  /** Checks the entry; times are kept in milliseconds. */
  public JournalEntry {
    requireNonNull(region);
    requireNonNull(content);
    if (slot.isEmpty() || group.isEmpty() || attempt.isEmpty()) {
      throw new IllegalArgumentException("slot, group and attempt must not be empty");
    }
    if (sequence < 1 || epoch < 1) {
      throw new IllegalArgumentException(
          "sequence and epoch must be at least 1, got " + sequence + " and " + epoch);
    }
    writtenAt = writtenAt.truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * The slot of what a caller creates under an idempotency key.
   *
   * @param key the key
   * @return the slot
   */
  public static String ofKey(String key) {
    return "key/" + key;
  }

  /**
   * The slot of a change of something that exists.
   *
   * @param group what is changed
   * @param sequence the number of the change
   * @return the slot
   */
  public static String ofChange(String group, long sequence) {
    return "group/" + group + "/" + sequence;
  }

  JournalEntry takenOver(long newEpoch, String newRegion) {
    return new JournalEntry(
        slot, group, sequence, attempt, newEpoch, newRegion, content, writtenAt);
  }
}
