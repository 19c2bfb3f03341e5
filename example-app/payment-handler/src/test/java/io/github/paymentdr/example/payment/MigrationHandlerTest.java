package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F1: MigrationHandler")
class MigrationHandlerTest {
  private static final String CREATE = "{\"RequestType\":\"Create\",\"ResourceProperties\":{}}";
  private static final Map<String, Object> VERSION_3 =
      Map.of("PhysicalResourceId", "ledger-schema", "Data", Map.of("SchemaVersion", "3"));

  @Test
  void migratesAnEmptyDatabaseAlsoWhenSeveralDoSoAtTheSameTimeAndThenLeavesReplicasAlone()
      throws Exception {
    TestDatabase database = TestDatabase.start();
    try {
      Migration migration = database.migration(TestDatabase.USER);
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Callable<Map<String, Object>>> calls =
          Collections.nCopies(4, () -> call(migration, CREATE));
      for (Future<Map<String, Object>> answer : threads.invokeAll(calls)) {
        assertThat(answer.get()).isEqualTo(VERSION_3);
      }
      threads.shutdown();
      assertThat(call(migration, CREATE)).isEqualTo(VERSION_3);

      database = database.asReplica();
      assertThat(call(database.migration(TestDatabase.USER), CREATE))
          .containsEntry(
              "Data",
              Map.of(
                  "SchemaVersion",
                  "3",
                  "Skipped",
                  "the database is a read-only replica, which gets its schema by itself"));
      checkHandlersOn(database);
    } finally {
      database.close();
    }
  }

  private static void checkHandlersOn(TestDatabase replica) {
    FunctionUrlEvent health = FunctionUrlEvent.of("GET", "/health").query("deep", "true");
    Database any =
        new Database(
            replica.settings(DatabaseSettings.Target.ANY),
            TestDatabase.USER,
            () -> "any",
            1,
            new RequestTime());
    try (TestApi secondary = TestApi.start(Region.Role.SECONDARY, any, Clock.systemUTC())) {
      assertThat(secondary.send(health).status()).isEqualTo(200);
      assertThat(secondary.send(health).json().get("database"))
          .isEqualTo(
              Map.of(
                  "reachable",
                  true,
                  "writable",
                  false,
                  "role",
                  "REPLICA",
                  "replicationLagSeconds",
                  "UNKNOWN"));
    }
    try (TestApi primary = TestApi.start(Region.Role.PRIMARY, any, Clock.systemUTC())) {
      TestApi.Response response = primary.pay(TestApi.unique(), TestApi.order());
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.problem()).isEqualTo("region-not-active");
      assertThat(primary.send(health).status()).isEqualTo(503);
    }
    // With the target of a primary region no connection is made at all.
    try (TestApi primary = TestApi.start(replica, 1)) {
      TestApi.Response response = primary.pay(TestApi.unique(), TestApi.order());
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.problem()).isEqualTo("database-unavailable");
    }
  }

  @Test
  void saysWhyItFailedAndLeavesNothingBehind() throws SQLException {
    TestDatabase database = TestDatabase.shared();
    Migration broken =
        database.migration(TestDatabase.USER, "classpath:db/migration", "classpath:db/broken");
    assertThatThrownBy(() -> call(broken, CREATE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the schema was not migrated: ")
        .hasMessageContaining("V1000__broken.sql")
        .hasMessageContaining("no_such_table");
    assertThat(
            database.count(
                "select count(*) from information_schema.tables where table_name = 'half_done'"))
        .isZero();
    assertThat(
            database.count(
                "select count(*) from ledger_history.flyway_schema_history where not success"))
        .isZero();
  }

  @Test
  void saysWhenTheDatabaseIsNotReached() {
    DatabaseSettings nowhere =
        new DatabaseSettings(
            "localhost",
            1,
            "postgres",
            TestDatabase.shared().certificates().authority(),
            DatabaseSettings.Target.ANY);
    Migration migration =
        new Migration(nowhere, "app", () -> new MasterUser("a", "b"), "classpath:db/migration");
    assertThatThrownBy(() -> call(migration, CREATE))
        .hasMessageStartingWith("the schema was not migrated: Connection to localhost:1 refused");
  }

  @Test
  void deleteTouchesNothing() throws IOException {
    Migration untouchable =
        TestDatabase.shared().migration("nobody", "classpath:db/does-not-exist");
    assertThat(call(untouchable, "{\"RequestType\":\"Delete\",\"PhysicalResourceId\":\"x\"}"))
        .isEqualTo(Map.of("PhysicalResourceId", "x"));
  }

  @Test
  void otherEventsFail() {
    Migration migration = TestDatabase.shared().migration(TestDatabase.USER);
    assertThatThrownBy(() -> call(migration, "{\"RequestType\":\"Drop\"}"))
        .hasMessage("RequestType must be Create, Update or Delete");
  }

  @Test
  void userNamesThatAreNoIdentifiersAreRefused() {
    assertThatThrownBy(() -> TestDatabase.shared().migration("a\"; drop"))
        .hasMessageContaining("DB_USER must be a lower-case PostgreSQL identifier");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create table ledger.mine (id int)",
        "create table public.mine (id int)",
        "create schema mine",
        "alter table ledger.payment add column x int",
        "drop table ledger.posting",
        "truncate ledger.posting",
        "delete from ledger.posting",
        "delete from ledger.payment",
        "update ledger.posting set amount = 1",
        "update ledger.payment set authorised = 1",
        "update ledger.payment set payee = 'mallory'",
        "update ledger.idempotency_key set body = ''",
        "select * from ledger_history.flyway_schema_history",
      })
  void applicationUserMayNot(String sql) throws SQLException {
    DatabaseSettings settings = TestDatabase.shared().settings(DatabaseSettings.Target.PRIMARY);
    Properties properties = settings.properties(1000, 1000);
    properties.setProperty("user", TestDatabase.USER);
    try (Connection connection = DriverManager.getConnection(settings.url(), properties);
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute(sql))
          .isInstanceOf(SQLException.class)
          .satisfies(
              e ->
                  assertThat(((SQLException) e).getSQLState()).as(e.toString()).isEqualTo("42501"));
    }
  }

  private static Map<String, Object> call(Migration migration, String event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    new MigrationHandler(migration)
        .handleRequest(new ByteArrayInputStream(event.getBytes(UTF_8)), answer, new TestContext());
    return TestApi.parse(answer.toString(UTF_8));
  }
}
