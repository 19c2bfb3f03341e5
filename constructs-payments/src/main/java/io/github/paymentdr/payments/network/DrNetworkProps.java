package io.github.paymentdr.payments.network;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Copies;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.logs.RetentionDays;

/** Properties of {@link DrNetwork}. */
public final class DrNetworkProps {
  private static final String DEFAULT_PRIMARY_CIDR = "10.0.0.0/16";
  private static final String DEFAULT_SECONDARY_CIDR = "10.1.0.0/16";

  /** The largest VPC, from "VPC CIDR blocks" in the Amazon VPC user guide. */
  private static final int SHORTEST_PREFIX = 16;

  /** Twelve subnets of at least 16 addresses each, the smallest that Amazon VPC allows. */
  private static final int LONGEST_PREFIX = 24;

  /** The sizes of a subnet, from "Subnet sizing" in the Amazon VPC user guide. */
  private static final int SHORTEST_SUBNET_PREFIX = 16;

  private static final int LONGEST_SUBNET_PREFIX = 28;

  private final RegionPair regionPair;
  private final String primaryCidr;
  private final String secondaryCidr;
  private final @Nullable List<String> availabilityZones;
  private final Number natGateways;
  private final RetentionDays flowLogRetention;
  private final @Nullable IVpc vpc;
  private final @Nullable SubnetSelection functionSubnets;
  private final @Nullable SubnetSelection databaseSubnets;
  private final @Nullable SubnetSelection controlSubnets;
  private final @Nullable List<String> peerDatabaseCidrs;
  private final @Nullable List<String> peerControlCidrs;

  private DrNetworkProps(Setters<?> setters) {
    this.regionPair = requireNonNull(setters.regionPair);
    this.primaryCidr = setters.primaryCidr == null ? DEFAULT_PRIMARY_CIDR : setters.primaryCidr;
    this.secondaryCidr =
        setters.secondaryCidr == null ? DEFAULT_SECONDARY_CIDR : setters.secondaryCidr;
    this.availabilityZones = setters.availabilityZones;
    this.natGateways = setters.natGateways == null ? AvailabilityZones.COUNT : setters.natGateways;
    this.flowLogRetention =
        setters.flowLogRetention == null ? RetentionDays.ONE_MONTH : setters.flowLogRetention;
    this.vpc = setters.vpc;
    this.functionSubnets = setters.functionSubnets;
    this.databaseSubnets = setters.databaseSubnets;
    this.controlSubnets = setters.controlSubnets;
    this.peerDatabaseCidrs = setters.peerDatabaseCidrs;
    this.peerControlCidrs = setters.peerControlCidrs;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the regions of the pair} */
  public RegionPair getRegionPair() {
    return regionPair;
  }

  /** {@return the primary region's address range, {@code 10.0.0.0/16} by default} */
  public String getPrimaryCidr() {
    return primaryCidr;
  }

  /** {@return the secondary region's address range, {@code 10.1.0.0/16} by default} */
  public String getSecondaryCidr() {
    return secondaryCidr;
  }

  /** {@return the zones by name, null for the region's default ones} */
  public @Nullable List<String> getAvailabilityZones() {
    return availabilityZones;
  }

  /** {@return the number of NAT gateways, 3 by default} */
  public Number getNatGateways() {
    return natGateways;
  }

  /** {@return how long flow logs are kept, one month by default} */
  public RetentionDays getFlowLogRetention() {
    return flowLogRetention;
  }

  /** {@return the existing VPC to use, null to create one} */
  public @Nullable IVpc getVpc() {
    return vpc;
  }

  /** {@return the subnets for functions, null for private subnets with egress} */
  public @Nullable SubnetSelection getFunctionSubnets() {
    return functionSubnets;
  }

  /** {@return the subnets for databases, null for isolated subnets} */
  public @Nullable SubnetSelection getDatabaseSubnets() {
    return databaseSubnets;
  }

  /** {@return the subnets for control functions, null for the function subnets} */
  public @Nullable SubnetSelection getControlSubnets() {
    return controlSubnets;
  }

  /** {@return the ranges of the other region's database subnets beside an existing VPC, or null} */
  public @Nullable List<String> getPeerDatabaseCidrs() {
    return peerDatabaseCidrs;
  }

  /** {@return the ranges of the other region's control subnets beside an existing VPC, or null} */
  public @Nullable List<String> getPeerControlCidrs() {
    return peerControlCidrs;
  }

  String cidrOf(RegionRole role) {
    return role == RegionRole.PRIMARY ? primaryCidr : secondaryCidr;
  }

  /** Builds {@link DrNetworkProps}. */
  public static final class Builder extends Setters<Builder>
      implements software.amazon.jsii.Builder<DrNetworkProps> {
    private Builder() {}

    /**
     * Makes the properties.
     *
     * @return the properties
     * @throws io.github.paymentdr.core.validation.InvalidInputException if something required is
     *     missing or a value is not allowed; it names all faults
     */
    @Override
    public DrNetworkProps build() {
      return buildProps();
    }
  }

  /**
   * The setters that {@link Builder} and {@link DrNetwork.Builder} share.
   *
   * @param <B> the builder that the setters return
   */
  public abstract static class Setters<B extends Setters<B>> {
    private @Nullable RegionPair regionPair;
    private @Nullable String primaryCidr;
    private @Nullable String secondaryCidr;
    private @Nullable List<String> availabilityZones;
    private @Nullable Number natGateways;
    private @Nullable RetentionDays flowLogRetention;
    private @Nullable IVpc vpc;
    private @Nullable SubnetSelection functionSubnets;
    private @Nullable SubnetSelection databaseSubnets;
    private @Nullable SubnetSelection controlSubnets;
    private @Nullable List<String> peerDatabaseCidrs;
    private @Nullable List<String> peerControlCidrs;

    Setters() {}

    /**
     * Sets the regions of the pair. Required.
     *
     * @param regionPair the pair, one region of which is the stack's
     * @return this builder
     */
    public B regionPair(RegionPair regionPair) {
      this.regionPair = regionPair;
      return self();
    }

    /**
     * Sets the primary region's address range. Default: {@code 10.0.0.0/16}.
     *
     * @param primaryCidr an IPv4 range between /16 and /24 that does not overlap the secondary's
     * @return this builder
     */
    public B primaryCidr(String primaryCidr) {
      this.primaryCidr = primaryCidr;
      return self();
    }

    /**
     * Sets the secondary region's address range. Default: {@code 10.1.0.0/16}.
     *
     * @param secondaryCidr an IPv4 range between /16 and /24 that does not overlap the primary's
     * @return this builder
     */
    public B secondaryCidr(String secondaryCidr) {
      this.secondaryCidr = secondaryCidr;
      return self();
    }

    /**
     * Sets the availability zones. Default: three zones that the region offers to every account, by
     * name and without a lookup.
     *
     * @param availabilityZones three different zones of the stack's region, for example {@code
     *     us-east-1a}
     * @return this builder
     */
    public B availabilityZones(List<String> availabilityZones) {
      this.availabilityZones = Copies.of(availabilityZones);
      return self();
    }

    /**
     * Sets the number of NAT gateways. Default: 3, one in each zone, so that the loss of a zone
     * leaves the others their way out.
     *
     * @param natGateways 1 to 3
     * @return this builder
     */
    public B natGateways(Number natGateways) {
      this.natGateways = natGateways;
      return self();
    }

    /**
     * Sets how long flow logs are kept. Default: one month.
     *
     * @param flowLogRetention the retention
     * @return this builder
     */
    public B flowLogRetention(RetentionDays flowLogRetention) {
      this.flowLogRetention = flowLogRetention;
      return self();
    }

    /**
     * Sets an existing VPC to use instead of creating one. Its zones, NAT gateways, endpoints, flow
     * logs and default security group stay as they are. Default: a new VPC.
     *
     * @param vpc the VPC
     * @return this builder
     */
    public B vpc(IVpc vpc) {
      this.vpc = vpc;
      return self();
    }

    /**
     * Sets the subnets of an existing VPC that functions use. Default: its private subnets with
     * egress.
     *
     * @param functionSubnets the selection
     * @return this builder
     */
    public B functionSubnets(SubnetSelection functionSubnets) {
      this.functionSubnets = functionSubnets;
      return self();
    }

    /**
     * Sets the subnets of an existing VPC that databases use. Default: its isolated subnets.
     *
     * @param databaseSubnets the selection
     * @return this builder
     */
    public B databaseSubnets(SubnetSelection databaseSubnets) {
      this.databaseSubnets = databaseSubnets;
      return self();
    }

    /**
     * Sets the subnets of an existing VPC that the functions use which control the replication.
     * Default: its function subnets.
     *
     * @param controlSubnets the selection
     * @return this builder
     */
    public B controlSubnets(SubnetSelection controlSubnets) {
      this.controlSubnets = controlSubnets;
      return self();
    }

    /**
     * Sets the address ranges of the other region's database subnets, beside an existing VPC; those
     * of a new VPC are known. Default: not known, which is refused where they are needed.
     *
     * @param peerDatabaseCidrs IPv4 ranges between /16 and /28 outside the existing VPC
     * @return this builder
     */
    public B peerDatabaseCidrs(List<String> peerDatabaseCidrs) {
      this.peerDatabaseCidrs = Copies.of(peerDatabaseCidrs);
      return self();
    }

    /**
     * Sets the address ranges of the other region's control subnets, beside an existing VPC; those
     * of a new VPC are known. Default: not known, which is refused where they are needed.
     *
     * @param peerControlCidrs IPv4 ranges between /16 and /28 outside the existing VPC
     * @return this builder
     */
    public B peerControlCidrs(List<String> peerControlCidrs) {
      this.peerControlCidrs = Copies.of(peerControlCidrs);
      return self();
    }

    @SuppressWarnings("unchecked")
    private B self() {
      return (B) this;
    }

    final DrNetworkProps buildProps() {
      Faults faults = Faults.of("DrNetworkProps");
      faults.require("regionPair", regionPair, "set regionPair(RegionPair.of(...))");
      if (vpc == null) {
        checkNewVpc(faults);
      } else {
        checkExistingVpc(faults);
      }
      faults.throwIfAny();
      return new DrNetworkProps(this);
    }

    private void checkNewVpc(Faults faults) {
      String primaryText = primaryCidr == null ? DEFAULT_PRIMARY_CIDR : primaryCidr;
      String secondaryText = secondaryCidr == null ? DEFAULT_SECONDARY_CIDR : secondaryCidr;
      CidrBlock primary = checkCidr(faults, "primaryCidr", primaryText);
      CidrBlock secondary = checkCidr(faults, "secondaryCidr", secondaryText);
      if (primary != null && secondary != null) {
        faults.unless(
            !primary.overlaps(secondary),
            String.format(
                "primaryCidr and secondaryCidr must not overlap, got %s and %s; the two VPCs are"
                    + " peered, so choose separate ranges",
                primaryText, secondaryText));
      }
      if (availabilityZones != null
          && faults.requireElements("availabilityZones", availabilityZones)) {
        faults.unless(
            availabilityZones.size() == AvailabilityZones.COUNT,
            "availabilityZones must be 3 zones, got " + availabilityZones);
      }
      if (natGateways != null) {
        checkNatGateways(faults, natGateways);
      }
      faults.unless(
          functionSubnets == null && databaseSubnets == null && controlSubnets == null,
          "functionSubnets, databaseSubnets and controlSubnets select from an existing vpc; set"
              + " vpc(...) too or remove them");
      faults.unless(
          peerDatabaseCidrs == null && peerControlCidrs == null,
          "peerDatabaseCidrs and peerControlCidrs are computed for a new vpc; set vpc(...) too or"
              + " remove them");
    }

    private static void checkNatGateways(Faults faults, Number count) {
      if (Token.isUnresolved(count)) {
        faults.add(
            "natGateways must be known at synthesis, got a deploy-time token; pass a literal"
                + " value");
        return;
      }
      double number = count.doubleValue();
      faults.unless(
          number == Math.rint(number) && number >= 1 && number <= AvailabilityZones.COUNT,
          "natGateways must be between 1 and 3, got " + count + "; use 3 for one in each zone");
    }

    private void checkExistingVpc(Faults faults) {
      faults.unless(
          primaryCidr == null
              && secondaryCidr == null
              && availabilityZones == null
              && natGateways == null
              && flowLogRetention == null,
          "primaryCidr, secondaryCidr, availabilityZones, natGateways and flowLogRetention shape a"
              + " new vpc; remove them or remove vpc(...)");
      checkPeerCidrs(faults, "peerDatabaseCidrs", peerDatabaseCidrs);
      checkPeerCidrs(faults, "peerControlCidrs", peerControlCidrs);
    }

    private static void checkPeerCidrs(Faults faults, String name, @Nullable List<String> cidrs) {
      if (cidrs == null || !faults.requireElements(name, cidrs)) {
        return;
      }
      faults.unless(!cidrs.isEmpty(), name + " must not be empty; give the subnets or remove it");
      for (String cidr : cidrs) {
        CidrBlock block = parse(faults, name, cidr);
        faults.unless(
            block == null
                || (block.prefixLength() >= SHORTEST_SUBNET_PREFIX
                    && block.prefixLength() <= LONGEST_SUBNET_PREFIX),
            name + " must be subnets between /16 and /28, got " + cidr);
      }
    }

    private static @Nullable CidrBlock checkCidr(Faults faults, String name, String text) {
      CidrBlock block = parse(faults, name, text);
      if (block != null) {
        faults.unless(
            block.prefixLength() >= SHORTEST_PREFIX && block.prefixLength() <= LONGEST_PREFIX,
            name
                + " must be between /16 and /24, got "
                + text
                + "; twelve subnets must fit into it");
      }
      return block;
    }

    private static @Nullable CidrBlock parse(Faults faults, String name, String text) {
      if (!faults.requireConcrete(name, text)) {
        return null;
      }
      try {
        return CidrBlock.parse(text);
      } catch (IllegalArgumentException e) {
        faults.add(name + " must be a block such as 10.0.0.0/16: " + e.getMessage());
        return null;
      }
    }
  }
}
