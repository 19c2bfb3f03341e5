package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.FakeLease;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lease counts the epochs, and the databases come after it. */
class LeaseAndDatabasesTest {
  private final TestPair pair = TestPair.withPayments();
  private final FakeLease lease = new FakeLease();

  @TempDir Path reports;

  @BeforeEach
  void setUp() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.reports(new FolderReportStore(reports)).lease(lease);
    }
  }

  @Test
  void anActiveRegionThatIsNamedAgainIsRaisedAndTheOneThatWasPromotedMeanwhileGivesWay() {
    pair.setUp();
    promote(pair.west(), Mode.UNPLANNED, lease.take("us-west-2"));
    long epoch = lease.take("us-east-1");
    assertThat(epoch).isEqualTo(3);

    PromotionOutcome raised = promote(pair.east(), Mode.UNPLANNED, epoch);
    PromotionOutcome repeated = promote(pair.east(), Mode.UNPLANNED, epoch);

    assertThat(raised.alreadyActive()).isTrue();
    assertThat(raised.epoch()).hasValue(3);
    assertThat(repeated).isEqualTo(raised);
    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("ACTIVE3");
    assertThatThrownBy(() -> promote(pair.east(), Mode.UNPLANNED, 2))
        .isInstanceOf(RefusedException.class);
    pair.west().lease(lease.readable(false));
    maintain(pair.west());
    assertThat(pair.west().query("select role || epoch from dr.node")).containsExactly("STANDBY2");
    assertThat(rebuild(pair.west())).isEqualTo(RebuildOutcome.Phase.STANDBY);
  }

  @Test
  void aRegionThatIsActivatedByTheLeaseFollowsOnWithoutACopyHoweverFarTheLeaseWasAhead() {
    pair.setUp();
    for (int i = 0; i < 3; i++) {
      lease.take("us-west-2");
      lease.handBack("us-east-1");
    }
    pair.east().execute(Payments.insert(1, 3));
    promote(pair.west(), Mode.PLANNED, lease.take("us-west-2"));
    lease.open();
    // Raised after the hand-over: by a takeover of the other region that came to nothing.
    lease.take("us-east-1");
    promote(pair.west(), Mode.UNPLANNED, lease.take("us-west-2"));
    lease.open();
    assertThat(pair.west().query("select role || epoch from dr.node")).containsExactly("ACTIVE10");

    assertThat(rebuild(pair.east())).isEqualTo(RebuildOutcome.Phase.STANDBY);

    assertThat(pair.east().query("select phase from dr.rebuild")).containsExactly("FOLLOWING");
    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("STANDBY10");
  }

  @Test
  void anActiveRegionTakesTheEpochThatWasHandedBackToIt() {
    pair.setUp();
    lease.take("us-west-2");
    maintain(pair.east());
    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("ACTIVE1");
    lease.handBack("us-east-1");

    maintain(pair.east());

    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("ACTIVE3");
    pair.east().execute(Payments.insert(1, 1));
  }

  @Test
  void aRegionThatWasReplacedGivesWayByTheLeaseAloneWhenItCannotReachTheOther() {
    pair.setUp();
    pair.east().servers().throughPort(1);
    promote(pair.west(), Mode.UNPLANNED, lease.take("us-west-2"));
    maintain(pair.east());
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    lease.readable(false);
    maintain(pair.east());
    assertThat(pair.east().log()).contains("the lease cannot be read");
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    lease.readable(true).open();

    maintain(pair.east());

    assertThat(pair.east().query("select role from dr.node")).containsExactly("STANDBY");
    assertThatThrownBy(() -> pair.east().execute(Payments.insert(1, 1)))
        .hasMessageContaining("cannot be written here");
  }

  @Test
  void aRegionWhoseEpochIsTheLeasesOrLaterDoesNotGiveWayToAnOldLease() {
    pair.setUp();
    pair.east().execute("update dr.node set epoch = 5");
    lease.take("us-west-2");
    lease.open();

    maintain(pair.east());

    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("ACTIVE5");
    assertThat(pair.east().log()).contains("the lease is in an earlier epoch");
  }

  @Test
  void aRegionThatSomebodyDrainedStaysSoWhileTheLeaseSaysNothingNew() {
    pair.setUp();
    pair.east().control().drain();

    maintain(pair.east());

    assertThat(pair.east().query("select role from dr.node")).containsExactly("STANDBY");
  }

  @Test
  void aDrainedRegionDoesNotGoOnBesideAnActiveOne() {
    pair.setUp();
    promote(pair.west(), Mode.PLANNED, lease.take("us-west-2"));
    lease.handBack("us-east-1");

    maintain(pair.east());
    assertThat(pair.east().query("select role from dr.node")).containsExactly("STANDBY");
    maintain(pair.west());
    maintain(pair.east());

    assertThat(pair.west().query("select role || epoch from dr.node")).containsExactly("STANDBY2");
    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("ACTIVE3");
    pair.east().execute(Payments.insert(1, 1));
    assertThat(rebuild(pair.west())).isEqualTo(RebuildOutcome.Phase.STANDBY);
    assertThat(pair.west().query("select count(*) from ledger.payment")).containsExactly("1");
  }

  @Test
  void aNewDatabaseThatCannotReachTheOtherOneIsNotTheFirstWhenTheLeaseNamesTheOther() {
    lease.take("us-west-2");
    pair.east().servers().throughPort(1);

    assertThatThrownBy(pair.east()::setUp)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the other region does not answer")
        .hasMessageContaining(
            "the lease names us-west-2 in epoch 2, so this new database is not the first active one"
                + " of the pair and has to follow that region");
    assertThat(pair.east().query("select to_regclass('dr.node') is null")).containsExactly("t");

    lease.readable(false);
    assertThat(pair.east().setUp().role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(pair.east().log()).contains("the lease cannot be read");
    pair.east().tearDown();
  }

  @Test
  void aDrainedRegionThatIsPromotedWhileCutOffLeavesItsSuccessorsEpochOut() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.lease(lease.readable(false));
    }
    pair.setUp();
    promote(pair.west(), Mode.PLANNED);
    pair.east().servers().throughPort(1);

    assertThat(promote(pair.east(), Mode.UNPLANNED).epoch()).hasValue(3);

    pair.east().servers().throughPort(0);
    maintain(pair.east());
    maintain(pair.west());
    assertThat(pair.east().query("select role || epoch from dr.node")).containsExactly("ACTIVE3");
    assertThat(pair.west().query("select role || epoch from dr.node")).containsExactly("STANDBY2");
  }

  @Test
  void theLastRegionThatAcceptedIsFitToTakeTheLeaseBackFromOneThatNeverOpened() {
    pair.setUp();
    assertThat(pair.east().control().state().fitToTakeOver()).isFalse();
    lease.take("us-west-2");
    assertThat(pair.east().control().state().fitToTakeOver()).isTrue();
    lease.open();
    assertThat(pair.east().control().state().fitToTakeOver()).isFalse();
    lease.take("us-west-2");
    assertThat(pair.east().control().state().fitToTakeOver()).isFalse();
  }

  /** Or nobody serves when the region that takes over is lost between drain and opening. */
  @Test
  void aRegionThatHasStoppedForOneThatNeverOpenedIsFitToTakeTheLeaseBack() {
    pair.setUp();
    lease.take("us-west-2");
    pair.east().execute("select dr.drain(1)");
    assertThat(pair.east().control().state().fitToTakeOver()).isTrue();
    lease.open();
    assertThat(pair.east().control().state().fitToTakeOver()).isFalse();
    assertThat(promote(pair.east(), Mode.UNPLANNED, 3).epoch()).hasValue(3);
  }

  private static PromotionOutcome promote(TestPair.Side side, Mode mode) {
    return side.control()
        .promote(new PromotionRequest(mode, OptionalLong.empty(), Optional.empty()));
  }

  private static PromotionOutcome promote(TestPair.Side side, Mode mode, long epoch) {
    return side.control()
        .promote(new PromotionRequest(mode, OptionalLong.of(epoch), Optional.empty()));
  }

  private static RebuildOutcome.Phase rebuild(TestPair.Side side) {
    return side.rebuild().phase();
  }

  private static void maintain(TestPair.Side side) {
    side.control().maintain(Deadline.after(Duration.ofMillis(300)));
  }
}
