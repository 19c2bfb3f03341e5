package io.github.paymentdr.runtime.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.paymentdr.runtime.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;

/**
 * Answers the SDK's clients over HTTP in the services' own protocols: JSON for Secrets Manager,
 * forms and XML for RDS and CloudWatch, REST for S3. A test says what each action answers.
 */
public final class AwsStub implements AutoCloseable {
  private static final Pattern REGION = Pattern.compile("Credential=[^/]+/\\d+/([^/]+)/");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, Action> actions = new ConcurrentHashMap<>();
  private final Map<String, Queue<Action>> once = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  private AwsStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public static AwsStub start() {
    try {
      return new AwsStub();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an action does. */
  @FunctionalInterface
  public interface Action {
    Response answer(Request request) throws IOException;
  }

  /**
   * A request as a service gets it.
   *
   * @param action the action, or the method for S3
   * @param region the region that it was signed for
   * @param path the path
   * @param members the members of the JSON object or the fields of the form; for S3 the headers
   * @param body the body as it came
   */
  public record Request(
      String action, String region, String path, Map<String, Object> members, SdkBytes body) {
    public String text(String member) {
      return String.valueOf(members.get(member));
    }

    /** {@return the content of a body that the SDK has sent in signed chunks} */
    public byte[] unchunked() {
      byte[] sent = body.asByteArray();
      if (!text("Content-encoding").contains("aws-chunked")) {
        return sent;
      }
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      for (int at = 0; at < sent.length; ) {
        int end = at;
        while (sent[end] != '\r') {
          end++;
        }
        String line = new String(sent, at, end - at, UTF_8);
        int size = Integer.parseInt(line.split(";", 2)[0], 16);
        content.write(sent, end + 2, size);
        at = size == 0 ? sent.length : end + 2 + size + 2;
      }
      return content.toByteArray();
    }

    public boolean has(String member) {
      return members.containsKey(member);
    }
  }

  /** What the service answers. */
  public record Response(int status, String type, SdkBytes body, Map<String, String> headers) {
    public Response(int status, String type, SdkBytes body) {
      this(status, type, body, Map.of());
    }

    public static Response json(Map<String, ?> members) {
      return new Response(
          200, "application/x-amz-json-1.1", SdkBytes.fromUtf8String(Json.write(members)));
    }

    public static Response jsonError(int status, String code, String message) {
      return new Response(
          status,
          "application/x-amz-json-1.1",
          SdkBytes.fromUtf8String(Json.write(Map.of("__type", code, "message", message))));
    }

    public static Response xml(String text) {
      return new Response(200, "text/xml", SdkBytes.fromUtf8String(text));
    }

    /** An error of RDS or CloudWatch. */
    public static Response xmlError(int status, String code, String message) {
      return new Response(
          status,
          "text/xml",
          SdkBytes.fromUtf8String(
              "<ErrorResponse><Error><Type>Sender</Type><Code>"
                  + code
                  + "</Code><Message>"
                  + message
                  + "</Message></Error><RequestId>r</RequestId></ErrorResponse>"));
    }
  }

  /** Says what an action answers from now on. */
  public AwsStub on(String action, Action answer) {
    actions.put(action, answer);
    return this;
  }

  /** {@return what an action answers now, for tests that put something before it} */
  public Action action(String action) {
    return Objects.requireNonNull(actions.get(action));
  }

  /** Says what an action answers the next time, before what it answers always. */
  public AwsStub once(String action, Action answer) {
    once.computeIfAbsent(action, name -> new ConcurrentLinkedQueue<>()).add(answer);
    return this;
  }

  /** {@return an answer that does not come} */
  public Action silence() {
    return request -> {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("closed");
    };
  }

  public List<Request> requests() {
    return requests;
  }

  public List<String> actions() {
    return requests.stream().map(Request::action).toList();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public AwsClients clients() {
    return new AwsClients(
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAEXAMPLE", "example")),
        Optional.of(endpoint()));
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Request request = read(exchange);
      requests.add(request);
      Queue<Action> next = once.get(request.action());
      Action action = next == null ? null : next.poll();
      if (action == null) {
        action = actions.get(request.action());
      }
      Response response =
          action == null
              ? Response.jsonError(500, "NotPartOfThisTest", request.action())
              : action.answer(request);
      exchange.getResponseHeaders().add("Content-Type", response.type());
      response.headers().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
      byte[] body = response.body().asByteArray();
      exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static Request read(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Map<String, Object> members = new LinkedHashMap<>();
    String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
    String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
    String action = exchange.getRequestMethod();
    if (target != null) {
      action = target;
      members.putAll(Json.readObject(new String(body, UTF_8)));
    } else if (type.startsWith("application/x-www-form-urlencoded")) {
      for (String field : new String(body, UTF_8).split("&", -1)) {
        String[] parts = field.split("=", 2);
        members.put(parts[0], URLDecoder.decode(parts[1], UTF_8));
      }
      action = String.valueOf(members.get("Action"));
    } else {
      exchange.getRequestHeaders().forEach((name, values) -> members.put(name, values.get(0)));
    }
    Matcher region =
        REGION.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    return new Request(
        action,
        region.find() ? region.group(1) : "unsigned",
        exchange.getRequestURI().getPath(),
        members,
        SdkBytes.fromByteArray(body));
  }
}
