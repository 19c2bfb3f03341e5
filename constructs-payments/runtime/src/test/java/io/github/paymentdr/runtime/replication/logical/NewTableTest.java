package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.TestPair;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewTableTest {
  private final TestPair pair = TestPair.withPayments().setUp();

  /** PostgreSQL 15.12 would lose every later change to the table. */
  @Test
  void aTableThatIsWrittenToWhileItIsFirstOfferedLosesNothing() throws SQLException {
    for (TestPair.Side side : List.of(pair.west(), pair.east())) {
      side.execute("create table ledger.dispute (id int primary key)");
    }
    try (Sql writer = pair.east().servers().local().connect(pair.east().servers().database())) {
      writer.connection().setAutoCommit(false);
      pair.east()
          .servers()
          .listener(
              (server, statement) -> {
                if (statement.contains("trigger dr_fence")) {
                  insert(writer, 1);
                }
              });
      maintain(pair.east());
      pair.east().servers().listener(StatementListener.NONE);
      insert(writer, 2);
      writer.connection().commit();
    }
    maintain(pair.east());
    maintain(pair.west());
    Eventually.holds(
        "the table is copied", () -> pair.west().control().observe().tablesNotInSync().isEmpty());

    pair.east()
        .execute("insert into ledger.dispute values (3)", "insert into ledger.dispute values (4)");

    String end = pair.east().query("select pg_current_wal_insert_lsn()::text").get(0);
    Eventually.holds(
        "all is applied",
        () ->
            pair.east()
                .query(
                    "select confirmed_flush_lsn >= '"
                        + end
                        + "' from pg_replication_slots where database = current_database()")
                .contains("t"));
    assertThat(pair.west().query("select id from ledger.dispute order by 1"))
        .containsExactly("1", "2", "3", "4");
  }

  private static void insert(Sql writer, int id) {
    try {
      writer.execute("insert into ledger.dispute values (?)", id);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void maintain(TestPair.Side side) {
    side.control().maintain(Deadline.after(Duration.ofMillis(500)));
  }
}
