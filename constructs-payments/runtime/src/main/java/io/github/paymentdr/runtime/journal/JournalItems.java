package io.github.paymentdr.runtime.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.lease.ControlTable;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Entries as items of the control table. */
final class JournalItems {
  /** What DynamoDB takes as one item, names included. */
  static final int MAX_ITEM_BYTES = 400 * 1024;

  /** What DynamoDB takes as a key. */
  static final int MAX_KEY_BYTES = 2048;

  private static final int MAX_NUMBER_BYTES = 21;

  private JournalItems() {}

  static Map<String, AttributeValue> key(JournalEntry entry) {
    return Map.of(ControlTable.ID, text(ControlTable.JOURNAL + entry.slot()));
  }

  static Map<String, AttributeValue> item(JournalEntry entry) {
    Map<String, AttributeValue> item = new HashMap<>(key(entry));
    item.put(ControlTable.GROUP, text(entry.group()));
    item.put(ControlTable.SEQUENCE, number(entry.sequence()));
    item.put(ControlTable.ATTEMPT, text(entry.attempt()));
    item.put(ControlTable.EPOCH, number(entry.epoch()));
    item.put(ControlTable.ACCEPTED_IN, text(entry.region()));
    item.put(ControlTable.CONTENT, text(entry.content()));
    item.put(ControlTable.WRITTEN_AT, text(ControlTable.time(entry.writtenAt())));
    return item;
  }

  /** Makes the item of an entry that goes in, with what DynamoDB would refuse. */
  static Map<String, AttributeValue> checkedItem(JournalEntry entry) {
    Map<String, AttributeValue> item = item(entry);
    int key = bytes(ControlTable.JOURNAL + entry.slot());
    if (key > MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "the slot of a journal entry must have at most "
              + (MAX_KEY_BYTES - bytes(ControlTable.JOURNAL))
              + " bytes, got "
              + bytes(entry.slot())
              + "; nothing was accepted");
    }
    int size = size(item);
    if (size > MAX_ITEM_BYTES) {
      throw new IllegalArgumentException(
          "the entry of slot "
              + entry.slot()
              + " must have at most "
              + MAX_ITEM_BYTES
              + " bytes in the journal, got "
              + size
              + "; nothing was accepted, keep what is large elsewhere");
    }
    return item;
  }

  static int size(Map<String, AttributeValue> item) {
    int size = 0;
    for (Map.Entry<String, AttributeValue> attribute : item.entrySet()) {
      String text = attribute.getValue().s();
      size += bytes(attribute.getKey()) + (text == null ? MAX_NUMBER_BYTES : bytes(text));
    }
    return size;
  }

  static JournalEntry entry(Map<String, AttributeValue> item) {
    String id = text(item, ControlTable.ID);
    try {
      return new JournalEntry(
          id.substring(ControlTable.JOURNAL.length()),
          text(item, ControlTable.GROUP),
          number(item, ControlTable.SEQUENCE),
          text(item, ControlTable.ATTEMPT),
          number(item, ControlTable.EPOCH),
          text(item, ControlTable.ACCEPTED_IN),
          text(item, ControlTable.CONTENT),
          Instant.parse(text(item, ControlTable.WRITTEN_AT)));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new JournalUnavailableException(
          "the item " + id + " is no journal entry; move it elsewhere by hand: " + e.getMessage(),
          e);
    }
  }

  static boolean isBlocked(Map<String, AttributeValue> item) {
    return item.containsKey(ControlTable.BLOCKED);
  }

  static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }

  static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }

  static String text(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    if (value == null || value.s() == null) {
      throw new IllegalArgumentException(name + " must be a text");
    }
    return value.s();
  }

  static long number(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    if (value == null || value.n() == null) {
      throw new IllegalArgumentException(name + " must be a number");
    }
    return Long.parseLong(value.n());
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
