package io.github.paymentdr.payments.network;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnTag;
import software.amazon.awscdk.CustomResource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.CfnRoute;
import software.amazon.awscdk.services.ec2.CfnVPCPeeringConnection;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.constructs.Construct;

/**
 * Connects the networks of the two regions, so that the databases and the functions that control
 * their replication reach the databases of the other region, and nothing else reaches anything.
 *
 * <p>The primary region's network only gets the tags by which it is found. The secondary region's
 * stack has the peering connection and the routes of both sides. It looks the other network up when
 * the resource is created, by a function of its own, so its template reads nothing from the primary
 * stack and it can be deployed while the primary region is lost.
 *
 * <pre>{@code
 * DrPeering peering =
 *     DrPeering.Builder.create(this, "Peering").names(names).network(network).build();
 * }</pre>
 *
 * <p>What needs the routes waits for this construct: {@code it.getNode().addDependency(peering)}.
 */
public final class DrPeering extends Construct {
  /**
   * A minute more than the provider framework can live: after that nobody answers, and
   * CloudFormation would wait for an hour.
   */
  private static final int SERVICE_TIMEOUT_MINUTES = 16;

  private static final String DATABASE = "Database";
  private static final String CONTROL = "Control";

  private final DrNetwork network;
  private final RegionPair regionPair;
  private final String networkName;
  private final @Nullable String peeringConnectionId;

  /**
   * Adds the peering to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, if the network is in another region, of another pair, peered already or an
   *     existing VPC, or if another peering of the stack has the same purpose
   */
  public DrPeering(Construct scope, String id, DrPeeringProps props) {
    super(checked(scope, props), id);
    this.network = props.getNetwork();
    this.regionPair = props.getNames().getRegionPair();
    this.networkName = props.networkName();
    NetworkTags.add(network, networkName);
    this.peeringConnectionId =
        regionPair.roleOf(this) == RegionRole.SECONDARY ? createPeering(props) : null;
  }

  /**
   * The peering connection, which is in the stack of the secondary region.
   *
   * @return its id, known when the stack is deployed
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack is in the
   *     primary region
   */
  public String getPeeringConnectionId() {
    if (peeringConnectionId != null) {
      return peeringConnectionId;
    }
    Faults faults = Faults.of("DrPeering");
    faults.add(
        String.format(
            "the peering connection is in the secondary region %s, got the stack in the primary"
                + " region %s; use it in the other stack",
            regionPair.getSecondary(), regionPair.getPrimary()));
    faults.throwIfAny();
    throw new IllegalStateException();
  }

  private String createPeering(DrPeeringProps props) {
    String serviceToken =
        PeeringFunction.create(this, props.getLogRetention(), regionPair.getPrimary(), networkName);
    String connection = createConnection(findPeerVpc(serviceToken));
    createOwnRoutes(connection);
    createPeerRoutes(serviceToken, connection);
    return connection;
  }

  /** Its properties never change, so a later deployment does not ask the other region again. */
  private String findPeerVpc(String serviceToken) {
    return CustomResource.Builder.create(this, "PeerNetwork")
        .resourceType("Custom::DrPeerNetwork")
        .serviceToken(serviceToken)
        .serviceTimeout(Duration.minutes(SERVICE_TIMEOUT_MINUTES))
        .properties(
            ImmutableMap.of(
                "Action",
                "FIND_NETWORK",
                "PeerRegion",
                regionPair.getPrimary(),
                "NetworkName",
                networkName))
        .build()
        .getAttString("VpcId");
  }

  /** CloudFormation also accepts the connection, because both networks are of one account. */
  private String createConnection(String peerVpcId) {
    return CfnVPCPeeringConnection.Builder.create(this, "Connection")
        .vpcId(network.getVpc().getVpcId())
        .peerVpcId(peerVpcId)
        .peerRegion(regionPair.getPrimary())
        .tags(ImmutableList.of(CfnTag.builder().key("Name").value(networkName).build()))
        .build()
        .getRef();
  }

  private void createOwnRoutes(String connection) {
    List<String> databases = network.getPeerDatabaseCidrs();
    List<String> controls = network.getPeerControlCidrs();
    createRoutes(connection, DATABASE, network.getDatabaseSubnets(), DATABASE, databases);
    createRoutes(connection, DATABASE, network.getDatabaseSubnets(), CONTROL, controls);
    createRoutes(connection, CONTROL, network.getControlSubnets(), DATABASE, databases);
  }

  private void createRoutes(
      String connection,
      String tier,
      SubnetSelection subnets,
      String peerTier,
      List<String> destinations) {
    int table = 1;
    for (ISubnet subnet : network.getVpc().selectSubnets(subnets).getSubnets()) {
      int number = 1;
      for (String destination : destinations) {
        CfnRoute.Builder.create(this, tier + table + "ToPeer" + peerTier + number)
            .routeTableId(subnet.getRouteTable().getRouteTableId())
            .destinationCidrBlock(destination)
            .vpcPeeringConnectionId(connection)
            .build();
        number++;
      }
      table++;
    }
  }

  /** The mirror of this region's own routes. */
  private void createPeerRoutes(String serviceToken, String connection) {
    List<String> databases = network.getDatabaseCidrs();
    CustomResource.Builder.create(this, "PeerRoutes")
        .resourceType("Custom::DrPeerRoutes")
        .serviceToken(serviceToken)
        .serviceTimeout(Duration.minutes(SERVICE_TIMEOUT_MINUTES))
        .properties(
            ImmutableMap.of(
                "Action",
                "ROUTES",
                "PeerRegion",
                regionPair.getPrimary(),
                "NetworkName",
                networkName,
                "PeeringConnectionId",
                connection,
                "DatabaseDestinations",
                ImmutableList.builder().addAll(databases).addAll(network.getControlCidrs()).build(),
                "ControlDestinations",
                databases))
        .build();
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, DrPeeringProps props) {
    RegionPair pair = props.getNames().getRegionPair();
    pair.roleOf(scope);
    Faults faults = Faults.of("DrPeering");
    Placement placement = Placement.of(scope, faults);
    placement.requireUniquePurpose(
        DrPeering.class,
        "peerings",
        props.getPurpose(),
        other -> other.networkName.equals(props.networkName()));
    DrNetwork network = props.getNetwork();
    placement.requireSameRegion("network", network.getVpc());
    faults.unless(
        network.getRegionPair().equals(pair),
        String.format(
            "names and network must be of one pair, got %s and %s; make both from the same"
                + " RegionPair",
            pair, network.getRegionPair()));
    checkOwnVpc(faults, network);
    faults.throwIfAny();
    return scope;
  }

  private static void checkOwnVpc(Faults faults, DrNetwork network) {
    if (network.isCreated()) {
      faults.unless(
          !NetworkTags.areOn(network),
          "network must be peered once, got one that another DrPeering has; use that one");
    } else {
      faults.add(
          "network must have a vpc that DrNetwork made, got an existing one; make the peering and"
              + " its routes yourself, and tell DrNetwork peerDatabaseCidrs(...) and"
              + " peerControlCidrs(...)");
    }
  }

  /** Builds a {@link DrPeering}. */
  public static final class Builder extends DrPeeringProps.Setters<Builder>
      implements software.amazon.jsii.Builder<DrPeering> {
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
     * Adds the peering to the stack.
     *
     * @return the peering
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link DrPeeringProps.Builder#build()} do
     */
    @Override
    public DrPeering build() {
      return new DrPeering(scope, id, buildProps());
    }
  }
}
