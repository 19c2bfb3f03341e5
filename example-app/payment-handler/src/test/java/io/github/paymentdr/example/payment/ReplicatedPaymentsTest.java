package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import io.github.paymentdr.runtime.testing.TestServer;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The handlers of both regions on a replicated pair. Both believe to be the primary, so that it is
 * the databases that say who books.
 */
@DisplayName("B3: the payment API on a pair that replicates")
class ReplicatedPaymentsTest {
  private static final String PASSWORD = "of the application";
  private static final int POOL_SIZE = 2;

  private static TestPair pair;
  private static TestApi east;
  private static TestApi west;

  @BeforeAll
  static void replicate() throws SQLException {
    PostgresPair servers = PostgresPair.shared();
    String database = servers.newDatabase();
    migrate(servers.east(), database);
    migrate(servers.west(), database);
    pair = TestPair.of(servers, database).setUp();
    east = api(servers.east(), database);
    west = api(servers.west(), database);
  }

  @AfterAll
  static void close() {
    east.close();
    west.close();
  }

  @Test
  void standbyShowsEveryPaymentAndBooksNoneUntilItIsPromoted() {
    Response paid = east.pay("first", TestApi.order());
    assertThat(paid.status()).isEqualTo(201);
    String payment = "/payments/" + paid.text("id");
    Eventually.holds("the payment arrives", () -> west.get(payment).status() == 200);
    assertThat(west.get(payment).body()).isEqualTo(paid.body());

    Response refused = west.pay("second", TestApi.order());
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.problem()).isEqualTo("region-not-active");
    assertThat(refused.headers()).containsKey("retry-after");
    pair.east().control().maintain(Deadline.after(Duration.ZERO));
    Eventually.holds("a heartbeat arrives", () -> lagOf(west) instanceof Number);
    assertThat(healthOf(west)).containsEntry("writable", false).containsEntry("role", "REPLICA");
    assertThat(healthOf(east))
        .containsEntry("writable", true)
        .containsEntry("role", "WRITER")
        .containsEntry("replicationLagSeconds", "NONE");

    PromotionOutcome promoted =
        pair.west()
            .control()
            .promote(new PromotionRequest(Mode.PLANNED, OptionalLong.empty(), Optional.empty()));
    assertThat(promoted.role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(promoted.lossWindowMillis()).hasValue(0);
    Response repeated = west.pay("first", TestApi.order());
    assertThat(repeated.status()).isEqualTo(201);
    assertThat(repeated.body()).isEqualTo(paid.body());
    assertThat(repeated.headers()).containsEntry("idempotency-replayed", "true");
    assertThat(west.pay("second", TestApi.order()).status()).isEqualTo(201);
    assertThat(east.pay("third", TestApi.order()).problem()).isEqualTo("region-not-active");
    assertThat(healthOf(west)).containsEntry("writable", true);
  }

  private static Object lagOf(TestApi api) {
    return healthOf(api).get("replicationLagSeconds");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> healthOf(TestApi api) {
    return (Map<String, Object>)
        api.send(FunctionUrlEvent.of("GET", "/health").query("deep", "true"))
            .json()
            .get("database");
  }

  private static void migrate(TestServer server, String database) throws SQLException {
    new Migration(
            settings(server, database),
            TestDatabase.USER,
            () -> new MasterUser("postgres", "any password"),
            "classpath:db/migration")
        .run();
    server.execute(database, "alter role payment_app password '" + PASSWORD + "'");
  }

  private static TestApi api(TestServer server, String database) {
    return TestApi.start(
        Region.Role.PRIMARY,
        new Database(
            settings(server, database),
            TestDatabase.USER,
            () -> PASSWORD,
            POOL_SIZE,
            new RequestTime()),
        Clock.systemUTC());
  }

  private static DatabaseSettings settings(TestServer server, String database) {
    return new DatabaseSettings(
        "localhost", server.port(), database, server.authority(), DatabaseSettings.Target.ANY);
  }
}
