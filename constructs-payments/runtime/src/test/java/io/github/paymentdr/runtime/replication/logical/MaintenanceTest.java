package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.paymentdr.runtime.database.Credentials;
import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.logical.Servers.ReplicationUser;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MaintenanceTest {
  private static final ReplicationUser SECOND_USER =
      new ReplicationUser(new Credentials("dr_replication_b", "another secret"), "2");

  private final TestPair pair = TestPair.withPayments();

  @AfterEach
  void tearDown() {
    pair.tearDown();
  }

  /** Once, without waiting for more beats than one. */
  private static Observation maintain(TestPair.Side side) {
    return side.control().maintain(Deadline.after(Duration.ofMillis(300)));
  }

  /** Both regions at a time, as the schedule does. */
  private void maintainBoth() {
    CompletableFuture<Observation> east =
        CompletableFuture.supplyAsync(
            () -> pair.east().control().maintain(Deadline.after(Duration.ofSeconds(1))));
    pair.west().control().maintain(Deadline.after(Duration.ofSeconds(1)));
    east.join();
  }

  private void awaitSameRows() {
    Eventually.holds(
        "the same rows in both regions",
        () -> Fingerprint.checksums(pair.west()).equals(Fingerprint.checksums(pair.east())));
  }

  @Test
  void aPairThatIsWellIsSeenToBeWell() {
    pair.setUp();
    maintainBoth();

    Observation east = pair.east().control().observe();
    assertThat(east.role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(east.slotInactive()).hasValue(0);
    assertThat(east.retainedWalBytes()).isPresent();
    assertThat(east.tablesNotInSync()).isEmpty();
    assertThat(east.lagMillis()).isEmpty();
    assertThat(east.applyErrors()).isEmpty();
    Observation west = pair.west().control().observe();
    assertThat(west.role()).isEqualTo(NodeRole.STANDBY);
    assertThat(west.lagMillis()).isPresent();
    assertThat(west.tablesNotInSync()).isEmpty();
    assertThat(west.applyErrors()).hasValue(0);
    assertThat(west.slotInactive()).isEmpty();
    assertThat(west.retainedWalBytes()).isEmpty();
    assertThat(pair.east().control().state().problems()).isEmpty();
    assertThat(pair.west().control().state().problems()).isEmpty();
    assertThat(pair.west().control().state().fitToTakeOver()).isTrue();
    assertThat(pair.east().control().state().fitToTakeOver()).isFalse();
  }

  @Test
  void theLagIsTheTimeThatABeatTakesAndGrowsWhileNoneArrives() {
    pair.setUp();
    assertThat(pair.west().control().observe().lagMillis()).isEmpty();
    assertThat(pair.west().control().state().fitToTakeOver()).isFalse();

    pair.east()
        .execute(
            "insert into dr.heartbeat select 'us-east-1', now() - interval '1 minute', 1",
            "insert into dr.heartbeat select 'us-east-1', now() - interval '2 minutes', 1");
    Eventually.holds(
        "a lag", () -> pair.west().control().observe().lagMillis().orElse(0) >= 60_000);
    assertThat(pair.west().control().observe().lagMillis().getAsLong()).isLessThan(110_000);

    // The other region's clock may be ahead of this one's.
    pair.east()
        .execute("insert into dr.heartbeat select 'us-east-1', now() + interval '1 minute', 1");
    Eventually.holds("no lag", () -> pair.west().control().observe().lagMillis().getAsLong() == 0);
  }

  @Test
  void aBeatOfAClockThatRanAheadDoesNotHideThatNoneArrives() {
    pair.setUp();
    pair.west()
        .execute(
            "insert into dr.heartbeat values ('us-east-1', now() + interval '1 hour', 1,"
                + " now() - interval '10 minutes')");

    assertThat(pair.west().control().observe().lagMillis().getAsLong()).isGreaterThan(590_000);
  }

  @Test
  void oldBeatsDoNotPileUp() {
    pair.setUp();
    pair.east()
        .execute("insert into dr.heartbeat select 'us-east-1', now() - interval '2 hours', 1");

    maintain(pair.east());

    String old = "select count(*) from dr.heartbeat where written_at < now() - interval '1 hour'";
    assertThat(pair.east().query(old)).containsExactly("0");
    Eventually.holds("none at the standby", () -> pair.west().query(old).contains("0"));
  }

  @Test
  void newCredentialsAreTakenOverWithoutAGap() {
    pair.setUp();
    pair.west().servers().user(SECOND_USER);
    maintain(pair.west());
    // The active region does not know the new user yet, so the old one goes on.
    pair.east().execute(Payments.insert(1, 1));
    awaitSameRows();

    pair.east().servers().user(SECOND_USER);
    maintain(pair.east());
    maintain(pair.west());

    pair.east().execute(Payments.insert(2, 1));
    awaitSameRows();
    Eventually.holds(
        "the subscription logs in as the new user",
        () ->
            pair.east()
                .query(
                    "select usename from pg_stat_replication r join pg_replication_slots s"
                        + " on s.active_pid = r.pid where s.database = current_database()")
                .equals(List.of("dr_replication_b")));
    assertThat(pair.west().log()).doesNotContain("another secret");
  }

  @Test
  void whoeverMayNotEndTheReaderOfASlotWaitsForItsEnd() throws Exception {
    pair.setUp();
    // As when this region is torn down before its subscription has taken over a rotation.
    pair.east().servers().user(SECOND_USER);
    maintain(pair.east());
    pair.west().servers().user(SECOND_USER);
    try (Sql there = pair.west().servers().connectPeer(TimeLimits.SHORT)) {
      ReplicationSlot slot = new ReplicationSlot(there, pair.west().settings().slotOfThisRegion());
      slot.endReader();

      assertThat(slot.dropWithReader(Duration.ofMillis(200))).isFalse();
      assertThat(slot.find().orElseThrow().active()).isTrue();
    }
    pair.west().tearDown();
    assertThat(
            pair.east()
                .query(
                    "select slot_name from pg_replication_slots where database = current_database()"))
        .isEmpty();
  }

  @Test
  void aPasswordThatIsNotTheSecretsIsSetRight() {
    pair.setUp();
    ReplicationUser changed =
        new ReplicationUser(new Credentials("dr_replication_b", "changed"), "3");
    pair.east().servers().user(changed);
    maintain(pair.east());
    pair.east().execute("alter role dr_replication_b password 'somebody else''s'");

    maintain(pair.east());

    assertThat(pair.east().canLogInAsReplicationUser()).isTrue();
  }

  @Test
  void aTableAndAColumnAreAddedWhilePaymentsAreBookedTheStandbyFirst() {
    pair.setUp();
    AtomicBoolean goOn = new AtomicBoolean(true);
    AtomicInteger booked = new AtomicInteger();
    CompletableFuture<Void> load = book(goOn, booked);

    pair.west().execute("alter table ledger.payment add note text");
    pair.west().execute("create table ledger.dispute (id int primary key, text text)");
    pair.east().execute("alter table ledger.payment add note text");
    pair.east().execute("create table ledger.dispute (id int primary key, text text)");
    pair.east().execute("insert into ledger.dispute values (1, 'before it is published')");
    maintain(pair.east());
    pair.east().execute("insert into ledger.dispute values (2, 'before it is followed')");
    maintain(pair.west());
    pair.east().execute("insert into ledger.dispute values (3, 'after')");
    pair.east().execute("update ledger.payment set note = 'new' where authorised % 2 = 0");
    goOn.set(false);
    load.join();

    awaitSameRows();
    assertThat(pair.west().query("select count(*) from ledger.dispute")).containsExactly("3");
    Eventually.holds("all in sync", () -> maintain(pair.west()).tablesNotInSync().isEmpty());
    assertThat(pair.west().log()).doesNotContain("WARN");
  }

  @Test
  void theWrongOrderLosesNothingAndHeals() {
    pair.setUp();
    pair.east().execute("alter table ledger.payment add note text default 'x'");
    pair.east().execute("create table ledger.dispute (id int primary key)");
    pair.east().execute("insert into ledger.dispute values (1)");
    maintain(pair.east());
    pair.east().execute(Payments.insert(1, 5));

    Eventually.holds(
        "errors are counted", () -> pair.west().control().observe().applyErrors().getAsLong() > 2);
    Observation sick = maintain(pair.west());
    assertThat(sick.applyErrors().getAsLong()).isPositive();
    assertThat(sick.tablesNotInSync()).containsExactly("ledger.dispute");
    assertThat(pair.west().control().state().fitToTakeOver()).isFalse();
    assertThat(pair.west().control().state().problems())
        .anyMatch(problem -> problem.startsWith("a change cannot be applied"))
        .contains("table ledger.dispute is not in sync");
    assertThat(pair.west().log()).contains("ledger.dispute does not exist here");

    pair.west().execute("alter table ledger.payment add note text default 'x'");
    pair.west().execute("create table ledger.dispute (id int primary key)");
    maintain(pair.west());

    awaitSameRows();
    Eventually.holds(
        "it is fit again",
        () -> {
          maintainBoth();
          return pair.west().control().state().fitToTakeOver();
        });
  }

  @Test
  void aTableThatCannotBeReplicatedIsToldOfAndCanStillBeWrittenTo() {
    pair.setUp();
    pair.east().execute("create table ledger.no_key (n int)");

    assertThat(maintain(pair.east()).tablesNotInSync()).containsExactly("ledger.no_key");

    // Publishing it would make the application's updates fail.
    pair.east().execute("insert into ledger.no_key values (1)", "update ledger.no_key set n = 2");
    assertThat(pair.east().log()).contains("table ledger.no_key has no primary key");
  }

  @Test
  void positionsOfSequencesReachTheStandby() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.sequenceGap(10).execute("create table ledger.ticket (n serial primary key, t text)");
    }
    pair.setUp();
    pair.east().execute("insert into ledger.ticket (t) select 't' from generate_series(1, 42)");

    maintain(pair.east());

    Eventually.holds(
        "the position at the standby",
        () ->
            pair.west()
                .query(
                    "select schema_name || sequence_name || last_value from dr.sequence_position")
                .equals(List.of("ledgerticket_n_seq42")));
  }

  @Test
  void anAbsentStandbyIsDroppedOnlyAboveTheLimitAndLoudly() {
    pair.setUp();
    pair.east().retainedWalLimit(1_000_000);
    write(pair.east(), 2_000_000);
    maintain(pair.east());
    assertThat(pair.east().log()).doesNotContain("was dropped");

    pair.east().retainedWalLimit(1_000_000_000);
    pair.west().execute("alter subscription dr_subscription disable");
    Eventually.holds(
        "nobody reads the slot",
        () -> pair.east().control().observe().slotInactive().getAsLong() == 1);
    maintain(pair.east());
    assertThat(pair.east().log()).doesNotContain("was dropped");
    assertThat(pair.east().control().state().problems())
        .anyMatch(problem -> problem.startsWith("nobody reads the slot kept for us-west-2"));

    pair.east().retainedWalLimit(1_000_000);
    write(pair.east(), 2_000_000);
    Observation observed = maintain(pair.east());

    assertThat(pair.east().log()).contains("the slot of us-west-2 was dropped").contains("rebuild");
    assertThat(observed.slotInactive()).hasValue(1);
    assertThat(pair.east().control().state().problems())
        .anyMatch(problem -> problem.startsWith("no slot is kept for us-west-2"));
    maintain(pair.west());
    assertThat(pair.west().control().state().problems())
        .anyMatch(problem -> problem.contains("is gone or lost") && problem.contains("rebuild"));
    // Going on from a new slot would leave out what the old one had kept.
    assertThat(catchThrowable(pair.west()::setUp)).hasMessageContaining("run rebuild");
  }

  @Test
  void aStandbyThatIsConnectedAndDoesNotGetOnIsDroppedAboveTheLimitToo() throws Exception {
    pair.setUp();
    pair.east().retainedWalLimit(1_000_000);
    try (Sql locking = pair.west().connect()) {
      locking.connection().setAutoCommit(false);
      locking.execute("lock table ledger.payment in access exclusive mode");
      pair.east().execute(Payments.insert(1, 1));
      write(pair.east(), 2_000_000);
      maintain(pair.east());
      assertThat(pair.east().log())
          .contains("keeps more WAL than the limit, and is dropped in a minute")
          .doesNotContain("was dropped");
      assertThat(pair.east().control().observe().slotInactive()).hasValue(0);

      pair.east().execute("update dr.over_limit set since = since - interval '1 minute'");
      maintain(pair.east());
    }

    assertThat(pair.east().log())
        .contains("the slot of us-west-2 was dropped")
        .contains("its reader did not get on");
    assertThat(pair.east().query("select count(*) from dr.over_limit")).containsExactly("0");
    assertThat(pair.east().control().observe().retainedWalBytes()).hasValue(0);
    maintain(pair.west());
    assertThat(pair.west().control().state().problems())
        .anyMatch(problem -> problem.contains("is gone or lost") && problem.contains("rebuild"));
  }

  @Test
  void aStandbyThatIsBackBelowTheLimitIsForgotten() {
    pair.setUp();
    pair.east()
        .execute(
            "insert into dr.over_limit (slot_name) select slot_name from pg_replication_slots"
                + " where database = current_database()");
    assertThat(pair.east().query("select count(*) from dr.over_limit")).containsExactly("1");

    pair.east().retainedWalLimit(1_000_000_000);
    maintain(pair.east());
    assertThat(pair.east().query("select count(*) from dr.over_limit")).containsExactly("0");
  }

  private static void write(TestPair.Side side, int bytes) {
    side.execute("select pg_logical_emit_message(true, 'test', repeat('x', " + bytes + "))");
  }

  @Test
  void whatWasNeverSetUpHasNoPart() {
    assertThat(pair.west().control().observe().role()).isEqualTo(NodeRole.UNKNOWN);
    assertThat(maintain(pair.west()).role()).isEqualTo(NodeRole.UNKNOWN);
    assertThat(pair.west().control().state().problems())
        .containsExactly("the database was never set up for replication; run set-up");
  }

  private CompletableFuture<Void> book(AtomicBoolean goOn, AtomicInteger booked) {
    return CompletableFuture.runAsync(
        () -> {
          while (goOn.get()) {
            pair.east().execute(Payments.insert(booked.getAndAdd(3), 3));
          }
        });
  }
}
