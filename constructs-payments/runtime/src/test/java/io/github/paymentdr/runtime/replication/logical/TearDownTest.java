package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.testing.CrashTest;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class TearDownTest {
  private final TestPair pair = TestPair.withPayments(PostgresPair.empty());

  private static void assertNothingIsLeft(TestPair of) {
    for (TestPair.Side side : List.of(of.east(), of.west())) {
      String fingerprint = Fingerprint.of(side);
      assertThat(fingerprint.lines().filter(line -> line.contains("dr_"))).isEmpty();
      assertThat(side.query("select slot_name from pg_replication_slots")).isEmpty();
      assertThat(side.query("select roname from pg_replication_origin")).isEmpty();
      assertThat(side.query("select nspname from pg_namespace where nspname = 'dr'")).isEmpty();
    }
  }

  @Test
  void nothingIsLeftOnEitherSide() {
    pair.setUp();
    pair.east().execute(Payments.insert(1, 5));

    pair.west().tearDown();
    pair.east().tearDown();

    assertNothingIsLeft(pair);
    // The rows stay, and each region's can be written to.
    pair.west().execute(Payments.insert(100, 1));
    pair.east().execute(Payments.insert(100, 1));
  }

  @Test
  void theActiveRegionMayBeTornDownFirst() {
    pair.setUp();

    pair.east().tearDown();
    pair.west().tearDown();

    assertNothingIsLeft(pair);
  }

  @Test
  void nothingHappensToWhatWasNeverSetUp() {
    String before = Fingerprint.of(pair);

    pair.west().tearDown();
    pair.east().tearDown();

    assertThat(Fingerprint.of(pair)).isEqualTo(before);
  }

  @Test
  void itWorksWhenTheOtherRegionIsGoneAndSaysWhatIsLeftThere() {
    pair.setUp();
    pair.west().servers().throughPort(1);

    pair.west().tearDown();

    assertThat(pair.west().log())
        .contains("does not answer; if it still keeps the slot")
        .contains("drop it there, because it keeps WAL");
    assertThat(pair.west().query("select count(*) from pg_subscription")).containsExactly("0");
    pair.east().tearDown();
    assertNothingIsLeft(pair);
  }

  @Test
  void aCopyThatIsNotAtItsEndIsTornDownToo() {
    pair.east().execute(Payments.insert(1, 30_000));
    pair.east().setUp();
    pair.west().control().setUp(Deadline.after(Duration.ZERO));

    pair.west().tearDown();
    pair.east().tearDown();

    assertNothingIsLeft(pair);
  }

  @Test
  void slotsOfACopyThatAnUnreachableRegionKeptGoWithItsOwnTearDown() {
    pair.east().execute(Payments.insert(1, 3));
    pair.east().setUp();
    pair.west().execute("alter table ledger.booking add constraint never check (kind = 'x')");
    pair.west().control().setUp(Deadline.after(Duration.ZERO));
    String copying = "select slot_name from pg_replication_slots where slot_name like 'pg%sync%'";
    Eventually.holds("the copy has a slot", () -> !pair.east().query(copying).isEmpty());
    pair.west().servers().throughPort(1);
    // Its server does not reach the other one either.
    pair.west()
        .execute(
            "alter subscription dr_subscription connection 'host=127.0.0.1 port=1'",
            "alter subscription dr_subscription disable");

    pair.west().tearDown();
    assertThat(pair.east().query(copying)).isNotEmpty();
    pair.east().tearDown();

    assertNothingIsLeft(pair);
  }

  @Test
  void theServersMayBeKilledAndComeBackAndAreTornDownThen() {
    PostgresPair servers = PostgresPair.empty();
    pair.setUp();
    pair.east().execute(Payments.insert(1, 10));

    servers.west().kill();
    assertThat(pair.west().control().state().role()).isEqualTo(NodeRole.UNKNOWN);
    pair.east().execute(Payments.insert(11, 10));
    servers.west().restart();
    servers.east().kill();
    servers.east().restart();
    pair.east().execute(Payments.insert(21, 10));

    Eventually.holds(
        "the same rows in both regions",
        () -> Fingerprint.checksums(pair.west()).equals(Fingerprint.checksums(pair.east())));
    pair.tearDown();
    assertNothingIsLeft(pair);
  }

  @Test
  void theActiveRegionsCanBeKilledAfterEachStatement() {
    List<String> statements =
        CrashTest.of(
                () -> {
                  pair.east().setUp();
                  return pair.east();
                },
                TestPair.Side::tearDown,
                () -> Fingerprint.of(pair.east()))
            .run();

    assertThat(statements).anyMatch(statement -> statement.contains("drop role dr_replication"));
    assertNothingIsLeft(pair);
  }

  @Test
  void theStandbysCanBeKilledAfterEachStatementOfATearDownInTheMiddleOfACopy() {
    TestPair keeper = TestPair.withPayments(PostgresPair.empty()).setUp();
    List<TestPair> pairs = new CopyOnWriteArrayList<>();

    List<String> statements =
        CrashTest.inParallel(
            4,
            () -> {
              TestPair next = TestPair.withPayments(PostgresPair.empty());
              pairs.add(next);
              next.east().setUp();
              return CrashTest.of(
                  () -> {
                    next.west().control().setUp(Deadline.after(Duration.ZERO));
                    return next.west();
                  },
                  TestPair.Side::tearDown,
                  () -> Fingerprint.of(next));
            });

    assertThat(statements).anyMatch(statement -> statement.contains("drop subscription"));
    pairs.forEach(TestPair::tearDown);
    keeper.tearDown();
    assertNothingIsLeft(pair);
  }
}
