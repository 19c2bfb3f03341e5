package io.github.paymentdr.example.drill.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Answer;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Request;
import java.net.URI;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class PaymentTargetTest {
  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(
          AwsSessionCredentials.create("AKIAEXAMPLE", "not-so-secret", "session"));

  private static Optional<HttpResponse<String>> get(PaymentTarget target, String path)
      throws Exception {
    CompletableFuture<Optional<HttpResponse<String>>> answer = new CompletableFuture<>();
    target.get(path, LIMIT, answer::complete);
    return answer.get(10, TimeUnit.SECONDS);
  }

  private static void pay(PaymentTarget target) throws Exception {
    CompletableFuture<Optional<HttpResponse<String>>> answer = new CompletableFuture<>();
    target.pay("shop-1", "key-1", "{\"ü\":1}", LIMIT, answer::complete);
    assertThat(answer.get(10, TimeUnit.SECONDS)).isPresent();
  }

  @Test
  void theEndpointGetsATokenAndTheHashOfTheBody() throws Exception {
    try (ScriptedEndpoint endpoint = ScriptedEndpoint.start(request -> Answer.of(200, "ok"))) {
      pay(endpoint.target());
      assertThat(get(endpoint.target(), "payments/1")).map(HttpResponse::body).contains("ok");
      Request paid = endpoint.requests().get(0);
      assertThat(paid.path()).isEqualTo("/payments");
      assertThat(paid.headers())
          .containsEntry("content-type", "application/json")
          .containsEntry("idempotency-key", "key-1")
          .containsEntry(
              "x-amz-content-sha256",
              HexFormat.of()
                  .formatHex(
                      MessageDigest.getInstance("SHA-256").digest("{\"ü\":1}".getBytes(UTF_8))));
      JsonNode claims = claims(paid);
      assertThat(claims.path("sub").asText()).isEqualTo("shop-1");
      assertThat(Instant.ofEpochSecond(claims.path("exp").asLong()))
          .isBetween(Instant.now().plusSeconds(200), Instant.now().plusSeconds(301));
      Request got = endpoint.requests().get(1);
      assertThat(got.path()).isEqualTo("/payments/1");
      assertThat(claims(got).path("sub").asText()).isEqualTo("drill");
    }
  }

  /** As the edge function does it. */
  private static JsonNode claims(Request request) throws Exception {
    List<String> token = List.of(request.headers().get("authorization").substring(7).split("\\."));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
    assertThat(Base64.getUrlDecoder().decode(token.get(2)))
        .isEqualTo(mac.doFinal((token.get(0) + "." + token.get(1)).getBytes(UTF_8)));
    assertThat(new String(Base64.getUrlDecoder().decode(token.get(0)), UTF_8))
        .isEqualTo("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"drill\"}");
    return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(token.get(1)));
  }

  @Test
  void aFunctionUrlGetsSignatures() throws Exception {
    try (ScriptedEndpoint url = ScriptedEndpoint.start(request -> Answer.of(200, ""))) {
      PaymentTarget target = PaymentTarget.functionUrl(url.uri(), "eu-west-1", CREDENTIALS);
      pay(target);
      get(target, "health?deep=true");
      for (Request request : url.requests()) {
        assertThat(request.headers().get("authorization"))
            .startsWith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
            .contains("/eu-west-1/lambda/aws4_request")
            .contains("host");
        assertThat(request.headers())
            .containsKey("x-amz-date")
            .containsEntry("x-amz-security-token", "session");
      }
      assertThat(url.requests().get(1).path()).isEqualTo("/health?deep=true");
    }
  }

  @Test
  void withoutCredentialsThereIsNoAnswer() throws Exception {
    AwsCredentialsProvider none =
        () -> {
          throw new IllegalStateException("no credentials");
        };
    assertThat(get(PaymentTarget.functionUrl(URI.create("http://localhost:1"), "x", none), "a"))
        .isEmpty();
  }

  @Test
  void whatCannotBeATargetIsRefused() {
    URI uri = URI.create("https://pair.example");
    assertThat(PaymentTarget.endpoint(uri, "k", ScriptedEndpoint.SECRET).uri())
        .isEqualTo(URI.create("https://pair.example/"));
    assertThatThrownBy(
            () ->
                PaymentTarget.endpoint(
                    URI.create("https://pair.example/v1"), "k", ScriptedEndpoint.SECRET))
        .hasMessage("must be a URL without a path, got https://pair.example/v1");
    assertThatThrownBy(
            () -> PaymentTarget.endpoint(URI.create("pair"), "k", ScriptedEndpoint.SECRET))
        .hasMessage("must be a URL without a path, got pair");
    assertThatThrownBy(() -> PaymentTarget.endpoint(uri, "a key", ScriptedEndpoint.SECRET))
        .hasMessage("the caller's key id must be 1 to 64 letters, digits, '-' or '_', got a key");
    for (String secret : List.of("geheim", "?", "")) {
      assertThatThrownBy(() -> PaymentTarget.endpoint(uri, "k", secret))
          .hasMessage(
              "the caller's secret must be 32 bytes in base64url, as it is in the endpoint's"
                  + " store");
    }
  }
}
