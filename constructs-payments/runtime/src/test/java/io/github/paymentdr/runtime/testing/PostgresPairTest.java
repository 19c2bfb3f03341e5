package io.github.paymentdr.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresPairTest {
  @Test
  void isOfTheClustersVersion() {
    PostgresPair pair = PostgresPair.shared();
    String database = pair.newPaymentDatabase();

    for (TestServer server : new TestServer[] {pair.east(), pair.west()}) {
      assertThat(server.query(database, "show server_version")).containsExactly("15.12");
      assertThat(server.query(database, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
          .containsExactly("t");
      assertThat(server.query(database, "select count(*) from ledger.payment"))
          .containsExactly("0");
    }
  }
}
