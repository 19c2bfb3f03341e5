package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.ReplicationState;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.Security;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Controls the replication of one region: what operators, the failover, the schedule and
 * CloudFormation call.
 *
 * <p>An event is {@code {"operation": "..."}} or one of a custom resource, whose creation and
 * update set the region up and whose deletion tears it down. All operations can be repeated, and
 * what takes long goes on with the next call.
 */
public final class ReplicationHandler implements RequestStreamHandler {
  static {
    Security.setProperty("networkaddress.cache.ttl", "5");
  }

  private static final String PHYSICAL_ID = "replication";
  private static final Duration LONGEST = Duration.ofMinutes(13);
  private static final Duration TO_ANSWER = Duration.ofSeconds(15);

  /** The next one begins a minute later; a longer pause between them would look like lag. */
  private static final Duration LONGEST_MAINTENANCE = Duration.ofSeconds(57);

  private final Map<String, String> variables;
  private final AwsClients clients;
  private final PrintStream out;
  private @Nullable Configured configured;

  /** Makes the handler of a function, which is configured by its environment. */
  public ReplicationHandler() {
    this(System.getenv(), AwsClients.ofFunction(), System.out);
    configureEarly();
  }

  ReplicationHandler(Map<String, String> variables, AwsClients clients, PrintStream out) {
    this.variables = variables;
    this.clients = clients;
    this.out = out;
  }

  private record Configured(Configuration configuration, Operations operations) {}

  /**
   * Does an operation.
   *
   * @param event the event
   * @param response gets the answer
   * @param context says how much time there is
   * @throws IOException if the event is not a JSON object
   * @throws io.github.paymentdr.runtime.replication.RefusedException if the operation would do harm
   * @throws io.github.paymentdr.runtime.replication.ControlException if something that it needs
   *     fails; call again
   * @throws IllegalStateException if the event or the environment is wrong
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    Map<String, Object> request = Json.readObject(new String(event.readAllBytes(), UTF_8));
    Operation operation = operationOf(request);
    Map<String, Object> always = new LinkedHashMap<>();
    always.put("operation", operation.text());
    always.put("requestId", context.getAwsRequestId());
    Log log = new Log(out, always);
    long start = System.nanoTime();
    try {
      log.info("the operation begins");
      Map<String, ?> answer = answer(operation, request, deadline(operation, context), log);
      log.info("the operation ended", "millis", (System.nanoTime() - start) / 1_000_000);
      response.write(Json.write(answer).getBytes(UTF_8));
    } catch (RuntimeException e) {
      throw Failures.reported(operation.text(), log, e);
    }
  }

  private static Operation operationOf(Map<String, Object> request) throws IOException {
    if (!CustomResourceEvent.isOne(request)) {
      return Operation.of(request.get("operation"));
    }
    return CustomResourceEvent.of(request).type() == CustomResourceEvent.Type.DELETE
        ? Operation.TEAR_DOWN
        : Operation.SET_UP;
  }

  private Map<String, ?> answer(
      Operation operation, Map<String, Object> request, Deadline deadline, Log log)
      throws IOException {
    Map<String, @Nullable Object> answer = run(operation, request, deadline, log);
    return CustomResourceEvent.isOne(request)
        ? CustomResourceEvent.of(request).answer(PHYSICAL_ID, attributes(operation, answer))
        : answer;
  }

  private Map<String, @Nullable Object> run(
      Operation operation, Map<String, Object> request, Deadline deadline, Log log) {
    Configured function = configured();
    Operations operations = function.operations();
    return switch (operation) {
      case SET_UP -> operations.setUp(deadline, log);
      case MAINTAIN -> maintain(function, deadline, log);
      case OBSERVE -> Answers.of(operations.control(log).observe());
      case STATE ->
          Answers.of(
              operations.replication(),
              function.configuration().region(),
              operations.control(log).state());
      case DRAIN -> operations.drain(log);
      case PROMOTE -> Answers.of(operations.control(log).promote(PromotionEvent.read(request)));
      case UNDO_HAND_OVER -> operations.undoHandOver(log);
      case REBUILD -> operations.rebuild(deadline, log);
      case TEAR_DOWN -> {
        operations.tearDown(deadline, log);
        yield Map.of("state", "REMOVED");
      }
    };
  }

  private static Map<String, @Nullable Object> maintain(
      Configured function, Deadline deadline, Log log) {
    Operations operations = function.operations();
    Observation observation = operations.maintain(deadline, log);
    Metrics metrics = operations.metrics(observation);
    if (observation.role() != NodeRole.ACTIVE) {
      metrics = metrics.withFitness(fitness(operations, log));
    }
    if (!metrics.isEmpty()) {
      log.line(metrics.line(function.configuration().cluster(), Clock.systemUTC().instant()));
    }
    return Answers.of(observation);
  }

  /** Nobody asks for the state until the active region is lost, so its reasons are said before. */
  private static ReplicationState fitness(Operations operations, Log log) {
    ReplicationState state = operations.control(log).state();
    if (!state.fitToTakeOver()) {
      log.warn(
          "this region could not take over if the other one was lost now",
          "role",
          state.role().name(),
          "problems",
          Answers.someOf(state.problems()));
    }
    return state;
  }

  /** CloudFormation's attributes are texts. */
  private static Map<String, Object> attributes(
      Operation operation, Map<String, @Nullable Object> answer) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    if (operation == Operation.SET_UP) {
      attributes.put("State", String.valueOf(answer.get("state")));
      attributes.put("Role", String.valueOf(answer.get("role")));
      if (answer.get("copied") instanceof Map<?, ?> copied) {
        attributes.put("Tables", String.valueOf(copied.get("of")));
      }
    }
    return attributes;
  }

  private static Deadline deadline(Operation operation, Context context) {
    Duration longest = operation == Operation.MAINTAIN ? LONGEST_MAINTENANCE : LONGEST;
    Duration left = Duration.ofMillis(context.getRemainingTimeInMillis()).minus(TO_ANSWER);
    return Deadline.after(left.compareTo(longest) < 0 ? left : longest);
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
      Configuration configuration = Configuration.ofControl(variables);
      known = new Configured(configuration, operations(configuration));
      configured = known;
    }
    return known;
  }

  private Operations operations(Configuration configuration) {
    if (configuration.mode() instanceof Configuration.Logical logical) {
      return new LogicalOperations(configuration, logical, clients);
    }
    return new GlobalDatabaseOperations(
        configuration, (Configuration.GlobalDatabase) configuration.mode(), clients);
  }
}
