package io.github.paymentdr.payments.network;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.onlyPropertiesOf;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static io.github.paymentdr.payments.testing.Synthesis.PAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.testing.DependencyCycles;
import io.github.paymentdr.payments.testing.GoldenTemplate;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.logs.RetentionDays;

@DisplayName("DrPeering")
class DrPeeringTest {
  private static final String ROUTE = "AWS::EC2::Route";
  private static final String NETWORK = "payment-dr-network-test";

  private static final Template PRIMARY = Synthesis.primary(DrPeeringTest::addPeering);
  private static final Template SECONDARY = Synthesis.secondary(DrPeeringTest::addPeering);
  private static final Template WITHOUT =
      Synthesis.primary(
          stack -> DrNetwork.Builder.create(stack, "Network").regionPair(PAIR).build());

  private static DrPeering addPeering(Stack stack) {
    return builder(stack, "Peering", networkIn(stack, "Network")).build();
  }

  private static DrNetwork networkIn(Stack stack, String id) {
    return DrNetwork.Builder.create(stack, id).regionPair(PAIR).build();
  }

  private static DrPeering.Builder builder(Stack stack, String id, DrNetwork network) {
    return DrPeering.Builder.create(stack, id).names(NAMES).network(network);
  }

  @Nested
  class PrimaryRole {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrPeering-primary", PRIMARY);
    }

    @Test
    void addsTagsAndNothingElse() {
      assertThat(allResources(PRIMARY).keySet()).isEqualTo(allResources(WITHOUT).keySet());
      Map<String, List<String>> tagged = tagsForTheOtherRegion(PRIMARY);
      assertThat(tagged).hasSize(7);
      assertThat(tagged)
          .allSatisfy(
              (id, tags) ->
                  assertThat(tags)
                      .isEqualTo(
                          id.contains("DatabaseSubnet")
                              ? List.of("payment-dr:network=" + NETWORK, "payment-dr:tier=database")
                              : id.contains("ControlSubnet")
                                  ? List.of(
                                      "payment-dr:network=" + NETWORK, "payment-dr:tier=control")
                                  : List.of("payment-dr:network=" + NETWORK)));
      assertThat(tagged.keySet())
          .allMatch(id -> id.contains("RouteTable") || id.startsWith("NetworkVpc"));
      assertThat(tagsForTheOtherRegion(WITHOUT)).isEmpty();
    }

    @Test
    void hasNoConnectionToTell() {
      Stack stack = Synthesis.primaryStack();
      DrPeering peering = addPeering(stack);
      assertThatThrownBy(peering::getPeeringConnectionId)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrPeering: the peering connection is in the secondary region us-west-2, got the stack"
                  + " in the primary region us-east-1; use it in the other stack");
    }
  }

  @Nested
  class SecondaryRole {
    @Test
    void keepsItsLogicalIds() {
      GoldenTemplate.assertMatches("DrPeering-secondary", SECONDARY);
    }

    @Test
    void tagsItsOwnNetworkToo() {
      assertThat(tagsForTheOtherRegion(SECONDARY)).isEqualTo(tagsForTheOtherRegion(PRIMARY));
    }

    @Test
    void looksForTheTagsThatThePrimaryHas() {
      assertThat(onlyPropertiesOf(SECONDARY, "Custom::DrPeerNetwork"))
          .containsEntry("Action", "FIND_NETWORK")
          .containsEntry("PeerRegion", "us-east-1")
          .containsEntry("NetworkName", NETWORK);
    }

    @Test
    void connectsTheTwoNetworks() {
      Map<String, Object> connection =
          onlyPropertiesOf(SECONDARY, "AWS::EC2::VPCPeeringConnection");
      assertThat(connection)
          .containsEntry("PeerRegion", "us-east-1")
          .doesNotContainKey("PeerRoleArn");
      assertThat(connection.get("PeerVpcId").toString()).contains("PeeringPeerNetwork", "VpcId");
      assertThat(connection.get("VpcId").toString()).contains("NetworkVpc");
    }

    @Test
    void routesDatabasesToDatabasesAndControlAndControlToDatabasesOnly() {
      Set<String> peerDatabases = ranges(PRIMARY, "Database");
      Set<String> peerControls = ranges(PRIMARY, "Control");
      for (String zone : List.of("1", "2", "3")) {
        assertThat(peeringDestinations(SECONDARY, "DatabaseSubnet" + zone + "RouteTable"))
            .isEqualTo(union(peerDatabases, peerControls));
        assertThat(peeringDestinations(SECONDARY, "ControlSubnet" + zone + "RouteTable"))
            .isEqualTo(peerDatabases);
      }
      assertThat(peeringDestinations(SECONDARY, "FunctionSubnet")).isEmpty();
      assertThat(peeringDestinations(SECONDARY, "PublicSubnet")).isEmpty();
      assertThat(
              propertiesOf(SECONDARY, ROUTE).stream()
                  .filter(route -> route.containsKey("VpcPeeringConnectionId")))
          .hasSize(27);
    }

    @Test
    void asksForTheMirrorOfItsOwnRoutes() {
      Set<String> databases = ranges(SECONDARY, "Database");
      Map<String, Object> routes = onlyPropertiesOf(SECONDARY, "Custom::DrPeerRoutes");
      assertThat(routes)
          .containsEntry("Action", "ROUTES")
          .containsEntry("PeerRegion", "us-east-1")
          .containsEntry("NetworkName", NETWORK);
      assertThat(texts(routes.get("DatabaseDestinations")))
          .isEqualTo(union(databases, ranges(SECONDARY, "Control")));
      assertThat(texts(routes.get("ControlDestinations"))).isEqualTo(databases);
      assertThat(routes.get("PeeringConnectionId").toString()).contains("PeeringConnection");
    }

    @Test
    @DisplayName("the standby reads nothing from the primary stack")
    void readsNothingFromTheOtherStack() {
      assertThat(SECONDARY.toJSON().toString())
          .doesNotContain("GetStackOutput")
          .doesNotContain("ImportValue");
    }

    @Test
    @DisplayName("a new version of the function does not look the other network up again")
    void newCodeChangesNoProperty() {
      assertThat(propertiesOf(SECONDARY, "Custom::DrPeerNetwork"))
          .allSatisfy(
              properties ->
                  assertThat(properties.keySet())
                      .containsExactlyInAnyOrder(
                          "ServiceToken", "ServiceTimeout", "Action", "PeerRegion", "NetworkName"));
    }

    @Test
    void removesAllRoutesBeforeTheConnectionAndNeedsNothingThatIsGoneByThen() {
      assertThat(DependencyCycles.in(SECONDARY.toJSON())).isEmpty();
      String connection =
          SECONDARY.findResources("AWS::EC2::VPCPeeringConnection").keySet().iterator().next();
      assertThat(SECONDARY.findResources("Custom::DrPeerRoutes").values())
          .allMatch(routes -> routes.toString().contains("Ref=" + connection));
      String function =
          SECONDARY.findResources("AWS::Lambda::Function").entrySet().stream()
              .filter(each -> child(each.getValue(), "Properties").containsKey("Architectures"))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElseThrow();
      assertThat(SECONDARY.findResources("AWS::Lambda::Function").get(function).get("DependsOn"))
          .asString()
          .contains("PeeringRoleDefaultPolicy");
    }

    @Test
    void tellsItsConnection() {
      Stack stack = Synthesis.secondaryStack();
      DrPeering peering = addPeering(stack);
      assertThat(stack.resolve(peering.getPeeringConnectionId()).toString())
          .contains("PeeringConnection");
    }

    @Test
    void lambdaIsNotInTheNetwork() {
      assertThat(function(SECONDARY))
          .containsEntry(
              "Handler", "io.github.paymentdr.runtime.lambda.PeeringHandler::handleRequest")
          .containsEntry("Runtime", "java21")
          .containsEntry("Architectures", List.of("arm64"))
          .containsEntry("Timeout", 180)
          .doesNotContainKey("VpcConfig")
          .doesNotContainKey("Environment");
    }

    @Test
    @DisplayName("I1: changes routes of the one network in the other region, and describes there")
    void leastPrivilege() {
      assertThat(IamWildcards.unexplainedIn(SECONDARY.toJSON())).isEmpty();
      List<String> statements =
          propertiesOf(SECONDARY, "AWS::IAM::Policy").stream()
              .flatMap(
                  policy -> ((List<?>) child(policy, "PolicyDocument").get("Statement")).stream())
              .map(Object::toString)
              .filter(statement -> statement.contains("ec2:"))
              .toList();
      assertThat(statements).hasSize(2);
      assertThat(statements.get(0))
          .contains("ec2:DescribeRouteTables, ec2:DescribeVpcs")
          .contains("Condition={StringEquals={aws:RequestedRegion=us-east-1}}");
      assertThat(statements.get(1))
          .contains("ec2:CreateRoute, ec2:DeleteRoute, ec2:ReplaceRoute")
          .contains(":ec2:us-east-1:", ":route-table/*")
          .contains(
              "Condition={StringEquals={aws:ResourceTag/payment-dr:network=" + NETWORK + "}}");
    }
  }

  @Nested
  class OtherPairs {
    @ParameterizedTest
    @CsvSource({"eu-west-1, eu-central-1", "ap-northeast-1, ap-southeast-2"})
    void workLikeTheFirst(String primary, String secondary) {
      RegionPair pair = RegionPair.of(primary, secondary);
      DrNames names = DrNames.Builder.create().regionPair(pair).application("shop").build();
      Template there = templateOf(names, primary);
      Template here = templateOf(names, secondary);
      assertThat(onlyPropertiesOf(here, "Custom::DrPeerNetwork"))
          .containsEntry("PeerRegion", primary)
          .containsEntry("NetworkName", "shop-network");
      assertThat(texts(onlyPropertiesOf(there, "AWS::EC2::VPC").get("Tags")).toString())
          .contains("payment-dr:network", "shop-network");
      assertThat(peeringDestinations(here, ""))
          .isEqualTo(union(ranges(there, "Database"), ranges(there, "Control")));
    }

    private Template templateOf(DrNames names, String region) {
      return Synthesis.templateOf(
          Synthesis.stackIn(region),
          stack ->
              DrPeering.Builder.create(stack, "Peering")
                  .names(names)
                  .network(
                      DrNetwork.Builder.create(stack, "Network")
                          .regionPair(names.getRegionPair())
                          .primaryCidr("172.16.0.0/20")
                          .secondaryCidr("192.168.4.0/24")
                          .build())
                  .build());
    }
  }

  @Nested
  class Composition {
    @Test
    void twiceInOneStackWithNetworksOfTheirOwn() {
      Template template =
          Synthesis.secondary(
              stack -> {
                builder(stack, "One", networkIn(stack, "NetworkOne")).build();
                builder(stack, "Two", networkIn(stack, "NetworkTwo")).purpose("ledger").build();
              });
      template.resourceCountIs("AWS::EC2::VPCPeeringConnection", 2);
      assertThat(propertiesOf(template, "Custom::DrPeerNetwork"))
          .extracting(properties -> properties.get("NetworkName"))
          .containsExactlyInAnyOrder(NETWORK, "payment-dr-ledger-test");
      assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
    }

    @Test
    void othersCanWaitForTheRoutesInBothRoles() {
      for (Stack stack : List.of(Synthesis.primaryStack(), Synthesis.secondaryStack())) {
        DrPeering peering = addPeering(stack);
        CfnResource waiting =
            CfnResource.Builder.create(stack, "Waiting").type("AWS::SNS::Topic").build();
        waiting.getNode().addDependency(peering);
        Template template = Template.fromStack(stack);
        Object waitsFor = template.findResources("AWS::SNS::Topic").get("Waiting").get("DependsOn");
        template
            .findResources("Custom::DrPeerRoutes")
            .keySet()
            .forEach(routes -> assertThat(waitsFor).asString().contains(routes));
        assertThat(DependencyCycles.in(template.toJSON())).isEmpty();
      }
    }

    @Test
    void networkInAnotherStackOfTheRegion() {
      App app = new App();
      Stack networks = Synthesis.stackIn(app, "Networks", PAIR.getSecondary());
      Stack peerings = Synthesis.stackIn(app, "Peerings", PAIR.getSecondary());
      builder(peerings, "Peering", networkIn(networks, "Network")).build();
      Template.fromStack(peerings).resourceCountIs("AWS::EC2::VPCPeeringConnection", 1);
      assertThat(tagsForTheOtherRegion(Template.fromStack(networks))).hasSize(7);
    }

    @Test
    @DisplayName("G1: every taggable resource has the four tags, the framework's too")
    void everythingIsTagged() {
      Template template =
          Synthesis.secondary(
              stack -> {
                DrTags.Builder.create().application("PaymentProcessor").build().applyTo(stack);
                addPeering(stack);
              });
      for (String type :
          List.of(
              "AWS::EC2::VPCPeeringConnection",
              "AWS::EC2::RouteTable",
              "AWS::EC2::VPC",
              "AWS::Lambda::Function",
              "AWS::IAM::Role",
              "AWS::Logs::LogGroup")) {
        assertThat(propertiesOf(template, type))
            .filteredOn(resource -> !resource.toString().contains("CustomVpcRestrictDefaultSG"))
            .isNotEmpty()
            .allSatisfy(
                resource ->
                    assertThat(String.valueOf(resource.get("Tags")))
                        .contains("Environment", "DR-Tier", "ManagedBy", "Application"));
      }
      assertThat(tagsForTheOtherRegion(template)).hasSize(7);
    }

    @Test
    void synthesisesTheSameTwice() {
      assertThat(Synthesis.secondary(DrPeeringTest::addPeering).toJSON())
          .isEqualTo(SECONDARY.toJSON());
    }

    @Test
    void keepsLogsAsLongAsAsked() {
      Template template =
          Synthesis.secondary(
              stack ->
                  builder(stack, "Peering", networkIn(stack, "Network"))
                      .logRetention(RetentionDays.ONE_YEAR)
                      .build());
      assertThat(propertiesOf(template, "AWS::Logs::LogGroup"))
          .extracting(group -> group.get("RetentionInDays"))
          .containsExactlyInAnyOrder(365, 365, 30);
    }
  }

  @Nested
  class Refuses {
    @Test
    void anExistingVpc() {
      Stack stack = Synthesis.secondaryStack();
      DrNetwork network =
          DrNetwork.Builder.create(stack, "Network")
              .regionPair(PAIR)
              .vpc(new Vpc(stack, "Existing"))
              .databaseSubnets(
                  SubnetSelection.builder().subnetType(SubnetType.PRIVATE_WITH_EGRESS).build())
              .build();
      assertRefused(
          stack,
          builder(stack, "Peering", network),
          "DrPeering: network must have a vpc that DrNetwork made, got an existing one; make the"
              + " peering and its routes yourself, and tell DrNetwork peerDatabaseCidrs(...) and"
              + " peerControlCidrs(...)");
    }

    @Test
    void theSamePurposeTwice() {
      Stack stack = Synthesis.secondaryStack();
      builder(stack, "One", networkIn(stack, "NetworkOne")).build();
      assertRefused(
          stack,
          builder(stack, "Peering", networkIn(stack, "NetworkTwo")),
          "DrPeering: purpose must differ between the peerings of a stack, got 'network' twice; set"
              + " another purpose(...)");
    }

    @Test
    void theSameNetworkTwice() {
      Stack stack = Synthesis.primaryStack();
      DrNetwork network = networkIn(stack, "Network");
      builder(stack, "One", network).build();
      assertRefused(
          stack,
          builder(stack, "Peering", network).purpose("ledger"),
          "DrPeering: network must be peered once, got one that another DrPeering has; use that"
              + " one");
    }

    @Test
    void aNetworkOfAnotherRegionAndPair() {
      App app = new App();
      Stack stack = Synthesis.stackIn(app, "Here", PAIR.getSecondary());
      Stack elsewhere = Synthesis.stackIn(app, "There", PAIR.getPrimary());
      DrNetwork network =
          DrNetwork.Builder.create(elsewhere, "Network")
              .regionPair(RegionPair.of("us-east-1", "us-east-2"))
              .build();
      assertRefused(
          stack,
          builder(stack, "Peering", network),
          "DrPeering has 2 faults:\n"
              + "  - network must be in us-west-2 like the stack, got us-east-1; use one of the"
              + " stack's own region\n"
              + "  - names and network must be of one pair, got us-east-1/us-west-2 and"
              + " us-east-1/us-east-2; make both from the same RegionPair");
      assertThat(tagsForTheOtherRegion(Template.fromStack(elsewhere))).isEmpty();
    }

    @Test
    void aStackOutsideThePair() {
      App app = new App();
      Stack stack = Synthesis.stackIn(app, "Here", "eu-west-1");
      DrNetwork network = networkIn(Synthesis.stackIn(app, "There", PAIR.getPrimary()), "Network");
      assertRefused(
          stack,
          builder(stack, "Peering", network),
          "stack Here: the stack must be in a region of the pair us-east-1/us-west-2, got eu-west-1;"
              + " set the region of its env");
    }

    @Test
    void missingPropertiesAllAtOnce() {
      assertThatThrownBy(() -> DrPeeringProps.builder().build())
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              """
              DrPeeringProps has 2 faults:
                - names is required; set names(DrNames.Builder.create()...build())
                - network is required; set network(DrNetwork.Builder.create(...)...build())""");
    }

    @Test
    void aPurposeThatIsNoName() {
      assertThatThrownBy(() -> DrPeeringProps.builder().names(NAMES).purpose("My Net").build())
          .hasMessage(
              "DrPeeringProps has 2 faults:\n"
                  + "  - network is required; set network(DrNetwork.Builder.create(...)...build())\n"
                  + "  - purpose must be lower-case letters, digits and single hyphens, got 'My"
                  + " Net'");
      assertThatThrownBy(() -> DrPeeringProps.builder().names(NAMES).purpose(Aws.REGION).build())
          .hasMessageContaining(
              "purpose must be known at synthesis, got a deploy-time token; pass a literal value");
    }

    private static void assertRefused(Stack stack, DrPeering.Builder builder, String message) {
      assertThatThrownBy(builder::build)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(message);
      assertThat(stack.getNode().tryFindChild("Peering")).isNull();
    }
  }

  private static Map<String, Object> function(Template template) {
    return propertiesOf(template, "AWS::Lambda::Function").stream()
        .filter(each -> each.containsKey("Architectures"))
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> allResources(Template template) {
    return (Map<String, Map<String, Object>>) template.toJSON().get("Resources");
  }

  /** The tags of this construct by logical id, where there are any. */
  private static Map<String, List<String>> tagsForTheOtherRegion(Template template) {
    return allResources(template).entrySet().stream()
        .filter(resource -> resource.getValue().toString().contains("Key=payment-dr:"))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                resource ->
                    ((List<?>) child(resource.getValue(), "Properties").get("Tags"))
                        .stream()
                            .map(Map.class::cast)
                            .map(tag -> tag.get("Key") + "=" + tag.get("Value"))
                            .filter(tag -> tag.startsWith("payment-dr:"))
                            .toList()));
  }

  private static Set<String> ranges(Template template, String group) {
    return propertiesOf(template, "AWS::EC2::Subnet").stream()
        .filter(subnet -> subnet.get("Tags").toString().contains("Value=" + group + "}"))
        .map(subnet -> subnet.get("CidrBlock").toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> peeringDestinations(Template template, String routeTable) {
    return propertiesOf(template, ROUTE).stream()
        .filter(route -> route.containsKey("VpcPeeringConnectionId"))
        .filter(route -> route.get("RouteTableId").toString().contains(routeTable))
        .map(route -> route.get("DestinationCidrBlock").toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    return Stream.concat(one.stream(), other.stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> texts(Object list) {
    return ((List<?>) list)
        .stream().map(Object::toString).collect(Collectors.toCollection(TreeSet::new));
  }
}
