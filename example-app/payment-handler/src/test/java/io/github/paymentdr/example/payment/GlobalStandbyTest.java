package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.lease.Lease.State;
import io.github.paymentdr.runtime.testing.Eventually;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The payment functions of both regions on a global database, which is played by a physical standby
 * of the clusters' version: until it is promoted, the name of its writer leads nowhere.
 */
@DisplayName("B3: the payment API on a global database")
class GlobalStandbyTest {
  private static final String CLEAN = "{\"operation\":\"cleanJournal\"}";

  private final TestDatabase east = TestDatabase.start().migrated();
  private final TestControlTable control = TestControlTable.create(TestControlTable.newServer());
  private TestDatabase west;
  private TestApi eastApi;
  private TestApi westApi;

  @BeforeEach
  void follow() throws SQLException {
    west = east.follower();
    eastApi = api(Region.Role.PRIMARY, new Databases(east.database(1), east.reads(1)));
    westApi = api(Region.Role.SECONDARY, new Databases(nowhere(), west.reads(1)));
  }

  @AfterEach
  void stop() {
    eastApi.close();
    westApi.close();
    west.close();
    east.close();
  }

  private TestApi api(Region.Role role, Databases databases) {
    return TestApi.start(
        role,
        FragileRegion.services(
            control,
            TestApi.region(role).name(),
            control.client(),
            databases,
            FragileRegion.Safety.all()));
  }

  /** The endpoint of a writer that there is none of. */
  private Database nowhere() {
    DatabaseSettings settings =
        new DatabaseSettings(
            "writer.invalid",
            5432,
            "postgres",
            east.certificates().authority(),
            DatabaseSettings.Target.PRIMARY);
    return new Database(settings, TestDatabase.USER, () -> "any", 1, new RequestTime());
  }

  private static Response deepHealth(TestApi api) {
    return api.send(FunctionUrlEvent.of("GET", "/health").query("deep", "true"));
  }

  private void awaitWest(Response paid) {
    Eventually.holds(
        "the payment arrives", () -> westApi.get("/payments/" + paid.text("id")).status() == 200);
  }

  @Test
  void standbyIsWellAndCleansTheJournalThoughNothingCanBeWrittenThere() {
    Response paid = eastApi.pay("first", TestApi.order());
    assertThat(paid.status()).isEqualTo(201);
    awaitWest(paid);

    Response health = deepHealth(westApi);
    assertThat(health.status()).as(health.body()).isEqualTo(200);
    assertThat(health.json().get("database"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry("role", "REPLICA")
        .containsEntry("writable", false);
    assertThat(westApi.pay("second", TestApi.order()).problem()).isEqualTo("region-not-active");
    assertThat(westApi.get("/payments/" + TestApi.unique()).status()).isEqualTo(404);

    assertThat(westApi.invoke(CLEAN)).as("nobody said who is active").containsEntry("entries", 0);
    assertThat(eastApi.invoke(CLEAN)).containsEntry("complete", true);
    Eventually.holds("it is known here", () -> westApi.invoke(CLEAN).get("replicated").equals(1));
    assertThat(control.journal()).isEmpty();
  }

  @Test
  void copyOfWhatAFailoverHasLeftBehindCleansNothing() throws SQLException {
    Response paid = eastApi.pay("first", TestApi.order());
    awaitWest(paid);
    eastApi.invoke(CLEAN);
    Eventually.holds("it is known", () -> count(west, "activity where epoch = 1") == 1);

    // Another cluster has become active since, of which this one hears nothing.
    control.putLease(TestControlTable.EAST, 3, State.ACTIVE);
    assertThat(westApi.invoke(CLEAN)).containsEntry("entries", 0).containsEntry("replicated", 0);
    control.putLease(TestControlTable.EAST, 1, State.ACTIVE);
    east.execute("update ledger.activity set written_at = written_at - interval '4 minutes'");
    Eventually.holds(
        "it is old",
        () -> count(west, "activity where written_at > now() - interval '3 minutes'") == 0);
    assertThat(westApi.invoke(CLEAN)).containsEntry("replicated", 0);
    assertThat(control.journal()).hasSize(1);
  }

  @Test
  void takesOverAndBooksWhatOnlyTheJournalHas() throws SQLException {
    Response arrived = eastApi.pay("first", TestApi.order());
    awaitWest(arrived);
    west.execute("alter system set primary_conninfo = ''");
    west.execute("select pg_reload_conf()");
    Eventually.holds(
        "nothing arrives any more",
        () -> west.count("select count(*) from pg_stat_wal_receiver") == 0);
    List<Response> lost =
        Stream.of("lost-1", "lost-2").map(key -> eastApi.pay(key, TestApi.order())).toList();
    Response captured =
        eastApi.post("/payments/" + arrived.text("id") + "/capture", "capture", "{}");
    assertThat(captured.status()).isEqualTo(200);
    east.stop();
    assertThat(deepHealth(westApi).status()).isEqualTo(200);
    assertThat(westApi.invoke(CLEAN)).containsEntry("replicated", 0);

    control.putLease(TestControlTable.WEST, 2, State.ACTIVATING);
    assertThat(westApi.pay("lost-1", TestApi.order()).status()).isEqualTo(503);
    west.execute("select pg_promote(true, 30)");
    try (TestApi active =
        api(Region.Role.SECONDARY, new Databases(west.database(1), west.reads(1)))) {
      assertThat(active.invoke("{\"operation\":\"replayJournal\",\"epoch\":2}"))
          .containsAllEntriesOf(
              Map.of("complete", true, "entries", 4, "applied", 3, "present", 1, "blocked", 0));
      control.putLease(TestControlTable.WEST, 2, State.ACTIVE);

      assertThat(deepHealth(active).status()).isEqualTo(200);
      for (int i = 0; i < lost.size(); i++) {
        Response repeated = active.pay("lost-" + (i + 1), TestApi.order());
        assertThat(repeated.body()).isEqualTo(lost.get(i).body());
        assertThat(repeated.headers()).containsEntry("idempotency-replayed", "true");
      }
      assertThat(active.get("/payments/" + arrived.text("id")).text("status"))
          .isEqualTo("CAPTURED");
      assertThat(active.pay("new", TestApi.order()).status()).isEqualTo(201);
      assertThat(active.invoke(CLEAN)).containsEntry("complete", true);
      assertThat(count(west, "activity where region = 'us-west-2' and epoch = 2")).isOne();
      assertThat(count(west, "unbalanced_booking")).isZero();
    }
  }

  private static long count(TestDatabase database, String what) throws SQLException {
    return database.count("select count(*) from ledger." + what);
  }
}
