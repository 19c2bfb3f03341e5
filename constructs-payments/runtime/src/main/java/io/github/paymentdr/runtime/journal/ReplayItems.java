package io.github.paymentdr.runtime.journal;

import io.github.paymentdr.runtime.lease.ControlTable;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The progress of a replay as an item of the control table. */
final class ReplayItems {
  private ReplayItems() {}

  static Map<String, AttributeValue> key(String region) {
    return Map.of(ControlTable.ID, JournalItems.text(ControlTable.REPLAY + region));
  }

  static Map<String, AttributeValue> item(String region, ReplayProgress progress) {
    Map<String, AttributeValue> item = new HashMap<>(key(region));
    ReplayProgress.Counts counts = progress.counts();
    item.put(ControlTable.EPOCH, JournalItems.number(progress.epoch()));
    item.put(ControlTable.WRITTEN_AT, JournalItems.text(ControlTable.time(progress.keptAt())));
    item.put("places", texts(progress.bookmark().places()));
    item.put("isLast", AttributeValue.fromBool(progress.isLast()));
    item.put("isBehind", AttributeValue.fromBool(progress.isBehind()));
    item.put("isUndone", AttributeValue.fromBool(progress.isUndone()));
    item.put("appliedBefore", JournalItems.number(progress.appliedBefore()));
    item.put("entries", JournalItems.number(counts.entries()));
    item.put("applied", JournalItems.number(counts.applied()));
    item.put("superseded", JournalItems.number(counts.superseded()));
    item.put("blockedEntries", JournalItems.number(counts.blocked()));
    item.put("blockedSlots", texts(counts.blockedSlots()));
    return item;
  }

  /**
   * Reads an item.
   *
   * @return the progress; empty for one that this version does not know, which costs no more than
   *     the way from the beginning
   */
  static Optional<ReplayProgress> progress(Map<String, AttributeValue> item) {
    try {
      return Optional.of(
          new ReplayProgress(
              JournalItems.number(item, ControlTable.EPOCH),
              new Bookmark(false, texts(item, "places")),
              isTrue(item, "isLast"),
              isTrue(item, "isBehind"),
              isTrue(item, "isUndone"),
              JournalItems.number(item, "appliedBefore"),
              new ReplayProgress.Counts(
                  JournalItems.number(item, "entries"),
                  JournalItems.number(item, "applied"),
                  JournalItems.number(item, "superseded"),
                  JournalItems.number(item, "blockedEntries"),
                  texts(item, "blockedSlots")),
              Instant.parse(JournalItems.text(item, ControlTable.WRITTEN_AT))));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static AttributeValue texts(List<String> values) {
    return AttributeValue.fromL(values.stream().map(JournalItems::text).toList());
  }

  private static List<String> texts(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    if (value == null || !value.hasL()) {
      throw new IllegalArgumentException(name + " must be a list");
    }
    return value.l().stream().map(AttributeValue::s).toList();
  }

  private static boolean isTrue(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    if (value == null || value.bool() == null) {
      throw new IllegalArgumentException(name + " must be true or false");
    }
    return value.bool();
  }
}
