package io.github.paymentdr.payments.network;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.FlowLogDestination;
import software.amazon.awscdk.services.ec2.FlowLogOptions;
import software.amazon.awscdk.services.ec2.FlowLogTrafficType;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.IGatewayVpcEndpointService;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.IpAddresses;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/**
 * The network of one region of the pair: three availability zones, each with a public subnet, a
 * private subnet for functions, an isolated subnet for databases and a small private subnet for the
 * functions that control the replication between the regions.
 *
 * <p>Functions reach the internet through a NAT gateway of their own zone, S3 and DynamoDB through
 * gateway endpoints. Databases have no route out. The default security group admits nothing, and
 * flow logs record all traffic. The address ranges of the two regions do not overlap, so the VPCs
 * can be peered, and each region knows the other's addresses without asking it.
 *
 * <pre>{@code
 * DrNetwork network = DrNetwork.Builder.create(this, "Network").regionPair(pair).build();
 * }</pre>
 */
public final class DrNetwork extends Construct {
  private final DrNetworkProps props;
  private final IVpc vpc;
  private final SubnetSelection functionSubnets;
  private final SubnetSelection databaseSubnets;
  private final SubnetSelection controlSubnets;

  /**
   * Adds the network to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, does not offer three zones or is not that of the given zones, or if an
   *     existing VPC is in another region or lacks the subnets needed
   */
  public DrNetwork(Construct scope, String id, DrNetworkProps props) {
    super(checked(scope, props), id);
    this.props = props;
    IVpc existing = props.getVpc();
    if (existing == null) {
      this.vpc = createVpc();
      this.functionSubnets = group(SubnetLayout.FUNCTION);
      this.databaseSubnets = group(SubnetLayout.DATABASE);
      this.controlSubnets = group(SubnetLayout.CONTROL);
    } else {
      this.vpc = existing;
      this.functionSubnets = ExistingVpc.functionSubnets(props);
      this.databaseSubnets = ExistingVpc.databaseSubnets(props);
      this.controlSubnets = ExistingVpc.controlSubnets(props);
    }
  }

  /** {@return the VPC, created or given} */
  public IVpc getVpc() {
    return vpc;
  }

  /** {@return the subnets for functions: private, with a way out} */
  public SubnetSelection getFunctionSubnets() {
    return functionSubnets;
  }

  /** {@return the subnets for databases: isolated, without a way out} */
  public SubnetSelection getDatabaseSubnets() {
    return databaseSubnets;
  }

  /**
   * {@return the subnets for functions that control the replication: private, with a way out; the
   * function subnets of an existing VPC by default}
   */
  public SubnetSelection getControlSubnets() {
    return controlSubnets;
  }

  /**
   * The address ranges of this region's database subnets, known at synthesis if the VPC is new.
   *
   * @return one range for each zone; none while an existing VPC is still to be looked up
   * @throws io.github.paymentdr.core.validation.InvalidInputException if an imported VPC does not
   *     tell them
   */
  public List<String> getDatabaseCidrs() {
    return isCreated()
        ? SubnetLayout.cidrsOf(ownCidr(), SubnetLayout.DATABASE)
        : ExistingVpc.cidrsOf(vpc, databaseSubnets, "database");
  }

  /**
   * The address ranges of this region's control subnets, known at synthesis if the VPC is new.
   *
   * @return one range for each zone; none while an existing VPC is still to be looked up
   * @throws io.github.paymentdr.core.validation.InvalidInputException if an imported VPC does not
   *     tell them
   */
  public List<String> getControlCidrs() {
    return isCreated()
        ? SubnetLayout.cidrsOf(ownCidr(), SubnetLayout.CONTROL)
        : ExistingVpc.cidrsOf(vpc, controlSubnets, "control");
  }

  /**
   * The address ranges of the other region's database subnets, known at synthesis.
   *
   * @return one range for each zone, or what was given beside an existing VPC
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the VPC is an existing one
   *     and {@code peerDatabaseCidrs} was not given
   */
  public List<String> getPeerDatabaseCidrs() {
    return isCreated()
        ? SubnetLayout.cidrsOf(peerCidr(), SubnetLayout.DATABASE)
        : ExistingVpc.peerCidrs(props.getPeerDatabaseCidrs(), "peerDatabaseCidrs", "database");
  }

  /**
   * The address ranges of the other region's control subnets, known at synthesis.
   *
   * @return one range for each zone, or what was given beside an existing VPC
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the VPC is an existing one
   *     and {@code peerControlCidrs} was not given
   */
  public List<String> getPeerControlCidrs() {
    return isCreated()
        ? SubnetLayout.cidrsOf(peerCidr(), SubnetLayout.CONTROL)
        : ExistingVpc.peerCidrs(props.getPeerControlCidrs(), "peerControlCidrs", "control");
  }

  RegionPair getRegionPair() {
    return props.getRegionPair();
  }

  boolean isCreated() {
    return props.getVpc() == null;
  }

  private String ownCidr() {
    return props.cidrOf(props.getRegionPair().roleOf(this));
  }

  private String peerCidr() {
    return props.cidrOf(props.getRegionPair().roleOf(this).peer());
  }

  private IVpc createVpc() {
    SubnetSelection egress =
        SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build();
    return Vpc.Builder.create(this, "Vpc")
        .ipAddresses(IpAddresses.cidr(ownCidr()))
        .availabilityZones(zonesFor(props, Stack.of(this).getRegion()))
        .natGateways(props.getNatGateways())
        .subnetConfiguration(SubnetLayout.groupsOf(ownCidr()))
        .restrictDefaultSecurityGroup(true)
        .gatewayEndpoints(
            ImmutableMap.of(
                "S3", endpoint(GatewayVpcEndpointAwsService.S3, egress),
                "DynamoDb", endpoint(GatewayVpcEndpointAwsService.DYNAMODB, egress)))
        .flowLogs(ImmutableMap.of("FlowLog", createFlowLog()))
        .build();
  }

  private FlowLogOptions createFlowLog() {
    LogGroup logGroup =
        LogGroup.Builder.create(this, "FlowLogGroup")
            .retention(props.getFlowLogRetention())
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    return FlowLogOptions.builder()
        .destination(FlowLogDestination.toCloudWatchLogs(logGroup))
        .trafficType(FlowLogTrafficType.ALL)
        .build();
  }

  /** Only where there is egress: a database subnet keeps a route table without any way out. */
  private static GatewayVpcEndpointOptions endpoint(
      IGatewayVpcEndpointService service, SubnetSelection subnets) {
    return GatewayVpcEndpointOptions.builder()
        .service(service)
        .subnets(ImmutableList.of(subnets))
        .build();
  }

  /** By name: function and control subnets are of one type. */
  private static SubnetSelection group(String name) {
    return SubnetSelection.builder().subnetGroupName(name).build();
  }

  private static List<String> zonesFor(DrNetworkProps props, String region) {
    List<String> given = props.getAvailabilityZones();
    return given == null ? AvailabilityZones.of(region) : given;
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, DrNetworkProps props) {
    props.getRegionPair().roleOf(scope);
    Faults faults = Faults.of("DrNetwork");
    IVpc existing = props.getVpc();
    if (existing == null) {
      checkZones(faults, props, Stack.of(scope).getRegion());
    } else {
      Placement.of(scope, faults).requireSameRegion("vpc", existing);
      ExistingVpc.check(faults, props, existing);
    }
    faults.throwIfAny();
    return scope;
  }

  private static void checkZones(Faults faults, DrNetworkProps props, String region) {
    List<String> zones = zonesFor(props, region);
    faults.unless(
        !zones.isEmpty(),
        region
            + " does not offer three availability zones to every account; set"
            + " availabilityZones(...) to three zones of your account or choose another region");
    faults.unless(
        AvailabilityZones.areDistinctAndIn(region, zones),
        "availabilityZones must be different zones of " + region + ", got " + zones);
  }

  /** Builds a {@link DrNetwork}. */
  public static final class Builder extends DrNetworkProps.Setters<Builder>
      implements software.amazon.jsii.Builder<DrNetwork> {
    private final Construct scope;
    private final String id;

    private Builder(Construct scope, String id) {
      this.scope = scope;
      this.id = id;
    }

    /**
     * Starts a builder.
     *
     * @param scope a construct inside a stack whose environment names a region of the pair
     * @param id the construct's id
     * @return a new builder
     */
    public static Builder create(Construct scope, String id) {
      return new Builder(scope, id);
    }

    /**
     * Adds the network to the stack.
     *
     * @return the network
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link DrNetworkProps.Builder#build()} do
     */
    @Override
    public DrNetwork build() {
      return new DrNetwork(scope, id, buildProps());
    }
  }
}
