package io.github.paymentdr.runtime.journal;

import static io.github.paymentdr.runtime.journal.TestEntries.EAST;
import static io.github.paymentdr.runtime.journal.TestEntries.NOW;
import static io.github.paymentdr.runtime.journal.TestEntries.WEST;
import static io.github.paymentdr.runtime.journal.TestEntries.change;
import static io.github.paymentdr.runtime.journal.TestEntries.creation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.RegionNotActiveException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.testing.ControlLink;
import io.github.paymentdr.runtime.testing.ControlLink.Answer;
import io.github.paymentdr.runtime.testing.ControlLink.Call;
import io.github.paymentdr.runtime.testing.ControlTables;
import io.github.paymentdr.runtime.testing.Disturbance;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

final class DynamoDbJournalTest {
  private final ControlTables table = ControlTables.create();
  private final ControlLink link = table.link(EAST);
  private final Journal journal = new DynamoDbJournal(link.patientClient(), table.name());

  @AfterEach
  void close() {
    table.close();
  }

  @Test
  void keepsEntriesAsTheyAreAndReadsThemOnly() {
    JournalEntry creation = creation("order/4711 ü", "a1", 1);
    JournalEntry change = change("p1", 2, "a2", 1);
    table.putLease(EAST, 1, Lease.State.ACTIVE);
    assertThat(journal.readAll()).isEmpty();
    journal.write(creation);
    journal.write(change);

    assertThat(journal.readAll()).containsExactlyInAnyOrder(creation, change);
    assertThat(table.items())
        .containsOnlyKeys("lease", "journal/key/order/4711 ü", "journal/group/p1/2");
    assertThat(table.item("journal/group/p1/2"))
        .containsOnlyKeys(
            "id", "group", "sequence", "attempt", "epoch", "region", "content", "writtenAt")
        .containsEntry("writtenAt", ControlTables.text("2026-11-22T10:00:00.123Z"));
  }

  @Test
  void theSameAttemptIsKeptOnce() {
    journal.write(creation("p1", "a1", 1));
    journal.write(creation("p1", "a1", 1));

    assertThat(journal.readAll()).containsExactly(creation("p1", "a1", 1));
  }

  @Test
  void anotherAttemptGivesWayUnlessItsEpochIsLater() {
    journal.write(creation("p1", "a1", 1));
    journal.write(creation("p1", "a2", 1));
    assertThat(journal.readAll()).containsExactly(creation("p1", "a2", 1));
    journal.write(creation("p1", "a3", 2));
    assertThat(journal.readAll()).containsExactly(creation("p1", "a3", 2));

    assertThatThrownBy(() -> journal.write(creation("p1", "a4", 1)))
        .isInstanceOf(RegionNotActiveException.class)
        .hasMessage(
            "us-west-2 has accepted something in epoch 2 in place of what us-east-1 would accept"
                + " in epoch 1");
    assertThat(journal.readAll()).containsExactly(creation("p1", "a3", 2));
  }

  @Test
  void anEntryIsKeptOrNotKnownToBeWhateverBecomesOfAnyCall() {
    List<Disturbance> disturbances =
        List.of(
            Disturbance.lost(),
            Disturbance.answerLost(),
            Disturbance.error(400, "ThrottlingException"),
            Disturbance.error(400, "ReplicatedWriteConflictException"),
            Disturbance.error(500, "InternalServerError"),
            Disturbance.answerError(500, "InternalServerError"));
    int number = 0;
    for (Disturbance disturbance : disturbances) {
      for (boolean isTaken : new boolean[] {false, true}) {
        for (int call = 0; call < (isTaken ? 2 : 1); call++) {
          String payment = "p" + number++;
          if (isTaken) {
            journal.write(creation(payment, "dead", 1));
          }
          if (call == 1) {
            link.next("PutItem", passing());
          }
          link.next("PutItem", disturbance);
          journal.write(creation(payment, "live", 1));
          assertThat(table.item("journal/key/" + payment))
              .containsEntry("attempt", ControlTables.text("live"));
        }
      }
    }
    assertThat(number).isEqualTo(18);
  }

  @Test
  void aLinkThatStaysBrokenLeavesTheOutcomeUnknownAndTheNextAttemptIsRight() {
    for (boolean isTaken : new boolean[] {false, true}) {
      for (Disturbance disturbance : List.of(Disturbance.lost(), Disturbance.answerLost())) {
        outcomeIsUnknown(journal, isTaken, disturbance);
      }
    }
    Journal ofProduction = new DynamoDbJournal(link.client(), table.name());
    outcomeIsUnknown(ofProduction, false, Disturbance.answerHangs());
  }

  private void outcomeIsUnknown(Journal asked, boolean isTaken, Disturbance disturbance) {
    if (isTaken) {
      journal.write(creation("p1", "dead", 1));
      link.next("PutItem", passing());
    }
    link.always("PutItem", disturbance);
    assertThatThrownBy(() -> asked.write(creation("p1", "unknown", 1)))
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessageStartingWith("the entry of slot key/p1 is not known to be kept (control");
    link.heal();

    journal.write(creation("p1", "live", 1));
    assertThat(journal.readAll()).containsExactly(creation("p1", "live", 1));
    journal.removeReplicated(List.of(creation("p1", "live", 1)));
    assertThat(journal.readAll()).isEmpty();
  }

  @Test
  void aCallThatIsRefusedIsNotAskedForAgain() {
    link.always("PutItem", Disturbance.error(400, "AccessDeniedException"));

    assertThatThrownBy(() -> journal.write(creation("p1", "a1", 1)))
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessage(
            "the entry of slot key/p1 is not known to be kept (control table %s):"
                + " AccessDeniedException (played); allow it to the function's role",
            table.name());
    assertThat(link.count("PutItem")).isOne();
  }

  /** Calls that the network keeps, to be carried out whenever the test wants it. */
  private static final class Late {
    private final List<Call> calls = new ArrayList<>();

    Disturbance keep() {
      return call -> {
        synchronized (calls) {
          calls.add(call);
        }
        return Optional.empty();
      };
    }

    void arrive() {
      for (Call call : calls) {
        try {
          Answer answer = call.carryOut();
          assertThat(answer.status()).isIn(200, 400);
        } catch (IOException | InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** Two attempts of a slot, each of which the network may hold back until any later moment. */
  @Test
  void aLateCallOfADeadAttemptNeverReplacesALiveOne() {
    for (boolean isTaken : new boolean[] {false, true}) {
      for (long liveEpoch : new long[] {1, 2}) {
        if (isTaken) {
          journal.write(creation("p1", "older", 1));
          link.next("PutItem", passing());
        }
        Late late = new Late();
        link.always("PutItem", late.keep());
        assertThatThrownBy(() -> journal.write(creation("p1", "dead", 1)))
            .isInstanceOf(JournalUnavailableException.class);
        link.heal();

        JournalEntry live = creation("p1", "live", liveEpoch);
        journal.write(live);
        late.arrive();
        assertThat(journal.readAll()).containsExactly(live);
        journal.removeReplicated(List.of(live));
        late.arrive();

        // A first write finds the slot empty again; a replacement does not find what it replaces.
        if (isTaken) {
          assertThat(journal.readAll())
              .allMatch(entry -> entry.attempt().equals("dead"))
              .hasSizeLessThanOrEqualTo(1);
        } else {
          assertThat(journal.readAll()).containsExactly(creation("p1", "dead", 1));
          MemoryDatabase database = new MemoryDatabase();
          database.commit(live);
          JournalReplay.Result result =
              new JournalReplay(WEST, journal, database, Clock.systemUTC())
                  .run(Deadline.after(Duration.ofMinutes(1)), 2);
          assertThat(result.superseded()).isOne();
          assertThat(database.attempt("key/p1")).isEqualTo("live");
        }
        assertThat(journal.removeDead(creation("p1", "dead", isTaken ? 1 : 2))).isEqualTo(!isTaken);
      }
    }
  }

  /**
   * The dead attempt is there when the live one looks, and what comes after is each possibility.
   */
  @Test
  void whatHappensBetweenTheTwoCallsOfAReplacement() {
    Map<String, Runnable> events = new HashMap<>();
    events.put("nothing", () -> {});
    events.put("removed", () -> journal.removeDead(creation("p1", "dead", 1)));
    events.put("another dead attempt", () -> table.put(item(creation("p1", "dead2", 1))));
    events.forEach(
        (name, event) -> {
          table.put(item(creation("p1", "dead", 1)));
          link.next("PutItem", Disturbance.after(event));
          journal.write(creation("p1", "live", 1));
          assertThat(journal.readAll()).as(name).containsExactly(creation("p1", "live", 1));
        });

    table.put(item(creation("p1", "dead", 1)));
    link.next("PutItem", Disturbance.after(() -> table.put(item(creation("p1", "successor", 2)))));
    assertThatThrownBy(() -> journal.write(creation("p1", "live", 1)))
        .isInstanceOf(RegionNotActiveException.class);
    assertThat(journal.readAll()).containsExactly(creation("p1", "successor", 2));
  }

  @Test
  void aSlotThatChangesAllTheTimeIsGivenUp() {
    AtomicReference<Integer> number = new AtomicReference<>(0);
    table.put(item(creation("p1", "dead", 1)));
    link.always(
        "PutItem",
        Disturbance.before(
            () -> table.put(item(creation("p1", "dead" + number.updateAndGet(i -> i + 1), 1)))));

    assertThatThrownBy(() -> journal.write(creation("p1", "live", 1)))
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessage("the slot key/p1 of the journal changes all the time; repeat it");
    assertThat(number.get()).isEqualTo(5);
  }

  @Test
  void whatIsBlockedIsNeitherReplacedNorRemovedAsDead() {
    JournalEntry blocked = change("p1", 3, "a3", 1);
    journal.write(blocked);
    journal.keepBlocked(change("p1", 3, "other", 1));
    assertThat(table.item("journal/group/p1/3")).doesNotContainKey("blocked");
    journal.keepBlocked(blocked);
    journal.keepBlocked(blocked);

    assertThat(journal.readAll()).containsExactly(blocked);
    assertThat(journal.removeDead(blocked)).isFalse();
    journal.write(blocked);
    assertThatThrownBy(() -> journal.write(change("p1", 3, "a4", 2)))
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessage(
            "the slot group/p1/3 of the journal has what a replay could not write and what may"
                + " have been acknowledged; look at it by hand, then delete the item");
    assertThat(journal.readAll()).containsExactly(blocked);
    journal.removeReplicated(List.of(blocked));
    assertThat(journal.readAll()).isEmpty();
  }

  @Test
  void aDeadEntryIsRemovedOnlyAsThatAttempt() {
    journal.write(creation("p1", "a2", 1));

    assertThat(journal.removeDead(creation("p1", "a1", 1))).isFalse();
    assertThat(journal.readAll()).hasSize(1);
    assertThat(journal.removeDead(creation("p1", "a2", 1))).isTrue();
    assertThat(journal.removeDead(creation("p1", "a2", 1))).isFalse();
    link.always("DeleteItem", Disturbance.answerLost());
    assertThatThrownBy(() -> journal.removeDead(creation("p1", "a2", 1)))
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessageStartingWith("the dead entry of slot key/p1 is not known to be removed");
  }

  @Test
  void whatWasNotProcessedIsRemovedByAnotherCall() {
    List<JournalEntry> entries =
        IntStream.range(0, 60).mapToObj(i -> creation("p" + i, "a" + i, 1)).toList();
    entries.forEach(entry -> table.put(item(entry)));
    JournalEntry stays = creation("stays", "a", 1);
    journal.write(stays);
    link.next("BatchWriteItem", call -> Optional.of(unprocessed(call)))
        .next("BatchWriteItem", Disturbance.answerLost())
        .next("BatchWriteItem", call -> Optional.of(unprocessed(call)));

    journal.removeReplicated(Stream.concat(entries.stream(), entries.stream()).toList());
    assertThat(journal.readAll()).containsExactly(stays);
    journal.removeReplicated(List.of());

    link.always("BatchWriteItem", call -> Optional.of(unprocessed(call)));
    assertThatThrownBy(() -> journal.removeReplicated(List.of(stays)))
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessage("1 replicated entries could not be removed, the table is too busy; call again");
    link.always("BatchWriteItem", Disturbance.error(400, "AccessDeniedException"));
    assertThatThrownBy(() -> journal.removeReplicated(List.of(stays)))
        .isInstanceOf(JournalUnavailableException.class);
    assertThat(journal.readAll()).containsExactly(stays);
  }

  private static Answer unprocessed(Call call) {
    String body = call.body();
    String items = body.substring(body.indexOf(':') + 1, body.length() - 1);
    return new Answer(200, "{\"UnprocessedItems\":" + items + "}");
  }

  @Test
  void tenThousandEntriesAreReadPageByPage() {
    int count = 10_000;
    String padding = "x".repeat(100);
    IntStream.range(0, count / 25)
        .parallel()
        .forEach(
            batch ->
                table
                    .client()
                    .batchWriteItem(
                        write ->
                            write.requestItems(
                                Map.of(
                                    table.name(),
                                    IntStream.range(batch * 25, batch * 25 + 25)
                                        .mapToObj(i -> put(i, padding))
                                        .toList()))));
    table.putLease(EAST, 1, Lease.State.ACTIVE);

    List<JournalEntry> all = journal.readAll();
    assertThat(all).hasSize(count);
    assertThat(new HashSet<>(all)).hasSize(count);
    assertThat(link.count("Scan")).isGreaterThanOrEqualTo(20);

    List<Integer> parts = new ArrayList<>();
    assertThat(
            journal.read(
                some -> {
                  parts.add(some.size());
                  return parts.size() < 3;
                }))
        .isFalse();
    assertThat(parts).hasSize(3).allMatch(size -> size <= 500);

    link.next("Scan", passing()).next("Scan", passing()).next("Scan", passing());
    link.next("Scan", passing()).next("Scan", passing()).always("Scan", Disturbance.lost());
    assertThatThrownBy(journal::readAll)
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessageStartingWith("the journal could not be read (control table " + table.name());
    link.heal();

    // What is not there any more does not come in the way of what is.
    MemoryDatabase database = new MemoryDatabase();
    database.followed = EAST;
    all.forEach(database::commit);
    JournalCleaning.Result cleaned =
        new JournalCleaning(
                TestEntries.WEST,
                () -> new Lease(EAST, 1, Lease.State.ACTIVE),
                journal,
                database,
                Clock.fixed(NOW, ZoneOffset.UTC))
            .run(Deadline.after(Duration.ofMinutes(1)));
    assertThat(cleaned).isEqualTo(new JournalCleaning.Result(true, count, count, 0));
    assertThat(table.items()).containsOnlyKeys("lease");
  }

  private static WriteRequest put(int number, String padding) {
    Map<String, AttributeValue> item = new HashMap<>(item(creation("p" + number, "a" + number, 1)));
    item.put("content", ControlTables.text(padding));
    return WriteRequest.builder().putRequest(put -> put.item(item)).build();
  }

  @Test
  void anEntryThatDynamoDbWouldRefuseIsNotSent() {
    JournalEntry small = sized("p1", 0);
    int room = JournalItems.MAX_ITEM_BYTES - JournalItems.size(JournalItems.item(small));
    journal.write(sized("p1", room));
    assertThat(journal.readAll()).hasSize(1);
    long calls = link.count("PutItem");

    assertThatThrownBy(() -> journal.write(sized("p1", room + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the entry of slot key/p1 must have at most 409600 bytes in the journal, got 409601;"
                + " nothing was accepted, keep what is large elsewhere");
    assertThatThrownBy(() -> journal.write(sized("k".repeat(2037), 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the slot of a journal entry must have at most 2040 bytes, got 2041; nothing was"
                + " accepted");
    assertThat(link.count("PutItem")).isEqualTo(calls);
    journal.write(sized("k".repeat(2036), 0));
  }

  private static JournalEntry sized(String payment, int content) {
    return new JournalEntry(
        JournalEntry.ofKey(payment), "g", 1, "a", 1, EAST, "x".repeat(content), NOW);
  }

  @Test
  void anItemThatIsNoEntryIsSaid() {
    table.put(Map.of("id", ControlTables.text("journal/odd"), "group", ControlTables.number(1)));

    assertThatThrownBy(journal::readAll)
        .isInstanceOf(JournalUnavailableException.class)
        .hasMessage(
            "the item journal/odd is no journal entry; move it elsewhere by hand: group must be a"
                + " text");
  }

  @Test
  void refusesEntriesThatMakeNoSense() {
    assertThatThrownBy(() -> change("p1", 0, "a", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sequence and epoch must be at least 1, got 0 and 1");
    assertThatThrownBy(() -> creation("p1", "", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("slot, group and attempt must not be empty");
  }

  private static Disturbance passing() {
    return call -> Optional.of(call.carryOut());
  }

  private static Map<String, AttributeValue> item(JournalEntry entry) {
    return JournalItems.item(entry);
  }
}
