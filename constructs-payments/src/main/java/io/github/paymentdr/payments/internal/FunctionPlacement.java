package io.github.paymentdr.payments.internal;

import io.github.paymentdr.core.validation.Faults;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.constructs.Construct;

/** Where a function is in a VPC, and what its security group lets out. */
public final class FunctionPlacement {
  private static final int HTTPS = 443;

  private FunctionPlacement() {}

  public static SecurityGroup createSecurityGroup(Construct scope, IVpc vpc, String description) {
    SecurityGroup created =
        SecurityGroup.Builder.create(scope, "SecurityGroup")
            .vpc(vpc)
            .description(description)
            .allowAllOutbound(false)
            .build();
    // The addresses of AWS APIs behind NAT and gateway endpoints are not known beforehand. The
    // VPC's own DNS needs no rule: security groups do not filter it.
    created.addEgressRule(Peer.anyIpv4(), Port.tcp(HTTPS), "AWS APIs");
    return created;
  }

  public static SubnetSelection subnetsOf(@Nullable SubnetSelection given) {
    return given == null
        ? SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build()
        : given;
  }

  public static void checkSubnets(Faults faults, IVpc vpc, @Nullable SubnetSelection selection) {
    if (selection == null) {
      faults.unless(
          !vpc.getPrivateSubnets().isEmpty(),
          "the given vpc has no private subnets with egress; set vpcSubnets(...)");
      return;
    }
    try {
      faults.unless(
          !vpc.selectSubnets(selection).getHasPublic(),
          "vpcSubnets must be private, got public subnets; a function in a public subnet has no way"
              + " out");
    } catch (RuntimeException e) {
      // The CDK throws no narrower type, and its message is not one for a list of faults.
      faults.add("vpcSubnets must select subnets that the given vpc has; change the selection");
    }
  }
}
