package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.journal.DynamoDbJournal;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.RegionGuard;
import io.github.paymentdr.runtime.testing.ControlLink;
import io.github.paymentdr.runtime.testing.ControlTables;
import io.github.paymentdr.runtime.testing.Disturbance;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@DisplayName("B2: a booking is accepted by the lease and kept in the journal")
class AcceptanceTest {
  private static final String EAST = TestControlTable.EAST;
  private static final String WEST = TestControlTable.WEST;

  private final ControlTables table = ControlTables.create();
  private final ControlLink link = table.link(EAST);
  private final String key = TestApi.unique();
  private TestApi api;

  @BeforeEach
  void start() {
    table.putLease(EAST, 1, Lease.State.ACTIVE);
    api = api(link);
  }

  @AfterEach
  void stop() {
    api.close();
    table.close();
  }

  /** With the time limits of production. */
  private TestApi api(ControlLink reached) {
    RequestTime time = new RequestTime();
    DynamoDbClient client =
        AwsClients.controlTable(
            DynamoDbClient.builder().endpointOverride(reached.endpoint()),
            EAST,
            reached.clients().credentials(),
            time);
    LeaseReader lease = new DynamoDbLease(client, table.name());
    TestDatabase server = TestDatabase.shared();
    return TestApi.start(
        Region.Role.PRIMARY,
        new PaymentHandler.Services(
            new Databases(server.database(1), server.reads(1)),
            TestApi.sessions(Clock.systemUTC()),
            lease,
            new RegionGuard(EAST, lease, Duration.ofSeconds(5)),
            new DynamoDbJournal(client, table.name()),
            time));
  }

  private Response pay() {
    return api.pay(key, TestApi.order());
  }

  private List<JournalEntry> journal() {
    return new DynamoDbJournal(link.client(), table.name()).readAll();
  }

  private void assertNotBooked(Response response, String problem, String retryAfter)
      throws SQLException {
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.problem()).isEqualTo(problem);
    assertThat(response.headers()).containsEntry("retry-after", retryAfter);
    assertThat(response.json()).containsOnlyKeys("type", "title", "status", "correlationId");
    assertThat(keysInTheBooks()).isZero();
  }

  private long keysInTheBooks() throws SQLException {
    return TestDatabase.shared()
        .count("select count(*) from ledger.idempotency_key where key = '" + key + "'");
  }

  @Nested
  class WhoAccepted {
    @Test
    void eachAnswerNamesTheRegionAndAcceptancesTheEpoch() {
      Response paid = pay();
      assertThat(paid.headers())
          .containsEntry("x-region", EAST)
          .containsEntry("x-lease-epoch", "1");

      table.putLease(EAST, 3, Lease.State.ACTIVE);
      assertThat(pay().headers())
          .as("repeated answers are of the epoch that confirms them")
          .containsEntry("idempotency-replayed", "true")
          .containsEntry("x-lease-epoch", "3");
      String payment = "/payments/" + paid.text("id");
      assertThat(api.post(payment + "/capture", TestApi.unique(), "{}").headers())
          .containsEntry("x-region", EAST)
          .containsEntry("x-lease-epoch", "3");
      for (Response other :
          List.of(
              api.get(payment),
              api.get("/nowhere"),
              api.get("/health?deep=true"),
              api.pay(TestApi.unique(), Map.of()),
              api.send(FunctionUrlEvent.of("HEAD", "/health")),
              api.send("{}".getBytes(UTF_8)))) {
        assertThat(other.headers())
            .containsEntry("x-region", EAST)
            .doesNotContainKey("x-lease-epoch");
      }
    }

    @Test
    void aRefusalNamesTheRegionThatRefused() {
      table.putLease(WEST, 2, Lease.State.ACTIVE);
      Response refused = pay();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers())
          .containsEntry("x-region", EAST)
          .doesNotContainKey("x-lease-epoch");
    }
  }

  @Nested
  class TheJournal {
    @Test
    void keepsAllRowsInATextForPeople() {
      Response paid = pay();

      assertThat(paid.status()).isEqualTo(201);
      assertThat(link.calls()).containsExactly("GetItem", "PutItem", "GetItem");
      JournalEntry entry = journal().get(0);
      assertThat(entry.slot()).isEqualTo("key/" + key);
      assertThat(entry.group()).isEqualTo(paid.text("id"));
      assertThat(entry.sequence()).isEqualTo(1);
      assertThat(entry.epoch()).isEqualTo(1);
      assertThat(entry.region()).isEqualTo(EAST);
      assertThat(entry.writtenAt()).isBetween(Instant.now().minusSeconds(60), Instant.now());
      Map<String, Object> content = TestApi.parse(entry.content());
      assertThat(content).containsOnlyKeys("version", "key", "payment", "booking");
      assertThat(content).containsEntry("version", 1).containsEntry("payment", paid.json());
      assertThat(content.get("key"))
          .asString()
          .contains("key=" + key)
          .contains("status=201")
          .contains("body=" + paid.body());
      assertThat(content.get("booking"))
          .isEqualTo(
              Map.of(
                  "id",
                  entry.attempt(),
                  "kind",
                  "AUTHORISATION",
                  "postings",
                  List.of(
                      Map.of("account", "payer-1", "amount", -1999),
                      Map.of("account", "hold:EUR", "amount", 1999))));
    }

    @Test
    void numbersTheBookingsOfAPayment() {
      String id = pay().text("id");
      api.post("/payments/" + id + "/capture", TestApi.unique(), "{}");
      api.post("/payments/" + id + "/refund", TestApi.unique(), "{\"amount\":1}");
      api.post("/payments/" + id + "/refund", TestApi.unique(), "{\"amount\":1}");

      assertThat(journal())
          .extracting(JournalEntry::slot)
          .containsExactlyInAnyOrder(
              "key/" + key, "group/" + id + "/2", "group/" + id + "/3", "group/" + id + "/4");
      assertThat(journal()).extracting(JournalEntry::group).containsOnly(id);
    }

    @Test
    void isNotNeededForAnAnswerThatWasGivenBefore() {
      Response first = pay();
      link.always("PutItem", Disturbance.lost());

      assertThat(pay().body()).isEqualTo(first.body());
      assertThat(pay().headers()).containsEntry("idempotency-replayed", "true");
    }

    @Test
    void isNotWrittenToByWhatIsRefused() {
      String id = pay().text("id");
      api.post("/payments/" + id + "/refund", TestApi.unique(), "{}");
      api.pay(key, TestApi.order(1, "EUR", "a", "b"));

      assertThat(link.count("PutItem")).isEqualTo(1);
    }

    @Test
    void ofWhichNobodyKnowsWhetherItKeptTheBookingAcceptsNone() throws SQLException {
      link.always("PutItem", Disturbance.answerLost());

      assertNotBooked(pay(), "journal-unavailable", "1");
      assertThat(journal()).hasSize(1);
      link.heal();
      Response second = pay();
      assertThat(second.status()).isEqualTo(201);
      assertThat(journal()).hasSize(1);
      assertThat(journal().get(0).group()).isEqualTo(second.text("id"));
    }

    @Test
    void whoseAnswerIsLostOnceIsAskedAgain() {
      link.next("PutItem", Disturbance.answerLost());

      assertThat(pay().status()).isEqualTo(201);
      assertThat(journal()).hasSize(1);
    }

    @Test
    void withAnEntryOfALaterEpochInTheSlotAcceptsNone() throws SQLException {
      new DynamoDbJournal(link.client(), table.name())
          .write(new JournalEntry("key/" + key, "other", 1, "other", 9, WEST, "{}", Instant.now()));

      assertNotBooked(pay(), "region-not-active", "5");
    }
  }

  @Nested
  class TheLease {
    @ParameterizedTest
    @EnumSource(Lease.State.class)
    void ofTheOtherRegionLetsNothingPass(Lease.State state) throws SQLException {
      table.putLease(WEST, 2, state);

      assertNotBooked(pay(), "region-not-active", "5");
      assertThat(link.calls()).containsExactly("GetItem");
    }

    @Test
    void thatIsNotOpenYetLetsNothingPass() throws SQLException {
      table.putLease(EAST, 2, Lease.State.ACTIVATING);

      assertNotBooked(pay(), "region-not-active", "5");
    }

    @Test
    void thatIsNotThereLetsNothingPass() throws SQLException {
      table.remove("lease");

      assertNotBooked(pay(), "lease-unavailable", "1");
    }

    @Test
    void thatCannotBeReadLetsNothingPassButReads() throws SQLException {
      String id = api.pay(TestApi.unique(), TestApi.order()).text("id");
      link.cut();

      assertNotBooked(pay(), "lease-unavailable", "1");
      assertThat(api.get("/payments/" + id).status()).isEqualTo(200);
      assertThat(api.get("/accounts/payee-1/balance").status()).isIn(200, 404);
      assertThat(api.get("/health").status()).isEqualTo(200);
      Response deep = api.send(FunctionUrlEvent.of("GET", "/health").query("deep", "true"));
      assertThat(deep.status()).isEqualTo(503);
      assertThat(deep.json())
          .containsEntry("status", "DOWN")
          .containsEntry(
              "lease", Map.of("problem", "https://paymentdr.github.io/problems/lease-unavailable"));
      assertThat(deep.json().get("database")).asString().contains("reachable=true");
    }

    @Test
    void thatIsTakenAfterTheJournalWasWrittenLetsNothingPass() throws SQLException {
      link.next("PutItem", Disturbance.after(() -> table.putLease(WEST, 2, Lease.State.ACTIVE)));

      assertNotBooked(pay(), "region-not-active", "5");
      assertThat(journal()).hasSize(1);
    }

    @Test
    void thatWasTakenAndHandedBackMeanwhileLetsNothingPass() throws SQLException {
      link.next("PutItem", Disturbance.after(() -> table.putLease(EAST, 3, Lease.State.ACTIVE)));

      assertNotBooked(pay(), "region-not-active", "5");
      assertThat(pay().status()).isEqualTo(201);
    }

    @Test
    void thatIsTakenMeanwhileLetsNoRefusalPassEither() {
      Response paid = pay();
      List<FunctionUrlEvent> refused =
          List.of(
              event("/payments/" + paid.text("id") + "/refund", TestApi.unique(), "{}"),
              event("/payments/" + UUID.randomUUID() + "/capture", TestApi.unique(), "{}"),
              event("/payments", key, Json.write(TestApi.order(1, "EUR", "a", "b"))));
      List<Integer> statuses = refused.stream().map(api::send).map(Response::status).toList();
      assertThat(statuses).containsExactly(409, 404, 422);

      for (FunctionUrlEvent event : refused) {
        table.putLease(EAST, 1, Lease.State.ACTIVE);
        link.next("GetItem", Disturbance.after(() -> table.putLease(WEST, 2, Lease.State.ACTIVE)));

        Response response = api.send(event);
        assertThat(response.status()).as(response.body()).isEqualTo(503);
        assertThat(response.problem()).isEqualTo("region-not-active");
        assertThat(response.headers()).containsEntry("retry-after", "5");
      }
    }

    private FunctionUrlEvent event(String path, String requestKey, String body) {
      return FunctionUrlEvent.of("POST", path).key(requestKey).body(body);
    }

    @Test
    void thatCannotBeReadAgainLetsNothingPass() throws SQLException {
      link.next("PutItem", Disturbance.after(() -> link.always("GetItem", Disturbance.lost())));

      assertNotBooked(pay(), "lease-unavailable", "1");
    }

    @Test
    void isReadInEachInvocationAnew() throws SQLException {
      assertThat(api.pay(TestApi.unique(), TestApi.order()).status()).isEqualTo(201);
      table.putLease(WEST, 2, Lease.State.ACTIVE);

      assertNotBooked(pay(), "region-not-active", "5");
    }

    @Test
    void isNotTakenIntoASnapshot() throws SQLException {
      api.handler().beforeCheckpoint(null);
      assertThat(link.calls()).contains("GetItem", "DeleteItem").doesNotContain("PutItem");
      table.putLease(WEST, 2, Lease.State.ACTIVE);
      api.handler().afterRestore(null);

      assertNotBooked(pay(), "region-not-active", "5");
    }
  }

  /**
   * A function is frozen before it writes to the journal; its session ends; another function books
   * the same, and is acknowledged; then the first one goes on.
   */
  @Test
  void attemptThatWasFrozenDoesNotOverwriteWhatWasAcknowledgedMeanwhile() {
    AtomicReference<Response> acknowledged = new AtomicReference<>();
    try (TestApi other = api(table.link("another way"))) {
      link.next(
          "PutItem",
          Disturbance.before(
              () -> {
                endSessionsThatWait();
                acknowledged.set(other.pay(key, TestApi.order()));
              }));

      Response thawed = pay();

      assertThat(acknowledged.get().status()).isEqualTo(201);
      assertThat(thawed.body()).isEqualTo(acknowledged.get().body());
      assertThat(thawed.headers()).containsEntry("idempotency-replayed", "true");
      assertThat(journal())
          .extracting(JournalEntry::group)
          .containsExactly(acknowledged.get().text("id"));
    }
  }

  private static void endSessionsThatWait() {
    try {
      TestDatabase.shared()
          .execute(
              """
              select pg_terminate_backend(pid) from pg_stat_activity
              where usename = 'payment_app' and state = 'idle in transaction'
              """);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Nested
  class TheTime {
    @Test
    void isOverInEightSecondsWhateverHangs() throws SQLException {
      link.always("GetItem", Disturbance.delayed(Duration.ofMillis(800)))
          .always("PutItem", Disturbance.hangs());
      long begin = System.nanoTime();

      assertNotBooked(pay(), "journal-unavailable", "1");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(RequestTime.LIMIT);
    }

    @Test
    void isOverInEightSecondsWhenEverythingIsSlow() throws SQLException {
      TappedDriver.tap("postgres", new SlowTap());
      try (TestApi slow = api(link)) {
        link.always("GetItem", Disturbance.delayed(Duration.ofMillis(700)))
            .always("PutItem", Disturbance.delayed(Duration.ofMillis(700)));
        long begin = System.nanoTime();

        Response response = slow.pay(key, TestApi.order());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(RequestTime.LIMIT);
        assertThat(response.status()).isEqualTo(503);
        assertThat(keysInTheBooks()).isZero();
      } finally {
        TappedDriver.untap("postgres");
      }
    }

    @Test
    void ofATransactionThatNobodyGoesOnWithIsOverLongBeforeItsEntryIsTakenForDead() {
      try (Database database = TestDatabase.shared().database(1)) {
        Optional<String> limit =
            database.inTransaction(
                connection -> {
                  try (var statement = connection.createStatement();
                      var row =
                          statement.executeQuery("show idle_in_transaction_session_timeout")) {
                    row.next();
                    return Optional.of(row.getString(1));
                  }
                });
        assertThat(limit).contains("10s");
      }
    }
  }

  /** A server that takes its time. */
  private static final class SlowTap implements TappedDriver.Tap {
    @Override
    public void at(String point) {
      if (point.equals("before execute")) {
        pause(3_600);
      }
    }

    @Override
    public void connecting() {
      pause(1_500);
    }

    @Override
    public void connected(Connection connection) {}

    private static void pause(int millis) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
