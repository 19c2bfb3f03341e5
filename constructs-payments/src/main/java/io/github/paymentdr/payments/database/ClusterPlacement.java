package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import java.util.Set;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.SelectedSubnets;
import software.constructs.Construct;

/**
 * Whether a cluster can be where it is asked to be. Runs before the construct exists, so that a
 * fault leaves nothing half-made in the tree.
 */
final class ClusterPlacement {
  /** From "Working with a DB cluster in a VPC" in the Aurora user guide. */
  private static final int FEWEST_ZONES = 2;

  private ClusterPlacement() {}

  static Construct checked(Construct scope, DrAuroraClusterProps props) {
    props.getNames().getRegionPair().roleOf(scope);
    Faults faults = Faults.of("DrAuroraCluster");
    Placement placement = Placement.of(scope, faults);
    placement.requireUniquePurpose(
        DrAuroraCluster.class,
        "clusters",
        props.getPurpose(),
        other -> other.getPairName().equals(props.pairName()));
    placement.requireSameRegion("vpc", props.getVpc());
    placement.requireKey("encryptionKey", props.getEncryptionKey());
    List<ISecurityGroup> groups = props.getSecurityGroups();
    if (groups != null) {
      groups.forEach(group -> placement.requireSameRegion("securityGroups", group));
    }
    checkSubnets(faults, props);
    faults.throwIfAny();
    return scope;
  }

  private static void checkSubnets(Faults faults, DrAuroraClusterProps props) {
    SelectedSubnets selected;
    try {
      selected = props.getVpc().selectSubnets(ClusterParts.subnetsOf(props));
    } catch (RuntimeException e) {
      // The CDK has no other way to say that a VPC lacks the subnets.
      faults.add(
          props.getVpcSubnets() == null
              ? "the given vpc has no isolated subnets; set vpcSubnets(...)"
              : "vpcSubnets must select subnets of the given vpc: " + e.getMessage());
      return;
    }
    Set<String> zones = ImmutableSet.copyOf(selected.getAvailabilityZones());
    boolean known =
        !Boolean.TRUE.equals(selected.getIsPendingLookup())
            && zones.stream().noneMatch(zone -> Token.isUnresolved(zone));
    faults.unless(
        !known || zones.size() >= FEWEST_ZONES,
        "vpcSubnets must be in at least 2 availability zones, got "
            + zones
            + "; select subnets of more zones");
  }
}
