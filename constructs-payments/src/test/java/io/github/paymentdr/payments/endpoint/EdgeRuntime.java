package io.github.paymentdr.payments.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.core.region.RegionPair;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Runs the edge function in a Node process that offers it what CloudFront Functions offers. */
final class EdgeRuntime implements AutoCloseable {
  static final long NOW_SECONDS = 1_795_000_000L;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path HARNESS = Path.of("src", "test", "resources", "endpoint", "harness.js");

  private final String source;
  private final Process node;
  private final BufferedWriter toNode;
  private final BufferedReader fromNode;

  private EdgeRuntime(String source, Process node) {
    this.source = source;
    this.node = node;
    this.toNode = new BufferedWriter(new OutputStreamWriter(node.getOutputStream(), UTF_8));
    this.fromNode = new BufferedReader(new InputStreamReader(node.getInputStream(), UTF_8));
  }

  static EdgeRuntime start(EndpointAccess access, boolean publicHealthCheck) {
    return start(
        EdgeFunctionCode.of(RegionPair.of("us-east-1", "us-west-2"), access, publicHealthCheck));
  }

  static EdgeRuntime start(String source) {
    try {
      return new EdgeRuntime(
          source,
          new ProcessBuilder("node", HARNESS.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the function did with one request. */
  Outcome handle(EdgeRequest request) {
    return handleAll(List.of(request)).get(0);
  }

  /** What the function did with each of the requests; one way to Node and back for all. */
  synchronized List<Outcome> handleAll(List<EdgeRequest> requests) {
    Map<String, Object> input = new LinkedHashMap<>();
    input.put("source", source);
    input.put("calls", requests.stream().map(EdgeRequest::asCall).toList());
    try {
      toNode.write(JSON.writeValueAsString(input));
      toNode.write('\n');
      toNode.flush();
      String line = fromNode.readLine();
      if (line == null) {
        throw new AssertionError("Node has ended");
      }
      return StreamSupport.stream(JSON.readTree(line).spliterator(), false)
          .map(Outcome::new)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    node.destroy();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(text, e);
    }
  }

  static String text(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** Either a request that goes to an origin or an answer of the function itself. */
  record Outcome(JsonNode all) {
    /** Zero for a request that goes on. */
    int status() {
      if (all.has("error")) {
        throw new AssertionError(all.get("error").asText());
      }
      return result().path("statusCode").asInt();
    }

    boolean isPassedOn() {
      return status() == 0;
    }

    JsonNode result() {
      return all.path("result");
    }

    @Nullable String header(String name) {
      return result().path("headers").path(name).path("value").textValue();
    }

    JsonNode problem() {
      return json(result().get("body").asText());
    }

    /** Null for the distribution's own origin. */
    @Nullable JsonNode origin() {
      JsonNode origin = all.path("origin");
      return origin.isNull() ? null : origin;
    }

    List<String> logs() {
      List<String> logs = new ArrayList<>();
      all.path("logs").forEach(line -> logs.add(line.asText()));
      return logs;
    }
  }
}
