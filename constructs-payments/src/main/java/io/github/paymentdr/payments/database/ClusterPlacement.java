package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableSet;
import io.github.paymentdr.core.validation.Faults;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.IResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
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
    checkUnique(faults, scope, props);
    checkRegion(faults, scope, "vpc", props.getVpc());
    checkRegion(faults, scope, "encryptionKey", props.getEncryptionKey());
    checkSubnets(faults, props);
    faults.throwIfAny();
    return scope;
  }

  private static void checkUnique(Faults faults, Construct scope, DrAuroraClusterProps props) {
    faults.unless(
        Stack.of(scope).getNode().findAll().stream()
            .filter(DrAuroraCluster.class::isInstance)
            .map(DrAuroraCluster.class::cast)
            .noneMatch(other -> other.getPairName().equals(props.pairName())),
        "purpose must differ between the clusters of a stack, got '"
            + props.getPurpose()
            + "' twice; set another purpose(...)");
  }

  private static void checkRegion(
      Faults faults, Construct scope, String property, @Nullable IResource resource) {
    if (resource == null) {
      return;
    }
    String expected = Stack.of(scope).getRegion();
    String actual = resource.getEnv().getRegion();
    faults.unless(
        actual.equals(expected) || Token.isUnresolved(actual),
        property
            + " must be in "
            + expected
            + " like the stack, got "
            + actual
            + "; use one of the stack's own region");
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
