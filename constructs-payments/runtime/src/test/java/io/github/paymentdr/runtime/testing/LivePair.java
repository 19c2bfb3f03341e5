package io.github.paymentdr.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.replication.Observation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A pair as it is in production: a link between the regions, both maintained all the time, payments
 * booked in the active one, and somebody who tries the same on the standby.
 */
public final class LivePair implements AutoCloseable {
  private final TestPair pair;
  private final LinkProxy link;
  private @Nullable Upkeep upkeep;
  private @Nullable PaymentLoad load;
  private @Nullable PaymentLoad trespasser;
  private long seeded;

  private LivePair(TestPair pair, LinkProxy link) {
    this.pair = pair;
    this.link = link;
  }

  /** Makes a database with the payment schema on both servers; the standby's way has a link. */
  public static LivePair over(PostgresPair servers) {
    TestPair pair = TestPair.of(servers, servers.newPaymentDatabase());
    LinkProxy link = LinkProxy.to(servers.east().port());
    pair.west().servers().throughPort(link.port());
    return new LivePair(pair, link);
  }

  public TestPair.Side east() {
    return pair.east();
  }

  public TestPair.Side west() {
    return pair.west();
  }

  /** {@return the link that the standby follows the active region through} */
  public LinkProxy link() {
    return link;
  }

  /** Has payments before the pair is set up, of five rows each. */
  public LivePair seeded(int payments) {
    seeded = payments;
    String numbers = " from generate_series(1, " + payments + ") i";
    east()
        .execute(
            "set session_replication_role = 'replica'",
            """
            insert into ledger.payment (id, status, currency, authorised, payer, payee, created_at,
              updated_at)
            select md5('payment' || i)::uuid, 'AUTHORISED', 'EUR', i, 'payer-' || i % 1000,
              'payee-' || i % 10, now(), now()
            """
                + numbers,
            """
            insert into ledger.booking (id, payment_id, kind, currency, created_at)
            select md5('booking' || i)::uuid, md5('payment' || i)::uuid, 'AUTHORISATION', 'EUR', now()
            """
                + numbers,
            """
            insert into ledger.posting (booking_id, line, account, currency, amount)
            select md5('booking' || i)::uuid, line, 'account-' || (i + line) % 1000, 'EUR',
              case line when 1 then -i else i end
            """
                + numbers
                + ", generate_series(1, 2) line",
            """
            insert into ledger.idempotency_key (key, fingerprint, payment_id, status, body,
              created_at)
            select 'seed-' || i, repeat('0', 64), md5('payment' || i)::uuid, 201, repeat('x', 300),
              now()
            """
                + numbers);
    return this;
  }

  /** Sets both regions up and keeps them so. */
  public LivePair following() {
    pair.setUp();
    return maintained();
  }

  /** Maintains both regions from now on, and tries to book payments on the standby. */
  public LivePair maintained() {
    upkeep = Upkeep.of(east(), west());
    trespasser = PaymentLoad.start(west().servers().local(), west().servers().database(), 1, 5);
    return this;
  }

  /** Books payments from now on. */
  public LivePair booked(int connections, double paymentsPerSecond) {
    load =
        PaymentLoad.start(
            east().servers().local(), east().servers().database(), connections, paymentsPerSecond);
    return this;
  }

  public PaymentLoad load() {
    return Objects.requireNonNull(load);
  }

  /** Returns once so many payments more are accepted. */
  public void awaitPayments(long more) {
    long wanted = load().accepted() + more;
    Eventually.holds(more + " payments more", () -> load().accepted() >= wanted);
  }

  /** Returns once the standby follows again and is less than a second behind. */
  public void awaitLagUnderOneSecond() {
    Eventually.holds(
        "a lag under one second",
        () -> {
          Observation observation = west().control().observe();
          return observation.lagMillis().orElse(Long.MAX_VALUE) < 1000
              && observation.tablesNotInSync().isEmpty();
        });
  }

  /** {@return how often the subscription failed so far, by PostgreSQL's own count} */
  public long applyErrors() {
    return Long.parseLong(
        west()
            .query(
                """
                select coalesce(sum(apply_error_count + sync_error_count), 0)
                from pg_stat_subscription_stats where subid in (
                  select s.oid from pg_subscription s join pg_database d on d.oid = s.subdbid
                  where d.datname = current_database())
                """)
            .get(0));
  }

  /** Ends the load; then both regions must have the same, and nothing may be left over. */
  public PaymentLoad.Totals endsInStep() {
    PaymentLoad.Totals totals = load().stop();
    assertThat(totals.undecided()).isZero();
    assertThat(Objects.requireNonNull(trespasser).stop().requests())
        .as("requests that the standby accepted")
        .isZero();
    awaitLagUnderOneSecond();
    awaitAllApplied();
    assertThat(paymentsOf(west())).isEqualTo(seeded + totals.payments());
    assertSameRows();
    assertThat(west().query("select id::text from ledger.unbalanced_booking")).isEmpty();
    assertNothingIsLeftOver();
    return totals;
  }

  /** Every row is the same in both regions. */
  public void assertSameRows() {
    CompletableFuture<Map<String, String>> inEast =
        CompletableFuture.supplyAsync(() -> checksums(east()));
    assertThat(checksums(west())).isNotEmpty().isEqualTo(inEast.join());
  }

  @Override
  public void close() {
    for (AutoCloseable part : new @Nullable AutoCloseable[] {load, trespasser, upkeep}) {
      closeIfStarted(part);
    }
    link.heal();
    west().tearDown();
    east().tearDown();
    link.close();
  }

  private static void closeIfStarted(@Nullable AutoCloseable part) {
    try {
      if (part != null) {
        part.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitAllApplied() {
    String end = east().query("select pg_current_wal_insert_lsn()::text").get(0);
    Eventually.holds(
        "everything up to " + end + " is applied",
        () ->
            east()
                .query(
                    "select confirmed_flush_lsn >= '"
                        + end
                        + "' from pg_replication_slots where database = current_database()")
                .equals(List.of("t")));
  }

  private void assertNothingIsLeftOver() {
    String slots = "select slot_name from pg_replication_slots where database = current_database()";
    assertThat(east().query(slots))
        .isEqualTo(
            west()
                .query(
                    "select subslotname from pg_subscription s join pg_database d"
                        + " on d.oid = s.subdbid where d.datname = current_database()"))
        .hasSize(1);
    assertThat(west().query(slots)).isEmpty();
    Observation active = east().control().observe();
    assertThat(active.slotInactive()).hasValue(0);
    assertThat(active.tablesNotInSync()).isEmpty();
    assertThat(upkeep == null ? List.of() : upkeep.unexpected()).isEmpty();
  }

  private static long paymentsOf(TestPair.Side side) {
    return Long.parseLong(side.query("select count(*) from ledger.payment").get(0));
  }

  private static Map<String, String> checksums(TestPair.Side side) {
    return Checksums.of(side.servers().local(), side.servers().database(), "ledger");
  }
}
