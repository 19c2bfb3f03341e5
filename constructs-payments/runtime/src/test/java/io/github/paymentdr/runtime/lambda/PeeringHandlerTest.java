package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.peering.Ec2Api;
import io.github.paymentdr.runtime.peering.Ec2Exception;
import io.github.paymentdr.runtime.peering.StubEc2;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

@DisplayName("PeeringHandler")
class PeeringHandlerTest {
  private static final String NAME = "payment-dr-network-prod";
  private static final String DATABASE_TABLE = "rtb-database-vpc-1";
  private static final String CONTROL_TABLE = "rtb-control-vpc-1";
  private static final String PEERING = "pcx-new";
  private static final Map<String, String> DATABASE_ROUTES =
      Map.of("10.1.128.0/20", PEERING, "10.1.144.0/28", PEERING);
  private static final Map<String, String> CONTROL_ROUTES = Map.of("10.1.128.0/20", PEERING);

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final List<Duration> pauses = new ArrayList<>();
  private final List<String> regions = new ArrayList<>();
  private StubEc2 ec2;
  private URI endpoint;
  private int remainingMillis = 120_000;

  @BeforeEach
  void start() throws IOException {
    ec2 = new StubEc2();
    endpoint = ec2.endpoint();
  }

  @AfterEach
  void stop() {
    ec2.close();
  }

  @Nested
  class FindsTheNetwork {
    @Test
    void byItsTag() throws IOException {
      ec2.vpc("another", "vpc-2").vpc(NAME, "vpc-1");
      assertThat(handle("Create", find()))
          .containsEntry("PhysicalResourceId", "network")
          .containsEntry("Data", Map.of("VpcId", "vpc-1"));
      assertThat(regions).containsExactly("us-east-1");
    }

    @Test
    void withRequestsSignedForTheOtherRegion() throws IOException {
      ec2.vpc(NAME, "vpc-1");
      handle("Create", find());
      assertThat(ec2.authorizations())
          .singleElement()
          .asString()
          .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
          .contains("/us-east-1/ec2/aws4_request");
    }

    @Test
    void onAnyPage() throws IOException {
      ec2.pages(1).vpc(NAME, "vpc-1").vpc(NAME, "vpc-2");
      assertThatThrownBy(() -> handle("Create", find()))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "finding the other region's network was refused: one VPC in us-east-1 must have the"
                  + " tag payment-dr:network=payment-dr-network-prod, found vpc-1, vpc-2; give each"
                  + " pair of networks a purpose of its own, or remove the tag from the others");
    }

    @Test
    void orSaysWhatToDo() {
      ec2.vpc("another", "vpc-1");
      assertThatThrownBy(() -> handle("Create", find()))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "finding the other region's network was refused: no VPC in us-east-1 has the tag"
                  + " payment-dr:network=payment-dr-network-prod; deploy the stack of that region"
                  + " first, with a DrPeering of the same names and purpose");
    }

    @Test
    void againWhenItIsUpdated() throws IOException {
      ec2.vpc(NAME, "vpc-1");
      assertThat(handle("Update", find(), find())).containsEntry("Data", Map.of("VpcId", "vpc-1"));
    }

    @Test
    void andHasNothingToRemove() throws IOException {
      assertThat(handle("Delete", find())).containsEntry("Data", Map.of());
      assertThat(ec2.requests()).isEmpty();
    }

    @Test
    void orFailsWhenTheRegionDoesNotAnswer() {
      ec2.close();
      assertThatThrownBy(() -> handle("Create", find()))
          .isInstanceOf(Ec2Exception.class)
          .hasMessageStartingWith("EC2 in us-east-1 did not answer to DescribeVpcs: ");
      assertThat(pauses).hasSize(5);
    }
  }

  @Nested
  class MakesRoutes {
    @BeforeEach
    void network() {
      ec2.network(NAME, "vpc-1").network("another", "vpc-2");
    }

    @Test
    void exactlyThoseAskedForAndInThisNetworkOnly() throws IOException {
      assertThat(handle("Create", routes(PEERING))).containsEntry("PhysicalResourceId", "routes");
      assertRouted();
      assertThat(ec2.peeringRoutes("rtb-database-vpc-2")).isEmpty();
      assertThat(ec2.peeringRoutes("rtb-control-vpc-2")).isEmpty();
    }

    @Test
    void inTheTablesOfAllPages() throws IOException {
      ec2.pages(1)
          .table(NAME, "vpc-1", "rtb-database-b", "database")
          .table(NAME, "vpc-1", "rtb-database-c", "database");
      handle("Create", routes(PEERING));
      assertRouted();
      assertThat(ec2.peeringRoutes("rtb-database-b")).isEqualTo(DATABASE_ROUTES);
      assertThat(ec2.peeringRoutes("rtb-database-c")).isEqualTo(DATABASE_ROUTES);
    }

    @Test
    void againWithoutAnyChange() throws IOException {
      handle("Create", routes(PEERING));
      int changes = ec2.changes().size();
      handle("Create", routes(PEERING));
      assertRouted();
      assertThat(ec2.changes()).hasSize(changes);
    }

    @Test
    void inPlaceOfThoseToThePeeringBefore() throws IOException {
      handle("Create", routes("pcx-old"));
      handle("Update", routes(PEERING), routes("pcx-old"));
      assertRouted();
      assertThat(ec2.changes()).doesNotContain("DeleteRoute");
    }

    @Test
    void withoutThoseToDestinationsBefore() throws IOException {
      Map<String, Object> before = routes(PEERING);
      before.put("DatabaseDestinations", List.of("10.9.0.0/20", "10.1.128.0/20"));
      handle("Create", before);
      handle("Update", routes(PEERING), before);
      assertRouted();
    }

    @Test
    void inAnotherNetworkAndRemovesThemFromTheOneBefore() throws IOException {
      Map<String, Object> before = routes(PEERING);
      before.put("NetworkName", "another");
      handle("Create", before);
      assertThat(ec2.peeringRoutes("rtb-database-vpc-2")).isEqualTo(DATABASE_ROUTES);
      handle("Update", routes(PEERING), before);
      assertRouted();
      assertThat(ec2.peeringRoutes("rtb-database-vpc-2")).isEmpty();
      assertThat(ec2.peeringRoutes("rtb-control-vpc-2")).isEmpty();
    }

    @Test
    void inPlaceOfThoseThatADeletedPeeringLeft() throws IOException {
      ec2.route(DATABASE_TABLE, "10.1.128.0/20", "vpcPeeringConnectionId pcx-gone blackhole");
      handle("Create", routes(PEERING));
      assertRouted();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "vpcPeeringConnectionId pcx-other active",
          "natGatewayId nat-1 active",
          "natGatewayId nat-1 blackhole",
          "transitGatewayId tgw-1 active",
        })
    void butTakesNoneFromSomebodyElse(String target) {
      ec2.route(DATABASE_TABLE, "10.1.144.0/28", target);
      assertThatThrownBy(() -> handle("Create", routes(PEERING)))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "routing from the other region was refused: route table rtb-database-vpc-1 has a"
                  + " route to 10.1.144.0/28 by "
                  + target.split(" ", -1)[1]
                  + ", which is not replaced; remove it, or choose other address ranges");
      assertThat(ec2.changes()).as("a refusal changes nothing").isEmpty();
    }

    @Test
    void butNotWithoutTables() {
      assertThatThrownBy(
              () -> {
                Map<String, Object> unknown = routes(PEERING);
                unknown.put("NetworkName", "unknown");
                handle("Create", unknown);
              })
          .hasMessage(
              "routing from the other region was refused: no route table in us-east-1 has the tags"
                  + " payment-dr:network=unknown and payment-dr:tier=database; deploy the stack of"
                  + " that region first, with a DrPeering of the same names and purpose; no route"
                  + " table in us-east-1 has the tags payment-dr:network=unknown and"
                  + " payment-dr:tier=control; deploy the stack of that region first, with a"
                  + " DrPeering of the same names and purpose");
    }

    @Test
    void butNotInTwoNetworksOfOneName() {
      ec2.network(NAME, "vpc-3");
      assertThatThrownBy(() -> handle("Create", routes(PEERING)))
          .hasMessageContaining(
              "route tables of one VPC must have the tag payment-dr:network=payment-dr-network-prod,"
                  + " found them in vpc-1, vpc-3");
      assertThat(ec2.changes()).isEmpty();
    }

    @Test
    void whenARouteAppearsInTheMeantime() throws IOException {
      ec2.failNext(
          "CreateRoute",
          400,
          "RouteAlreadyExists",
          () ->
              ec2.route(DATABASE_TABLE, "10.1.128.0/20", "vpcPeeringConnectionId pcx-new active"));
      handle("Create", routes(PEERING));
      assertRouted();
    }

    @Test
    void butTakesNoneThatSomebodyElseMakesInTheMeantime() {
      ec2.failNext(
          "CreateRoute",
          400,
          "RouteAlreadyExists",
          () -> ec2.route(DATABASE_TABLE, "10.1.128.0/20", "natGatewayId nat-1 active"));
      assertThatThrownBy(() -> handle("Create", routes(PEERING)))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("by nat-1, which is not replaced");
    }

    @Test
    void whenARouteDisappearsInTheMeantime() throws IOException {
      handle("Create", routes("pcx-old"));
      ec2.failNext("ReplaceRoute", 400, "InvalidRoute.NotFound");
      handle("Update", routes(PEERING), routes("pcx-old"));
      assertRouted();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "InvalidVpcPeeringConnectionID.NotFound",
          "InvalidVpcPeeringConnectionId.NotFound",
          "InvalidRouteTableID.NotFound",
        })
    void asSoonAsTheOtherRegionKnowsWhatIsNew(String code) throws IOException {
      ec2.failNext("CreateRoute", 400, code).failNext("CreateRoute", 400, code);
      handle("Create", routes(PEERING));
      assertRouted();
      assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofMillis(1000));
    }

    @Test
    void butDoesNotWaitForeverForIt() {
      for (int i = 0; i < 7; i++) {
        ec2.failNext("CreateRoute", 400, "InvalidVpcPeeringConnectionID.NotFound");
      }
      assertThatThrownBy(() -> handle("Create", routes(PEERING)))
          .hasMessage(
              "EC2 in us-east-1 answered to CreateRoute with status 400:"
                  + " InvalidVpcPeeringConnectionID.NotFound message of"
                  + " InvalidVpcPeeringConnectionID.NotFound");
      assertThat(pauses).hasSize(6);
    }

    @Test
    void evenWhenTheAnswerToAChangeIsLost() throws IOException {
      ec2.failNextWithBody("CreateRoute", 502, "");
      handle("Create", routes(PEERING));
      assertRouted();
    }

    private void assertRouted() {
      assertThat(ec2.peeringRoutes(DATABASE_TABLE)).isEqualTo(DATABASE_ROUTES);
      assertThat(ec2.peeringRoutes(CONTROL_TABLE)).isEqualTo(CONTROL_ROUTES);
    }
  }

  @Nested
  class RemovesRoutes {
    @BeforeEach
    void network() throws IOException {
      ec2.network(NAME, "vpc-1");
      handle("Create", routes(PEERING));
    }

    @Test
    void thatItMade() throws IOException {
      handle("Delete", routes(PEERING));
      assertThat(ec2.peeringRoutes(DATABASE_TABLE)).isEmpty();
      assertThat(ec2.peeringRoutes(CONTROL_TABLE)).isEmpty();
    }

    @Test
    void andNoOthers() throws IOException {
      ec2.route(DATABASE_TABLE, "10.7.0.0/16", "vpcPeeringConnectionId pcx-other active")
          .route(DATABASE_TABLE, "10.8.0.0/16", "vpcPeeringConnectionId pcx-new active")
          .route(CONTROL_TABLE, "10.1.128.0/20", "vpcPeeringConnectionId pcx-other active");
      handle("Delete", routes(PEERING));
      assertThat(ec2.peeringRoutes(DATABASE_TABLE))
          .isEqualTo(Map.of("10.7.0.0/16", "pcx-other", "10.8.0.0/16", PEERING));
      assertThat(ec2.peeringRoutes(CONTROL_TABLE)).isEqualTo(Map.of("10.1.128.0/20", "pcx-other"));
    }

    @Test
    void thatMayBeGoneAlready() throws IOException {
      ec2.failNext("DeleteRoute", 400, "InvalidRoute.NotFound")
          .failNext("DeleteRoute", 400, "InvalidRouteTableID.NotFound");
      assertThatCode(() -> handle("Delete", routes(PEERING))).doesNotThrowAnyException();
      handle("Delete", routes(PEERING));
      handle("Delete", routes(PEERING));
      assertThat(ec2.peeringRoutes(DATABASE_TABLE)).isEmpty();
    }

    @Test
    void unlessTheRegionIsGone() throws IOException {
      ec2.close();
      assertThat(handle("Delete", routes(PEERING))).containsEntry("PhysicalResourceId", "routes");
      assertThat(log.toString(UTF_8))
          .contains("\"level\":\"WARN\"")
          .contains("the other region does not answer, so its routes stay behind without a target")
          .contains("\"peeringConnection\":\"pcx-new\"");
      assertThat(pauses).hasSize(5);
    }

    @Test
    void orOutOfOrder() throws IOException {
      for (int i = 0; i < 6; i++) {
        ec2.failNextWithBody("DescribeRouteTables", 503, "<html>out of order</html>");
      }
      handle("Delete", routes(PEERING));
      assertThat(log.toString(UTF_8)).contains("the other region does not answer");
    }

    @Test
    void orFailsWhenItMayNot() {
      ec2.failNext("DeleteRoute", 403, "UnauthorizedOperation");
      assertThatThrownBy(() -> handle("Delete", routes(PEERING)))
          .hasMessageContaining("UnauthorizedOperation");
      assertThat(pauses).isEmpty();
    }
  }

  @Nested
  class WhenThrottled {
    @BeforeEach
    void network() {
      ec2.network(NAME, "vpc-1");
    }

    @Test
    void triesAgainEverMoreSlowly() throws IOException {
      ec2.failNext("DescribeRouteTables", 503, "RequestLimitExceeded")
          .failNext("DescribeRouteTables", 400, "Throttling")
          .failNext("CreateRoute", 503, "RequestLimitExceeded");
      handle("Create", routes(PEERING));
      assertThat(ec2.peeringRoutes(DATABASE_TABLE)).isEqualTo(DATABASE_ROUTES);
      assertThat(pauses)
          .containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofMillis(500));
    }

    @Test
    void givesUpAfterSixTimes() {
      throttle(10);
      assertThatThrownBy(() -> handle("Create", routes(PEERING)))
          .hasMessageContaining("RequestLimitExceeded");
      assertThat(ec2.requests()).hasSize(6);
    }

    @Test
    void saysSoRatherThanLeaveRoutesBehind() {
      throttle(10);
      assertThatThrownBy(() -> handle("Delete", routes(PEERING)))
          .hasMessageContaining("RequestLimitExceeded");
    }

    @Test
    void givesUpWhileThereIsTimeToSayWhy() {
      remainingMillis = 20_100;
      throttle(10);
      assertThatThrownBy(() -> handle("Create", routes(PEERING)))
          .hasMessageContaining("RequestLimitExceeded");
      assertThat(pauses).isEmpty();
    }

    private void throttle(int times) {
      for (int i = 0; i < times; i++) {
        ec2.failNext("DescribeRouteTables", 503, "RequestLimitExceeded");
      }
    }
  }

  @Nested
  class Refuses {
    @Test
    void whatItDoesNotKnow() {
      assertThatThrownBy(() -> handle("Create", Map.of("Action", "SING")))
          .hasMessage("Action must be FIND_NETWORK or ROUTES, got SING");
      assertThatThrownBy(() -> handle("Sing", find()))
          .hasMessage("RequestType must be Create, Update or Delete, got Sing");
    }

    @Test
    void anAnswerThatRefersToAFile() {
      ec2.failNextWithBody(
          "DescribeVpcs",
          200,
          "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]><a>&b;</a>");
      ec2.vpc(NAME, "vpc-1");
      assertThatCode(() -> handle("Create", find())).doesNotThrowAnyException();
      assertThat(ec2.requests()).hasSize(2);
    }
  }

  @Test
  void knowsWhereEachRegionAnswers() {
    assertThat(Ec2Api.endpointOf("us-east-1"))
        .isEqualTo(URI.create("https://ec2.us-east-1.amazonaws.com/"));
    assertThat(Ec2Api.endpointOf("cn-north-1"))
        .isEqualTo(URI.create("https://ec2.cn-north-1.amazonaws.com.cn/"));
  }

  private Map<String, Object> find() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("Action", "FIND_NETWORK");
    properties.put("PeerRegion", "us-east-1");
    properties.put("NetworkName", NAME);
    return properties;
  }

  private static Map<String, Object> routes(String peering) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("Action", "ROUTES");
    properties.put("PeerRegion", "us-east-1");
    properties.put("NetworkName", NAME);
    properties.put("PeeringConnectionId", peering);
    properties.put("DatabaseDestinations", List.of("10.1.128.0/20", "10.1.144.0/28"));
    properties.put("ControlDestinations", List.of("10.1.128.0/20"));
    return properties;
  }

  private Map<String, Object> handle(String type, Map<String, Object> properties)
      throws IOException {
    return handle(type, properties, Map.of());
  }

  private Map<String, Object> handle(
      String type, Map<String, Object> properties, Map<String, Object> oldProperties)
      throws IOException {
    String event =
        Json.write(
            Map.of(
                "RequestType", type,
                "ResourceProperties", properties,
                "OldResourceProperties", oldProperties));
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    handler().handleRequest(new ByteArrayInputStream(event.getBytes(UTF_8)), output, context());
    return Json.readObject(output.toString(UTF_8));
  }

  private PeeringHandler handler() {
    return new PeeringHandler(
        (region, deadline, log) -> {
          regions.add(region);
          return new Ec2Api(
              endpoint,
              region,
              StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
              deadline,
              pauses::add,
              log);
        },
        new PrintStream(log, true, UTF_8));
  }

  private Context context() {
    return (Context)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getRemainingTimeInMillis")) {
                return remainingMillis;
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }
}
