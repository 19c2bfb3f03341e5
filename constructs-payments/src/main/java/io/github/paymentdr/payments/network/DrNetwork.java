package io.github.paymentdr.payments.network;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
import software.amazon.awscdk.services.ec2.SelectedSubnets;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.logs.LogGroup;
import software.constructs.Construct;

/**
 * The network of one region of the pair: three availability zones, each with a public subnet, a
 * private subnet for functions and an isolated subnet for databases.
 *
 * <p>Functions reach the internet through a NAT gateway of their own zone, S3 and DynamoDB through
 * gateway endpoints. Databases have no route out. The default security group admits nothing, and
 * flow logs record all traffic. The address ranges of the two regions do not overlap, so the VPCs
 * can be peered.
 *
 * <pre>{@code
 * DrNetwork network = DrNetwork.Builder.create(this, "Network").regionPair(pair).build();
 * }</pre>
 */
public final class DrNetwork extends Construct {
  private final IVpc vpc;
  private final SubnetSelection functionSubnets;
  private final SubnetSelection databaseSubnets;

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
    IVpc existing = props.getVpc();
    this.vpc = existing == null ? createVpc(props) : existing;
    this.functionSubnets = select(props.getFunctionSubnets(), SubnetType.PRIVATE_WITH_EGRESS);
    this.databaseSubnets = select(props.getDatabaseSubnets(), SubnetType.PRIVATE_ISOLATED);
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

  private IVpc createVpc(DrNetworkProps props) {
    RegionPair pair = props.getRegionPair();
    SubnetSelection egress =
        SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build();
    return Vpc.Builder.create(this, "Vpc")
        .ipAddresses(IpAddresses.cidr(props.cidrOf(pair.roleOf(this))))
        .availabilityZones(zonesFor(props, Stack.of(this).getRegion()))
        .natGateways(props.getNatGateways())
        .subnetConfiguration(
            ImmutableList.of(
                publicSubnets(),
                subnets("Function", SubnetType.PRIVATE_WITH_EGRESS),
                subnets("Database", SubnetType.PRIVATE_ISOLATED)))
        .restrictDefaultSecurityGroup(true)
        .gatewayEndpoints(
            ImmutableMap.of(
                "S3", endpoint(GatewayVpcEndpointAwsService.S3, egress),
                "DynamoDb", endpoint(GatewayVpcEndpointAwsService.DYNAMODB, egress)))
        .flowLogs(ImmutableMap.of("FlowLog", createFlowLog(props)))
        .build();
  }

  private FlowLogOptions createFlowLog(DrNetworkProps props) {
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

  private static SubnetConfiguration publicSubnets() {
    return SubnetConfiguration.builder()
        .name("Public")
        .subnetType(SubnetType.PUBLIC)
        .mapPublicIpOnLaunch(false)
        .build();
  }

  private static SubnetConfiguration subnets(String name, SubnetType type) {
    return SubnetConfiguration.builder().name(name).subnetType(type).build();
  }

  /** Only where there is egress: a database subnet keeps a route table without any way out. */
  private static GatewayVpcEndpointOptions endpoint(
      IGatewayVpcEndpointService service, SubnetSelection subnets) {
    return GatewayVpcEndpointOptions.builder()
        .service(service)
        .subnets(ImmutableList.of(subnets))
        .build();
  }

  private static SubnetSelection select(@Nullable SubnetSelection given, SubnetType type) {
    return given == null ? SubnetSelection.builder().subnetType(type).build() : given;
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
      checkSubnets(faults, props, existing);
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

  private static void checkSubnets(Faults faults, DrNetworkProps props, IVpc vpc) {
    checkSelection(
        faults,
        vpc,
        "functionSubnets",
        props.getFunctionSubnets(),
        SubnetType.PRIVATE_WITH_EGRESS,
        "private subnets with egress");
    checkSelection(
        faults,
        vpc,
        "databaseSubnets",
        props.getDatabaseSubnets(),
        SubnetType.PRIVATE_ISOLATED,
        "isolated subnets");
  }

  /** Asks for the selection, not for the lists of subnets, which a pending lookup leaves empty. */
  private static void checkSelection(
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
