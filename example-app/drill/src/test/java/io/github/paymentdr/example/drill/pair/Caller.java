package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/** Asks the endpoint, or a region itself, and says what came of it by a number. */
final class Caller {
  static final int NO_ANSWER = 0;

  /** Longer than the payment function's time limit, at every speed. */
  private static final Duration PATIENCE = Duration.ofSeconds(12);

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Caller() {}

  static String newKey() {
    return UUID.randomUUID().toString();
  }

  static String order(String reference) {
    return "{\"amount\":1999,\"currency\":\"EUR\",\"payer\":\"payer-1\",\"payee\":\"payee-1\","
        + "\"reference\":\""
        + reference
        + "\"}";
  }

  /** {@return the status of a new payment that a region itself is asked for} */
  static int pay(LocalRegion region) {
    return pay(region, newKey());
  }

  /** {@return the status of a payment that a region itself is asked for} */
  static int pay(LocalRegion region, String key) {
    try {
      return send(region, key).statusCode();
    } catch (IOException e) {
      return NO_ANSWER;
    }
  }

  static HttpResponse<String> send(LocalRegion region, String key) throws IOException {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(region.url().resolve("payments"))
              .timeout(PATIENCE)
              .header("authorization", "AWS4-HMAC-SHA256 Credential=AKIACALLER/x")
              .header("content-type", "application/json")
              .header("idempotency-key", key)
              .POST(BodyPublishers.ofString(order(key)))
              .build(),
          BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static HttpResponse<String> pay(LocalPair pair, String token, String key, String body)
      throws IOException {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(pair.endpoint().resolve("payments"))
              .timeout(PATIENCE)
              .header("authorization", "Bearer " + token)
              .header("x-amz-content-sha256", Hashing.sha256().hashString(body, UTF_8).toString())
              .header("content-type", "application/json")
              .header("idempotency-key", key)
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static HttpResponse<String> get(URI uri) throws IOException {
    try {
      return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static String token(LocalPair pair) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    String head = "{\"alg\":\"HS256\",\"kid\":\"" + pair.callerKeyId() + "\"}";
    String claims =
        "{\"sub\":\"test\",\"exp\":" + Instant.now().plusSeconds(60).getEpochSecond() + "}";
    String text =
        base64.encodeToString(head.getBytes(UTF_8))
            + "."
            + base64.encodeToString(claims.getBytes(UTF_8));
    byte[] key = Base64.getUrlDecoder().decode(pair.callerSecret());
    return text
        + "."
        + base64.encodeToString(Hashing.hmacSha256(key).hashString(text, UTF_8).asBytes());
  }
}
