package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import io.github.paymentdr.example.drill.stepfunctions.TemplateFunctions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a region's template says of the failover: who is called by what name, who is configured with
 * what, and what starts when. A fault of the wiring is found by it, because nothing here knows how
 * things are called in the template.
 */
final class FailoverTemplate {
  private static final String FENCING = "/States/WaitForFencing";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the example deploys. */
  private static final Path ASSEMBLY = Path.of("..", "cdk.out");

  /** Read once: budgets and timers are asked for all the time. */
  private static final class Deployed {
    static final FailoverTemplate PRIMARY = read("Primary", "us-east-1");
    static final FailoverTemplate SECONDARY = read("Secondary", "us-west-2");
  }

  private final JsonNode template;
  private final TemplateFunctions functions;

  private FailoverTemplate(JsonNode template, String name, String region) {
    this.template = template;
    this.functions = new TemplateFunctions(template, name, region, Map.of());
  }

  /** {@return the template of the region that is active at first} */
  static FailoverTemplate ofPrimary() {
    return Deployed.PRIMARY;
  }

  /** {@return the template of the other region} */
  static FailoverTemplate ofSecondary() {
    return Deployed.SECONDARY;
  }

  /** {@return a template that the example does not deploy} */
  static FailoverTemplate of(Path file, String region) {
    return new FailoverTemplate(json(file), "payment-dr", region);
  }

  private static FailoverTemplate read(String role, String region) {
    return new FailoverTemplate(
        json(ASSEMBLY.resolve(role + "Stack.template.json")),
        "payment-dr-" + role.toLowerCase(Locale.ROOT) + "-prod",
        region);
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return the definition of the state machine, with everything filled in} */
  JsonNode definition() {
    JsonNode machine = properties(stateMachine());
    String text = functions.text(machine.path("DefinitionString"));
    for (Map.Entry<String, JsonNode> filled :
        machine.path("DefinitionSubstitutions").properties()) {
      text = text.replace("${" + filled.getKey() + "}", functions.text(filled.getValue()));
    }
    if (text.contains("${")) {
      throw new IllegalStateException("not all is filled in: " + text);
    }
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String stateMachineArn() {
    return functions.arnOf(stateMachine());
  }

  /** {@return the name of the control table, which all functions that use it must agree on} */
  String controlTable() {
    return variable(environmentOf("FailoverHandler"), "CONTROL_TABLE");
  }

  /** {@return a variable that a function must have} */
  static String variable(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null) {
      throw new IllegalStateException("a function has no variable " + name + ": " + environment);
    }
    return value;
  }

  /** {@return the name of the alarm whose change starts the state machine} */
  String alarmName() {
    return functions.nameOf(alarm());
  }

  /** {@return how many points in a row make the alarm go off} */
  int datapoints() {
    return properties(alarm()).path("DatapointsToAlarm").asInt();
  }

  /** {@return the metric that the alarm looks at} */
  String alarmMetric() {
    return properties(alarm()).path("MetricName").asText();
  }

  /** {@return what the state machine is started with when the alarm goes off} */
  String alarmInput() {
    JsonNode target = properties(startRule()).path("Targets").path(0);
    if (!functions.text(target.path("Arn")).equals(stateMachineArn())) {
      throw new IllegalStateException("the alarm starts something else: " + target);
    }
    return functions.text(target.path("Input"));
  }

  /**
   * {@return the class of a function's handler, without its package; the payment function's is as
   * the application calls it}
   */
  String handlerOf(String arn) {
    for (String id : all("AWS::Lambda::Function")) {
      String own = functions.arnOf(id);
      if (arn.equals(own) || arn.startsWith(own + ":")) {
        return hasUrl(id) ? "PaymentHandler" : handlerClass(id);
      }
    }
    throw new IllegalStateException("the template has no function " + arn);
  }

  /** {@return what a function is configured with} */
  Map<String, String> environmentOf(String handler) {
    String function =
        only("AWS::Lambda::Function", id -> handlerClass(id).equals(handler), handler);
    return environment(function);
  }

  private Map<String, String> environment(String function) {
    Map<String, String> environment = new TreeMap<>();
    properties(function)
        .path("Environment")
        .path("Variables")
        .properties()
        .forEach(
            variable -> environment.put(variable.getKey(), functions.text(variable.getValue())));
    environment.put("AWS_REGION", functions.region());
    return environment;
  }

  /** {@return what the stack says of its recovery budget} */
  Budget budget() {
    return Budget.read(template.path("Outputs").path("RecoveryBudget").path("Value").asText());
  }

  /** {@return how long a payment function's reading of the lease is good for} */
  Duration leaseTime() {
    return Duration.ofMillis(Long.parseLong(variable(paymentEnvironment(), "LEASE_MILLIS")));
  }

  /** {@return how long the state machine waits until nobody accepts by the old lease} */
  Duration fencingWait() {
    return Duration.ofSeconds(definition().at(FENCING).path("Seconds").asInt());
  }

  /** {@return the state machine with the wait for fencing as long as these timers need it} */
  JsonNode definition(Timers timers) {
    ObjectNode definition = (ObjectNode) definition();
    // The interpreter divides it by the speed.
    double seconds = Math.ceil(timers.fencingWait().toMillis() * timers.speed() / 1_000);
    definition.withObject(FENCING).put("Seconds", (int) seconds);
    return definition;
  }

  /** {@return the payment function's time limit} */
  Duration functionTimeout() {
    return Duration.ofSeconds(properties(paymentFunction()).path("Timeout").asInt());
  }

  Duration probeInterval() {
    return Duration.ofSeconds(
        Long.parseLong(variable(environmentOf("ProbeHandler"), "PROBE_INTERVAL_SECONDS")));
  }

  Duration probeTimeout() {
    return Duration.ofMillis(
        Long.parseLong(variable(environmentOf("ProbeHandler"), "PROBE_TIMEOUT_MILLIS")));
  }

  /** {@return the longest time from taking the lease to opening it, with these timers} */
  long activationSeconds(Timers timers) {
    long inProduction =
        Long.parseLong(variable(environmentOf("FailoverHandler"), "ACTIVATION_SECONDS"));
    return inProduction - fencingWait().minus(timers.fencingWait()).toSeconds();
  }

  Duration coolDown() {
    return Duration.ofSeconds(
        Long.parseLong(variable(environmentOf("FailoverHandler"), "COOL_DOWN_SECONDS")));
  }

  /** {@return the code of the endpoint's edge function} */
  String edgeFunction() {
    return functions.text(
        properties(only("AWS::CloudFront::Function", id -> true, "edge function"))
            .path("FunctionCode"));
  }

  /** {@return how long the endpoint waits for a region's answer} */
  Duration originReadTimeout() {
    return Duration.ofSeconds(
        properties(only("AWS::CloudFront::Distribution", id -> true, "distribution"))
            .path("DistributionConfig")
            .path("Origins")
            .path(0)
            .path("CustomOriginConfig")
            .path("OriginReadTimeout")
            .asInt());
  }

  /** {@return what the payment function is configured with} */
  Map<String, String> paymentEnvironment() {
    return environment(paymentFunction());
  }

  /** {@return the class of the payment function's handler, as the template names it} */
  String paymentHandler() {
    return Splitter.on("::")
        .splitToList(functions.text(properties(paymentFunction()).path("Handler")))
        .get(0);
  }

  private String paymentFunction() {
    return only("AWS::Lambda::Function", this::hasUrl, "function with a URL");
  }

  private String handlerClass(String function) {
    String handler = functions.text(properties(function).path("Handler"));
    String type = Splitter.on("::").splitToList(handler).get(0);
    return Iterables.getLast(Splitter.on('.').splitToList(type));
  }

  /** Whether callers reach it by a Function URL: that is what makes the payment function. */
  private boolean hasUrl(String function) {
    String arn = functions.arnOf(function);
    return all("AWS::Lambda::Url").stream()
        .map(url -> functions.text(properties(url).path("TargetFunctionArn")))
        .anyMatch(target -> target.equals(arn) || target.equals(functions.nameOf(function)));
  }

  private String stateMachine() {
    return only("AWS::StepFunctions::StateMachine", id -> true, "state machine");
  }

  /** The rule that starts the state machine when the alarm goes off. */
  private String startRule() {
    return only(
        "AWS::Events::Rule",
        id ->
            properties(id).has("EventPattern")
                && functions
                    .text(properties(id).path("Targets").path(0).path("Arn"))
                    .equals(stateMachineArn()),
        "rule that starts the state machine");
  }

  private String alarm() {
    String arn =
        functions.text(properties(startRule()).path("EventPattern").path("resources").path(0));
    return only(
        "AWS::CloudWatch::Alarm", id -> functions.arnOf(id).equals(arn), "alarm of the rule");
  }

  private String only(String type, Predicate<String> which, String what) {
    List<String> found = all(type).stream().filter(which).toList();
    if (found.size() != 1) {
      throw new IllegalStateException(
          functions.region() + " must have one " + what + ", has " + found);
    }
    return found.get(0);
  }

  private List<String> all(String type) {
    return template.path("Resources").properties().stream()
        .filter(resource -> resource.getValue().path("Type").asText().equals(type))
        .map(Map.Entry::getKey)
        .toList();
  }

  private JsonNode properties(String logicalId) {
    return template.path("Resources").path(logicalId).path("Properties");
  }
}
