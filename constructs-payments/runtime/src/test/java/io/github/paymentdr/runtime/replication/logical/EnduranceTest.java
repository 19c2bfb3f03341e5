package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.LivePair;
import io.github.paymentdr.runtime.testing.PaymentLoad;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever befalls a pair under load, both regions have the same rows once it is over, with the lag
 * under a second and nothing left behind.
 */
@DisplayName("B3: the databases stay in step, whatever befalls them")
class EnduranceTest {
  private static final long MEGABYTE = 1_000_000;

  private static PostgresPair servers;
  private LivePair live;

  /** The servers are killed, so no other test may have them. */
  @BeforeAll
  static void startServers() {
    servers = PostgresPair.start();
  }

  @AfterAll
  static void stopServers() {
    servers.close();
  }

  @AfterEach
  void tearDown() {
    if (live != null) {
      live.close();
    }
  }

  @Test
  void theSubscriberIsStoppedForLongAndComesBack() {
    live = LivePair.over(servers).following().booked(6, 1000);
    live.awaitPayments(200);

    servers.west().close();
    Eventually.holds("the active region keeps 32 MB of WAL", () -> retainedWal() > 32 * MEGABYTE);
    assertThat(live.east().control().observe().slotInactive()).hasValue(1);
    servers.west().restart();

    PaymentLoad.Totals totals = live.endsInStep();
    assertThat(totals.failures()).as("the active region does not notice").isZero();
    // PostgreSQL counts the end of its own process as one.
    assertThat(live.applyErrors()).isLessThanOrEqualTo(1);
  }

  @Test
  void thePublisherIsKilledAndRestartedTwiceUnderLoad() {
    live = LivePair.over(servers).following().booked(6, 100);

    for (int i = 0; i < 2; i++) {
      live.awaitPayments(300);
      long failures = live.load().failures();
      servers.east().kill();
      Eventually.holds("callers notice", () -> live.load().failures() > failures);
      servers.east().restart();
      live.awaitPayments(300);
      live.awaitLagUnderOneSecond();
    }

    live.endsInStep();
  }

  @Test
  void theLinkIsCutAndHangsAndHealsSeveralTimes() {
    live = LivePair.over(servers).following().booked(4, 100);

    for (int i = 0; i < 2; i++) {
      live.awaitPayments(100);
      live.link().cut();
      Eventually.holds("nobody reads the slot", () -> slotInactive() == 1);
      live.awaitPayments(100);
      live.link().heal();
      live.awaitLagUnderOneSecond();

      live.link().hang();
      Eventually.holds("nobody reads the slot", () -> slotInactive() == 1);
      live.awaitPayments(100);
      live.link().heal();
      live.awaitLagUnderOneSecond();
    }

    PaymentLoad.Totals totals = live.endsInStep();
    assertThat(totals.failures()).as("the active region does not notice").isZero();
  }

  @Test
  void theLinkIsCutAndHangsDuringTheInitialCopy() {
    live = LivePair.over(servers).seeded(20_000);
    live.east().setUp();
    live.booked(2, 100);
    live.link().limit(8 * MEGABYTE);

    CompletableFuture<Void> setUp = CompletableFuture.runAsync(this::setUpUntilItSucceeds);
    for (int i = 0; i < 4; i++) {
      boolean isHanging = i % 2 == 1;
      live.link()
          .after(
              2 * MEGABYTE,
              () -> {
                if (isHanging) {
                  live.link().hang();
                } else {
                  live.link().cut();
                }
              });
      Eventually.holds("the link breaks", () -> !live.link().isOpen());
      Eventually.holds("the copy ends for it", () -> slotInactive() == 1);
      assertThat(tablesInStep()).as("tables that are copied before the last break").isLessThan(6);
      live.link().heal();
    }
    Eventually.holds("the set-up comes to its end when nothing breaks any more", setUp::isDone);
    setUp.join();

    live.maintained();
    live.endsInStep();
  }

  @Test
  void theCredentialsRotateTwiceDuringLoadWithoutMoreThanOneReconnectEach() {
    live = LivePair.over(servers).following().booked(4, 200);
    Set<String> streams = new LinkedHashSet<>();
    live.awaitPayments(50);
    collectStreams(streams);

    Servers.ReplicationUser second = user("dr_replication_b", "the second", "2");
    live.east().servers().user(second);
    Eventually.holds("the active region knows the second", () -> knows("dr_replication_b"));
    live.west().servers().user(second);
    awaitStreamOf("dr_replication_b", streams);

    Servers.ReplicationUser third = user("dr_replication_a", "the third", "3");
    live.west().servers().user(third);
    live.awaitPayments(200);
    collectStreams(streams);
    live.east().servers().user(third);
    awaitStreamOf("dr_replication_a", streams);
    live.awaitPayments(200);
    collectStreams(streams);

    live.endsInStep();
    assertThat(streams).as("connections of the stream").hasSize(3);
    assertThat(live.applyErrors()).isZero();
  }

  @Test
  void aColumnIsAddedUnderLoadAtTheSubscriberFirst() {
    live = LivePair.over(servers).following().booked(4, 200);
    live.awaitPayments(100);

    String column = "alter table ledger.payment add column note text";
    String right = "grant update (note) on ledger.payment to payment_app";
    live.west().execute(column, right);
    live.awaitPayments(100);
    live.east().execute(column, right);
    live.load().alsoExecute("update ledger.payment set note = 'noted' where id = ?");
    live.awaitPayments(200);

    live.endsInStep();
    assertThat(live.west().query("select count(*) >= 190 from ledger.payment where note = 'noted'"))
        .containsExactly("t");
    assertThat(live.applyErrors()).isZero();
  }

  @Test
  void aTableIsAddedUnderLoadAtTheSubscriberFirst() {
    live = LivePair.over(servers).following().booked(4, 200);
    live.awaitPayments(100);

    String table =
        "create table ledger.dispute (id uuid primary key default gen_random_uuid(),"
            + " payment_id uuid not null references ledger.payment)";
    String right = "grant select, insert on ledger.dispute to payment_app";
    live.west().execute(table, right);
    live.east().execute(table, right);
    live.load().alsoExecute("insert into ledger.dispute (payment_id) values (?)");
    live.awaitPayments(200);
    Eventually.holds(
        "the standby follows the new table",
        () -> live.west().query("select count(*) > 0 from ledger.dispute").contains("t"));
    live.awaitPayments(200);

    live.endsInStep();
    assertThat(live.west().query("select count(*) >= 390 from ledger.dispute"))
        .containsExactly("t");
    assertThat(live.applyErrors()).isZero();
  }

  @Test
  void aMillionRowsAreCopiedUnderLoadAndTheLogSaysHowFarItIs() {
    // What says that the other side lives waits behind the rows.
    try (PostgresPair patient = PostgresPair.startPatient()) {
      live = LivePair.over(patient).seeded(200_000);
      try {
        copiesAMillionRows();
      } finally {
        live.close();
        live = null;
      }
    }
  }

  private void copiesAMillionRows() {
    live.east().setUp();
    live.booked(4, 200);
    // As wide as takes longer than the time between two lines.
    live.link().limit(15 * MEGABYTE);

    SetUpOutcome outcome = live.west().setUp();

    live.maintained();
    assertThat(outcome.isCopying()).isFalse();
    assertThat(live.west().log())
        .contains("tables are being copied")
        .contains("rowsOfTablesBeingCopied")
        .contains("secondsLeft");
    live.endsInStep();
    assertThat(live.applyErrors()).isZero();
  }

  @Test
  void withoutALimitNothingIsDroppedForAnAbsentSubscriber() {
    live = LivePair.over(servers).following().booked(4, 300);
    live.awaitPayments(100);

    live.link().cut();
    Eventually.holds("the active region keeps 4 MB of WAL", () -> retainedWal() > 4 * MEGABYTE);
    live.east().control().maintain(Deadline.after(Duration.ZERO));
    assertThat(live.east().log()).doesNotContain("was dropped");
    live.link().heal();

    live.endsInStep();
  }

  @Test
  void aSlotOverTheLimitIsDroppedLoudlyAndARebuildMakesThePairWholeAgain(@TempDir Path folder) {
    live = LivePair.over(servers);
    live.east().retainedWalLimit(MEGABYTE);
    live.west().reports(new FolderReportStore(folder));
    live.following().booked(4, 300);
    live.awaitPayments(100);

    live.link().cut();
    Eventually.holds("the slot is dropped", () -> live.east().log().contains("was dropped"));
    assertThat(live.east().log()).contains("WARN").contains("run rebuild there");
    assertThat(live.east().query("select slot_name from pg_replication_slots")).isEmpty();
    live.link().heal();
    Eventually.holds(
        "the standby says so",
        () ->
            live.west().control().state().problems().stream()
                .anyMatch(problem -> problem.contains("run rebuild")));
    assertThat(live.west().control().state().fitToTakeOver()).isFalse();

    Eventually.holds("the rebuild comes to its end", () -> isRebuilt(live.west()));
    live.awaitPayments(100);
    live.endsInStep();
    assertThat(live.west().control().state().fitToTakeOver()).isTrue();
  }

  private static boolean isRebuilt(TestPair.Side side) {
    try {
      RebuildOutcome outcome = side.control().rebuild(Deadline.after(Duration.ofSeconds(30)));
      return outcome.phase() == RebuildOutcome.Phase.STANDBY;
    } catch (ControlException e) {
      // The maintenance is at it.
      return false;
    }
  }

  private long retainedWal() {
    return live.east().control().observe().retainedWalBytes().orElse(0);
  }

  private long slotInactive() {
    return live.east().control().observe().slotInactive().orElseThrow();
  }

  private int tablesInStep() {
    return live.west().query("select 1 from pg_subscription_rel where srsubstate = 'r'").size();
  }

  /** It has no time of its own: how long the breaks take is up to the machine. */
  private void setUpUntilItSucceeds() {
    Eventually.within(
        Duration.ofMinutes(5), "the set-up comes to its end", () -> isSetUp(live.west()));
  }

  private static boolean isSetUp(TestPair.Side side) {
    try {
      return !side.setUp().isCopying();
    } catch (ControlException e) {
      return false;
    }
  }

  private static Servers.ReplicationUser user(String name, String password, String version) {
    return new Servers.ReplicationUser(new Credentials(name, password), version);
  }

  private boolean knows(String user) {
    return !live.east().query("select 1 from pg_roles where rolname = '" + user + "'").isEmpty();
  }

  private void awaitStreamOf(String user, Set<String> streams) {
    Eventually.holds(
        "the stream is that of " + user,
        () -> {
          collectStreams(streams);
          return streams.stream().anyMatch(stream -> stream.startsWith(user))
              && live.east()
                  .query(
                      "select usename from pg_stat_replication where"
                          + " application_name = 'dr_subscription'")
                  .contains(user);
        });
  }

  /** Table copies have connections of other names. */
  private void collectStreams(Set<String> streams) {
    streams.addAll(
        live.east()
            .query(
                "select usename || ' ' || pid from pg_stat_replication"
                    + " where application_name = 'dr_subscription'"));
  }
}
