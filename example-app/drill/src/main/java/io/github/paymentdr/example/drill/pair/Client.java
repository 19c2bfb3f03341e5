package io.github.paymentdr.example.drill.pair;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Sends requests to a payment function, signed as its URL wants it. */
final class Client {
  /** The access key of everybody who pays. */
  static final String ACCESS_KEY = "AKIACALLER";

  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private Client() {}

  static HttpResponse<String> pay(URI url, String key, String body) throws IOException {
    return send(
        signed(url.resolve("payments"))
            .header("Idempotency-Key", key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  static HttpResponse<String> get(URI url, String path) throws IOException {
    return send(signed(url.resolve(path)).GET().build());
  }

  static HttpResponse<String> unsigned(URI url, String path) throws IOException {
    return send(HttpRequest.newBuilder(url.resolve(path)).GET().timeout(LIMIT).build());
  }

  private static HttpRequest.Builder signed(URI uri) {
    return HttpRequest.newBuilder(uri)
        .timeout(LIMIT)
        .header(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential="
                + ACCESS_KEY
                + "/20261122/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0");
  }

  private static HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return HTTP.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
