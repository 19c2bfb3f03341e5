package io.github.paymentdr.runtime.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/**
 * Answers as a function URL with IAM authorisation does: 403 to what is not signed for its region,
 * service, path and query.
 */
public final class FunctionUrlStub implements AutoCloseable {
  public static final String WELL = "{\"status\":\"UP\",\"database\":{\"writable\":true}}";

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** What is answered. */
  public record Answer(int status, String body) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final String region;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> connections = new CopyOnWriteArrayList<>();
  private volatile Function<String, Answer> answer = path -> new Answer(200, WELL);

  private FunctionUrlStub(String region) throws IOException {
    this.region = region;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public static FunctionUrlStub start(String region) {
    try {
      return new FunctionUrlStub(region);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says what is answered from now on. */
  public FunctionUrlStub answers(int status, String body) {
    return answers(() -> new Answer(status, body));
  }

  public FunctionUrlStub answers(Supplier<Answer> next) {
    return answers(path -> next.get());
  }

  /** Says what is answered to a path and query from now on. */
  public FunctionUrlStub answers(Function<String, Answer> next) {
    answer = next;
    return this;
  }

  public String url() {
    return "http://localhost:" + server.getAddress().getPort() + "/";
  }

  /** {@return what was asked, path and query, in order} */
  public List<String> requests() {
    return requests;
  }

  /** {@return from where each request came} */
  public List<String> connections() {
    return connections;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().toString();
      requests.add(path);
      connections.add(exchange.getRemoteAddress().toString());
      Answer given =
          isSigned(exchange) ? answer.apply(path) : new Answer(403, "{\"Message\":\"no\"}");
      byte[] body = given.body().getBytes(UTF_8);
      if (given.status() >= 300 && given.status() < 400) {
        exchange.getResponseHeaders().add("Location", url() + "elsewhere");
      }
      exchange.sendResponseHeaders(given.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Signs the request again, as it arrived, and compares. */
  private boolean isSigned(HttpExchange exchange) {
    String date = exchange.getRequestHeaders().getFirst("X-Amz-Date");
    if (date == null) {
      return false;
    }
    Clock then = Clock.fixed(Instant.from(DATE.parse(date)), ZoneOffset.UTC);
    URI uri =
        URI.create(
            "http://"
                + exchange.getRequestHeaders().getFirst("Host")
                + exchange.getRequestURI().toString());
    SdkHttpRequest again =
        AwsV4HttpSigner.create()
            .sign(
                sign ->
                    sign.identity(AwsBasicCredentials.create("AKIAEXAMPLE", "example"))
                        .request(
                            SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(uri).build())
                        .putProperty(HttpSigner.SIGNING_CLOCK, then)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region))
            .request();
    return again
        .firstMatchingHeader("Authorization")
        .equals(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")));
  }
}
