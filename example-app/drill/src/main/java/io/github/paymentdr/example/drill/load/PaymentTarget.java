package io.github.paymentdr.example.drill.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Where requests go to, and how they are signed. A request has a limit for the whole answer: when
 * it is over, its connection is closed.
 */
public final class PaymentTarget {
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** Who sends requests that are no payments. */
  private static final String OBSERVER = "drill";

  private static final int NOTHING_SENT = 0;
  private static final ScheduledThreadPoolExecutor LIMITS = limits();

  private final URI uri;
  private final Signing signing;
  private final ExecutorService threads = Executors.newFixedThreadPool(2, Threads.named("callers"));
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .executor(threads)
          .build();

  private PaymentTarget(URI uri, Signing signing) {
    String path = uri.getPath();
    if (uri.getHost() == null || !(path.isEmpty() || path.equals("/"))) {
      throw new IllegalArgumentException("must be a URL without a path, got " + uri);
    }
    this.uri = uri.resolve("/");
    this.signing = signing;
  }

  /**
   * {@return a payment endpoint}
   *
   * @param uri its URL
   * @param keyId the name of the callers' key
   * @param secret the secret in base64url
   * @throws IllegalArgumentException if one of them cannot be one
   */
  public static PaymentTarget endpoint(URI uri, String keyId, String secret) {
    return new PaymentTarget(uri, new BearerToken(keyId, secret));
  }

  /**
   * {@return a Function URL, or anything that asks for the same signatures}
   *
   * @param uri its URL
   * @param region the region that its signatures are for
   * @param credentials who calls
   * @throws IllegalArgumentException if it cannot be one
   */
  public static PaymentTarget functionUrl(
      URI uri, String region, AwsCredentialsProvider credentials) {
    return new PaymentTarget(uri, new Sigv4(region, credentials));
  }

  /** {@return its URL, with the slash at the end} */
  public URI uri() {
    return uri;
  }

  /**
   * Asks for something.
   *
   * @param path the path without the slash before it, with its query
   * @param limit how long it may take
   * @param receiver is told the answer, or that there is none
   */
  public void get(String path, Duration limit, Consumer<Optional<HttpResponse<String>>> receiver) {
    send("GET", path, OBSERVER, "", null, limit, receiver);
  }

  /** Sends a payment. */
  void pay(
      String caller,
      String key,
      String json,
      Duration limit,
      Consumer<Optional<HttpResponse<String>>> receiver) {
    send("POST", "payments", caller, json, key, limit, receiver);
  }

  private void send(
      String method,
      String path,
      String caller,
      String body,
      @Nullable String key,
      Duration limit,
      Consumer<Optional<HttpResponse<String>>> receiver) {
    URI whole = uri.resolve(path);
    byte[] bytes = body.getBytes(UTF_8);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(whole)
            .timeout(limit)
            .method(
                method,
                bytes.length == NOTHING_SENT
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(bytes));
    if (key != null) {
      request.header("content-type", "application/json").header("idempotency-key", key);
    }
    try {
      signing.headers(method, whole, caller, bytes).forEach(request::setHeader);
    } catch (RuntimeException e) {
      // Credentials that cannot be had are like an answer that cannot.
      receiver.accept(Optional.empty());
      return;
    }
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(request.build(), BodyHandlers.ofString());
    // The client's own limit ends with the headers; a body that does not end would have none.
    Future<?> end =
        LIMITS.schedule(() -> answer.cancel(true), limit.toMillis(), TimeUnit.MILLISECONDS);
    Future<?> unused =
        answer.whenComplete(
            (response, fault) -> {
              end.cancel(false);
              receiver.accept(fault == null ? Optional.of(response) : Optional.empty());
            });
  }

  private static ScheduledThreadPoolExecutor limits() {
    ScheduledThreadPoolExecutor limits =
        new ScheduledThreadPoolExecutor(1, Threads.named("time-limits"));
    limits.setRemoveOnCancelPolicy(true);
    return limits;
  }
}
