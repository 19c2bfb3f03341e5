package io.github.paymentdr.payments.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.paymentdr.payments.endpoint.EdgeRuntime.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint on this machine: the edge function itself decides on each request, and what it passes
 * on meets what Lambda does with a signed request, which compares the body with its hash.
 */
final class LocalEndpoint implements AutoCloseable {
  private final EdgeRuntime edge = EdgeRuntime.start(EndpointAccess.bearerTokens(), false);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<Received> received = Collections.synchronizedList(new ArrayList<>());
  private final HttpServer server;

  /** What came through to the payment function. */
  record Received(
      String method,
      String path,
      String body,
      @Nullable String caller,
      @Nullable String idempotencyKey) {}

  /** What the payment function says; a negative status is no answer at all. */
  record Answer(int status, @Nullable String retryAfter, String body) {}

  LocalEndpoint() throws IOException {
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  URI uri() {
    return URI.create(
        "http://"
            + server.getAddress().getHostString()
            + ":"
            + server.getAddress().getPort()
            + "/");
  }

  /** The next answers of the payment function; 201 when there are none left. */
  LocalEndpoint answering(Answer... next) {
    answers.addAll(List.of(next));
    return this;
  }

  List<Received> received() {
    return List.copyOf(received);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Outcome outcome = edge.handle(requestOf(exchange));
      if (!outcome.isPassedOn()) {
        send(exchange, new Answer(outcome.status(), null, outcome.result().get("body").asText()));
      } else if (!hashOf(body).equals(outcome.header("x-amz-content-sha256"))) {
        send(exchange, new Answer(403, null, "{\"message\":\"the signature does not match\"}"));
      } else {
        received.add(
            new Received(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                new String(body, UTF_8),
                outcome.header("x-caller"),
                outcome.header("idempotency-key")));
        send(exchange, nextAnswer());
      }
    }
  }

  private synchronized Answer nextAnswer() {
    Answer next = answers.poll();
    return next == null ? new Answer(201, null, "{\"id\":\"1\"}") : next;
  }

  private static EdgeRequest requestOf(HttpExchange exchange) {
    EdgeRequest request =
        EdgeRequest.of(exchange.getRequestMethod(), exchange.getRequestURI().getPath())
            .at(Instant.now().getEpochSecond());
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              String key = name.toLowerCase(Locale.ROOT);
              if (values.size() == 1) {
                request.header(key, values.get(0));
              } else {
                request.headerTwice(key, values.get(0), values.get(1));
              }
            });
    return request;
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    if (answer.status() < 0) {
      sleep(Duration.ofSeconds(-answer.status()));
      return;
    }
    if (answer.retryAfter() != null) {
      exchange.getResponseHeaders().set("retry-after", answer.retryAfter());
    }
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String hashOf(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    edge.close();
  }
}
