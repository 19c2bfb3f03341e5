package io.github.paymentdr.payments.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Calls a payment endpoint and repeats a request until it is answered or its time is over. */
public final class PaymentClient {
  private static final Duration CONNECT_TIME = Duration.ofSeconds(2);
  private static final Duration ANSWER_TIME = Duration.ofSeconds(3);
  private static final Duration TOKEN_TIME = Duration.ofMinutes(5);
  private static final Set<Integer> TRY_AGAIN = Set.of(429, 502, 503, 504);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIME).build();
  private final URI endpoint;
  private final String caller;
  private final String keyId;
  private final byte[] secret;

  public PaymentClient(URI endpoint, String caller, String keyId, String secret) {
    this.endpoint = endpoint;
    this.caller = caller;
    this.keyId = keyId;
    this.secret = Base64.getUrlDecoder().decode(secret);
  }

  /** One thing that shall happen once has one idempotency key, however often it is asked for. */
  public HttpResponse<String> post(
      String path, String idempotencyKey, String json, Duration longest)
      throws IOException, InterruptedException, GeneralSecurityException {
    byte[] body = json.getBytes(UTF_8);
    Instant end = Instant.now().plus(longest);
    for (int attempt = 0; ; attempt++) {
      Duration pause = Duration.ofMillis(ThreadLocalRandom.current().nextLong(pauseBound(attempt)));
      try {
        HttpResponse<String> answer =
            http.send(request(path, idempotencyKey, body), BodyHandlers.ofString());
        boolean again = TRY_AGAIN.contains(answer.statusCode()) || isUnderWay(answer);
        if (!again || Instant.now().plus(pause).isAfter(end)) {
          return answer;
        }
        pause = pause.plus(retryAfter(answer));
      } catch (IOException e) {
        // Nobody knows whether it happened; the same key makes it safe to ask again.
        if (Instant.now().plus(pause).isAfter(end)) {
          throw e;
        }
      }
      Thread.sleep(pause.toMillis());
    }
  }

  private HttpRequest request(String path, String idempotencyKey, byte[] body)
      throws GeneralSecurityException {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
    return HttpRequest.newBuilder(endpoint.resolve(path))
        .timeout(ANSWER_TIME)
        .header("authorization", "Bearer " + token())
        .header("content-type", "application/json")
        .header("idempotency-key", idempotencyKey)
        .header("x-amz-content-sha256", HexFormat.of().formatHex(hash))
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  private String token() throws GeneralSecurityException {
    long expires = Instant.now().plus(TOKEN_TIME).getEpochSecond();
    String content =
        base64("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"" + keyId + "\"}")
            + "."
            + base64("{\"sub\":\"" + caller + "\",\"exp\":" + expires + "}");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return content + "." + base64(mac.doFinal(content.getBytes(UTF_8)));
  }

  /** The first request with the key has not ended. */
  private static boolean isUnderWay(HttpResponse<?> answer) {
    return answer.statusCode() == 409 && answer.headers().firstValue("retry-after").isPresent();
  }

  private static Duration retryAfter(HttpResponse<?> answer) {
    return answer
        .headers()
        .firstValue("retry-after")
        .filter(seconds -> seconds.matches("[0-4]"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(Duration.ZERO);
  }

  /** At random below this, so that not all clients come back at the same moment. */
  private static long pauseBound(int attempt) {
    return Math.min(2_000, 100L << Math.min(attempt, 10));
  }

  private static String base64(String text) {
    return base64(text.getBytes(UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
