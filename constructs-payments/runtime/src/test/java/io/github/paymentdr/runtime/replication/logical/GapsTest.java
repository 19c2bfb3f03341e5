package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that a standby never gets although all that it gets is applied. */
class GapsTest {
  private final TestPair pair = TestPair.withPayments();

  @TempDir Path reports;

  @BeforeEach
  void setUp() {
    pair.west().reports(new FolderReportStore(reports));
    pair.setUp();
    maintain(pair.east());
    maintain(pair.west());
  }

  @Test
  void aTableThatWasNotOfferedForAWhileIsNotTakenForComplete() {
    pair.east().execute("alter table ledger.posting drop constraint posting_pkey");
    maintain(pair.east());
    pair.east().execute(Payments.insert(1, 1));
    pair.east().execute("alter table ledger.posting add primary key (booking_id, line)");
    maintain(pair.east());

    assertUnfitUntilRebuilt("table ledger.posting was not offered by the other region for a while");
  }

  @Test
  void aStandbyThatWasRestoredFromABackupIsNotTakenForComplete() {
    pair.east()
        .execute(
            "insert into dr.heartbeat select 'us-east-1', now() - n * interval '1 minute', 1"
                + " from generate_series(3, 5) n");
    Eventually.holds(
        "the beats",
        () ->
            pair.west()
                .query(
                    "select count(*) from dr.heartbeat where written_at < now() - interval '1 minute'")
                .contains("3"));
    maintain(pair.west());
    assertThat(pair.west().control().state().problems()).isEmpty();
    // What the slot has confirmed is not sent again.
    pair.west().execute("delete from dr.heartbeat where written_at < now() - interval '270 s'");
    maintain(pair.west());
    pair.east().execute("delete from dr.heartbeat where written_at < now() - interval '1 minute'");

    assertUnfitUntilRebuilt("changes that the other region had sent are missing here");
  }

  private void assertUnfitUntilRebuilt(String problem) {
    for (int i = 0; i < 2; i++) {
      maintain(pair.west());
      assertThat(pair.west().control().state().problems()).anyMatch(p -> p.startsWith(problem));
      assertThat(pair.west().control().state().fitToTakeOver()).isFalse();
    }
    PromotionRequest planned =
        new PromotionRequest(Mode.PLANNED, OptionalLong.empty(), Optional.empty());
    assertThatThrownBy(() -> pair.west().control().promote(planned))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(problem);
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    pair.west().rebuild();

    Eventually.holds(
        "it is fit again",
        () -> {
          maintain(pair.east());
          maintain(pair.west());
          return pair.west().control().state().fitToTakeOver();
        });
    assertThat(Fingerprint.checksums(pair.west())).isEqualTo(Fingerprint.checksums(pair.east()));
  }

  private static void maintain(TestPair.Side side) {
    side.control().maintain(Deadline.after(Duration.ofMillis(300)));
  }
}
