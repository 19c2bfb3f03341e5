package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.peering.Ec2Api;
import io.github.paymentdr.runtime.peering.Ec2Exception;
import io.github.paymentdr.runtime.peering.PeerNetwork;
import io.github.paymentdr.runtime.peering.PeerRoutes;
import io.github.paymentdr.runtime.peering.Routing;
import io.github.paymentdr.runtime.replication.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * Does for the secondary stack what it needs of the primary region to peer the two networks: finds
 * the VPC there, and gives its route tables the routes back.
 *
 * <p>CloudFormation calls it by way of the provider framework when such a resource is new, changes
 * or goes, and never else: the secondary stack can be deployed while the primary region is lost, as
 * long as the peering is not what changes.
 */
public final class PeeringHandler implements RequestStreamHandler {
  private static final String PEER_REGION = "PeerRegion";
  private static final String NETWORK_NAME = "NetworkName";

  /** What is left for saying what went wrong, before Lambda ends the function. */
  private static final Duration RESERVE = Duration.ofSeconds(20);

  /** Opens the EC2 API of a region. */
  @FunctionalInterface
  interface Regions {
    Ec2Api open(String region, Deadline deadline, Log log);
  }

  private final Regions regions;
  private final PrintStream out;

  /** Makes the handler, as Lambda does. */
  public PeeringHandler() {
    this(PeeringHandler::open, System.out);
  }

  PeeringHandler(Regions regions, PrintStream out) {
    this.regions = regions;
    this.out = out;
  }

  /** Answers an event of a custom resource. */
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    CustomResourceEvent event =
        CustomResourceEvent.of(Json.readObject(new String(input.readAllBytes(), UTF_8)));
    Deadline deadline =
        Deadline.after(Duration.ofMillis(context.getRemainingTimeInMillis()).minus(RESERVE));
    output.write(Json.write(answer(event, deadline)).getBytes(UTF_8));
  }

  private Map<String, Object> answer(CustomResourceEvent event, Deadline deadline)
      throws IOException {
    String action = event.text("Action");
    Log log = new Log(out, Map.of("operation", action + " " + event.type()));
    return switch (action) {
      case "FIND_NETWORK" -> event.answer("network", find(event, deadline, log));
      case "ROUTES" -> event.answer("routes", route(event, deadline, log));
      default -> throw new IOException("Action must be FIND_NETWORK or ROUTES, got " + action);
    };
  }

  /** Nothing was made when the network was found, so there is nothing to remove. */
  private Map<String, Object> find(CustomResourceEvent event, Deadline deadline, Log log)
      throws IOException {
    return event.type() == CustomResourceEvent.Type.DELETE
        ? Map.of()
        : Map.of("VpcId", networkOf(event.properties(), deadline, log).findVpc());
  }

  private Map<String, Object> route(CustomResourceEvent event, Deadline deadline, Log log)
      throws IOException {
    PeerNetwork network = networkOf(event.properties(), deadline, log);
    PeerRoutes routes = routesOf(event.properties());
    switch (event.type()) {
      case CREATE -> new Routing(network, log).make(routes, Set.of());
      case UPDATE -> {
        PeerRoutes former = routesOf(event.oldProperties());
        new Routing(network, log).make(routes, Set.of(former.peeringConnectionId()));
        if (isElsewhere(event)) {
          remove(networkOf(event.oldProperties(), deadline, log), former, log);
        }
      }
      case DELETE -> remove(network, routes, log);
    }
    return Map.of();
  }

  /** Routes to a peering connection that is gone lead nowhere, so the stack need not wait. */
  private static void remove(PeerNetwork network, PeerRoutes routes, Log log) {
    try {
      new Routing(network, log).remove(routes);
    } catch (Ec2Exception e) {
      if (!e.isUnreachable()) {
        throw e;
      }
      log.warn(
          "the other region does not answer, so its routes stay behind without a target; remove"
              + " them when it is back, or let the next peering take them over",
          "network",
          network.toString(),
          "peeringConnection",
          routes.peeringConnectionId(),
          "reason",
          e.getMessage());
    }
  }

  private static boolean isElsewhere(CustomResourceEvent event) throws IOException {
    Map<String, Object> old = event.oldProperties();
    return !event.text(PEER_REGION).equals(CustomResourceEvent.text(old, PEER_REGION))
        || !event.text(NETWORK_NAME).equals(CustomResourceEvent.text(old, NETWORK_NAME));
  }

  private PeerNetwork networkOf(Map<String, Object> properties, Deadline deadline, Log log)
      throws IOException {
    return new PeerNetwork(
        regions.open(CustomResourceEvent.text(properties, PEER_REGION), deadline, log),
        CustomResourceEvent.text(properties, NETWORK_NAME));
  }

  private static PeerRoutes routesOf(Map<String, Object> properties) throws IOException {
    return new PeerRoutes(
        CustomResourceEvent.text(properties, "PeeringConnectionId"),
        CustomResourceEvent.texts(properties, "DatabaseDestinations"),
        CustomResourceEvent.texts(properties, "ControlDestinations"));
  }

  private static Ec2Api open(String region, Deadline deadline, Log log) {
    return new Ec2Api(
        Ec2Api.endpointOf(region),
        region,
        DefaultCredentialsProvider.builder().build(),
        deadline,
        PeeringHandler::pause,
        log);
  }

  private static void pause(Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
