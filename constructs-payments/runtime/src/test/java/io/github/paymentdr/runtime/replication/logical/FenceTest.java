package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.io.StringReader;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

class FenceTest {
  private static final String READ_ONLY = "25006";
  private static final String NO_PRIVILEGE = "42501";

  private static TestPair pair;

  @BeforeAll
  static void setUp() {
    pair = TestPair.withPayments();
    for (TestPair.Side side : new TestPair.Side[] {pair.east(), pair.west()}) {
      // More than an application should have: the fence must not depend on its rights.
      side.execute(
          "create table ledger.monthly (month int primary key) partition by range (month)",
          "create table ledger.monthly_1 partition of ledger.monthly for values from (1) to (9)",
          "create table public.base (n int primary key)",
          "create table ledger.derived (primary key (n)) inherits (public.base)",
          "grant all on public.base to payment_app",
          "grant all on all tables in schema ledger to payment_app",
          "create schema forged authorization payment_app",
          """
          create function ledger.touch() returns void language sql security definer
            as 'update ledger.payment set status = status'
          """);
    }
    pair.setUp();
    pair.east().execute(Payments.insert(1, 3));
    Eventually.holds("3 payments have arrived", () -> payments(pair).equals("3"));
  }

  @AfterAll
  static void tearDown() {
    pair.tearDown();
  }

  private static String payments(TestPair of) {
    return of.west().query("select count(*) from ledger.payment").get(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insert into ledger.posting values (gen_random_uuid(), 1, 'a', 'EUR', 1)",
        "insert into ledger.posting select * from ledger.posting where false",
        "update ledger.payment set status = status",
        "update ledger.payment set status = status where false",
        "delete from ledger.posting",
        "truncate ledger.posting",
        "merge into ledger.posting p using ledger.booking b on p.booking_id = b.id"
            + " when matched then delete",
        "with gone as (delete from ledger.posting returning *) select * from gone",
        // A statement fires the triggers of the table that it names, not of those it reaches.
        "insert into ledger.monthly values (1)",
        "update ledger.monthly set month = month",
        "update public.base set n = n",
      })
  void theApplicationCanWriteNothingToAStandby(String statement) throws SQLException {
    assertThat(stateOf(statement)).isEqualTo(READ_ONLY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set session_replication_role = replica",
        "alter table ledger.payment disable trigger dr_fence",
        "drop trigger dr_fence on ledger.payment",
        "update dr.node set role = 'ACTIVE'",
        "delete from dr.node",
        "insert into dr.heartbeat values ('us-east-1', now(), 9)",
        "select dr.drain(1)",
        "create or replace function dr.is_active_now() returns boolean language sql return true",
        "create table dr.mine (n int)",
        "select pg_drop_replication_slot('dr_not_there')",
        "set role dr_replication",
      })
  void theApplicationCannotChangeWhoIsActive(String statement) throws SQLException {
    assertThat(stateOf(statement)).isEqualTo(NO_PRIVILEGE);
  }

  @Test
  void theApplicationCannotOpenTheFenceForMaintenance() throws SQLException {
    try (Sql sql = application(pair.west())) {
      sql.execute("set dr.maintenance = 'on'");
      assertThat(stateOf(sql, "update ledger.payment set status = status")).isEqualTo(READ_ONLY);
    }
  }

  @Test
  void aFunctionWithTheOwnersRightsDoesNotOpenTheFenceForTheApplication() throws SQLException {
    try (Sql sql = application(pair.west())) {
      sql.execute("set dr.maintenance = 'on'");
      assertThat(stateOf(sql, "select ledger.touch()")).isEqualTo(READ_ONLY);
    }
  }

  @Test
  void aForgedOperatorDoesNotGetPastTheFence() throws SQLException {
    try (Sql sql = application(pair.west())) {
      sql.execute(
          "create function forged.same(text, text) returns boolean language sql return true");
      sql.execute(
          "create operator forged.= (leftarg = text, rightarg = text, function = forged.same)");
      sql.execute("set search_path = forged, pg_catalog");
      assertThat(stateOf(sql, "update ledger.payment set status = status")).isEqualTo(READ_ONLY);
    }
  }

  @Test
  void theApplicationCannotCopyIntoAStandby() throws SQLException {
    try (Sql sql = application(pair.west())) {
      SQLException refused =
          catchThrowableOfType(
              SQLException.class,
              () ->
                  sql.connection()
                      .unwrap(PGConnection.class)
                      .getCopyAPI()
                      .copyIn("copy ledger.posting from stdin", new StringReader("")));
      assertThat(refused.getSQLState()).isEqualTo(READ_ONLY);
      assertThat(refused.getMessage())
          .contains("ledger.posting cannot be written here: this region is the standby");
    }
  }

  @Test
  void aForgedSearchPathDoesNotGetPastTheFence() throws SQLException {
    try (Sql sql = application(pair.west())) {
      sql.execute("create temporary table node (role text)");
      sql.execute("insert into node values ('ACTIVE')");
      sql.execute("set search_path = pg_temp, ledger, dr");
      assertThat(stateOf(sql, "update ledger.payment set status = status")).isEqualTo(READ_ONLY);
    }
  }

  @Test
  void theOwnerCanForMaintenance() throws SQLException {
    try (Sql sql = pair.west().connect()) {
      assertThat(stateOf(sql, "update ledger.payment set status = status")).isEqualTo(READ_ONLY);
      sql.inTransaction(
          () -> {
            Fence.openForTransaction(sql);
            return sql.execute("update ledger.payment set status = status");
          });
      assertThat(stateOf(sql, "update ledger.payment set status = status")).isEqualTo(READ_ONLY);
    }
  }

  @Test
  void whatTheActiveRegionWritesPassesTheFenceOfTheStandby() {
    pair.east().execute("update ledger.payment set reference = 'seen'");
    pair.east().execute("delete from ledger.idempotency_key where key = 'key-1'");

    Eventually.holds(
        "the same rows in both regions",
        () -> Fingerprint.checksums(pair.west()).equals(Fingerprint.checksums(pair.east())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"read committed", "repeatable read", "serializable"})
  void nothingIsAcceptedAfterADrainWhateverTheTransactionSawBefore(String isolation)
      throws SQLException {
    TestPair drained = TestPair.withPayments();
    drained.east().setUp();
    drained.east().execute(Payments.insert(1, 1));
    drained.east().execute("grant all on all tables in schema ledger to payment_app");
    try (Sql sql = application(drained.east())) {
      sql.execute("begin isolation level " + isolation);
      sql.query("select * from ledger.payment", row -> true);

      drained.east().control().drain();

      assertThat(stateOf(sql, "update ledger.payment set reference = 'late'"))
          .isIn(READ_ONLY, "40001");
      sql.execute("rollback");
    }
    assertThat(drained.east().query("select count(*) from ledger.payment where reference = 'late'"))
        .containsExactly("0");
    drained.east().tearDown();
  }

  @Test
  void aDrainWaitsForWhoHasPassedTheFence() throws SQLException {
    TestPair drained = TestPair.withPayments();
    drained.east().setUp();
    try (Sql sql = application(drained.east())) {
      sql.execute("begin");
      sql.execute(Payments.insert(1, 1));
      CompletableFuture<String> position =
          CompletableFuture.supplyAsync(() -> drained.east().control().drain());
      Eventually.holds(
          "the drain waits",
          () ->
              drained
                  .east()
                  .query(
                      "select count(*) from pg_locks where locktype = 'advisory' and not granted"
                          + " and database = (select oid from pg_database"
                          + " where datname = current_database())")
                  .contains("1"));
      sql.execute("commit");

      assertThat(drained.east().query("select '" + position.join() + "'::pg_lsn is not null"))
          .containsExactly("t");
      assertThat(drained.east().query("select count(*) from ledger.payment")).containsExactly("1");
      assertThat(drained.east().control().drain()).isEqualTo(position.join());
    }
    drained.east().tearDown();
  }

  private static Sql application(TestPair.Side side) throws SQLException {
    Sql sql = side.connect();
    sql.execute("set session authorization payment_app");
    return sql;
  }

  private static String stateOf(String statement) throws SQLException {
    try (Sql sql = application(pair.west())) {
      return stateOf(sql, statement);
    }
  }

  private static String stateOf(Sql sql, String statement) {
    return catchThrowableOfType(SQLException.class, () -> sql.execute(statement)).getSQLState();
  }
}
