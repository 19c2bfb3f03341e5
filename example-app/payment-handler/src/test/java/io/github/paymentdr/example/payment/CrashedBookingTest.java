package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.FragileRegion.Fate;
import io.github.paymentdr.example.payment.FragileRegion.RegionLost;
import io.github.paymentdr.example.payment.FragileRegion.Safety;
import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.lease.Lease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loses or freezes a region at every point of a booking, one after the other: before and after each
 * statement and each call of the control table, and before the answer leaves.
 */
@DisplayName("B2: a booking that a region is lost in")
@Timeout(120)
class CrashedBookingTest {
  private static final String EAST = TestControlTable.EAST;
  private static final String WEST = TestControlTable.WEST;
  private static final String TEMPLATE = "crash_template";

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private static TestDatabase server;
  private static String payment;

  private final List<String> databases = new ArrayList<>();

  /** The template has one payment, which is authorised. */
  @BeforeAll
  static void start() throws SQLException {
    server = TestDatabase.start().migrated();
    try (TestApi api = TestApi.start(server, 1)) {
      payment = api.pay(TestApi.unique(), TestApi.order()).text("id");
    }
    await("postgres");
    server.execute("create database " + TEMPLATE + " template postgres");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static FunctionUrlEvent booking(String operation) {
    return operation.equals("authorise")
        ? FunctionUrlEvent.of("POST", "/payments").key("the-key").body(Json.write(TestApi.order()))
        : FunctionUrlEvent.of("POST", "/payments/" + payment + "/capture")
            .key("the-key")
            .body("{}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorise", "capture"})
  void isThereOnceWhereverTheRegionIsLost(String operation) throws Exception {
    List<String> points = new ArrayList<>();
    for (int point = 1; ; point++) {
      String where = lose(operation, point);
      if (where.isEmpty()) {
        break;
      }
      points.add(where);
    }
    assertThat(points)
        .startsWith("before getItem", "after getItem")
        .containsSubsequence("before putItem", "after putItem", "before getItem", "after getItem")
        .endsWith("before commit", "after commit", "before the answer leaves");
  }

  /** Says where the region was lost; nowhere when the request has fewer points. */
  private String lose(String operation, int point) throws Exception {
    TestControlTable control = TestControlTable.create();
    try (FragileRegion east = region(control, EAST);
        FragileRegion west = region(control, WEST)) {
      connect(east);
      east.strikeAt(point, Fate.LOST);
      Optional<Response> answer = send(east, operation);
      if (answer.isPresent()) {
        return "";
      }
      takeOver(control, west);
      Response second = west.send(0, booking(operation));
      check(operation, second, west);
      return east.where();
    } finally {
      dropDatabases();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorise", "capture"})
  void isNotAcknowledgedByAThawedRegionUnlessTheOtherOneHasIt(String operation) throws Exception {
    for (int point = 1; ; point++) {
      if (freeze(operation, point)) {
        break;
      }
    }
  }

  /** Says whether the request had fewer points. */
  private boolean freeze(String operation, int point) throws Exception {
    TestControlTable control = TestControlTable.create();
    try (FragileRegion east = region(control, EAST);
        FragileRegion west = region(control, WEST)) {
      connect(east);
      east.strikeAt(point, Fate.FROZEN);
      CompletableFuture<Response> frozen =
          CompletableFuture.supplyAsync(() -> east.send(0, booking(operation)))
              .whenComplete((response, fault) -> east.strike());
      east.awaitStrike();
      if (east.where().equals(FragileRegion.THE_END)) {
        return true;
      }
      takeOver(control, west);
      Map<String, Object> replayed = replay(west);
      east.thaw();
      Response thawed = frozen.get(10, TimeUnit.SECONDS);
      Response second = west.send(0, booking(operation));
      if (thawed.status() < 300) {
        assertThat(second.body()).as("after %s", east.where()).isEqualTo(thawed.body());
        assertThat(replayed).containsEntry("entries", 1);
      } else {
        assertThat(thawed.problem()).as(east.where()).isEqualTo("region-not-active");
      }
      check(operation, second, west);
      return false;
    } finally {
      dropDatabases();
    }
  }

  private FragileRegion region(TestControlTable control, String name) throws SQLException {
    String database = "crash_" + COUNTER.incrementAndGet();
    databases.add(database);
    server.execute("create database " + database + " template " + TEMPLATE);
    return new FragileRegion(
        control, name, database, 1, () -> server.databases(database), Safety.all());
  }

  private void dropDatabases() throws SQLException {
    for (String database : databases) {
      server.execute("drop database if exists " + database + " with (force)");
    }
    databases.clear();
  }

  private static void connect(FragileRegion region) {
    assertThat(
            region
                .send(
                    0,
                    FunctionUrlEvent.of("POST", "/payments/" + payment + "/refund")
                        .key("warm")
                        .body("{}"))
                .status())
        .isEqualTo(409);
  }

  private static Optional<Response> send(FragileRegion region, String operation) {
    try {
      return Optional.of(region.send(0, booking(operation)));
    } catch (RegionLost e) {
      return Optional.empty();
    }
  }

  private static void takeOver(TestControlTable control, FragileRegion west) {
    control.putLease(WEST, 2, Lease.State.ACTIVATING);
    replay(west);
    control.putLease(WEST, 2, Lease.State.ACTIVE);
  }

  private static Map<String, Object> replay(FragileRegion west) {
    Map<String, Object> replayed =
        west.function(0).invoke("{\"operation\":\"replayJournal\",\"epoch\":2}");
    assertThat(replayed).containsEntry("complete", true).containsEntry("blocked", 0);
    return replayed;
  }

  private static void check(String operation, Response answer, FragileRegion west)
      throws SQLException {
    assertThat(answer.status()).isEqualTo(operation.equals("authorise") ? 201 : 200);
    assertThat(replay(west)).containsEntry("applied", 0);
    try (Connection books = server.connect(west.databaseName());
        Statement statement = books.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select (select count(*) from ledger.booking),
                  (select string_agg(body, '') from ledger.idempotency_key where key = 'the-key'),
                  (select count(*) from ledger.unbalanced_booking)
                """)) {
      row.next();
      assertThat(row.getLong(1)).as("the first booking and this one").isEqualTo(2);
      assertThat(row.getString(2)).isEqualTo(answer.body());
      assertThat(row.getLong(3)).isZero();
    }
  }

  private static void await(String database) throws SQLException {
    server.execute(
        """
        do $$
        begin
          while exists (select from pg_stat_activity where datname = '%s' and usename = 'payment_app')
          loop
            perform pg_sleep(0.002), pg_stat_clear_snapshot();
          end loop;
        end
        $$
        """
            .formatted(database));
  }
}
