package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.testing.CrashTest;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class SetUpCrashTest {
  @Test
  void theActiveRegionIsTheSameWhereverItsSetUpWasKilled() {
    TestPair pair = TestPair.withPayments(PostgresPair.empty());
    pair.east().setUp();

    List<String> statements =
        CrashTest.of(
                () -> {
                  pair.east().tearDown();
                  return pair.east();
                },
                TestPair.Side::setUp,
                () -> Fingerprint.of(pair))
            .run();

    assertThat(statements)
        .anyMatch(statement -> statement.contains("create role \"dr_replication_a\""))
        .anyMatch(statement -> statement.contains("create publication"));
    pair.east().tearDown();
  }

  @Test
  void theStandbyIsTheSameWhereverItsSetUpWasKilled() {
    // Keeps the users, which several pairs at a time cannot make.
    List<TestPair> pairs = new CopyOnWriteArrayList<>();
    pairs.add(TestPair.withPayments(PostgresPair.empty()).setUp());

    List<String> statements =
        CrashTest.inParallel(
            4,
            () -> {
              TestPair pair = TestPair.withPayments(PostgresPair.empty());
              pairs.add(pair);
              pair.east().setUp();
              pair.east().execute(Payments.insert(1, 20));
              return CrashTest.of(
                  () -> {
                    pair.west().tearDown();
                    pair.west().execute("truncate ledger.payment cascade");
                    return pair.west();
                  },
                  TestPair.Side::setUp,
                  () -> Fingerprint.of(pair));
            });

    assertThat(statements)
        .anyMatch(statement -> statement.contains("create subscription"))
        .anyMatch(statement -> statement.contains("pg_create_logical_replication_slot"))
        .anyMatch(statement -> statement.contains("refresh publication"));
    pairs.forEach(TestPair::tearDown);
  }
}
