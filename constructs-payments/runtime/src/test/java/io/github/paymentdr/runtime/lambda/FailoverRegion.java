package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.testing.ControlTableBehindAws;
import io.github.paymentdr.runtime.testing.FunctionUrlStub;
import io.github.paymentdr.runtime.traffic.KeyValueStoreStub;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One region of a pair, with the functions of its failover. */
final class FailoverRegion {
  private final AwsStub aws;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final FunctionUrlStub url;
  private final List<Duration> waited = new ArrayList<>();
  private FailoverHandler handler;
  private Clock handlerClock;
  private Map<String, String> handlerEnvironment;

  FailoverRegion(
      AwsStub aws, ControlTableBehindAws table, String region, String peer, FunctionUrlStub url) {
    this.aws = aws;
    this.url = url;
    environment.put("AWS_REGION", region);
    environment.put("PEER_REGION", peer);
    environment.put("INITIAL_REGION", "us-east-1");
    environment.put("CONTROL_TABLE", table.name());
    environment.put("PAIR_NAME", "payments-prod");
    environment.put("COOL_DOWN_SECONDS", "600");
    environment.put("ACTIVATION_SECONDS", "45");
    environment.put("PROBE_TIMEOUT_MILLIS", "3000");
    environment.put("CONFIRM_ATTEMPTS", "2");
    environment.put("OBJECTIVE_SECONDS", "300");
    environment.put("PROBE_INTERVAL_SECONDS", "10");
  }

  Map<String, String> environment() {
    return environment;
  }

  FunctionUrlStub url() {
    return url;
  }

  /** {@return how long the function would have waited, each time} */
  List<Duration> waited() {
    return waited;
  }

  String log() {
    return log.toString(UTF_8);
  }

  Map<String, Object> call(String event) {
    return call(event, Clock.systemUTC());
  }

  Map<String, Object> call(String event, Clock clock) {
    // As a function does, which is kept for the next call while its environment is the same.
    if (handler == null || !clock.equals(handlerClock) || !environment.equals(handlerEnvironment)) {
      handler =
          new FailoverHandler(Map.copyOf(environment), aws.clients(), out(), clock, waited::add);
      handlerClock = clock;
      handlerEnvironment = Map.copyOf(environment);
    }
    return call(handler, event);
  }

  Map<String, Object> register() {
    return call(registration("Create", false));
  }

  Map<String, Object> registerWithEndpoint() {
    return call(registration("Create", true));
  }

  Map<String, Object> delete(boolean hasEndpoint) {
    return call(registration("Delete", hasEndpoint));
  }

  Map<String, Object> probe(ProbeHandler.Time time) {
    return call(probeHandler(time), "{}");
  }

  ProbeHandler probeHandler(ProbeHandler.Time time) {
    return new ProbeHandler(environment, aws.clients(), out(), time);
  }

  String registration(String type, boolean hasEndpoint) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("FunctionUrl", url.url());
    if (hasEndpoint) {
      properties.put("KeyValueStoreArn", KeyValueStoreStub.ARN);
      properties.put("EndpointUrl", "https://pay.example.com");
    }
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("RequestType", type);
    event.put("ResourceProperties", properties);
    return Json.write(event);
  }

  static Map<String, Object> call(RequestStreamHandler handler, String event) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      handler.handleRequest(
          new ByteArrayInputStream(event.getBytes(UTF_8)), answer, TestContext.withAllTheTime());
      return Json.readObject(answer.toString(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PrintStream out() {
    return new PrintStream(log, true, UTF_8);
  }
}
