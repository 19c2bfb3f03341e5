package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.replication.ReplicationControl;
import io.github.paymentdr.runtime.replication.ReplicationState;
import io.github.paymentdr.runtime.replication.global.GlobalDatabaseLag;
import io.github.paymentdr.runtime.replication.global.GlobalDatabaseReplication;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.rds.RdsClient;

/** The operations of an Aurora global database, which CloudFormation sets up and Aurora repairs. */
final class GlobalDatabaseOperations implements Operations {
  private final ReplicationControl control;

  GlobalDatabaseOperations(
      Configuration configuration, Configuration.GlobalDatabase mode, AwsClients clients) {
    String region = configuration.region();
    this.control =
        new GlobalDatabaseReplication(
            clients.client(RdsClient.builder(), region, Patience.CHANGE),
            new GlobalDatabaseLag(
                clients.client(CloudWatchClient.builder(), region, Patience.LOOK_UP),
                configuration.cluster(),
                configuration.peerRegion(),
                Clock.systemUTC()),
            mode.globalCluster(),
            mode.clusterArn());
  }

  @Override
  public String replication() {
    return Configuration.GLOBAL_DATABASE;
  }

  @Override
  public ReplicationControl control(Log log) {
    return control;
  }

  @Override
  public Map<String, @Nullable Object> setUp(Deadline deadline, Log log) {
    ReplicationState state = control.state();
    if (state.role() == NodeRole.UNKNOWN) {
      throw new RefusedException(Operation.SET_UP.text(), state.problems());
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("state", state.role().name());
    answer.put("role", state.role().name());
    return answer;
  }

  /** Aurora keeps itself in step; this measures. */
  @Override
  public Observation maintain(Deadline deadline, Log log) {
    return control.observe();
  }

  @Override
  public Metrics metrics(Observation observation) {
    return Metrics.of(observation);
  }

  @Override
  public Map<String, @Nullable Object> drain(Log log) {
    throw new RefusedException(
        Operation.DRAIN.text(),
        List.of(
            "a global database is drained by Aurora; promote the other region with mode planned"));
  }

  /** Aurora stops the other region only when it switches over, which it does as a whole. */
  @Override
  public Map<String, @Nullable Object> undoHandOver(Log log) {
    ReplicationState state = control.state();
    if (state.role() != NodeRole.STANDBY) {
      throw new RefusedException(
          Operation.UNDO_HAND_OVER.text(),
          List.of(
              "this region's cluster is not a standby that nobody promotes; its state is "
                  + state.role().name()));
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("state", state.role().name());
    return answer;
  }

  @Override
  public Map<String, @Nullable Object> rebuild(Deadline deadline, Log log) {
    throw new RefusedException(
        Operation.REBUILD.text(),
        List.of(
            "Aurora builds a returning cluster of a global database up by itself; ask for the"
                + " state until it says STANDBY, and look in RDS for the snapshot"
                + " rds:unplanned-global-failover-..., which has what was not replicated"));
  }

  /** CloudFormation takes the clusters apart. */
  @Override
  public void tearDown(Deadline deadline, Log log) {}
}
