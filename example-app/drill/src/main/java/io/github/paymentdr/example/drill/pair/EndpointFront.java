package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The process of Node that stands where CloudFront stands; {@code front.mjs} is its other side. It
 * learns what the key value store holds as late as the edge does.
 */
final class EndpointFront implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Settings settings;
  private final Process process;
  private final BufferedWriter toProcess;
  private final BufferedReader fromProcess;
  private final URI uri;
  private final List<ScheduledFuture<?>> underway = new ArrayList<>();

  private EndpointFront(Settings settings, Process process) throws IOException {
    this.settings = settings;
    this.process = process;
    this.toProcess = process.outputWriter(UTF_8);
    this.fromProcess = process.inputReader(UTF_8);
    write(settings.json());
    String line = fromProcess.readLine();
    if (line == null) {
      throw new IOException("the endpoint's front has ended");
    }
    uri = URI.create("http://127.0.0.1:" + JSON.readTree(line).path("port").asInt() + "/");
  }

  /**
   * What it begins with.
   *
   * @param edgeFunction the code of the edge function
   * @param origin the region of the distribution's own origin
   * @param readTimeout how long it waits for an answer
   * @param newKeys whether each request gets another idempotency key
   */
  record Settings(String edgeFunction, String origin, Duration readTimeout, boolean newKeys) {
    private JsonNode json() {
      return JSON.createObjectNode()
          .put("code", edgeFunction)
          .put("origin", origin)
          .put("readMillis", readTimeout.toMillis())
          .put("newKeys", newKeys);
    }
  }

  /** Starts it. */
  static EndpointFront start(Settings settings) {
    Path script = StateMachineRunner.folder().resolve("front.mjs");
    try {
      return new EndpointFront(
          settings,
          new ProcessBuilder("node", script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI uri() {
    return uri;
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** {@return what it has begun with} */
  Settings settings() {
    return settings;
  }

  /** Says where the regions' Function URLs are on this machine. */
  void urls(Map<String, URI> urls) {
    ObjectNode message = JSON.createObjectNode();
    ObjectNode list = message.putObject("urls");
    urls.forEach((region, url) -> list.put(region, url.toString()));
    write(message);
  }

  /** Lets the edge know what the store holds, after a while. */
  synchronized void store(Map<String, String> content, Duration propagation) {
    ObjectNode message = JSON.createObjectNode();
    ObjectNode store = message.putObject("store");
    content.forEach(store::put);
    if (propagation.isZero()) {
      write(message);
    } else {
      underway.add(
          Daemons.TIMER.schedule(
              () -> write(message), propagation.toMillis(), TimeUnit.MILLISECONDS));
    }
  }

  /** Knows no region any more, nor what is underway to it. */
  synchronized void forget() {
    underway.forEach(one -> one.cancel(false));
    underway.clear();
    urls(Map.of());
    store(Map.of(), Duration.ZERO);
  }

  private void write(JsonNode message) {
    try {
      String line = JSON.writeValueAsString(message);
      synchronized (toProcess) {
        toProcess.write(line);
        toProcess.newLine();
        toProcess.flush();
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
