package io.github.paymentdr.runtime.replication.global;

import io.github.paymentdr.runtime.aws.AwsFailures;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.InTime;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.replication.ReplicationControl;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DbClusterNotFoundException;
import software.amazon.awssdk.services.rds.model.GlobalClusterNotFoundException;
import software.amazon.awssdk.services.rds.model.InvalidDbClusterStateException;
import software.amazon.awssdk.services.rds.model.InvalidGlobalClusterStateException;
import software.amazon.awssdk.services.rds.model.RdsException;

/**
 * Watches and promotes a cluster of an Aurora global database. Aurora replicates by itself, and
 * builds a returning region up again; this asks its API in this region, and never the other one,
 * which may be gone.
 */
public final class GlobalDatabaseReplication implements ReplicationControl {
  private static final String PROMOTE = "promote";

  /** A failover asks for the state, and has no more time for it. */
  private static final Duration LONGEST_STATE = Duration.ofMillis(3_500);

  private final RdsClient rds;
  private final GlobalDatabaseLag lag;
  private final String globalCluster;
  private final String clusterArn;

  /**
   * Makes the control.
   *
   * @param rds a client of this region
   * @param lag measures the lag
   * @param globalCluster the identifier of the global cluster
   * @param clusterArn the ARN of this region's cluster
   */
  public GlobalDatabaseReplication(
      RdsClient rds, GlobalDatabaseLag lag, String globalCluster, String clusterArn) {
    this.rds = rds;
    this.lag = lag;
    this.globalCluster = globalCluster;
    this.clusterArn = clusterArn;
  }

  /** Measures the lag where there is one: in a standby. */
  @Override
  public Observation observe() {
    NodeRole role = membership().role();
    return new Observation(
        role,
        role == NodeRole.STANDBY ? lag.millis() : OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        List.of(),
        OptionalLong.empty());
  }

  /** Does not ask the other region, and does not wait long for RDS in this one. */
  @Override
  public ReplicationState state() {
    try {
      return InTime.call(LONGEST_STATE, this::report)
          .orElseGet(
              () ->
                  unknown(
                      "RDS does not say within "
                          + LONGEST_STATE.toMillis()
                          + " ms what the global cluster "
                          + globalCluster
                          + " is at; call again"));
    } catch (ControlException | SQLException e) {
      return unknown(String.valueOf(e.getMessage()));
    }
  }

  private ReplicationState report() {
    Membership membership = membership();
    List<String> problems = membership.problems();
    return new ReplicationState(
        membership.role(),
        OptionalLong.empty(),
        membership.role() == NodeRole.STANDBY && problems.isEmpty(),
        problems);
  }

  private static ReplicationState unknown(String problem) {
    return new ReplicationState(NodeRole.UNKNOWN, OptionalLong.empty(), false, List.of(problem));
  }

  /**
   * Has AWS promote this region's cluster, which takes it minutes; {@link #state()} says how far it
   * is. An unplanned promotion is a failover that may lose data, a planned one a switchover, which
   * AWS refuses when the other region does not answer.
   */
  @Override
  public PromotionOutcome promote(PromotionRequest request) {
    Membership membership = membership();
    if (membership.isMissing()) {
      throw refused(membership.problems());
    }
    if (membership.isCancelling()) {
      throw new ControlException(
          "a promotion is being cancelled; wait until state says STANDBY, and call again");
    }
    if (membership.isOtherPromoted()) {
      throw refused(
          List.of(
              "the cluster "
                  + membership.target()
                  + " is being promoted; wait until that is over, and look at the state again"));
    }
    if (membership.role() == NodeRole.PROMOTING) {
      return outcome(NodeRole.PROMOTING, request.mode(), false);
    }
    if (membership.role() == NodeRole.ACTIVE) {
      return outcome(NodeRole.ACTIVE, request.mode(), true);
    }
    return begin(request.mode());
  }

  private PromotionOutcome begin(Mode mode) {
    try {
      if (mode == Mode.PLANNED) {
        rds.switchoverGlobalCluster(
            call ->
                call.globalClusterIdentifier(globalCluster).targetDbClusterIdentifier(clusterArn));
      } else {
        rds.failoverGlobalCluster(
            call ->
                call.globalClusterIdentifier(globalCluster)
                    .targetDbClusterIdentifier(clusterArn)
                    .allowDataLoss(true));
      }
      return outcome(NodeRole.PROMOTING, mode, false);
    } catch (InvalidGlobalClusterStateException | InvalidDbClusterStateException e) {
      return unlessBegun(mode, e);
    } catch (DbClusterNotFoundException | GlobalClusterNotFoundException e) {
      throw refused(List.of(AwsFailures.reason(e)));
    } catch (SdkException e) {
      throw AwsFailures.of("the promotion was not begun", e);
    }
  }

  /** Another call may have begun it, or this one, and its answer was lost. */
  private PromotionOutcome unlessBegun(Mode mode, RdsException failure) {
    Membership membership = membership();
    if (membership.role() == NodeRole.PROMOTING || membership.role() == NodeRole.ACTIVE) {
      return outcome(membership.role(), mode, membership.role() == NodeRole.ACTIVE);
    }
    String reason = failure.awsErrorDetails().errorMessage();
    if (membership.isBusy()) {
      throw new ControlException(
          "the promotion was not begun, because the global cluster is at something else: "
              + reason
              + "; call again",
          failure);
    }
    throw refused(
        List.of(
            mode == Mode.PLANNED
                ? "AWS does not switch over: "
                    + reason
                    + "; if the other region is lost, promote with mode unplanned"
                : "AWS does not fail over: "
                    + reason
                    + "; wait until state says STANDBY, and call again"));
  }

  private Membership membership() {
    try {
      return rds
          .describeGlobalClusters(call -> call.globalClusterIdentifier(globalCluster))
          .globalClusters()
          .stream()
          .findFirst()
          .map(found -> Membership.of(found, clusterArn))
          .orElseGet(() -> Membership.none(globalCluster));
    } catch (GlobalClusterNotFoundException e) {
      return Membership.none(globalCluster);
    } catch (SdkException e) {
      throw AwsFailures.of("the global cluster " + globalCluster + " could not be looked up", e);
    }
  }

  private static RefusedException refused(List<String> reasons) {
    return new RefusedException(PROMOTE, reasons);
  }

  /** Aurora counts no epochs and tells no positions. */
  private static PromotionOutcome outcome(NodeRole role, Mode mode, boolean alreadyActive) {
    return new PromotionOutcome(
        role,
        mode,
        OptionalLong.empty(),
        alreadyActive,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        mode == Mode.PLANNED && !alreadyActive ? OptionalLong.of(0) : OptionalLong.empty());
  }
}
