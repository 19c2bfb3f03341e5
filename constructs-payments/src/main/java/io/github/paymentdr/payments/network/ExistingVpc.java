package io.github.paymentdr.payments.network;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SelectedSubnets;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;

/** What a {@link DrNetwork} expects of a VPC that it did not make. */
final class ExistingVpc {
  private static final SubnetType FUNCTION = SubnetType.PRIVATE_WITH_EGRESS;
  private static final SubnetType DATABASE = SubnetType.PRIVATE_ISOLATED;

  private ExistingVpc() {}

  static SubnetSelection functionSubnets(DrNetworkProps props) {
    return select(props.getFunctionSubnets(), FUNCTION);
  }

  static SubnetSelection databaseSubnets(DrNetworkProps props) {
    return select(props.getDatabaseSubnets(), DATABASE);
  }

  static SubnetSelection controlSubnets(DrNetworkProps props) {
    SubnetSelection given = props.getControlSubnets();
    return given == null ? functionSubnets(props) : given;
  }

  /** The ranges of the selected subnets, none while the VPC is still to be looked up. */
  static List<String> cidrsOf(IVpc vpc, SubnetSelection selection, String subnets) {
    try {
      return vpc.selectSubnets(selection).getSubnets().stream()
          .map(ISubnet::getIpv4CidrBlock)
          .collect(ImmutableList.toImmutableList());
    } catch (RuntimeException e) {
      // The CDK throws no narrower type.
      Faults faults = Faults.of("DrNetwork");
      faults.add(
          "the given vpc does not tell the address ranges of its "
              + subnets
              + " subnets; import it with the subnets' IPv4 CIDR blocks, or by Vpc.fromLookup(...)");
      faults.throwIfAny();
      throw e;
    }
  }

  /** The given ranges of the other region, which nothing here can know. */
  static List<String> peerCidrs(@Nullable List<String> given, String property, String subnets) {
    Faults faults = Faults.of("DrNetwork");
    faults.unless(
        given != null,
        String.format(
            "the other region's %s subnets are not known beside an existing vpc; set %s(...) to"
                + " their address ranges",
            subnets, property));
    faults.throwIfAny();
    return given == null ? ImmutableList.of() : given;
  }

  static void check(Faults faults, DrNetworkProps props, IVpc vpc) {
    checkSubnets(
        faults,
        vpc,
        "functionSubnets",
        props.getFunctionSubnets(),
        FUNCTION,
        "private subnets with egress");
    checkSubnets(
        faults, vpc, "databaseSubnets", props.getDatabaseSubnets(), DATABASE, "isolated subnets");
    if (props.getControlSubnets() != null) {
      checkSubnets(
          faults, vpc, "controlSubnets", props.getControlSubnets(), FUNCTION, "control subnets");
    }
    literalRangeOf(vpc)
        .ifPresent(
            own -> {
              checkApart(faults, "peerDatabaseCidrs", props.getPeerDatabaseCidrs(), own);
              checkApart(faults, "peerControlCidrs", props.getPeerControlCidrs(), own);
            });
  }

  /** Asks for the selection, not for the lists of subnets, which a pending lookup leaves empty. */
  private static void checkSubnets(
      Faults faults,
      IVpc vpc,
      String property,
      @Nullable SubnetSelection given,
      SubnetType type,
      String subnets) {
    String fault =
        given == null
            ? "the given vpc has no " + subnets + "; set " + property + "(...)"
            : property + " must select subnets that the given vpc has; change the selection";
    try {
      SelectedSubnets selected = vpc.selectSubnets(select(given, type));
      faults.unless(
          Boolean.TRUE.equals(selected.getIsPendingLookup()) || !selected.getSubnets().isEmpty(),
          fault);
    } catch (RuntimeException e) {
      // The CDK throws no narrower type, and its message is not one for a list of faults.
      faults.add(fault);
    }
  }

  private static void checkApart(
      Faults faults, String property, @Nullable List<String> given, String own) {
    if (given == null) {
      return;
    }
    CidrBlock ownBlock = CidrBlock.parse(own);
    for (String cidr : given) {
      faults.unless(
          !CidrBlock.parse(cidr).overlaps(ownBlock),
          String.format(
              "%s must not overlap the vpc's own range %s, got %s; give the subnets of the other"
                  + " region",
              property, own, cidr));
    }
  }

  /** The range of the VPC, where it is known at synthesis. */
  private static Optional<String> literalRangeOf(IVpc vpc) {
    try {
      String own = vpc.getVpcCidrBlock();
      if (Token.isUnresolved(own)) {
        return Optional.empty();
      }
      CidrBlock.parse(own);
      return Optional.of(own);
    } catch (RuntimeException e) {
      // The CDK refuses to tell the range of a VPC that was imported without it.
      return Optional.empty();
    }
  }

  private static SubnetSelection select(@Nullable SubnetSelection given, SubnetType type) {
    return given == null ? SubnetSelection.builder().subnetType(type).build() : given;
  }
}
