package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.FragileRegion.Fate;
import io.github.paymentdr.example.payment.FragileRegion.RegionLost;
import io.github.paymentdr.example.payment.FragileRegion.Safety;
import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.LinkProxy;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import io.github.paymentdr.runtime.testing.TestServer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As {@link LostRegionTest}, with databases that follow each other by the runtime's own code. */
@DisplayName("B2, B3: no acknowledged payment is lost with a region that was replicated")
@Timeout(120)
class LostReplicatedRegionTest {
  private static final String PASSWORD = "of the application";
  private static final int PAYMENTS = 12;

  private final TestControlTable control = TestControlTable.create();
  private final Map<String, Response> answered = new LinkedHashMap<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whenItsLinkStopsAndThenTheRegion(long seed) throws Exception {
    Random random = new Random(seed);
    PostgresPair servers = PostgresPair.shared();
    String database = servers.newDatabase();
    migrate(servers.east(), database);
    migrate(servers.west(), database);
    TestPair pair = TestPair.of(servers, database);
    try (LinkProxy link = LinkProxy.to(servers.east().port())) {
      pair.west().servers().throughPort(link.port());
      pair.setUp();
      lose(random, servers, database, pair, link);
    }
  }

  private void lose(
      Random random, PostgresPair servers, String database, TestPair pair, LinkProxy link)
      throws Exception {
    // The taps are told apart by the database's name, which is the same on both servers.
    FragileRegion east = region(servers.east(), TestControlTable.EAST, database);
    for (int i = 0; i < PAYMENTS; i++) {
      pay(east, "key-" + i);
      if (i == PAYMENTS / 2) {
        clean(servers, database, pair);
        link.cut();
        east.strikeAt(1 + random.nextInt(60), Fate.LOST);
      }
    }
    east.close();
    control.putLease(TestControlTable.WEST, 2, Lease.State.ACTIVATING);
    assertThat(
            pair.west()
                .control()
                .promote(
                    new PromotionRequest(
                        Mode.UNPLANNED, OptionalLong.of(2), Optional.of(Instant.now())))
                .role())
        .isEqualTo(NodeRole.ACTIVE);
    try (FragileRegion west = region(servers.west(), TestControlTable.WEST, database)) {
      assertThat(west.function(0).invoke("{\"operation\":\"replayJournal\",\"epoch\":2}"))
          .containsEntry("complete", true)
          .containsEntry("blocked", 0);
      control.putLease(TestControlTable.WEST, 2, Lease.State.ACTIVE);
      Map<String, Response> before = Map.copyOf(answered);
      for (int i = 0; i < PAYMENTS; i++) {
        Response again = pay(west, "key-" + i);
        Response first = before.get("key-" + i);
        if (first != null) {
          assertThat(again.body()).isEqualTo(first.body());
          assertThat(again.headers()).containsEntry("idempotency-replayed", "true");
        }
      }
      assertThat(before).hasSizeGreaterThan(PAYMENTS / 2);
      assertThat(
              servers
                  .west()
                  .query(
                      database,
                      "select count(*) || '/' || (select count(*) from ledger.idempotency_key)"
                          + " || '/' || (select count(*) from ledger.unbalanced_booking)"
                          + " from ledger.booking"))
          .containsExactly(PAYMENTS + "/" + PAYMENTS + "/0");
    }
  }

  /** The standby removes what has arrived, and only while it hears the active region. */
  private void clean(PostgresPair servers, String database, TestPair pair) throws Exception {
    pair.east().control().maintain(Deadline.after(Duration.ZERO));
    try (TestApi west =
        TestApi.start(
            Region.Role.SECONDARY,
            FragileRegion.services(
                control,
                TestControlTable.WEST,
                control.client(),
                databases(servers.west(), database),
                Safety.all()))) {
      Eventually.holds(
          "all that has arrived is removed",
          () -> {
            west.invoke("{\"operation\":\"cleanJournal\"}");
            return control.journal().isEmpty();
          });
    }
  }

  private Response pay(FragileRegion region, String key) {
    try {
      Response response =
          region.send(
              0,
              FunctionUrlEvent.of("POST", "/payments").key(key).body(Json.write(TestApi.order())));
      assertThat(response.status()).isEqualTo(201);
      answered.putIfAbsent(key, response);
      return response;
    } catch (RegionLost e) {
      return new Response(0, Map.of(), "");
    }
  }

  private FragileRegion region(TestServer server, String name, String database) {
    return new FragileRegion(
        control, name, database, 1, () -> databases(server, database), Safety.all());
  }

  private static Databases databases(TestServer server, String database) {
    DatabaseSettings settings =
        new DatabaseSettings(
            "localhost", server.port(), database, server.authority(), DatabaseSettings.Target.ANY);
    Database any = new Database(settings, TestDatabase.USER, () -> PASSWORD, 1, new RequestTime());
    return new Databases(any, any);
  }

  private static void migrate(TestServer server, String database) throws SQLException {
    new Migration(
            new DatabaseSettings(
                "localhost",
                server.port(),
                database,
                server.authority(),
                DatabaseSettings.Target.ANY),
            TestDatabase.USER,
            () -> new MasterUser("postgres", "any password"),
            "classpath:db/migration")
        .run();
    server.execute(database, "alter role payment_app password '" + PASSWORD + "'");
  }
}
