package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.database.TrustBundle;
import io.github.paymentdr.runtime.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

@DisplayName("D1: the handler and its database")
class DatabaseTest {
  private static final String KILL =
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name ="
          + " 'payment-handler' and pid <> pg_backend_pid()";

  @Test
  void connectsWithTls() {
    try (Database database = TestDatabase.shared().database(1)) {
      boolean tls =
          database.inTransaction(
              connection ->
                  one(connection, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"));
      assertThat(tls).isTrue();
    }
  }

  @Test
  void serverOfAnotherAuthorityIsNotTrusted(@TempDir Path folder) {
    Path authority = TestCertificates.make(folder, "dns:localhost").authority();
    assertUnavailable(TestDatabase.shared().port(), authority);
  }

  @Test
  void serverOfAnotherNameIsNotTrusted() {
    try (TestDatabase other = TestDatabase.start("dns:other.example")) {
      DatabaseSettings settings = other.settings(DatabaseSettings.Target.PRIMARY);
      Properties properties = settings.properties(1000, 1000);
      properties.setProperty("user", TestDatabase.USER);
      // Without the pool, whose wait for a connection hides the reason.
      properties.setProperty("loginTimeout", "30");
      assertThatThrownBy(() -> DriverManager.getConnection(settings.url(), properties))
          .hasMessageContaining("localhost")
          .hasMessageContaining("could not be verified by hostnameverifier");
    }
  }

  private static void assertUnavailable(int port, Path authority) {
    DatabaseSettings settings =
        new DatabaseSettings(
            "localhost", port, "postgres", authority, DatabaseSettings.Target.PRIMARY);
    Database database =
        new Database(settings, TestDatabase.USER, () -> "any", 1, new RequestTime());
    try (TestApi api = TestApi.start(Region.Role.PRIMARY, database, Clock.systemUTC())) {
      Response response = api.pay(TestApi.unique(), TestApi.order());
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.problem()).isEqualTo("database-unavailable");
      assertThat(response.headers()).containsEntry("retry-after", "1");
      assertThat(response.body()).doesNotContainIgnoringCase("ssl").doesNotContain("localhost");
      assertThat(api.log()).contains("SSLHandshakeException").doesNotContain("payer-1");
    }
  }

  @Test
  void eachConnectionGetsAPasswordOfItsOwn() {
    AtomicInteger asked = new AtomicInteger();
    DatabaseSettings settings = TestDatabase.shared().settings(DatabaseSettings.Target.PRIMARY);
    Database database =
        new Database(
            settings,
            TestDatabase.USER,
            () -> "token" + asked.incrementAndGet(),
            1,
            new RequestTime());
    try (database) {
      database.inTransaction(connection -> one(connection, "select true"));
      int first = asked.get();
      database.inTransaction(connection -> one(connection, "select true"));
      assertThat(asked).hasValue(first);
      database.close();
      database.inTransaction(connection -> one(connection, "select true"));
      assertThat(asked).hasValueGreaterThan(first);
    }
  }

  @Test
  void killedConnectionsAreReplacedUnseen() throws SQLException {
    try (TestApi api = TestApi.start(2)) {
      assertThat(api.pay(TestApi.unique(), TestApi.order()).status()).isEqualTo(201);
      TestDatabase.shared().execute(KILL);
      assertThat(api.pay(TestApi.unique(), TestApi.order()).status()).isEqualTo(201);
    }
  }

  @Test
  void transactionThatLostItsConnectionRunsAgain() {
    try (Database database = TestDatabase.shared().database(1)) {
      AtomicInteger attempts = new AtomicInteger();
      boolean result =
          database.inTransaction(
              connection -> {
                if (attempts.incrementAndGet() == 1) {
                  TestDatabase.shared().execute(KILL);
                }
                return one(connection, "select true");
              });
      assertThat(result).isTrue();
      assertThat(attempts).hasValue(2);
    }
  }

  @Test
  void firstConnectionThatBreaksWhileItIsSetUpIsReplaced() {
    AtomicBoolean broken = new AtomicBoolean();
    TappedDriver.tap(
        "postgres",
        new TappedDriver.Tap() {
          @Override
          public void at(String point) {}

          @Override
          public void connecting() {}

          @Override
          public void connected(Connection connection) {
            if (broken.compareAndSet(false, true)) {
              end(connection);
            }
          }
        });
    try (Database database = TestDatabase.shared().database(1)) {
      boolean result = database.inTransaction(connection -> one(connection, "select true"));
      assertThat(result).isTrue();
      assertThat(broken).isTrue();
    } finally {
      TappedDriver.untap("postgres");
    }
  }

  private static void end(Connection connection) {
    try {
      int backend = connection.unwrap(PGConnection.class).getBackendPID();
      TestDatabase.shared().execute("select pg_terminate_backend(" + backend + ", 5000)");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void transactionsSeeWhatWasCommittedBeforeEachStatement() {
    try (Database database = TestDatabase.shared().database(1)) {
      boolean readCommitted =
          database.inTransaction(
              connection ->
                  one(
                      connection,
                      "select current_setting('transaction_isolation') = 'read committed'"));
      assertThat(readCommitted).isTrue();
    }
  }

  @Test
  void readOnlyServerMeansThatTheRegionIsNotActive() throws SQLException {
    TestDatabase.shared().execute("alter role payment_app set default_transaction_read_only = on");
    DatabaseSettings settings = TestDatabase.shared().settings(DatabaseSettings.Target.ANY);
    Database database =
        new Database(settings, TestDatabase.USER, () -> "any", 1, new RequestTime());
    try (TestApi api = TestApi.start(Region.Role.PRIMARY, database, Clock.systemUTC())) {
      Response response = api.pay(TestApi.unique(), TestApi.order());
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.problem()).isEqualTo("region-not-active");
    } finally {
      TestDatabase.shared().execute("alter role payment_app reset default_transaction_read_only");
    }
  }

  @Test
  void noConnectionLeftIsTooManyRequests() throws SQLException {
    TestDatabase.shared().execute("alter role payment_app connection limit 0");
    try (TestApi api = TestApi.start(1)) {
      Response response = api.pay(TestApi.unique(), TestApi.order());
      assertThat(response.status()).isEqualTo(429);
      assertThat(response.problem()).isEqualTo("too-many-requests");
      assertThat(response.headers()).containsEntry("retry-after", "1");
    } finally {
      TestDatabase.shared().execute("alter role payment_app connection limit -1");
    }
  }

  @Test
  void keyThatIsInProgressForTooLongIsAConflict() throws SQLException {
    String key = TestApi.unique();
    try (TestApi api = TestApi.start(1);
        Connection other = TestDatabase.shared().connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          "insert into ledger.idempotency_key values ('"
              + key
              + "', repeat('0', 64), gen_random_uuid(), 201, '{}', now())");
      Response response = api.pay(key, TestApi.order());
      assertThat(response.status()).isEqualTo(409);
      assertThat(response.problem()).isEqualTo("request-in-progress");
      assertThat(response.headers()).containsEntry("retry-after", "1");
      other.rollback();
      assertThat(api.pay(key, TestApi.order()).status()).isEqualTo(201);
    }
  }

  @Test
  void faultOfOursSaysNothingOfTheInside() throws SQLException {
    TestDatabase.shared().execute("revoke insert on ledger.booking from payment_app");
    try (TestApi api = TestApi.start(1)) {
      Response response = api.pay(TestApi.unique(), TestApi.order());
      assertThat(response.status()).isEqualTo(500);
      assertThat(response.json()).containsOnlyKeys("type", "title", "status", "correlationId");
      assertThat(api.log()).contains("42501").doesNotContain("permission denied");
    } finally {
      TestDatabase.shared().execute("grant insert on ledger.booking to payment_app");
    }
  }

  @Test
  void beforeASnapshotClassesAreLoadedAndConnectionsClosed() throws SQLException {
    try (TestApi api = TestApi.start(2)) {
      long payments = TestDatabase.shared().count("select count(*) from ledger.payment");
      api.handler().beforeCheckpoint(null);
      assertThat(TestDatabase.shared().count("select count(*) from ledger.payment"))
          .isEqualTo(payments);
      assertThat(api.log()).isEmpty();
      api.handler().afterRestore(null);
      assertThat(api.pay(TestApi.unique(), TestApi.order()).status()).isEqualTo(201);
    }
  }

  @Test
  void addressesAreForgottenAfterFiveSeconds() {
    try (TestApi api = TestApi.start(1)) {
      assertThat(api.get("/health").status()).isEqualTo(200);
      assertThat(Security.getProperty("networkaddress.cache.ttl")).isEqualTo("5");
      assertThat(Security.getProperty("networkaddress.cache.negative.ttl")).isEqualTo("1");
    }
  }

  @Test
  void bundleInAFileMustBeReadable(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("bundle.pem"));
    assertThat(TrustBundle.locate(Map.of("DB_TRUST_STORE_PEM", file.toString()))).isEqualTo(file);
  }

  private static boolean one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
