package io.github.paymentdr.runtime.journal;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.aws.AwsFailures;
import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.lease.RegionNotActiveException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** The journal in the control table. */
public final class DynamoDbJournal implements Journal {
  /** How many calls are under way at once while entries are read or removed. */
  static final int THREADS = 4;

  private static final int BATCH = 25;
  private static final int WRITES = 5;
  private static final int ROUNDS = 5;

  /**
   * A page is small enough to come within a caller's time limits, one segment's worth at a time.
   */
  private static final int PAGE = 500;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  /** For what no caller of the application waits for, whatever the client's own limits are. */
  private static final AwsRequestOverrideConfiguration UNHURRIED =
      AwsRequestOverrideConfiguration.builder()
          .apiCallAttemptTimeout(Patience.LOOK_UP.attempt())
          .apiCallTimeout(Patience.LOOK_UP.call())
          .build();

  private static final Filter ALL =
      new Filter("begins_with(#id, :journal)", Map.of("#id", ControlTable.ID));

  private static final Filter UNBLOCKED =
      new Filter(
          ALL.expression() + " and attribute_not_exists(#blocked)",
          Map.of("#id", ControlTable.ID, "#blocked", ControlTable.BLOCKED));

  private final DynamoDbClient client;
  private final String table;

  /**
   * Makes a journal.
   *
   * @param client a client of this region with short time limits
   * @param table the control table
   */
  public DynamoDbJournal(DynamoDbClient client, String table) {
    this.client = requireNonNull(client);
    this.table = requireNonNull(table);
  }

  @Override
  public void write(JournalEntry entry) {
    write(entry, () -> {});
  }

  @Override
  public void write(JournalEntry entry, Runnable locks) {
    Map<String, AttributeValue> item = JournalItems.checkedItem(entry);
    Condition condition = Condition.EMPTY_SLOT;
    for (int i = 0; i < WRITES; i++) {
      Map<String, AttributeValue> found = put("kept", entry, item, condition);
      if (found == null) {
        return;
      }
      if (found.isEmpty()) {
        // A dead attempt was removed between two looks.
        condition = Condition.EMPTY_SLOT;
        continue;
      }
      JournalEntry other = JournalItems.entry(found);
      if (other.attempt().equals(entry.attempt())) {
        return;
      }
      refuseUnlessDead(entry, other, JournalItems.isBlocked(found));
      locks.run();
      condition = Condition.of(other);
    }
    throw new JournalUnavailableException(
        "the slot " + entry.slot() + " of the journal changes all the time; repeat it", null);
  }

  private static void refuseUnlessDead(JournalEntry entry, JournalEntry other, boolean isBlocked) {
    if (other.epoch() > entry.epoch()) {
      throw new RegionNotActiveException(
          other.region()
              + " has accepted something in epoch "
              + other.epoch()
              + " in place of what "
              + entry.region()
              + " would accept in epoch "
              + entry.epoch());
    }
    if (isBlocked) {
      throw new JournalUnavailableException(
          "the slot "
              + entry.slot()
              + " of the journal has what a replay could not write and what may have been"
              + " acknowledged; look at it by hand, then delete the item",
          null);
    }
  }

  /** {@return null when it was put, else what was there instead, empty for nothing} */
  private @Nullable Map<String, AttributeValue> put(
      String done, JournalEntry entry, Map<String, AttributeValue> item, Condition condition) {
    PutItemRequest request =
        PutItemRequest.builder()
            .tableName(table)
            .item(item)
            .conditionExpression(condition.expression())
            .expressionAttributeNames(condition.names())
            .expressionAttributeValues(condition.values())
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    try {
      client.putItem(request);
      return null;
    } catch (ConditionalCheckFailedException e) {
      return e.hasItem() ? e.item() : Map.of();
    } catch (SdkException e) {
      throw unavailable("the entry of slot " + entry.slot() + " is not known to be " + done, e);
    }
  }

  @Override
  public List<JournalEntry> readAll() {
    List<JournalEntry> entries = new ArrayList<>();
    read(
        some -> {
          entries.addAll(some);
          return true;
        });
    return entries;
  }

  @Override
  public boolean read(Predicate<List<JournalEntry>> reader) {
    return read(Bookmark.BEGIN, reader).isAtEnd();
  }

  @Override
  public boolean readUnblocked(Predicate<List<JournalEntry>> reader) {
    return read(Bookmark.BEGIN, reader, UNBLOCKED).isAtEnd();
  }

  @Override
  public Bookmark read(Bookmark from, Predicate<List<JournalEntry>> reader) {
    return read(from, reader, ALL);
  }

  private Bookmark read(Bookmark from, Predicate<List<JournalEntry>> reader, Filter filter) {
    Segments segments = Segments.of(from, THREADS);
    try (Workers<Page> workers = new Workers<>(THREADS)) {
      for (int segment = 0; segment < THREADS; segment++) {
        if (!segments.isAtEnd(segment)) {
          workers.add(page(segment, segments.lastRead(segment), filter));
        }
      }
      while (workers.hasNext()) {
        Page page = workers.next();
        if (!page.lastRead().isEmpty()) {
          workers.add(page(page.segment(), page.lastRead(), filter));
        }
        if (!page.entries().isEmpty() && !reader.test(page.entries())) {
          return segments.bookmark();
        }
        segments.moveTo(page.segment(), page.lastRead());
      }
      return Bookmark.END;
    }
  }

  /** Which items of the table are read. */
  private record Filter(String expression, Map<String, String> names) {}

  private record Page(int segment, List<JournalEntry> entries, String lastRead) {}

  private Callable<Page> page(int segment, String lastRead, Filter filter) {
    return () -> {
      try {
        ScanResponse answer =
            client.scan(
                scan ->
                    scan.tableName(table)
                        .consistentRead(true)
                        .limit(PAGE)
                        .overrideConfiguration(UNHURRIED)
                        .segment(segment)
                        .totalSegments(THREADS)
                        .exclusiveStartKey(lastRead.isEmpty() ? null : idOf(lastRead))
                        .filterExpression(filter.expression())
                        .expressionAttributeNames(filter.names())
                        .expressionAttributeValues(
                            Map.of(":journal", JournalItems.text(ControlTable.JOURNAL))));
        return new Page(
            segment,
            answer.items().stream().map(JournalItems::entry).toList(),
            answer.hasLastEvaluatedKey()
                ? JournalItems.text(answer.lastEvaluatedKey(), ControlTable.ID)
                : "");
      } catch (SdkException e) {
        throw unavailable("the journal could not be read", e);
      }
    };
  }

  private static Map<String, AttributeValue> idOf(String id) {
    return Map.of(ControlTable.ID, JournalItems.text(id));
  }

  @Override
  public Optional<ReplayProgress> replayProgress(String region) {
    try {
      return ReplayItems.progress(
          client
              .getItem(
                  get -> get.tableName(table).key(ReplayItems.key(region)).consistentRead(true))
              .item());
    } catch (SdkException e) {
      throw unavailable("how far the replay has come could not be read", e);
    }
  }

  @Override
  public void keepReplayProgress(String region, ReplayProgress progress) {
    try {
      client.putItem(put -> put.tableName(table).item(ReplayItems.item(region, progress)));
    } catch (SdkException e) {
      throw unavailable("how far the replay has come is not known to be kept", e);
    }
  }

  @Override
  public void forgetReplayProgress(String region) {
    try {
      client.deleteItem(delete -> delete.tableName(table).key(ReplayItems.key(region)));
    } catch (SdkException e) {
      throw unavailable("how far the replay had come is not known to be forgotten", e);
    }
  }

  @Override
  public Optional<JournalEntry> claim(JournalEntry entry, long epoch, String region) {
    if (entry.epoch() == epoch) {
      return Optional.of(entry);
    }
    JournalEntry claimed = entry.takenOver(epoch, region);
    Map<String, AttributeValue> found =
        put("taken over", entry, JournalItems.item(claimed), Condition.of(entry));
    if (found == null) {
      return Optional.of(claimed);
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    JournalEntry now = JournalItems.entry(found);
    // The answer to an earlier claim was lost; what is blocked nobody replaces anyway.
    return now.equals(claimed) || JournalItems.isBlocked(found)
        ? Optional.of(now)
        : Optional.empty();
  }

  @Override
  public void keepBlocked(JournalEntry entry) {
    Map<String, AttributeValue> item = JournalItems.item(entry);
    item.put(ControlTable.BLOCKED, AttributeValue.fromBool(true));
    put("marked", entry, item, Condition.of(entry));
  }

  @Override
  public void removeReplicated(Collection<JournalEntry> entries) {
    Map<String, WriteRequest> removals = new HashMap<>();
    for (JournalEntry entry : entries) {
      removals.put(
          entry.slot(),
          WriteRequest.builder()
              .deleteRequest(delete -> delete.key(JournalItems.key(entry)))
              .build());
    }
    List<WriteRequest> all = List.copyOf(removals.values());
    try (Workers<Integer> workers = new Workers<>(THREADS)) {
      for (int from = 0; from < all.size(); from += BATCH) {
        List<WriteRequest> batch = all.subList(from, Math.min(from + BATCH, all.size()));
        workers.add(() -> remove(batch));
      }
      while (workers.hasNext()) {
        workers.next();
      }
    }
  }

  private int remove(List<WriteRequest> batch) {
    List<WriteRequest> left = batch;
    Duration pause = FIRST_PAUSE;
    for (int round = 0; round < ROUNDS; round++) {
      List<WriteRequest> now = left;
      try {
        left =
            client
                .batchWriteItem(
                    write ->
                        write.requestItems(Map.of(table, now)).overrideConfiguration(UNHURRIED))
                .unprocessedItems()
                .getOrDefault(table, List.of());
      } catch (SdkException e) {
        throw unavailable("replicated entries are not known to be removed", e);
      }
      if (left.isEmpty()) {
        return batch.size();
      }
      pause = pause(pause);
    }
    throw new JournalUnavailableException(
        left.size() + " replicated entries could not be removed, the table is too busy; call again",
        null);
  }

  private static Duration pause(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JournalUnavailableException("interrupted while removing entries", e);
    }
    return pause.multipliedBy(2);
  }

  @Override
  public boolean removeDead(JournalEntry entry) {
    Condition condition = Condition.of(entry);
    try {
      client.deleteItem(
          delete ->
              delete
                  .tableName(table)
                  .key(JournalItems.key(entry))
                  .conditionExpression(condition.expression())
                  .expressionAttributeNames(condition.names())
                  .expressionAttributeValues(condition.values()));
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    } catch (SdkException e) {
      throw unavailable(
          "the dead entry of slot " + entry.slot() + " is not known to be removed", e);
    }
  }

  private JournalUnavailableException unavailable(String what, SdkException e) {
    return new JournalUnavailableException(
        what + " (control table " + table + "): " + AwsFailures.reason(e), e);
  }

  /** What must be in a slot for it to be changed. */
  private record Condition(
      String expression, Map<String, String> names, @Nullable Map<String, AttributeValue> values) {
    static final Condition EMPTY_SLOT =
        new Condition("attribute_not_exists(#id)", Map.of("#id", ControlTable.ID), null);

    static Condition of(JournalEntry entry) {
      return new Condition(
          "#attempt = :attempt and #epoch = :epoch and attribute_not_exists(#blocked)",
          Map.of(
              "#attempt",
              ControlTable.ATTEMPT,
              "#epoch",
              ControlTable.EPOCH,
              "#blocked",
              ControlTable.BLOCKED),
          Map.of(
              ":attempt",
              JournalItems.text(entry.attempt()),
              ":epoch",
              AttributeValue.fromN(Long.toString(entry.epoch()))));
    }
  }
}
