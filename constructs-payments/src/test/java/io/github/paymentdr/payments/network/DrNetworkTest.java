package io.github.paymentdr.payments.network;

import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;

@DisplayName("DrNetwork")
class DrNetworkTest {
  private static final Template DEFAULTS =
      Synthesis.primary(
          stack -> DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).build());

  @Nested
  class ByDefault {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrNetwork", DEFAULTS);
    }

    @Test
    @DisplayName("N1: private subnets across 3 availability zones, by name and without a lookup")
    void threeZones() {
      assertThat(subnetsByTier().get("Function"))
          .containsExactly("us-east-1a", "us-east-1b", "us-east-1c");
      assertThat(subnetsByTier().get("Database"))
          .containsExactly("us-east-1a", "us-east-1b", "us-east-1c");
      assertThat(subnetsByTier().get("Control"))
          .containsExactly("us-east-1a", "us-east-1b", "us-east-1c");
    }

    @Test
    void functionsStayOutOfTheControlSubnets() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network = DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).build();
      assertThat(subnetsOf(network, network.getFunctionSubnets()))
          .hasSize(3)
          .allMatch(subnet -> subnet.contains("FunctionSubnet"));
      assertThat(subnetsOf(network, network.getDatabaseSubnets()))
          .hasSize(3)
          .allMatch(subnet -> subnet.contains("DatabaseSubnet"));
      assertThat(subnetsOf(network, network.getControlSubnets()))
          .hasSize(3)
          .allMatch(subnet -> subnet.contains("ControlSubnet"));
    }

    @Test
    void controlSubnetsAreSmallAndReachAwsApis() {
      assertThat(cidrsOf(DEFAULTS, "Control"))
          .containsExactly("10.0.144.0/28", "10.0.144.16/28", "10.0.144.32/28");
      assertThat(propertiesOf(DEFAULTS, "AWS::EC2::Route"))
          .filteredOn(route -> route.get("RouteTableId").toString().contains("Control"))
          .hasSize(3)
          .allMatch(route -> route.containsKey("NatGatewayId"));
    }

    @Test
    void noSubnetHandsOutPublicAddresses() {
      assertThat(propertiesOf(DEFAULTS, "AWS::EC2::Subnet"))
          .allMatch(subnet -> Boolean.FALSE.equals(subnet.get("MapPublicIpOnLaunch")));
    }

    @Test
    @DisplayName("N1: database subnets have no route out")
    void databaseSubnetsAreIsolated() {
      assertThat(propertiesOf(DEFAULTS, "AWS::EC2::Route"))
          .hasSize(9)
          .noneMatch(route -> route.get("RouteTableId").toString().contains("Database"));
      assertThat(propertiesOf(DEFAULTS, "AWS::EC2::VPCEndpoint"))
          .noneMatch(endpoint -> endpoint.get("RouteTableIds").toString().contains("Database"));
    }

    @Test
    @DisplayName("N2: the default security group admits nothing")
    void closesDefaultSecurityGroup() {
      DEFAULTS.resourceCountIs("Custom::VpcRestrictDefaultSG", 1);
    }

    @Test
    @DisplayName("N3: a NAT gateway in each zone")
    void natGatewayPerZone() {
      DEFAULTS.resourceCountIs("AWS::EC2::NatGateway", 3);
    }

    @Test
    void gatewayEndpointsForS3AndDynamoDb() {
      assertThat(propertiesOf(DEFAULTS, "AWS::EC2::VPCEndpoint"))
          .extracting(endpoint -> endpoint.get("ServiceName").toString())
          .anyMatch(name -> name.contains("s3"))
          .anyMatch(name -> name.contains("dynamodb"))
          .hasSize(2);
    }

    @Test
    void flowLogsOfAllTrafficAreKeptForOneMonth() {
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::EC2::FlowLog"))
          .containsEntry("TrafficType", "ALL");
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::Logs::LogGroup"))
          .containsEntry("RetentionInDays", 30);
    }

    @Test
    @DisplayName("I1: no wildcard without a written reason")
    void noUnexplainedWildcard() {
      assertThat(IamWildcards.unexplainedIn(DEFAULTS.toJSON())).isEmpty();
    }

    private static Map<String, List<String>> subnetsByTier() {
      return propertiesOf(DEFAULTS, "AWS::EC2::Subnet").stream()
          .collect(
              Collectors.groupingBy(
                  DrNetworkTest::tierOf,
                  Collectors.mapping(
                      subnet -> subnet.get("AvailabilityZone").toString(), Collectors.toList())));
    }
  }

  private static String tierOf(Map<String, Object> subnet) {
    return ((List<?>) subnet.get("Tags"))
        .stream()
            .map(Map.class::cast)
            .filter(tag -> "aws-cdk:subnet-name".equals(tag.get("Key")))
            .map(tag -> tag.get("Value").toString())
            .findFirst()
            .orElseThrow();
  }

  private static List<String> cidrsOf(Template template, String group) {
    return propertiesOf(template, "AWS::EC2::Subnet").stream()
        .filter(subnet -> group.equals(tierOf(subnet)))
        .map(subnet -> subnet.get("CidrBlock").toString())
        .toList();
  }

  private static List<String> subnetsOf(DrNetwork network, SubnetSelection selection) {
    return network.getVpc().selectSubnets(selection).getSubnets().stream()
        .map(subnet -> subnet.getNode().getId())
        .toList();
  }

  @Nested
  class Regions {
    @Test
    void secondaryRegionHasAnAddressRangeOfItsOwn() {
      Template secondary =
          Synthesis.secondary(
              stack -> DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).build());
      assertThat(onlyPropertiesOf(DEFAULTS, "AWS::EC2::VPC"))
          .containsEntry("CidrBlock", "10.0.0.0/16");
      assertThat(onlyPropertiesOf(secondary, "AWS::EC2::VPC"))
          .containsEntry("CidrBlock", "10.1.0.0/16");
    }

    @ParameterizedTest
    @CsvSource({
      "10.0.0.0/16, 10.1.0.0/16",
      "10.20.0.0/18, 172.16.0.0/20",
      "192.168.0.0/24, 10.0.0.0/16",
      "172.31.0.0/17, 192.168.1.0/24",
      "10.0.0.0/23, 10.0.2.0/23",
    })
    void eachRegionKnowsTheAddressesOfTheOtherAsTheyReallyAre(String primary, String secondary) {
      App app = new App();
      Stack here = Synthesis.stackIn(app, "Here", PAIR.getPrimary());
      Stack there = Synthesis.stackIn(app, "There", PAIR.getSecondary());
      DrNetworkProps props =
          DrNetworkProps.builder()
              .regionPair(PAIR)
              .primaryCidr(primary)
              .secondaryCidr(secondary)
              .build();
      DrNetwork own = new DrNetwork(here, "Network", props);
      DrNetwork peer = new DrNetwork(there, "Network", props);
      Template ownTemplate = Template.fromStack(here);
      Template peerTemplate = Template.fromStack(there);

      assertThat(own.getDatabaseCidrs())
          .hasSize(3)
          .isEqualTo(cidrsOf(ownTemplate, "Database"))
          .isEqualTo(peer.getPeerDatabaseCidrs());
      assertThat(own.getControlCidrs())
          .hasSize(3)
          .isEqualTo(cidrsOf(ownTemplate, "Control"))
          .isEqualTo(peer.getPeerControlCidrs());
      assertThat(own.getPeerDatabaseCidrs())
          .hasSize(3)
          .isEqualTo(cidrsOf(peerTemplate, "Database"))
          .isEqualTo(peer.getDatabaseCidrs());
      assertThat(own.getPeerControlCidrs())
          .hasSize(3)
          .isEqualTo(cidrsOf(peerTemplate, "Control"))
          .isEqualTo(peer.getControlCidrs());
    }

    @Test
    void zonesThatAreNamedChangeNoAddresses() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network =
          DrNetwork.Builder.create(stack, "Network")
              .regionPair(PAIR)
              .availabilityZones(List.of("us-east-1d", "us-east-1b", "us-east-1f"))
              .build();
      assertThat(network.getDatabaseCidrs())
          .isEqualTo(cidrsOf(Template.fromStack(stack), "Database"))
          .isEqualTo(cidrsOf(DEFAULTS, "Database"));
    }

    @ParameterizedTest
    @CsvSource({
      "eu-west-1, eu-west-1a eu-west-1b eu-west-1c",
      "eu-central-1, eu-central-1a eu-central-1b eu-central-1c",
      "ap-northeast-1, ap-northeast-1a ap-northeast-1c ap-northeast-1d",
      "ap-southeast-2, ap-southeast-2a ap-southeast-2b ap-southeast-2c",
    })
    void usesZonesThatEveryAccountHas(String region, String zones) {
      RegionPair pair =
          region.startsWith("eu")
              ? RegionPair.of("eu-west-1", "eu-central-1")
              : RegionPair.of("ap-northeast-1", "ap-southeast-2");
      Template template =
          Synthesis.templateOf(
              Synthesis.stackIn(region),
              stack -> DrNetwork.Builder.create(stack, "Network").regionPair(pair).build());
      for (String zone : zones.split(" ", -1)) {
        template.hasResourceProperties(
            "AWS::EC2::Subnet", Match.objectLike(Map.of("AvailabilityZone", zone)));
      }
    }

    @Test
    void refusesARegionWithoutThreeZones() {
      RegionPair pair = RegionPair.of("us-west-1", "us-west-2");
      Stack stack = Synthesis.stackIn("us-west-1");
      assertThatThrownBy(() -> DrNetwork.Builder.create(stack, "Network").regionPair(pair).build())
          .hasMessage(
              "DrNetwork: us-west-1 does not offer three availability zones to every account; set"
                  + " availabilityZones(...) to three zones of your account or choose another"
                  + " region");
      assertThat(stack.getNode().getChildren()).isEmpty();
    }

    @Test
    void refusesAStackOutsideThePair() {
      Stack stack = Synthesis.stackIn("eu-west-1");
      assertThatThrownBy(() -> DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).build())
          .hasMessage(
              "stack TestStack: the stack must be in a region of the pair us-east-1/us-west-2, got"
                  + " eu-west-1; set the region of its env");
    }

    @Test
    void refusesAStackWithoutARegion() {
      Stack stack = new Stack(new App(), "Agnostic");
      assertThatThrownBy(() -> DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).build())
          .hasMessage(
              "stack Agnostic: the stack must name its region, got an environment-agnostic stack;"
                  + " set env(Environment.builder().region(\"us-east-1\").build())");
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStack() {
      Template template =
          Synthesis.primary(
              stack -> {
                DrNetwork.Builder.create(stack, "One").regionPair(PAIR).build();
                DrNetwork.Builder.create(stack, "Two").regionPair(PAIR).build();
              });
      template.resourceCountIs("AWS::EC2::VPC", 2);
    }

    @Test
    void usesAnExistingVpc() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc =
          Vpc.Builder.create(stack, "Existing").availabilityZones(List.of("us-east-1a")).build();
      SubnetSelection subnets =
          SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build();
      DrNetwork network =
          DrNetwork.Builder.create(stack, "Network")
              .regionPair(PAIR)
              .vpc(vpc)
              .databaseSubnets(subnets)
              .build();
      assertThat(network.getVpc()).isSameAs(vpc);
      assertThat(network.getDatabaseSubnets()).isSameAs(subnets);
      Template.fromStack(stack).resourceCountIs("AWS::EC2::VPC", 1);
    }

    @Test
    void controlFunctionsOfAnExistingVpcShareTheFunctionSubnets() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc = importedVpc(stack, "10.9.0.0/16");
      SubnetSelection functions =
          SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build();
      DrNetwork shared =
          DrNetwork.Builder.create(stack, "Shared")
              .regionPair(PAIR)
              .vpc(vpc)
              .functionSubnets(functions)
              .build();
      assertThat(shared.getControlSubnets()).isSameAs(functions);
      SubnetSelection control =
          SubnetSelection.builder().subnetType(SubnetType.PRIVATE_ISOLATED).build();
      DrNetwork apart =
          DrNetwork.Builder.create(stack, "Apart")
              .regionPair(PAIR)
              .vpc(vpc)
              .controlSubnets(control)
              .build();
      assertThat(apart.getControlSubnets()).isSameAs(control);
    }

    @Test
    void knowsWhatAnExistingVpcAndItsUserTell() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network =
          DrNetwork.Builder.create(stack, "Network")
              .regionPair(PAIR)
              .vpc(importedVpc(stack, "10.9.0.0/16"))
              .peerDatabaseCidrs(List.of("10.8.0.0/24", "10.8.1.0/24"))
              .peerControlCidrs(List.of("10.8.2.0/28"))
              .build();
      assertThat(network.getDatabaseCidrs()).containsExactly("10.9.1.0/24");
      assertThat(network.getControlCidrs()).containsExactly("10.9.0.0/24");
      assertThat(network.getPeerDatabaseCidrs()).containsExactly("10.8.0.0/24", "10.8.1.0/24");
      assertThat(network.getPeerControlCidrs()).containsExactly("10.8.2.0/28");
    }

    @Test
    void saysWhatToDoWhenAddressesAreNeededAndNotGiven() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc =
          Vpc.fromVpcAttributes(
              stack,
              "Existing",
              VpcAttributes.builder()
                  .vpcId("vpc-1")
                  .availabilityZones(List.of("us-east-1a"))
                  .privateSubnetIds(List.of("subnet-1"))
                  .isolatedSubnetIds(List.of("subnet-2"))
                  .build());
      DrNetwork network =
          DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).vpc(vpc).build();
      assertThatThrownBy(network::getDatabaseCidrs)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrNetwork: the given vpc does not tell the address ranges of its database subnets;"
                  + " import it with the subnets' IPv4 CIDR blocks, or by Vpc.fromLookup(...)");
      assertThatThrownBy(network::getControlCidrs).isInstanceOf(InvalidInputException.class);
      assertThatThrownBy(network::getPeerDatabaseCidrs)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrNetwork: the other region's database subnets are not known beside an existing vpc;"
                  + " set peerDatabaseCidrs(...) to their address ranges");
      assertThatThrownBy(network::getPeerControlCidrs)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrNetwork: the other region's control subnets are not known beside an existing vpc;"
                  + " set peerControlCidrs(...) to their address ranges");
    }

    @Test
    void refusesAddressesOfTheOtherRegionThatAreThisRegionsOwn() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc = importedVpc(stack, "10.9.0.0/16");
      assertThatThrownBy(
              () ->
                  DrNetwork.Builder.create(stack, "Network")
                      .regionPair(PAIR)
                      .vpc(vpc)
                      .peerDatabaseCidrs(List.of("10.8.0.0/24", "10.9.0.0/24"))
                      .peerControlCidrs(List.of("10.9.255.240/28"))
                      .build())
          .hasMessage(
              "DrNetwork has 2 faults:\n"
                  + "  - peerDatabaseCidrs must not overlap the vpc's own range 10.9.0.0/16, got"
                  + " 10.9.0.0/24; give the subnets of the other region\n"
                  + "  - peerControlCidrs must not overlap the vpc's own range 10.9.0.0/16, got"
                  + " 10.9.255.240/28; give the subnets of the other region");
      assertThat(stack.getNode().tryFindChild("Network")).isNull();
    }

    private static IVpc importedVpc(Stack stack, String cidr) {
      return Vpc.fromVpcAttributes(
          stack,
          "Existing",
          VpcAttributes.builder()
              .vpcId("vpc-1")
              .vpcCidrBlock(cidr)
              .availabilityZones(List.of("us-east-1a"))
              .privateSubnetIds(List.of("subnet-1"))
              .privateSubnetIpv4CidrBlocks(List.of("10.9.0.0/24"))
              .isolatedSubnetIds(List.of("subnet-2"))
              .isolatedSubnetIpv4CidrBlocks(List.of("10.9.1.0/24"))
              .build());
    }

    @Test
    void refusesAnExistingVpcWithoutTheSubnetsItNeeds() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc =
          Vpc.fromVpcAttributes(
              stack,
              "Existing",
              VpcAttributes.builder()
                  .vpcId("vpc-1")
                  .availabilityZones(List.of("us-east-1a"))
                  .publicSubnetIds(List.of("subnet-1"))
                  .build());
      assertThatThrownBy(
              () -> DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).vpc(vpc).build())
          .hasMessage(
              "DrNetwork has 2 faults:\n"
                  + "  - the given vpc has no private subnets with egress; set"
                  + " functionSubnets(...)\n"
                  + "  - the given vpc has no isolated subnets; set databaseSubnets(...)");
    }
  }

  @Nested
  class Props {
    @Test
    void namesAllFaultsAtOnce() {
      assertThatThrownBy(
              () ->
                  DrNetworkProps.builder()
                      .primaryCidr("10.0.0.5/16")
                      .secondaryCidr("10.0.0.0/8")
                      .availabilityZones(List.of("us-east-1a"))
                      .natGateways(0)
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrNetworkProps has 5 faults:\n"
                  + "  - regionPair is required; set regionPair(RegionPair.of(...))\n"
                  + "  - primaryCidr must be a block such as 10.0.0.0/16: '10.0.0.5/16' has address"
                  + " bits beyond its prefix; write 10.0.0.0/16\n"
                  + "  - secondaryCidr must be between /16 and /24, got 10.0.0.0/8; twelve subnets"
                  + " must fit into it\n"
                  + "  - availabilityZones must be 3 zones, got [us-east-1a]\n"
                  + "  - natGateways must be between 1 and 3, got 0; use 3 for one in each zone");
    }

    @Test
    void refusesOverlappingRanges() {
      assertThatThrownBy(
              () ->
                  DrNetworkProps.builder().regionPair(PAIR).secondaryCidr("10.0.128.0/20").build())
          .hasMessage(
              "DrNetworkProps: primaryCidr and secondaryCidr must not overlap, got 10.0.0.0/16 and"
                  + " 10.0.128.0/20; the two VPCs are peered, so choose separate ranges");
    }

    @Test
    void refusesPeerAddressesThatAreNoSubnets() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc = new Vpc(stack, "Existing");
      assertThatThrownBy(
              () ->
                  DrNetworkProps.builder()
                      .regionPair(PAIR)
                      .vpc(vpc)
                      .peerDatabaseCidrs(
                          Arrays.asList("0.0.0.0/0", "10.8.0.1/24", Aws.REGION, "here"))
                      .peerControlCidrs(List.of())
                      .build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrNetworkProps has 5 faults:\n"
                  + "  - peerDatabaseCidrs must be subnets between /16 and /28, got 0.0.0.0/0\n"
                  + "  - peerDatabaseCidrs must be a block such as 10.0.0.0/16: '10.8.0.1/24' has"
                  + " address bits beyond its prefix; write 10.8.0.0/24\n"
                  + "  - peerDatabaseCidrs must be known at synthesis, got a deploy-time token; pass"
                  + " a literal value\n"
                  + "  - peerDatabaseCidrs must be a block such as 10.0.0.0/16: 'here' is not an"
                  + " IPv4 CIDR block\n"
                  + "  - peerControlCidrs must not be empty; give the subnets or remove it");
    }

    @Test
    void refusesToBeToldWhatItComputes() {
      SubnetSelection subnets =
          SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build();
      assertThatThrownBy(
              () ->
                  DrNetworkProps.builder()
                      .regionPair(PAIR)
                      .controlSubnets(subnets)
                      .peerDatabaseCidrs(List.of("10.8.0.0/24"))
                      .build())
          .hasMessage(
              "DrNetworkProps has 2 faults:\n"
                  + "  - functionSubnets, databaseSubnets and controlSubnets select from an existing"
                  + " vpc; set vpc(...) too or remove them\n"
                  + "  - peerDatabaseCidrs and peerControlCidrs are computed for a new vpc; set"
                  + " vpc(...) too or remove them");
    }

    @Test
    void refusesShapingAnExistingVpc() {
      Stack stack = Synthesis.primaryStack();
      IVpc vpc = new Vpc(stack, "Existing");
      assertThatThrownBy(
              () -> DrNetworkProps.builder().regionPair(PAIR).vpc(vpc).natGateways(1).build())
          .hasMessage(
              "DrNetworkProps: primaryCidr, secondaryCidr, availabilityZones, natGateways and"
                  + " flowLogRetention shape a new vpc; remove them or remove vpc(...)");
    }
  }
}
