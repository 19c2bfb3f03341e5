package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.control.EndpointItem;
import io.github.paymentdr.runtime.control.LeaseItem;
import io.github.paymentdr.runtime.failover.Assessment;
import io.github.paymentdr.runtime.failover.Assessment.Starter;
import io.github.paymentdr.runtime.failover.RecoveryReport;
import io.github.paymentdr.runtime.failover.Registration;
import io.github.paymentdr.runtime.failover.Verification;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.traffic.KeyValueStores;
import io.github.paymentdr.runtime.traffic.Traffic;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.Security;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudfrontkeyvaluestore.CloudFrontKeyValueStoreClient;

/**
 * Does for the failover of one region what its state machine cannot do by itself, and makes the
 * region known to it when its stack is deployed.
 *
 * <p>An event is {@code {"operation": "..."}} or one of a custom resource. All operations can be
 * repeated, and none needs anything of the other region.
 */
public final class FailoverHandler implements RequestStreamHandler {
  static {
    Security.setProperty("networkaddress.cache.ttl", "5");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }

  private static final String PHYSICAL_ID = "registration";
  private static final String STORE = "KeyValueStoreArn";

  private static final Patience PATIENCE =
      new Patience(Duration.ofSeconds(2), Duration.ofSeconds(8));

  private final Map<String, String> variables;
  private final AwsClients clients;
  private final PrintStream out;
  private final Clock clock;
  private final Consumer<Duration> pause;
  private @Nullable Configured configured;

  /** Makes the handler of a function, which is configured by its environment. */
  public FailoverHandler() {
    this(
        System.getenv(),
        AwsClients.ofFunction(),
        System.out,
        Clock.systemUTC(),
        FailoverParts::pause);
    configureEarly();
  }

  FailoverHandler(
      Map<String, String> variables,
      AwsClients clients,
      PrintStream out,
      Clock clock,
      Consumer<Duration> pause) {
    this.variables = variables;
    this.clients = clients;
    this.out = out;
    this.clock = clock;
    this.pause = pause;
  }

  private record Configured(
      FailoverConfiguration configuration,
      FailoverParts parts,
      CloudFrontKeyValueStoreClient stores) {}

  /**
   * Does an operation.
   *
   * @param event the event
   * @param response gets the answer
   * @param context has the id of the request
   * @throws IOException if the event is not a JSON object, or no event that is known
   * @throws io.github.paymentdr.runtime.replication.RefusedException if the operation would do
   *     harm, or the event is wrong
   * @throws io.github.paymentdr.runtime.replication.ControlException if something that it needs
   *     fails; call again
   * @throws IllegalStateException if the environment is wrong
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    Map<String, Object> request = Json.readObject(new String(event.readAllBytes(), UTF_8));
    FailoverOperation operation = operationOf(request);
    Map<String, Object> always = new LinkedHashMap<>();
    always.put("operation", operation.text());
    always.put("requestId", context.getAwsRequestId());
    Log log = new Log(out, always);
    long start = System.nanoTime();
    try {
      log.info("the operation begins");
      Map<String, ?> answer = answer(operation, request, log);
      log.info("the operation ended", "millis", (System.nanoTime() - start) / 1_000_000);
      response.write(Json.write(answer).getBytes(UTF_8));
    } catch (RuntimeException e) {
      throw Failures.reported(operation.text(), log, e);
    }
  }

  private static FailoverOperation operationOf(Map<String, Object> request) throws IOException {
    if (!CustomResourceEvent.isOne(request)) {
      return FailoverOperation.of(request.get("operation"));
    }
    return CustomResourceEvent.of(request).type() == CustomResourceEvent.Type.DELETE
        ? FailoverOperation.UNREGISTER
        : FailoverOperation.REGISTER;
  }

  private Map<String, ?> answer(FailoverOperation operation, Map<String, Object> request, Log log)
      throws IOException {
    Configured function = configured();
    FailoverEvent event = new FailoverEvent(operation, request);
    return switch (operation) {
      case ASSESS -> assess(function, event);
      case OPEN_TRAFFIC -> openTraffic(function, event, log);
      case VERIFY ->
          new Verification(
                  function.parts().items(),
                  function.parts().outlook(),
                  function.configuration().region())
              .verify();
      case REPORT -> report(function, event, log);
      case READY -> ready(function);
      case REGISTER, UNREGISTER -> registration(function, CustomResourceEvent.of(request), log);
    };
  }

  private Map<String, @Nullable Object> assess(Configured function, FailoverEvent event) {
    boolean isPlanned = event.isPlanned();
    Starter starter = event.starter();
    event.check();
    FailoverConfiguration configuration = function.configuration();
    return new Assessment(
            function.parts().items(),
            function.parts().outlook(),
            new Assessment.Settings(
                configuration.region(),
                configuration.peerRegion(),
                configuration.confirmAttempts(),
                configuration.coolDown(),
                configuration.activation()),
            clock,
            pause)
        .assess(isPlanned, starter);
  }

  private Map<String, @Nullable Object> openTraffic(
      Configured function, FailoverEvent event, Log log) {
    long epoch = event.epoch();
    event.check();
    Optional<EndpointItem> endpoint = function.parts().items().endpoint();
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("endpoint", endpoint.isPresent());
    answer.put(
        "moved",
        endpoint.isPresent()
            && traffic(function, log).open(endpoint.get().keyValueStoreArn(), epoch));
    return answer;
  }

  private Map<String, @Nullable Object> report(Configured function, FailoverEvent event, Log log) {
    RecoveryReport.Event report = event.report();
    event.check();
    FailoverConfiguration configuration = function.configuration();
    return new RecoveryReport(
            function.parts().items(),
            function.parts().points(),
            new RecoveryReport.Settings(
                configuration.region(),
                configuration.peerRegion(),
                configuration.pair(),
                configuration.objective(),
                configuration.peerReplicationFunction()),
            clock,
            log)
        .report(report);
  }

  /** Called when nothing is to be done, and so needs what a failover needs first. */
  private static Map<String, @Nullable Object> ready(Configured function) {
    Optional<Lease> lease = function.parts().items().lease().map(LeaseItem::lease);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("activeRegion", lease.map(Lease::activeRegion).orElse(null));
    answer.put("epoch", lease.map(Lease::epoch).orElse(null));
    answer.put("state", lease.map(found -> found.state().name()).orElse(null));
    return answer;
  }

  private Map<String, Object> registration(Configured function, CustomResourceEvent event, Log log)
      throws IOException {
    FailoverConfiguration configuration = function.configuration();
    Registration registration =
        new Registration(
            function.parts().items(),
            traffic(function, log),
            new Registration.Settings(
                configuration.region(), configuration.peerRegion(), configuration.initialRegion()),
            clock,
            log);
    if (event.type() == CustomResourceEvent.Type.DELETE) {
      registration.unregister(optional(event.properties(), STORE));
    } else {
      registration.register(
          event.text("FunctionUrl"),
          optional(event.properties(), STORE)
              .map(
                  arn ->
                      new EndpointItem(
                          arn, optional(event.properties(), "EndpointUrl").orElse(""))),
          optional(event.oldProperties(), STORE));
    }
    return event.answer(PHYSICAL_ID, Map.of());
  }

  private static Optional<String> optional(Map<String, Object> properties, String name) {
    return properties.get(name) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }

  private Traffic traffic(Configured function, Log log) {
    return new Traffic(
        function.stores(), function.parts().items(), function.configuration().region(), pause, log);
  }

  /** While a function starts it has more processor than later. */
  private void configureEarly() {
    try {
      configured();
    } catch (IllegalStateException e) {
      // Every call says it, where it can be read.
    }
  }

  private synchronized Configured configured() {
    Configured known = configured;
    if (known == null) {
      FailoverConfiguration configuration = FailoverConfiguration.of(variables);
      known =
          new Configured(
              configuration,
              FailoverParts.of(configuration, clients, PATIENCE, clock, pause),
              KeyValueStores.open(clients, configuration.region()));
      configured = known;
    }
    return known;
  }
}
