package io.github.paymentdr.example.drill.pair;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must be true of the books whatever happened. */
final class BooksCheck {
  private BooksCheck() {}

  /** No acknowledged payment is lost, and none is doubled. */
  static void areRight(LocalPair pair, PaymentTraffic traffic) {
    // Before the books are read: what is acknowledged from here on may be missing in them.
    Map<String, String> lost = new LinkedHashMap<>();
    traffic.acknowledged().forEach((key, one) -> lost.put(key, one.payment()));
    LocalRegion active = pair.active();
    Map<String, String> booked = new LinkedHashMap<>();
    for (String line :
        active.query("select key || ' ' || payment_id from ledger.idempotency_key")) {
      List<String> parts = Splitter.on(' ').splitToList(line);
      booked.put(parts.get(0), parts.get(1));
    }
    assertThat(lost).as("acknowledged payments").isNotEmpty();
    lost.entrySet().removeAll(booked.entrySet());
    assertThat(lost).as("acknowledged payments that %s lacks", active.name()).isEmpty();
    assertThat(traffic.contradictions()).as("keys with two answers").isEmpty();
    assertThat(
            active.query(
                "select p.id::text from ledger.payment p"
                    + " left join ledger.idempotency_key k on k.payment_id = p.id"
                    + " group by p.id having count(k.key) <> 1"))
        .as("payments without a key or with two")
        .isEmpty();
    assertThat(active.query("select id::text from ledger.unbalanced_booking")).isEmpty();
  }

  /** A region that has lost the lease accepted nothing that was asked after another had opened. */
  static void hadOneWriter(PaymentTraffic traffic, String former, Instant openedElsewhere) {
    assertThat(traffic.acknowledged().values())
        .filteredOn(one -> one.region().equals(former) && !one.isRepeated())
        .as("payments that %s accepted after %s", former, openedElsewhere)
        .noneMatch(one -> one.sentAt().isAfter(openedElsewhere));
  }
}
