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
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
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
          .hasSize(6)
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
                  + "  - secondaryCidr must be between /16 and /24, got 10.0.0.0/8; nine subnets"
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
