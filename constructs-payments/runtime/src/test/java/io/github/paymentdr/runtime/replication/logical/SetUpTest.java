package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SetUpTest {
  @Test
  void theFirstRegionIsActiveAndTheSecondFollowsItAndAgainChangesNothing() {
    TestPair pair = TestPair.withPayments();
    pair.east().execute(Payments.insert(1, 10));

    SetUpOutcome east = pair.east().setUp();
    SetUpOutcome west = pair.west().setUp();

    assertThat(east).isEqualTo(new SetUpOutcome(NodeRole.ACTIVE, 4, 4));
    // The beats and the positions of sequences are copied too.
    assertThat(west).isEqualTo(new SetUpOutcome(NodeRole.STANDBY, 6, 6));
    assertThat(Fingerprint.checksums(pair.west())).isEqualTo(Fingerprint.checksums(pair.east()));
    String before = Fingerprint.of(pair);
    assertThat(pair.east().setUp()).isEqualTo(east);
    assertThat(pair.west().setUp()).isEqualTo(west);
    assertThat(Fingerprint.of(pair)).isEqualTo(before);
    pair.tearDown();
  }

  @Test
  void paymentsAreBookedWhileItIsSetUpAndNoneIsMissing() {
    TestPair pair = TestPair.withPayments();
    AtomicBoolean goOn = new AtomicBoolean(true);
    AtomicInteger booked = new AtomicInteger();
    CompletableFuture<Void> load =
        CompletableFuture.runAsync(
            () -> {
              while (goOn.get()) {
                pair.east().execute(Payments.insert(booked.getAndAdd(7), 7));
              }
            });

    pair.setUp();
    int bookedAtSetUp = booked.get();
    Eventually.holds("more payments", () -> booked.get() > bookedAtSetUp + 50);
    goOn.set(false);
    load.join();

    Eventually.holds(
        "the same rows in both regions",
        () -> Fingerprint.checksums(pair.west()).equals(Fingerprint.checksums(pair.east())));
    assertThat(pair.west().query("select count(*) from ledger.payment"))
        .containsExactly(String.valueOf(booked.get()));
    pair.tearDown();
  }

  @Test
  void allThatStandsAgainstItIsNamedAtOnceAndNothingIsChanged() {
    TestPair pair = TestPair.withPayments();
    pair.east()
        .execute(
            "create table ledger.no_key (n int)",
            "create table ledger.nothing (n int primary key)",
            "alter table ledger.nothing replica identity nothing",
            "create table ledger.deferred (n int primary key deferrable)",
            "create unlogged table ledger.quick (n int primary key)",
            "create table ledger.hidden (n int primary key)",
            "alter table ledger.hidden enable row level security",
            "create table ledger.numbered (n int generated always as identity primary key)",
            "create table ledger.serial (n serial primary key)",
            "create sequence public.shared",
            "create table ledger.shared (n int primary key default nextval('public.shared'))",
            "create table ledger.full_identity (n int)",
            "alter table ledger.full_identity replica identity full",
            "create foreign data wrapper nowhere",
            "create server nowhere foreign data wrapper nowhere",
            "create foreign table ledger.elsewhere (n int) server nowhere");
    pair.east().schemas(List.of("ledger", "absent"));
    String before = Fingerprint.of(pair);

    assertThat(refusal(pair.east()).reasons())
        .containsExactlyInAnyOrder(
            "schema absent does not exist; run the schema migration before the set-up",
            "table ledger.no_key has no primary key; add one, or use a unique index by \"replica"
                + " identity using index\"",
            "table ledger.nothing has no replica identity; run \"alter table ledger.nothing replica"
                + " identity default\" and give it a primary key",
            "table ledger.deferred has a deferrable primary key, which is no replica identity; make"
                + " it not deferrable, or use another unique index by \"replica identity using"
                + " index\"",
            "table ledger.quick is unlogged, so its changes are not in the WAL; run \"alter table"
                + " ledger.quick set logged\", or move it to another schema",
            "table ledger.hidden has row level security, which would hide rows from the other"
                + " region; disable it",
            "table ledger.elsewhere is a foreign table, which cannot be replicated; move it to"
                + " another schema",
            sequence("ledger.numbered_n_seq"),
            sequence("ledger.serial_n_seq"),
            sequence("public.shared"));
    assertThat(Fingerprint.of(pair)).isEqualTo(before);
  }

  private static String sequence(String name) {
    return "sequence "
        + name
        + " numbers rows of a replicated table, and sequences are not replicated; set a sequence"
        + " gap that a promotion moves it on by, or let the application make its keys";
  }

  @Test
  void withASequenceGapSequencesAreNotRefused() {
    TestPair pair = TestPair.withPayments();
    pair.east().execute("create table ledger.serial (n serial primary key)");
    pair.east().sequenceGap(1000);

    assertThat(pair.east().setUp().tables()).isEqualTo(5);
    pair.east().tearDown();
  }

  @Test
  void columnsWhoseLastNumberAPromotionCouldNotFindInTimeAreRefused() {
    TestPair pair = TestPair.withPayments();
    pair.east()
        .sequenceGap(1000)
        .execute(
            "create table ledger.plain (id uuid primary key, number bigserial)",
            "create table ledger.part (id bigserial, day date, n serial, primary key (id, day))"
                + " partition by range (day)",
            "create table ledger.part_1 partition of ledger.part for values from (minvalue) to"
                + " ('2026-01-01')",
            "create table ledger.part_2 partition of ledger.part for values from ('2026-01-01') to"
                + " (maxvalue)",
            "create index on ledger.part_1 (n)");

    assertThat(refusal(pair.east()).reasons())
        .containsExactly(
            unindexed("ledger.part.n", "ledger.part_n_seq"),
            unindexed("ledger.part_2.n", "ledger.part_n_seq"),
            unindexed("ledger.plain.number", "ledger.plain_number_seq"));
  }

  private static String unindexed(String column, String sequence) {
    return "column "
        + column
        + " takes numbers from sequence "
        + sequence
        + " and has no index that begins with it, so a promotion could not find the last one in"
        + " time; make one";
  }

  @Test
  void aStandbyIsRefusedForAllThatItCouldNotTakeAndNothingIsChanged() {
    TestPair pair = TestPair.withPayments();
    pair.east()
        .execute(
            "create extension hstore schema public",
            "create table ledger.only_east (n int primary key)",
            "alter table ledger.payment add note text",
            "alter table ledger.payment alter reference type varchar(140)");
    pair.west().execute("alter table ledger.payment add needed text not null");
    pair.west().execute("alter table ledger.payment add harmless text not null default ''");
    pair.west()
        .execute(
            "insert into ledger.posting values (gen_random_uuid(), 1, 'a', 'EUR', 1)"
                .replace("insert", "set session_replication_role = replica; insert"));
    pair.east().setUp();
    String before = Fingerprint.of(pair);

    assertThat(refusal(pair.west()).reasons())
        .containsExactlyInAnyOrder(
            "extension hstore is missing here; run \"create extension \"hstore\"\" in this region",
            "table ledger.only_east does not exist here; run the schema migration in this region"
                + " first",
            "table ledger.payment has no column note here; run the schema migration in this region"
                + " first",
            "column ledger.payment.needed is here only and must not be null; give it a default",
            "column ledger.payment.reference is text here and character varying(140) in the active"
                + " region; make them the same",
            "table ledger.posting has rows here and is not subscribed; run rebuild, which reports"
                + " the rows that only this region has and copies the table anew");
    assertThat(Fingerprint.of(pair)).isEqualTo(before);
    pair.east().tearDown();
  }

  @Test
  void anExtensionThatOnlyTheStandbyHasIsNamedAndNotRefused() {
    TestPair pair = TestPair.withPayments();
    pair.west().execute("create extension hstore schema public");
    pair.setUp();

    assertThat(pair.west().log())
        .contains(
            "extension hstore is missing in the active region, which could not follow this one"
                + " after a promotion");
    pair.tearDown();
  }

  @Test
  void aDeploymentDoesNotFailForAMaintenanceThatWaits() throws Exception {
    TestPair pair = TestPair.withPayments();
    pair.setUp();
    try (Sql maintenance = pair.west().connect()) {
      assertThat(ControlLock.tryTakeForMaintenance(maintenance)).isTrue();

      assertThat(pair.west().setUp().role()).isEqualTo(NodeRole.STANDBY);
    }
    try (Sql maintenance = pair.west().connect()) {
      assertThat(ControlLock.tryTakeForMaintenance(maintenance)).isTrue();

      pair.west().tearDown();
    }
    pair.east().tearDown();
  }

  @Test
  void aStandbyIsRefusedWhileNobodyIsActive() {
    // Where no other test has left the user that the other region would be asked as.
    TestPair pair = TestPair.withPayments(PostgresPair.empty());

    assertThat(refusal(pair.west()).getMessage())
        .startsWith("set-up was refused: the other region does not answer (");

    pair.east().setUp();
    pair.east().control().drain();
    assertThat(refusal(pair.west()))
        .hasMessage(
            "set-up was refused: the other region is not active; run its set-up first, or make one"
                + " region active");
    pair.east().tearDown();
  }

  @Test
  void aRegionThatIsMadeAnewFollowsTheOtherIfThatIsActiveByNow() {
    TestPair pair = TestPair.withPayments();
    pair.setUp();
    // As after a promotion of the west, and a loss of all that the east had.
    pair.west().tearDown();
    pair.east().tearDown();
    pair.west().startsActive(true).setUp();
    pair.west().execute("update dr.node set epoch = 7");

    assertThat(pair.east().setUp().role()).isEqualTo(NodeRole.STANDBY);
    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("STANDBY7");
    assertThat(pair.east().control().setUp(Deadline.after(Duration.ZERO)).role())
        .isEqualTo(NodeRole.STANDBY);
    pair.east().tearDown();
    pair.west().tearDown();
  }

  @Test
  void theCopyGoesOnByItselfAfterTheDeadline() {
    TestPair pair = TestPair.withPayments();
    pair.east().execute(Payments.insert(1, 20_000));
    pair.east().setUp();

    SetUpOutcome atOnce = pair.west().control().setUp(Deadline.after(Duration.ZERO));

    assertThat(atOnce.isCopying()).isTrue();
    assertThat(pair.west().control().state().fitToTakeOver()).isFalse();
    Eventually.holds(
        "the same rows in both regions",
        () -> Fingerprint.checksums(pair.west()).equals(Fingerprint.checksums(pair.east())));
    pair.tearDown();
  }

  @Test
  void aCertificateThatCannotBeVerifiedIsRefusedAndNothingIsLeft() {
    TestPair pair = TestPair.withPayments();
    pair.east().setUp();
    pair.west().servers().subscriptionHost("127.0.0.1");

    assertThat(refusal(pair.west()).getMessage())
        .contains("this region's server could not verify the other one's certificate")
        .contains("127.0.0.1")
        .doesNotContain("password");
    assertThat(
            pair.west()
                .query(
                    "select count(*) from pg_subscription s join pg_database d"
                        + " on d.oid = s.subdbid and d.datname = current_database()"))
        .containsExactly("0");
    assertThat(
            pair.east()
                .query(
                    "select count(*) from pg_replication_slots"
                        + " where database = current_database()"))
        .containsExactly("0");

    pair.west().servers().subscriptionHost("localhost");
    assertThat(pair.west().setUp().isCopying()).isFalse();
    pair.tearDown();
  }

  @Test
  void aStandbyThatWasSetUpCanBeDeployedAgainWhileTheOtherRegionIsLost() {
    TestPair pair = TestPair.withPayments();
    pair.setUp();
    pair.west().servers().throughPort(1);

    assertThat(pair.west().setUp()).isEqualTo(new SetUpOutcome(NodeRole.STANDBY, 6, 6));
    assertThat(pair.west().log()).contains("does not answer; the subscription is left as it is");

    pair.west().servers().throughPort(0);
    pair.tearDown();
  }

  @Test
  void pairsOnTheSameServersDoNotDisturbEachOther() {
    PostgresPair servers = PostgresPair.shared();
    TestPair one = TestPair.withPayments(servers).setUp();
    TestPair other = TestPair.withPayments(servers).setUp();
    one.east().execute(Payments.insert(1, 2));
    other.east().execute(Payments.insert(1, 5));

    one.tearDown();
    other.east().execute(Payments.insert(6, 5));

    Eventually.holds(
        "10 payments",
        () -> other.west().query("select count(*) from ledger.payment").contains("10"));
    assertThat(one.east().log()).contains("another database of the server has them");
    other.tearDown();
  }

  private static RefusedException refusal(TestPair.Side side) {
    return catchThrowableOfType(RefusedException.class, side::setUp);
  }
}
