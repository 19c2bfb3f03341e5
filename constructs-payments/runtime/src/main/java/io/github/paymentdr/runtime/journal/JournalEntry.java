package io.github.paymentdr.runtime.journal;

import java.time.Instant;

/**
 * Something that was accepted.
 *
 * @param slot what can be accepted once only: see {@link #ofKey} and {@link #ofChange}
 * @param group what it belongs to, such as a payment; entries of a group are replayed in order
 * @param sequence its place in the group, from 1
 * @param attempt the one attempt to accept it, different for each
 * @param epoch the epoch that it was accepted in
 * @param region the region that accepted it
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
}
