package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.testing.CrashTest;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetUpCrashTest {
  private static final Deadline NEVER = Deadline.after(Duration.ofMinutes(10));

  @Test
  void theActiveRegionIsTheSameWhereverItsSetUpWasKilled() {
    TestPair pair = TestPair.withPayments();

    List<String> statements =
        CrashTest.run(
            () -> {
              pair.east().control().tearDown(NEVER);
              return pair.east();
            },
            TestPair.Side::setUp,
            () -> Fingerprint.of(pair));

    System.out.println("MEASURED " + statements.size() + " statements of the active region");
    assertThat(statements).anyMatch(statement -> statement.contains("create publication"));
    pair.east().control().tearDown(NEVER);
  }

  @Test
  void theStandbyIsTheSameWhereverItsSetUpWasKilled() {
    TestPair pair = TestPair.withPayments();
    pair.east().setUp();
    pair.east().execute(Payments.insert(20));

    List<String> statements =
        CrashTest.run(
            () -> {
              pair.west().control().tearDown(NEVER);
              pair.west().execute("truncate ledger.payment cascade");
              return pair.west();
            },
            TestPair.Side::setUp,
            () -> Fingerprint.of(pair));

    System.out.println("MEASURED " + statements.size() + " statements of the standby");
    assertThat(statements).anyMatch(statement -> statement.contains("refresh publication"));
    pair.west().control().tearDown(NEVER);
    pair.east().control().tearDown(NEVER);
  }
}
