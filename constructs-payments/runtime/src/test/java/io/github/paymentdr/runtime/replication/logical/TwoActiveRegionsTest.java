package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What would let both regions accept payments. */
class TwoActiveRegionsTest {
  private final TestPair pair = TestPair.withPayments();

  @TempDir Path reports;

  @Test
  void aRegionThatFindsTheOtherOneActiveInALaterEpochAcceptsNothingMore() {
    pair.setUp();
    pair.east().execute(Payments.insert(1, 1));
    promote(pair.west());
    pair.east().execute(Payments.insert(2, 1));

    maintain(pair.west());
    maintain(pair.east());

    assertThat(pair.west().control().state().role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(pair.east().control().state().role()).isEqualTo(NodeRole.STANDBY);
    assertThatThrownBy(() -> pair.east().execute(Payments.insert(3, 1)))
        .hasMessageContaining("cannot be written here");
    // What it had accepted by then is still found.
    pair.east().reports(new FolderReportStore(reports));
    assertThat(pair.east().rebuild().rowsOnlyHere()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void aDatabaseThatWasMadeAnewIsNotSetUpAsActiveBesideAStandbyWithAllPayments() {
    pair.setUp();
    pair.east().execute(Payments.insert(1, 1));
    pair.east().tearDown();
    pair.east().execute("truncate ledger.payment cascade");

    assertThatThrownBy(pair.east()::setUp)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the other region followed an active one before");

    assertThat(pair.east().query("select to_regclass('dr.node') is null")).containsExactly("t");
  }

  @Test
  void aDrainIsNotUndoneDuringARebuild() throws IOException {
    pair.east().reports(new FolderReportStore(reports));
    pair.setUp();
    pair.east().execute(Payments.insert(1, 1));
    try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      // So that it cannot drop its slot.
      pair.west().servers().throughPort(hanging.getLocalPort());
      promote(pair.west());
    }
    pair.east().control().rebuild(Deadline.after(Duration.ZERO));

    assertThatThrownBy(() -> pair.east().execute("select dr.undrain(1)"))
        .hasMessageContaining("nobody can follow it any more");
  }

  private static void promote(TestPair.Side side) {
    side.control()
        .promote(new PromotionRequest(Mode.UNPLANNED, OptionalLong.empty(), Optional.empty()));
  }

  private static void maintain(TestPair.Side side) {
    side.control().maintain(Deadline.after(Duration.ofMillis(300)));
  }
}
