package io.github.paymentdr.example.drill.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.base.Splitter;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Answer;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** A pair as it is seen over HTTP: an endpoint and two Function URLs, and what they have booked. */
final class ScriptedPair implements AutoCloseable {
  static final String EAST = "us-east-1";
  static final String WEST = "us-west-2";

  private static final ObjectMapper JSON = new ObjectMapper();

  final ScriptedEndpoint endpoint = ScriptedEndpoint.start(this::atTheEndpoint);
  final ScriptedEndpoint east = ScriptedEndpoint.start(request -> health(request, EAST));
  final ScriptedEndpoint west = ScriptedEndpoint.start(request -> health(request, WEST));
  private final Map<String, String> ids = new ConcurrentHashMap<>();
  private final Map<String, JsonNode> payments = new ConcurrentHashMap<>();
  volatile String active = EAST;
  volatile long epoch = 1;
  volatile String state = "ACTIVE";
  volatile String dead = "";
  volatile boolean forgets;

  private Answer atTheEndpoint(Request request) {
    if (!request.headers().getOrDefault("authorization", "").startsWith("Bearer ")) {
      return Answer.of(401, "");
    }
    if (dead.equals(active)) {
      return Answer.of(502, "");
    }
    if (request.path().equals("/health")) {
      return Answer.of(200, "{}");
    }
    if (request.method().equals("POST")) {
      return state.equals("ACTIVE") ? pay(request) : Answer.of(503, "").with("x-region", active);
    }
    List<String> path = Splitter.on('/').splitToList(request.path());
    return path.get(1).equals("payments") ? payment(path.get(2)) : balance(path.get(2));
  }

  private Answer pay(Request request) {
    String id = ids.computeIfAbsent(request.key(), key -> UUID.randomUUID().toString());
    payments.put(id, json(request.body()));
    return Answer.accepted(id, active, epoch);
  }

  private Answer payment(String id) {
    JsonNode payment = payments.get(id);
    // Every sixteenth.
    return payment == null || (forgets && id.startsWith("0"))
        ? Answer.of(404, "{}")
        : Answer.of(200, payment.toString());
  }

  private Answer balance(String account) {
    long paid =
        payments.values().stream()
            .filter(payment -> payment.path("payer").asText().equals(account))
            .mapToLong(payment -> payment.path("amount").asLong())
            .sum();
    return Answer.of(200, "{\"balances\":{\"EUR\":" + -paid + "}}");
  }

  private Answer health(Request request, String region) {
    if (!request.headers().getOrDefault("authorization", "").startsWith("AWS4-HMAC-SHA256 ")) {
      return Answer.of(403, "{\"Message\":\"Forbidden\"}");
    }
    if (region.equals(dead)) {
      return Answer.of(0, "");
    }
    return Answer.of(
        200,
        """
        {"status":"UP","region":"%s","lease":{"activeRegion":"%s","epoch":%s,"state":"%s"},
         "database":{"replicationLagSeconds":%s}}
        """
            .formatted(region, active, epoch, state, region.equals(active) ? "\"NONE\"" : "0.5"));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return all that the pair was asked} */
  List<Request> requests() {
    return Stream.of(endpoint, east, west).flatMap(one -> one.requests().stream()).toList();
  }

  /** West takes over, so many milliseconds after it has taken the lease. */
  void takeOver(long opensAfterMillis) {
    state = "ACTIVATING";
    active = WEST;
    epoch = 2;
    pause(opensAfterMillis);
    state = "ACTIVE";
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    endpoint.close();
    east.close();
    west.close();
  }
}
