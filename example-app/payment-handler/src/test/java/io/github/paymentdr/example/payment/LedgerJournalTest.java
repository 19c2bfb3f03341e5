package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.journal.JournalTarget.Outcome;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.Permit;
import io.github.paymentdr.runtime.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("B2: the ledger, as the journal sees it")
class LedgerJournalTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static TestApi api;
  private static Databases databases;

  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final LedgerJournal ledger =
      new LedgerJournal(
          TestControlTable.EAST,
          () -> new Lease(TestControlTable.EAST, 2, Lease.State.ACTIVATING),
          databases,
          new Log(new PrintStream(logged, true, UTF_8), Map.of()));
  private final String key = TestApi.unique();

  @BeforeAll
  static void start() {
    api = TestApi.start(1);
    databases = new Databases(TestDatabase.shared().database(1), TestDatabase.shared().reads(1));
  }

  @AfterAll
  static void stop() {
    api.close();
    databases.close();
  }

  private static JournalEntry entry(String key, long sequence, Payment.Change change) {
    return new LedgerEntry(
            new IdempotencyKey(key, "0".repeat(64)),
            Answer.of(sequence == 1 ? 201 : 200, change.payment()),
            change)
        .toJournal(sequence, new Permit(1), TestControlTable.EAST, NOW);
  }

  private static Payment.Change authorised() {
    return Payment.authorise(
        new PaymentOrder(
            100, "EUR", "payer", "payee", Optional.of("for \"x\""), Optional.of("session")),
        NOW);
  }

  private static JournalEntry with(JournalEntry entry, String content) {
    return new JournalEntry(
        entry.slot(),
        entry.group(),
        entry.sequence(),
        entry.attempt(),
        entry.epoch(),
        entry.region(),
        content,
        entry.writtenAt());
  }

  @Nested
  class Creations {
    @Test
    void areAppliedOnceAndThenPresent() {
      Payment.Change change = authorised();
      JournalEntry entry = entry(key, 1, change);

      assertThat(ledger.present(List.of(entry))).isEmpty();
      assertThat(ledger.apply(entry)).isEqualTo(Outcome.APPLIED);
      assertThat(ledger.apply(entry)).isEqualTo(Outcome.PRESENT);
      assertThat(ledger.present(List.of(entry))).containsExactly("key/" + key);
      assertThat(api.get("/payments/" + change.payment().id()).json())
          .isEqualTo(TestApi.parse(Json.write(change.payment().toJson())));
    }

    @Test
    void giveTheFirstAnswerToARepetition() {
      Response first = api.pay(key, TestApi.order());
      JournalEntry entry =
          TestControlTable.shared().journal().stream()
              .filter(kept -> kept.slot().equals("key/" + key))
              .findFirst()
              .orElseThrow();
      assertThat(ledger.apply(entry)).isEqualTo(Outcome.PRESENT);
      assertThat(api.pay(key, TestApi.order()).body()).isEqualTo(first.body());
    }

    @Test
    void areSupersededByAnotherAttemptWithTheSameKey() {
      assertThat(ledger.apply(entry(key, 1, authorised()))).isEqualTo(Outcome.APPLIED);

      JournalEntry dead = entry(key, 1, authorised());
      assertThat(ledger.apply(dead)).isEqualTo(Outcome.SUPERSEDED);
      assertThat(ledger.present(List.of(dead))).isEmpty();
    }

    @Test
    void areBookedWithoutAKeyThatBelongsToSomethingElse() throws SQLException {
      api.pay(key, TestApi.order());
      Payment.Change change = authorised();

      assertThat(ledger.apply(entry(key, 1, change))).isEqualTo(Outcome.APPLIED);
      assertThat(api.get("/payments/" + change.payment().id()).status()).isEqualTo(200);
      assertThat(
              TestDatabase.shared()
                  .count(
                      "select count(*) from ledger.idempotency_key where payment_id = '%s'"
                          .formatted(change.payment().id())))
          .isZero();
      assertThat(logged.toString(UTF_8))
          .contains("without its idempotency key")
          .contains(change.payment().id().toString())
          .doesNotContain(key);
    }
  }

  @Nested
  class Changes {
    private final Payment.Change first = authorised();
    private final Payment.Change second = first.payment().capture(Optional.empty(), NOW);
    private final Payment.Change third = second.payment().refund(Optional.of(30L), NOW);

    @Test
    void areAppliedInTheirOrder() {
      JournalEntry capture = entry(key + "2", 2, second);
      JournalEntry refund = entry(key + "3", 3, third);
      assertThat(ledger.apply(capture)).isEqualTo(Outcome.BLOCKED);
      assertThat(ledger.apply(entry(key, 1, first))).isEqualTo(Outcome.APPLIED);
      assertThat(ledger.apply(refund)).isEqualTo(Outcome.BLOCKED);
      assertThat(ledger.apply(capture)).isEqualTo(Outcome.APPLIED);
      assertThat(ledger.apply(refund)).isEqualTo(Outcome.APPLIED);
      assertThat(ledger.apply(capture)).isEqualTo(Outcome.PRESENT);
      assertThat(ledger.present(List.of(capture, refund)))
          .containsExactlyInAnyOrder(capture.slot(), refund.slot());
      assertThat(api.get("/payments/" + first.payment().id()).json())
          .containsEntry("status", "PARTIALLY_REFUNDED")
          .containsEntry("refundedAmount", 30);
    }

    @Test
    void areSupersededWhenTheirPlaceIsTaken() {
      ledger.apply(entry(key, 1, first));
      ledger.apply(entry(key + "2", 2, second));
      JournalEntry dead = entry(key + "other", 2, first.payment().capture(Optional.of(50L), NOW));

      assertThat(ledger.apply(dead)).isEqualTo(Outcome.SUPERSEDED);
      assertThat(api.get("/payments/" + first.payment().id()).json())
          .containsEntry("capturedAmount", 100);
    }

    @Test
    void areBookedWithoutAKeyThatBelongsToSomethingElse() {
      api.pay(key + "2", TestApi.order());
      ledger.apply(entry(key, 1, first));

      assertThat(ledger.apply(entry(key + "2", 2, second))).isEqualTo(Outcome.APPLIED);
      assertThat(api.get("/payments/" + first.payment().id()).text("status")).isEqualTo("CAPTURED");
    }
  }

  @Nested
  class Contents {
    @Test
    void survive() throws Exception {
      Payment.Change change = authorised();
      JournalEntry entry = entry(key, 1, change);

      LedgerEntry read = LedgerEntry.read(entry.content());
      assertThat(read.change()).isEqualTo(change);
      assertThat(read.key()).isEqualTo(new IdempotencyKey(key, "0".repeat(64)));
      assertThat(read.answer()).isEqualTo(Answer.of(201, change.payment()));
    }

    @Test
    void mayHaveMembersThatALaterVersionHasAdded() {
      JournalEntry entry = entry(key, 1, authorised());
      String later = entry.content().replace("\"version\":1", "\"version\":1,\"later\":{\"a\":[]}");

      assertThat(ledger.apply(with(entry, later))).isEqualTo(Outcome.APPLIED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"version\":1}", "{\"version\":\"1\"}"})
    void thatAreSomethingElseAreBlockedAndStopNobody(String content) {
      JournalEntry entry = with(entry(key, 1, authorised()), content);

      assertThat(ledger.apply(entry)).isEqualTo(Outcome.BLOCKED);
      assertThat(ledger.present(List.of(entry))).isEmpty();
      assertThat(logged.toString(UTF_8)).contains("cannot be booked").doesNotContain(key);
    }

    @Test
    void ofAnotherVersionAreBlocked() {
      JournalEntry entry = entry(key, 1, authorised());

      assertThat(
              ledger.apply(with(entry, entry.content().replace("\"version\":1", "\"version\":2"))))
          .isEqualTo(Outcome.BLOCKED);
    }

    @Test
    void thatTheDatabaseRefusesAreBlocked() {
      JournalEntry entry = entry(key, 1, authorised());

      assertThat(
              ledger.apply(with(entry, entry.content().replace("\"AUTHORISED\"", "\"REFUNDED\""))))
          .isEqualTo(Outcome.BLOCKED);
      assertThat(ledger.apply(entry)).isEqualTo(Outcome.APPLIED);
    }
  }

  @Test
  void databaseThatIsAwayEndsTheReplay() {
    DatabaseSettings nowhere =
        new DatabaseSettings(
            "localhost",
            1,
            "postgres",
            TestDatabase.shared().certificates().authority(),
            DatabaseSettings.Target.ANY);
    Database away = new Database(nowhere, TestDatabase.USER, () -> "any", 1, new RequestTime());
    LedgerJournal unreachable =
        new LedgerJournal(
            TestControlTable.EAST,
            () -> new Lease(TestControlTable.EAST, 2, Lease.State.ACTIVATING),
            new Databases(away, away),
            new Log(System.out, Map.of()));

    assertThatThrownBy(() -> unreachable.apply(entry(key, 1, authorised())))
        .isInstanceOf(ProblemException.class);
    away.close();
  }

  @Test
  void databaseThatNobodyReplicatesToFollowsNobody() {
    assertThat(ledger.follows(TestControlTable.EAST, 1)).isFalse();
    assertThat(ledger.follows(TestControlTable.WEST, 1)).isFalse();
  }

  @Nested
  class Operations {
    @Test
    void replayNeedsTheRegionAndTheEpochOfTheLease() {
      assertThatThrownBy(() -> api.invoke("{\"operation\":\"replayJournal\",\"epoch\":2}"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "the journal is not replayed: the lease is with us-east-1 in epoch 1, not with"
                  + " us-east-1 in epoch 2");
      try (TestApi west =
          TestApi.start(
              Region.Role.SECONDARY, TestDatabase.shared().database(1), Clock.systemUTC())) {
        assertThatThrownBy(() -> west.invoke("{\"operation\":\"replayJournal\",\"epoch\":1}"))
            .hasMessage(
                "the journal is not replayed: the lease is with us-east-1 in epoch 1, not with"
                    + " us-west-2 in epoch 1");
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"operation\":\"replayJournal\"}",
          "{\"operation\":\"replayJournal\",\"epoch\":\"1\"}",
          "{\"operation\":\"replayJournal\",\"epoch\":1.5}"
        })
    void replayNeedsAnEpoch(String event) {
      assertThatThrownBy(() -> api.invoke(event))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "replayJournal needs the epoch that this region took the lease in, as a whole"
                  + " number");
    }

    @Test
    void othersAreRefused() {
      assertThatThrownBy(() -> api.invoke("{\"operation\":\"dropJournal\"}"))
          .hasMessage("operation must be replayJournal or cleanJournal, got 'dropJournal'");
    }

    @Test
    void answerWithWhatBecameOfTheEntries() {
      api.pay(key, TestApi.order());

      // The table has what other tests have left; a failover calls up to 61 times.
      Map<String, Object> answer = Map.of("complete", false);
      for (int call = 0; call < 61 && answer.get("complete").equals(false); call++) {
        answer = api.invoke("{\"operation\":\"replayJournal\",\"epoch\":1}");
      }
      assertThat(answer)
          .containsEntry("complete", true)
          .containsEntry("blocked", 0)
          .containsEntry("blockedSlots", List.of())
          .containsKeys("entries", "applied", "present", "superseded");
      assertThat(api.invoke("{\"operation\":\"cleanJournal\"}"))
          .containsEntry("complete", true)
          .containsEntry("replicated", 0)
          .containsEntry("dead", 0)
          .containsKey("entries");
      assertThat(api.log()).contains("the journal was replayed").doesNotContain(key);
    }

    /** Whatever a caller of the URL sends stands inside of what Lambda has made. */
    @Test
    void cannotBeAskedForThroughTheUrl() {
      String operation = "{\"operation\":\"replayJournal\",\"epoch\":1}";
      for (FunctionUrlEvent event :
          List.of(
              FunctionUrlEvent.of("POST", "/").body(operation),
              FunctionUrlEvent.of("POST", "/payments").key(key).body(operation),
              FunctionUrlEvent.of("GET", "/").query("operation", "replayJournal"),
              FunctionUrlEvent.of("GET", "/" + operation),
              FunctionUrlEvent.of("GET", "/").header("operation", "replayJournal"),
              // No caller can do this; the request would win all the same.
              FunctionUrlEvent.of("GET", "/").put("operation", "replayJournal"))) {
        Response response = api.send(event);
        assertThat(response.status()).isBetween(400, 499);
        assertThat(response.body()).doesNotContain("complete");
      }
    }
  }
}
