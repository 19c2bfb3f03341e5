package io.github.paymentdr.runtime.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/**
 * Asks a payment function for its health, by its URL as callers do, and never longer than it may.
 * Each question has a connection of its own: one that was open while the process was frozen would
 * look like a region that is gone.
 */
public final class HealthClient {
  /** A header that the JDK's client lets through only if that is said before it is loaded. */
  private static final String CONNECTION = "connection";

  private static final int MOST_BYTES = 4_096;

  static {
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", CONNECTION);
  }

  private final AwsCredentialsProvider credentials;
  private final Clock clock;
  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

  /** The JDK's own threads are daemons; nothing here keeps a process alive. */
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();

  /**
   * Makes the client.
   *
   * @param credentials who asks
   * @param clock the time that requests are signed with
   */
  public HealthClient(AwsCredentialsProvider credentials, Clock clock) {
    this.credentials = credentials;
    this.clock = clock;
  }

  /**
   * Asks.
   *
   * @param functionUrl the function's URL
   * @param path path and query of the question
   * @param region the function's region
   * @param limit how long it may take from begin to end, with the name's look-up, the connection
   *     and the whole answer
   * @return the answer, or why there was none
   */
  public HealthAnswer ask(String functionUrl, String path, String region, Duration limit) {
    CompletableFuture<HttpResponse<String>> call;
    try {
      call = http.sendAsync(request(functionUrl, path, region), info -> new Beginning());
    } catch (IllegalArgumentException | SdkException e) {
      return HealthAnswer.none("it could not be asked: " + e.getMessage());
    }
    try {
      HttpResponse<String> response = call.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return new HealthAnswer(OptionalInt.of(response.statusCode()), response.body(), "");
    } catch (TimeoutException e) {
      return HealthAnswer.none("no answer in " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      return HealthAnswer.none(problem(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return HealthAnswer.none("interrupted");
    } finally {
      // Ends the exchange with its connection, wherever it is; nothing to it if it is over.
      call.cancel(true);
    }
  }

  private HttpRequest request(String functionUrl, String path, String region) {
    URI uri = URI.create(functionUrl.replaceAll("/+$", "") + path);
    SdkHttpRequest unsigned = SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(uri).build();
    SignedRequest signed =
        signer.sign(
            sign ->
                sign.identity(credentials.resolveCredentials())
                    .request(unsigned)
                    .putProperty(HttpSigner.SIGNING_CLOCK, clock)
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region));
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).GET();
    signed
        .request()
        .forEachHeader(
            (name, values) -> {
              if (!name.equalsIgnoreCase("host")) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      request.header(CONNECTION, "close");
    } catch (IllegalArgumentException e) {
      // Somebody has used the JDK's client in this process before; no function does.
    }
    return request.build();
  }

  private static String problem(@Nullable Throwable failure) {
    if (failure instanceof SSLException) {
      return "no secure connection (" + failure.getMessage() + ")";
    }
    if (failure instanceof ConnectException) {
      return isUnresolved(failure.getCause()) ? "its name is not known" : "no connection";
    }
    return "the connection broke off (" + (failure == null ? "" : failure.getMessage()) + ")";
  }

  private static boolean isUnresolved(@Nullable Throwable cause) {
    return cause != null
        && (cause instanceof UnresolvedAddressException || isUnresolved(cause.getCause()));
  }

  /** Keeps the beginning of an answer, and hangs up on what goes on and on. */
  private static final class Beginning implements BodySubscriber<String> {
    private final CompletableFuture<String> body = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription subscription;

    @Override
    public CompletionStage<String> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        byte[] next = new byte[Math.min(buffer.remaining(), MOST_BYTES - bytes.size())];
        buffer.get(next);
        bytes.writeBytes(next);
      }
      if (bytes.size() == MOST_BYTES) {
        if (subscription != null) {
          subscription.cancel();
        }
        onComplete();
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(bytes.toString(UTF_8));
    }
  }
}
