package io.github.paymentdr.example.drill.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A server that answers as a script says, and keeps what it was asked. */
public final class ScriptedEndpoint implements AutoCloseable {
  /** The name of the callers' key. */
  public static final String KEY_ID = "drill";

  /** Its secret: 32 zeros. */
  public static final String SECRET = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  private ScriptedEndpoint(Function<Request, Answer> script) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, script));
    server.start();
  }

  /**
   * What it was asked.
   *
   * @param method the method
   * @param path the path with its query
   * @param headers the headers, names in lower case
   * @param body the body
   * @param at when
   */
  public record Request(
      String method, String path, Map<String, String> headers, String body, Instant at) {
    /** {@return the idempotency key} */
    public String key() {
      return headers.getOrDefault("idempotency-key", "");
    }
  }

  /**
   * What it answers.
   *
   * @param status the status; 0 for no answer, the connection is closed
   * @param headers the headers
   * @param body the body
   * @param missing so many bytes of the body are announced and never sent
   */
  public record Answer(int status, Map<String, String> headers, String body, int missing) {
    /** {@return an answer without headers} */
    public static Answer of(int status, String body) {
      return new Answer(status, Map.of(), body, 0);
    }

    /** {@return an acceptance by a region} */
    public static Answer accepted(String id, String region, long epoch) {
      return new Answer(
          201,
          Map.of("x-region", region, "x-lease-epoch", Long.toString(epoch)),
          "{\"id\":\"" + id + "\",\"amount\":1}",
          0);
    }

    /** {@return the same with another header} */
    public Answer with(String name, String value) {
      Map<String, String> more = new TreeMap<>(headers);
      more.put(name, value);
      return new Answer(status, more, body, missing);
    }
  }

  /** Starts it. */
  public static ScriptedEndpoint start(Function<Request, Answer> script) {
    try {
      return new ScriptedEndpoint(script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return its URL} */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /** {@return itself as what payments go to} */
  public PaymentTarget target() {
    return PaymentTarget.endpoint(uri(), KEY_ID, SECRET);
  }

  /** {@return what it was asked} */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  private void answer(HttpExchange exchange, Function<Request, Answer> script) throws IOException {
    try (exchange) {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.put(name, String.join(",", values)));
      Request request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              headers,
              new String(exchange.getRequestBody().readAllBytes(), UTF_8),
              Instant.now());
      requests.add(request);
      Answer answer = script.apply(request);
      if (answer.status() == 0) {
        return;
      }
      byte[] body = answer.body().getBytes(UTF_8);
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      int length = body.length + answer.missing();
      exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(body);
      exchange.getResponseBody().flush();
      if (answer.missing() > 0) {
        Thread.sleep(20_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    server.stop(0);
  }
}
