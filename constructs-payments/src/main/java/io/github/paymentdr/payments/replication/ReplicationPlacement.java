package io.github.paymentdr.payments.replication;

import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.network.DrNetwork;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/**
 * Whether a replication can be where it is asked to be. Runs before the construct exists, so that a
 * fault leaves nothing half-made in the tree.
 */
final class ReplicationPlacement {
  private ReplicationPlacement() {}

  static Construct checked(Construct scope, DrReplicationProps props) {
    props.getNames().getRegionPair().roleOf(scope);
    Faults faults = Faults.of("DrReplication");
    Placement placement = Placement.of(scope, faults);
    placement.requireUniquePurpose(
        DrReplication.class,
        "replications",
        props.getPurpose(),
        other -> other.getPairName().equals(props.pairName()));
    checkCluster(faults, scope, props);
    DrNetwork network = props.getNetwork();
    if (network != null) {
      placement.requireSameRegion("network", network.getVpc());
      checkPeerAddresses(faults, network);
    }
    placement.requireSameRegion("reportBucket", props.getReportBucket());
    placement.requireKey("encryptionKey", props.getEncryptionKey());
    faults.throwIfAny();
    return scope;
  }

  /** An existing network may not know them. */
  private static void checkPeerAddresses(Faults faults, DrNetwork network) {
    try {
      faults.unless(
          !network.getPeerDatabaseCidrs().isEmpty() && !network.getPeerControlCidrs().isEmpty(),
          "network must know the other region's database and control subnets, got none");
    } catch (InvalidInputException e) {
      faults.addAll(e);
    }
  }

  private static void checkCluster(Faults faults, Construct scope, DrReplicationProps props) {
    DrAuroraCluster cluster = props.getCluster();
    RegionPair pair = props.getNames().getRegionPair();
    String expected = Stack.of(scope).getRegion();
    String actual = Stack.of(cluster).getRegion();
    faults.unless(
        actual.equals(expected),
        String.format(
            "cluster must be in %s like the stack, got %s; use the cluster of the stack's own"
                + " region",
            expected, actual));
    faults.unless(
        !actual.equals(expected)
            || cluster.getPeerClusterArn().contains(":rds:" + pair.peerOf(expected) + ":"),
        "cluster must be of the pair "
            + pair
            + ", got one of another pair; give both the same names(...)");
    String path = cluster.getNode().getPath();
    faults.unless(
        Stack.of(scope).getNode().findAll().stream()
            .noneMatch(
                other ->
                    other instanceof DrReplication replication
                        && replication.getClusterPath().equals(path)),
        "cluster must have one replication, got a second one for "
            + path
            + "; replicate all its schemas with one");
  }
}
