package io.github.paymentdr.payments.network;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import software.amazon.awscdk.services.ec2.AllocateCidrRequest;
import software.amazon.awscdk.services.ec2.AllocatedSubnet;
import software.amazon.awscdk.services.ec2.IpAddresses;
import software.amazon.awscdk.services.ec2.RequestedSubnet;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetType;

/**
 * How an address range is divided into subnets. It depends on the range alone, so either region
 * knows the addresses of the other without asking it.
 */
final class SubnetLayout {
  static final String FUNCTION = "Function";
  static final String DATABASE = "Database";
  static final String CONTROL = "Control";

  /** Each of the nine large subnets is a sixteenth of the range, which leaves room for control. */
  private static final int LARGE_SUBNET_BITS = 4;

  /** The smallest subnet that Amazon VPC allows: a control function needs few addresses. */
  private static final int CONTROL_PREFIX = 28;

  private SubnetLayout() {}

  /** The groups in order; each has a subnet in every zone. */
  static List<SubnetConfiguration> groupsOf(String cidr) {
    int large = CidrBlock.parse(cidr).prefixLength() + LARGE_SUBNET_BITS;
    return ImmutableList.of(
        SubnetConfiguration.builder()
            .name("Public")
            .subnetType(SubnetType.PUBLIC)
            .mapPublicIpOnLaunch(false)
            .cidrMask(large)
            .build(),
        group(FUNCTION, SubnetType.PRIVATE_WITH_EGRESS, large),
        group(DATABASE, SubnetType.PRIVATE_ISOLATED, large),
        group(CONTROL, SubnetType.PRIVATE_WITH_EGRESS, CONTROL_PREFIX));
  }

  /** The ranges of a group's subnets, as the CDK allocates them in a VPC with this range. */
  static List<String> cidrsOf(String cidr, String group) {
    List<RequestedSubnet> requested =
        groupsOf(cidr).stream().flatMap(each -> inEachZone(each).stream()).toList();
    List<AllocatedSubnet> allocated =
        IpAddresses.cidr(cidr)
            .allocateSubnetsCidr(
                AllocateCidrRequest.builder().vpcCidr(cidr).requestedSubnets(requested).build())
            .getAllocatedSubnets();
    return IntStream.range(0, requested.size())
        .filter(index -> requested.get(index).getConfiguration().getName().equals(group))
        .mapToObj(index -> allocated.get(index).getCidr())
        .collect(ImmutableList.toImmutableList());
  }

  /** The allocation asks for the names of zone and construct, and uses neither. */
  private static List<RequestedSubnet> inEachZone(SubnetConfiguration group) {
    return IntStream.range(0, AvailabilityZones.COUNT)
        .mapToObj(String::valueOf)
        .<RequestedSubnet>map(
            zone ->
                RequestedSubnet.builder()
                    .availabilityZone(zone)
                    .configuration(group)
                    .subnetConstructId(zone)
                    .build())
        .toList();
  }

  private static SubnetConfiguration group(String name, SubnetType type, int prefixLength) {
    return SubnetConfiguration.builder().name(name).subnetType(type).cidrMask(prefixLength).build();
  }
}
