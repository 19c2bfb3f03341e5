package io.github.paymentdr.runtime.replication.global;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.aws.GlobalClusterStub;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.rds.RdsClient;

@DisplayName("D1: an Aurora global database is watched and promoted through RDS's API")
class GlobalDatabaseReplicationTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final AwsStub aws = AwsStub.start();
  private final GlobalClusterStub global = new GlobalClusterStub(aws);
  private final GlobalDatabaseReplication east = region("us-east-1", "us-west-2", "payments-east");
  private final GlobalDatabaseReplication west = region("us-west-2", "us-east-1", "payments-west");

  @AfterEach
  void stop() {
    aws.close();
  }

  private GlobalDatabaseReplication region(String region, String peer, String cluster) {
    return new GlobalDatabaseReplication(
        aws.clients().client(RdsClient.builder(), region, Patience.CHANGE),
        new GlobalDatabaseLag(
            aws.clients().client(CloudWatchClient.builder(), region, Patience.LOOK_UP),
            cluster,
            peer,
            Clock.fixed(NOW, ZoneOffset.UTC)),
        GlobalClusterStub.ID,
        "arn:aws:rds:" + region + ":123456789012:cluster:" + cluster);
  }

  private static PromotionRequest request(Mode mode) {
    return new PromotionRequest(mode, OptionalLong.empty(), Optional.empty());
  }

  private Request lastCall() {
    return aws.requests().get(aws.requests().size() - 1);
  }

  @Nested
  class State {
    @Test
    void isActiveInTheWritersRegionAndFitInTheOther() {
      assertThat(east.state().role()).isEqualTo(NodeRole.ACTIVE);
      assertThat(east.state().fitToTakeOver()).isFalse();
      assertThat(east.state().problems()).isEmpty();
      assertThat(west.state().role()).isEqualTo(NodeRole.STANDBY);
      assertThat(west.state().fitToTakeOver()).isTrue();
      assertThat(west.state().epoch()).isEmpty();
    }

    @Test
    void isRebuildingWhileAuroraBringsAReturningClusterIntoStep() {
      global.synchronization("pending-resync");
      assertThat(west.state().role()).isEqualTo(NodeRole.REBUILDING);
      assertThat(west.state().fitToTakeOver()).isFalse();
      assertThat(west.state().problems()).hasSize(1);
    }

    @Test
    void isNotFitWhileTheGlobalClusterIsBusy() {
      global.status("upgrading");
      assertThat(west.state().role()).isEqualTo(NodeRole.STANDBY);
      assertThat(west.state().fitToTakeOver()).isFalse();
      assertThat(west.state().problems())
          .containsExactly("the global cluster is upgrading; wait until it is available");
    }

    @Test
    void isUnknownForAClusterThatWasDetached() {
      global.detachWest();
      assertThat(west.state().role()).isEqualTo(NodeRole.UNKNOWN);
      assertThat(west.state().problems().get(0))
          .contains("is not a member of the global cluster payments-global");
    }

    @Test
    void isUnknownAndNoExceptionWhenRdsRefuses() {
      aws.on("DescribeGlobalClusters", call -> Response.xmlError(403, "AccessDenied", "not you"));
      assertThat(west.state().role()).isEqualTo(NodeRole.UNKNOWN);
      assertThat(west.state().problems())
          .containsExactly(
              "the global cluster payments-global could not be looked up: AccessDenied (not you);"
                  + " allow it to the function's role");
    }

    @Test
    void isUnknownSoonWhenRdsDoesNotAnswer() {
      aws.on("DescribeGlobalClusters", aws.silence());
      long start = System.nanoTime();
      ReplicationState state = west.state();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
      assertThat(state.role()).isEqualTo(NodeRole.UNKNOWN);
      assertThat(state.fitToTakeOver()).isFalse();
      assertThat(state.problems().get(0)).startsWith("RDS does not say within 3500 ms");
    }

    @Test
    void isFitWithoutAWordFromTheOtherRegion() {
      aws.on(
          "GetMetricData", call -> Response.xmlError(503, "ServiceUnavailable", "no replication"));
      assertThat(west.state().fitToTakeOver()).isTrue();
      assertThat(aws.requests()).extracting(Request::region).containsOnly("us-west-2");
      assertThat(aws.actions()).containsOnly("DescribeGlobalClusters");
    }

    @Test
    void isSeenThroughThrottling() {
      aws.once("DescribeGlobalClusters", call -> Response.xmlError(400, "Throttling", "slow down"));
      aws.once("DescribeGlobalClusters", call -> Response.xmlError(500, "InternalFailure", "oops"));
      assertThat(west.state().role()).isEqualTo(NodeRole.STANDBY);
      assertThat(aws.actions()).hasSize(3);
    }
  }

  @Nested
  class Lag {
    @Test
    void isTheNewestRecoveryPointLagOfTheStandby() {
      aws.on("GetMetricData", call -> metricData("<member>73.0</member><member>900.0</member>"));
      assertThat(west.observe().lagMillis()).hasValue(73);
      assertThat(lastCall().region()).isEqualTo("us-west-2");
      String query = "MetricDataQueries.member.1.MetricStat.";
      assertThat(lastCall().members())
          .containsEntry(query + "Metric.MetricName", "AuroraGlobalDBRPOLag")
          .containsEntry(query + "Metric.Namespace", "AWS/RDS")
          .containsEntry(query + "Metric.Dimensions.member.1.Name", "DBClusterIdentifier")
          .containsEntry(query + "Metric.Dimensions.member.1.Value", "payments-west")
          .containsEntry(query + "Metric.Dimensions.member.2.Name", "SourceRegion")
          .containsEntry(query + "Metric.Dimensions.member.2.Value", "us-east-1")
          .containsEntry(query + "Stat", "Maximum")
          .containsEntry("StartTime", "2026-11-22T11:55:00Z")
          .containsEntry("ScanBy", "TimestampDescending");
    }

    @Test
    void isNotInventedWhenNothingWasReported() {
      aws.on("GetMetricData", call -> metricData(""));
      assertThat(west.observe().lagMillis()).isEmpty();
    }

    @Test
    void isNotAskedForInTheActiveRegion() {
      assertThat(east.observe().lagMillis()).isEmpty();
      assertThat(aws.actions()).containsExactly("DescribeGlobalClusters");
    }

    @Test
    void thatCannotBeReadIsSaid() {
      aws.on("GetMetricData", call -> Response.xmlError(403, "AccessDenied", "not you"));
      assertThatThrownBy(west::observe)
          .isInstanceOf(ControlException.class)
          .hasMessageStartingWith("the lag could not be read from CloudWatch: AccessDenied");
    }

    private Response metricData(String values) {
      String times = values.replaceAll(">[0-9.]+<", ">2026-11-22T11:59:00Z<");
      return Response.xml(
          "<GetMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
              + "<GetMetricDataResult><MetricDataResults><member><Id>lag</Id><Timestamps>"
              + times
              + "</Timestamps><Values>"
              + values
              + "</Values><StatusCode>Complete</StatusCode></member></MetricDataResults>"
              + "</GetMetricDataResult></GetMetricDataResponse>");
    }
  }

  @Nested
  class Promotion {
    @Test
    void isAFailoverThatMayLoseDataWhenUnplanned() {
      PromotionOutcome outcome = west.promote(request(Mode.UNPLANNED));
      assertThat(outcome.role()).isEqualTo(NodeRole.PROMOTING);
      assertThat(outcome.alreadyActive()).isFalse();
      assertThat(outcome.epoch()).isEmpty();
      assertThat(outcome.lossWindowMillis()).isEmpty();
      assertThat(lastCall().action()).isEqualTo("FailoverGlobalCluster");
      assertThat(lastCall().members())
          .containsEntry("AllowDataLoss", "true")
          .containsEntry("GlobalClusterIdentifier", GlobalClusterStub.ID)
          .containsEntry("TargetDbClusterIdentifier", GlobalClusterStub.WEST)
          .doesNotContainKey("Switchover");
    }

    @Test
    void isASwitchoverThatLosesNothingWhenPlanned() {
      PromotionOutcome outcome = west.promote(request(Mode.PLANNED));
      assertThat(outcome.role()).isEqualTo(NodeRole.PROMOTING);
      assertThat(outcome.lossWindowMillis()).hasValue(0);
      assertThat(lastCall().action()).isEqualTo("SwitchoverGlobalCluster");
      assertThat(lastCall().members())
          .containsEntry("TargetDbClusterIdentifier", GlobalClusterStub.WEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLANNED", "UNPLANNED"})
    void isBegunOnceHoweverOftenItIsCalled(Mode mode) {
      assertThat(west.promote(request(mode)).role()).isEqualTo(NodeRole.PROMOTING);
      assertThat(west.promote(request(mode)).role()).isEqualTo(NodeRole.PROMOTING);
      assertThat(west.state().role()).isEqualTo(NodeRole.PROMOTING);
      global.finish();
      PromotionOutcome outcome = west.promote(request(mode));
      assertThat(outcome.role()).isEqualTo(NodeRole.ACTIVE);
      assertThat(outcome.alreadyActive()).isTrue();
      assertThat(west.state().role()).isEqualTo(NodeRole.ACTIVE);
      assertThat(east.state().role()).isEqualTo(NodeRole.STANDBY);
      assertThat(aws.actions())
          .filteredOn(action -> action.endsWith("verGlobalCluster"))
          .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLANNED", "UNPLANNED"})
    void isPolledWithTheEpochOfTheLeaseUntilItIsActive(Mode mode) {
      PromotionRequest request =
          new PromotionRequest(mode, OptionalLong.of(7), Optional.of(NOW), true);
      List<NodeRole> roles = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        if (i == 3) {
          global.finish();
        }
        roles.add(west.promote(request).role());
        assertThat(west.state().role()).isEqualTo(roles.get(i));
      }
      assertThat(roles)
          .containsExactly(
              NodeRole.PROMOTING,
              NodeRole.PROMOTING,
              NodeRole.PROMOTING,
              NodeRole.ACTIVE,
              NodeRole.ACTIVE,
              NodeRole.ACTIVE);
      assertThat(aws.requests()).extracting(Request::region).containsOnly("us-west-2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Switchover", "Failover"})
    void isNotBegunTwiceWhenEveryAnswerWasLost(String action) {
      aws.on(
          action + "GlobalCluster",
          call -> {
            global.operation("pending", GlobalClusterStub.WEST);
            return Response.xmlError(503, "ServiceUnavailable", "try again");
          });
      Mode mode = action.equals("Switchover") ? Mode.PLANNED : Mode.UNPLANNED;
      assertThatThrownBy(() -> west.promote(request(mode))).isInstanceOf(ControlException.class);
      long calls = aws.actions().stream().filter((action + "GlobalCluster")::equals).count();
      assertThat(west.promote(request(mode)).role()).isEqualTo(NodeRole.PROMOTING);
      assertThat(aws.actions().stream().filter((action + "GlobalCluster")::equals))
          .hasSize((int) calls);
    }

    @Test
    void thatIsPlannedAndRefusedLeavesAllAsItWas() {
      aws.on(
          "SwitchoverGlobalCluster",
          call -> Response.xmlError(400, "InvalidGlobalClusterStateFault", "not in sync"));
      assertThatThrownBy(() -> west.promote(request(Mode.PLANNED)))
          .isInstanceOf(RefusedException.class);
      assertThat(east.state().role()).isEqualTo(NodeRole.ACTIVE);
      assertThat(west.state().fitToTakeOver()).isTrue();
      assertThat(aws.actions()).doesNotContain("FailoverGlobalCluster");
    }

    @Test
    void isTriedAgainWhileTheGlobalClusterIsAtSomethingElse() {
      global.status("modifying");
      aws.on(
          "FailoverGlobalCluster",
          call -> Response.xmlError(400, "InvalidGlobalClusterStateFault", "modifying"));
      assertThatThrownBy(() -> west.promote(request(Mode.UNPLANNED)))
          .isInstanceOf(ControlException.class)
          .hasMessage(
              "the promotion was not begun, because the global cluster is at something else:"
                  + " modifying; call again");
    }

    @Test
    void neverAsksTheOtherRegion() {
      west.promote(request(Mode.UNPLANNED));
      west.state();
      assertThat(aws.requests()).extracting(Request::region).containsOnly("us-west-2");
    }

    @Test
    void isUnderWayWhenItsAnswerWasLost() {
      aws.once(
          "FailoverGlobalCluster",
          call -> {
            global.operation("pending", GlobalClusterStub.WEST);
            return Response.xmlError(503, "ServiceUnavailable", "try again");
          });
      assertThat(west.promote(request(Mode.UNPLANNED)).role()).isEqualTo(NodeRole.PROMOTING);
    }

    @Test
    void thatWasCancelledCanBeCalledAgainWhenThatIsOver() {
      global.operation("cancelling", GlobalClusterStub.WEST);
      assertThatThrownBy(() -> west.promote(request(Mode.PLANNED)))
          .isInstanceOf(ControlException.class)
          .hasMessage(
              "a promotion is being cancelled; wait until state says STANDBY, and call again");
      global.operation(null, "");
      assertThat(west.promote(request(Mode.UNPLANNED)).role()).isEqualTo(NodeRole.PROMOTING);
    }

    @Test
    void isRefusedWhileTheOtherClusterIsPromoted() {
      global.operation("switching-over", GlobalClusterStub.EAST);
      assertThatThrownBy(() -> west.promote(request(Mode.UNPLANNED)))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(GlobalClusterStub.EAST + " is being promoted");
    }

    @Test
    void thatAwsRefusesSaysTheWayOut() {
      aws.on(
          "SwitchoverGlobalCluster",
          call -> Response.xmlError(400, "InvalidGlobalClusterStateFault", "primary unavailable"));
      assertThatThrownBy(() -> west.promote(request(Mode.PLANNED)))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "promote was refused: AWS does not switch over: primary unavailable; if the other"
                  + " region is lost, promote with mode unplanned");
      aws.on(
          "FailoverGlobalCluster",
          call -> Response.xmlError(400, "InvalidDBClusterStateFault", "the cluster is creating"));
      assertThatThrownBy(() -> west.promote(request(Mode.UNPLANNED)))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "promote was refused: AWS does not fail over: the cluster is creating; wait until"
                  + " state says STANDBY, and call again");
    }

    @Test
    void isRefusedForAClusterThatIsNoMember() {
      global.detachWest();
      assertThatThrownBy(() -> west.promote(request(Mode.UNPLANNED)))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("is not a member of the global cluster");
      aws.on("DescribeGlobalClusters", call -> notFound("GlobalClusterNotFoundFault"));
      assertThatThrownBy(() -> west.promote(request(Mode.UNPLANNED)))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("there is no global cluster payments-global");
    }

    @Test
    void isRefusedWhenRdsDoesNotKnowTheCluster() {
      aws.on("FailoverGlobalCluster", call -> notFound("DBClusterNotFoundFault"));
      assertThatThrownBy(() -> west.promote(request(Mode.UNPLANNED)))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("DBClusterNotFoundFault");
    }

    @Test
    void thatIsNotAllowedSaysSo() {
      aws.on("FailoverGlobalCluster", call -> Response.xmlError(403, "AccessDenied", "not you"));
      assertThatThrownBy(() -> west.promote(request(Mode.UNPLANNED)))
          .isInstanceOf(ControlException.class)
          .hasMessage(
              "the promotion was not begun: AccessDenied (not you); allow it to the function's"
                  + " role");
    }

    private Response notFound(String code) {
      return Response.xmlError(404, code, "it is not there");
    }
  }
}
