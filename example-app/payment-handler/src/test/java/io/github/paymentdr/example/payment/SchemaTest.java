package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("D1: the schema")
class SchemaTest {
  private static final String PAYMENT = "'00000000-0000-7000-8000-000000000001'";
  private static final String BOOKING = "'00000000-0000-7000-8000-000000000002'";

  private Connection connection;

  @BeforeEach
  void insert() throws SQLException {
    connection = TestDatabase.shared().connect();
    connection.setAutoCommit(false);
    execute(
        "insert into ledger.payment values ("
            + PAYMENT
            + ", 'AUTHORISED', 'EUR', 100, 0, 0, 'a', 'b', null, null, now(), now())");
    execute(
        "insert into ledger.booking values ("
            + BOOKING
            + ", "
            + PAYMENT
            + ", 'AUTHORISATION', 'EUR', now())");
  }

  @AfterEach
  void rollBack() throws SQLException {
    connection.rollback();
    connection.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "payment_state           | update ledger.payment set status = 'CAPTURED'",
        "payment_state           | update ledger.payment set status = 'REFUNDED'",
        "payment_state           | update ledger.payment set captured = 100",
        "payment_state           | update ledger.payment set status = 'VOID'",
        "payment_state           | update ledger.payment set status = 'CAPTURED', captured = 100, refunded = 1",
        "payment_amounts         | update ledger.payment set status = 'CAPTURED', captured = 101",
        "payment_amounts         | update ledger.payment set status = 'REFUNDED', captured = 1, refunded = 2",
        "payment_two_parties     | update ledger.payment set payee = payer",
        "payment_currency_check  | update ledger.payment set currency = 'eur'",
        "payment_authorised_check| update ledger.payment set authorised = 0",
        "booking_once            | insert into ledger.booking select gen_random_uuid(), payment_id, kind, currency, now() from ledger.booking",
        "booking_payment         | insert into ledger.booking select gen_random_uuid(), payment_id, 'CAPTURE', 'USD', now() from ledger.booking",
        "booking_kind_check      | update ledger.booking set kind = 'GIFT'",
        "posting_booking         | insert into ledger.posting select id, 1, 'a', 'USD', 1 from ledger.booking",
        "posting_amount_check    | insert into ledger.posting select id, 1, 'a', 'EUR', 0 from ledger.booking",
      })
  void refuses(String constraint, String sql) {
    String scoped =
        sql.startsWith("update ledger.payment")
            ? sql + " where id = " + PAYMENT
            : sql.contains("from ledger.booking") || sql.startsWith("update ledger.booking")
                ? sql + " where id = " + BOOKING
                : sql;
    assertThatThrownBy(() -> execute(scoped)).hasMessageContaining('"' + constraint + '"');
  }

  @Test
  void viewShowsBookingsThatDoNotSumToZero() throws SQLException {
    String unbalanced =
        "select count(*) from ledger.unbalanced_booking where id = " + BOOKING + " and sum = ";
    assertThat(count(unbalanced + 0)).isEqualTo(1);
    execute("insert into ledger.posting values (" + BOOKING + ", 1, 'a', 'EUR', -100)");
    assertThat(count(unbalanced + -100)).isEqualTo(1);
    execute("insert into ledger.posting values (" + BOOKING + ", 2, 'b', 'EUR', 100)");
    assertThat(count("select count(*) from ledger.unbalanced_booking where id = " + BOOKING))
        .isZero();
  }

  @Test
  @DisplayName("D3: every table has a primary key, and there is no sequence and no trigger")
  void replicatesWell() throws SQLException {
    assertThat(
            count(
                "select count(*) from pg_class c where relkind = 'r'"
                    + " and relnamespace = 'ledger'::regnamespace and not exists (select from"
                    + " pg_index i where i.indrelid = c.oid and i.indisprimary)"))
        .isZero();
    assertThat(
            count(
                "select count(*) from pg_class where relkind = 'S'"
                    + " and relnamespace = 'ledger'::regnamespace"))
        .isZero();
    assertThat(
            count(
                "select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid"
                    + " where relnamespace = 'ledger'::regnamespace and not tgisinternal"))
        .isZero();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long count(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
