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
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The process of Node that stands where CloudFront stands; {@code front.mjs} is its other side. It
 * learns what the key value store holds as late as the edge does.
 */
final class EndpointFront implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedWriter toProcess;
  private final BufferedReader fromProcess;
  private final URI uri;

  private EndpointFront(Process process, JsonNode begin) throws IOException {
    this.process = process;
    this.toProcess = process.outputWriter(UTF_8);
    this.fromProcess = process.inputReader(UTF_8);
    write(begin);
    String line = fromProcess.readLine();
    if (line == null) {
      throw new IOException("the endpoint's front has ended");
    }
    uri = URI.create("http://127.0.0.1:" + JSON.readTree(line).path("port").asInt() + "/");
  }

  /**
   * Starts it.
   *
   * @param template has the edge function and the distribution
   * @param origin the region of the distribution's own origin
   * @param speed how many times shorter its time limits are
   * @param newKeys whether each request gets another idempotency key
   */
  static EndpointFront start(
      FailoverTemplate template, String origin, double speed, boolean newKeys) {
    Path script = StateMachineRunner.folder().resolve("front.mjs");
    ObjectNode begin = JSON.createObjectNode().put("code", template.edgeFunction());
    begin.put("origin", origin).put("newKeys", newKeys);
    begin.put("readMillis", (long) (template.originReadTimeout().toMillis() / speed));
    try {
      return new EndpointFront(
          new ProcessBuilder("node", script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start(),
          begin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI uri() {
    return uri;
  }

  /** Says where the regions' Function URLs are on this machine. */
  void urls(Map<String, URI> urls) {
    ObjectNode message = JSON.createObjectNode();
    ObjectNode list = message.putObject("urls");
    urls.forEach((region, url) -> list.put(region, url.toString()));
    write(message);
  }

  /** Lets the edge know what the store holds, after a while. */
  void store(Map<String, String> content, Duration propagation) {
    ObjectNode message = JSON.createObjectNode();
    ObjectNode store = message.putObject("store");
    content.forEach(store::put);
    if (propagation.isZero()) {
      write(message);
    } else {
      var unused =
          Daemons.TIMER.schedule(
              () -> write(message), propagation.toMillis(), TimeUnit.MILLISECONDS);
    }
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
