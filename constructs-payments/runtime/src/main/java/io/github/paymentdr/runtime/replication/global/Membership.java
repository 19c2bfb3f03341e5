package io.github.paymentdr.runtime.replication.global;

import io.github.paymentdr.runtime.replication.NodeRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.FailoverState;
import software.amazon.awssdk.services.rds.model.GlobalCluster;
import software.amazon.awssdk.services.rds.model.GlobalClusterMember;
import software.amazon.awssdk.services.rds.model.GlobalClusterMemberSynchronizationStatus;

/**
 * The part that a cluster has in a global cluster.
 *
 * @param globalCluster the global cluster's identifier
 * @param status the global cluster's status, null if there is none
 * @param member the cluster as a member, null if it is none
 * @param operation the failover or switchover that is going on, null if there is none
 * @param clusterArn the cluster
 */
record Membership(
    String globalCluster,
    @Nullable String status,
    @Nullable GlobalClusterMember member,
    @Nullable FailoverState operation,
    String clusterArn) {
  private static final String AVAILABLE = "available";
  private static final String CANCELLING = "cancelling";

  static Membership of(GlobalCluster found, String clusterArn) {
    Optional<GlobalClusterMember> member =
        found.globalClusterMembers().stream()
            .filter(one -> clusterArn.equals(one.dbClusterArn()))
            .findFirst();
    FailoverState operation = found.failoverState();
    return new Membership(
        found.globalClusterIdentifier(),
        found.status(),
        member.orElse(null),
        // The API also answers an empty one when nothing is going on.
        operation == null || operation.statusAsString() == null ? null : operation,
        clusterArn);
  }

  static Membership none(String globalCluster) {
    return new Membership(globalCluster, null, null, null, "");
  }

  boolean isMissing() {
    return member == null;
  }

  boolean isCancelling() {
    return operation != null && CANCELLING.equals(operation.statusAsString());
  }

  /** {@return whether something goes on that has an end, after which AWS may promote} */
  boolean isBusy() {
    return member != null && (operation != null || !AVAILABLE.equals(status));
  }

  boolean isOtherPromoted() {
    return operation != null && !clusterArn.equals(operation.toDbClusterArn());
  }

  /** {@return which cluster is being promoted} */
  String target() {
    return operation == null ? "" : String.valueOf(operation.toDbClusterArn());
  }

  NodeRole role() {
    if (member == null) {
      return NodeRole.UNKNOWN;
    }
    if (operation != null && !isCancelling() && !isOtherPromoted()) {
      return NodeRole.PROMOTING;
    }
    if (Boolean.TRUE.equals(member.isWriter())) {
      return NodeRole.ACTIVE;
    }
    return isResynchronised() ? NodeRole.REBUILDING : NodeRole.STANDBY;
  }

  List<String> problems() {
    if (status == null) {
      return List.of(
          "there is no global cluster "
              + globalCluster
              + "; see that it was not deleted, and deploy again");
    }
    if (member == null) {
      return List.of(
          "the cluster "
              + clusterArn
              + " is not a member of the global cluster "
              + globalCluster
              + "; add it, or rebuild it as a secondary cluster");
    }
    List<String> problems = new ArrayList<>();
    if (operation != null) {
      problems.add(
          "the global cluster is " + operation.statusAsString() + " to " + target() + "; wait");
    } else if (!AVAILABLE.equals(status)) {
      problems.add("the global cluster is " + status + "; wait until it is available");
    }
    if (isResynchronised()) {
      problems.add("Aurora is building this cluster up from the writer's; wait until it is done");
    }
    return problems;
  }

  private boolean isResynchronised() {
    return member != null
        && member.synchronizationStatus()
            == GlobalClusterMemberSynchronizationStatus.PENDING_RESYNC;
  }
}
