package io.github.paymentdr.payments.endpoint;

import static io.github.paymentdr.payments.endpoint.EdgeRequest.WEST;
import static io.github.paymentdr.payments.endpoint.EdgeRequest.WEST_HOST;
import static io.github.paymentdr.payments.endpoint.Tokens.NOW;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.payments.endpoint.EdgeRuntime.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("B2: the edge function lets callers in and finds the active region")
class EdgeFunctionTest {
  private static final String HASH =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private static final EdgeRuntime EDGE = EdgeRuntime.start(EndpointAccess.bearerTokens(), false);
  private static final EdgeRuntime WITH_HEALTH =
      EdgeRuntime.start(EndpointAccess.bearerTokens(), true);
  private static final EdgeRuntime OPEN = EdgeRuntime.start(EndpointAccess.open(), false);

  @AfterAll
  static void end() {
    Stream.of(EDGE, WITH_HEALTH, OPEN).forEach(EdgeRuntime::close);
  }

  private static EdgeRequest get() {
    return EdgeRequest.of("GET", "/payments/1");
  }

  private static Outcome of(EdgeRequest request) {
    return EDGE.handle(request);
  }

  private static void assertRefused(Outcome outcome) {
    assertThat(outcome.status()).isEqualTo(401);
    assertThat(outcome.header("www-authenticate")).isEqualTo("Bearer");
    assertThat(outcome.problem())
        .isEqualTo(
            EdgeRuntime.json(
                "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,"
                    + "\"detail\":\"A valid bearer token is needed.\"}"));
    assertThat(outcome.origin()).isNull();
  }

  @Nested
  class Callers {
    @Test
    void aGoodTokenIsLetIn() {
      Outcome outcome = of(get().token(Tokens.good()));
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.logs()).isEmpty();
    }

    @Test
    void theFunctionLearnsWhoCallsAndNothingOfTheToken() {
      Outcome outcome = of(get().header("x-caller", "admin").token(Tokens.good()));
      assertThat(outcome.header("x-caller")).isEqualTo("shop-1");
      assertThat(outcome.result().path("headers").has("authorization")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bearer", "BEARER", "Bearer"})
    void theSchemeHasNoCase(String scheme) {
      assertThat(of(get().header("authorization", scheme + " " + Tokens.good())).isPassedOn())
          .isTrue();
    }

    static Stream<String> headers() {
      String good = Tokens.good();
      return Stream.of(
          "",
          "Bearer",
          "Bearer ",
          good,
          "Basic " + good,
          "Bearer  " + good,
          "Bearer\t" + good,
          " Bearer " + good,
          "Bearer " + good + " ",
          "Bearer " + good + "," + good,
          "Bearer " + good + ", Bearer " + good,
          "Bearer " + good + "=",
          "Bearer " + good + "\n",
          "Bearer " + good.substring(0, good.length() - 1),
          "Bearer " + good + "A",
          "Bearer " + good.substring(0, good.lastIndexOf('.')),
          "Bearer " + good.substring(0, good.lastIndexOf('.') + 1),
          "Bearer .." + good.substring(good.lastIndexOf('.') + 1),
          "Bearer " + good + "." + good,
          "Bearer null",
          "Bearer undefined",
          "AWS4-HMAC-SHA256 Credential=AKIA/20261122/us-east-1/lambda/aws4_request");
    }

    @ParameterizedTest
    @MethodSource("headers")
    void whatIsNoBearerTokenIsRefused(String header) {
      assertRefused(of(get().header("authorization", header)));
    }

    @Test
    void noHeaderIsRefused() {
      assertRefused(of(get()));
    }

    @Test
    void twoHeadersAreRefusedEvenWhenBothAreGood() {
      String header = "Bearer " + Tokens.good();
      assertRefused(of(get().headerTwice("authorization", header, header)));
      assertRefused(of(get().headerTwice("authorization", header, "Bearer x")));
    }

    static Stream<BiConsumer<Map<String, Object>, Map<String, Object>>> changes() {
      return Stream.of(
          (header, claims) -> claims.put("exp", NOW - 30),
          (header, claims) -> claims.put("exp", NOW - 1_000_000),
          (header, claims) -> claims.put("exp", -1),
          (header, claims) -> claims.put("exp", NOW + 3_631),
          (header, claims) -> claims.put("exp", 1e300),
          (header, claims) -> claims.put("exp", String.valueOf(NOW + 300)),
          (header, claims) -> claims.put("exp", null),
          (header, claims) -> claims.put("exp", true),
          (header, claims) -> claims.put("exp", List.of(NOW + 300)),
          (header, claims) -> claims.remove("exp"),
          (header, claims) -> claims.put("nbf", NOW + 31),
          (header, claims) -> claims.put("nbf", String.valueOf(NOW)),
          (header, claims) -> claims.put("nbf", null),
          (header, claims) -> claims.put("iat", NOW + 31),
          (header, claims) -> claims.put("iat", "yesterday"),
          (header, claims) -> claims.remove("sub"),
          (header, claims) -> claims.put("sub", ""),
          (header, claims) -> claims.put("sub", 7),
          (header, claims) -> claims.put("sub", "a b"),
          (header, claims) -> claims.put("sub", "a\nx-other: b"),
          (header, claims) -> claims.put("sub", "a".repeat(129)),
          (header, claims) -> header.put("alg", "none"),
          (header, claims) -> header.put("alg", "None"),
          (header, claims) -> header.put("alg", ""),
          (header, claims) -> header.put("alg", "RS256"),
          (header, claims) -> header.put("alg", "ES256"),
          (header, claims) -> header.put("alg", "HS384"),
          (header, claims) -> header.put("alg", "hs256"),
          (header, claims) -> header.put("alg", List.of("HS256")),
          (header, claims) -> header.remove("alg"),
          (header, claims) -> header.put("crit", List.of("exp")),
          (header, claims) -> header.put("crit", List.of()),
          (header, claims) -> header.put("kid", "other"),
          (header, claims) -> header.put("kid", ""),
          (header, claims) -> header.put("kid", 1),
          (header, claims) -> header.put("kid", List.of(Tokens.KID)),
          (header, claims) -> header.put("kid", "../active"),
          (header, claims) -> header.put("kid", Tokens.KID + "\u0000"),
          (header, claims) -> header.put("kid", "__proto__"),
          (header, claims) -> header.put("kid", "k".repeat(65)),
          (header, claims) -> header.remove("kid"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aSignedTokenThatIsNotInOrderIsRefused(
        BiConsumer<Map<String, Object>, Map<String, Object>> change) {
      Map<String, Object> header = Tokens.header();
      Map<String, Object> claims = Tokens.claims();
      change.accept(header, claims);
      assertRefused(of(get().token(Tokens.signed(header, claims))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "\"text\"", "7", "true", "{", "", "[{}]"})
    void partsThatAreNoObjectsAreRefused(String part) {
      String header = EdgeRuntime.text(Tokens.header());
      String claims = EdgeRuntime.text(Tokens.claims());
      assertRefused(of(get().token(Tokens.signed(header, part))));
      assertRefused(of(get().token(Tokens.signed(part, claims))));
    }

    @Test
    void theClockMayBeHalfAMinuteOff() {
      Map<String, Object> claims = Tokens.claims();
      claims.put("exp", NOW - 29);
      claims.put("nbf", NOW + 30);
      claims.put("iat", NOW + 30);
      assertThat(of(get().token(Tokens.signed(Tokens.header(), claims))).isPassedOn()).isTrue();
      String token = Tokens.good();
      assertThat(of(get().token(token).at(NOW + 329)).isPassedOn()).isTrue();
      assertRefused(of(get().token(token).at(NOW + 330)));
    }

    @Test
    void aTokenIsGoodForAnHourAtMost() {
      Map<String, Object> claims = Tokens.claims();
      claims.put("exp", NOW + 3_630);
      String token = Tokens.signed(Tokens.header(), claims);
      assertThat(of(get().token(token)).isPassedOn()).isTrue();
      assertRefused(of(get().token(token).at(NOW - 1)));
    }

    @Test
    void oneChangedCharacterIsEnough() {
      String good = Tokens.good();
      List<EdgeRequest> requests = new ArrayList<>();
      for (int i = 0; i < good.length(); i++) {
        char changed = good.charAt(i) == 'A' ? 'B' : 'A';
        requests.add(get().token(good.substring(0, i) + changed + good.substring(i + 1)));
      }
      assertThat(EDGE.handleAll(requests))
          .hasSameSizeAs(requests)
          .allSatisfy(EdgeFunctionTest::assertRefused);
    }

    @Test
    void theSignatureIsOfTheSecretAndWithSha256() {
      String header = EdgeRuntime.text(Tokens.header());
      String claims = EdgeRuntime.text(Tokens.claims());
      String other = Tokens.SECRET.replace('A', 'B');
      assertRefused(of(get().token(Tokens.signed(header, claims, "HmacSHA256", other))));
      assertRefused(of(get().token(Tokens.signed(header, claims, "HmacSHA512", Tokens.SECRET))));
    }

    @Test
    void aTokenMayHaveTwoKilobytes() {
      Map<String, Object> claims = Tokens.claims();
      claims.put("pad", "x".repeat(1350));
      String large = Tokens.signed(Tokens.header(), claims);
      assertThat(large.length()).isBetween(1900, 2041);
      assertThat(of(get().token(large)).isPassedOn()).isTrue();
      claims.put("pad", "x".repeat(1550));
      assertRefused(of(get().token(Tokens.signed(Tokens.header(), claims))));
    }

    @Test
    void twoKeysAreGoodAtOnceForARotation() {
      String next = Tokens.SECRET.replace('A', 'B');
      Map<String, Object> header = Tokens.header();
      header.put("kid", "shop-2027");
      String token =
          Tokens.signed(
              EdgeRuntime.text(header), EdgeRuntime.text(Tokens.claims()), "HmacSHA256", next);
      assertThat(of(get().stored("caller.shop-2027", next).token(token)).isPassedOn()).isTrue();
      assertThat(of(get().stored("caller.shop-2027", next).token(Tokens.good())).isPassedOn())
          .isTrue();
      assertRefused(
          of(
              get()
                  .stored("caller.shop-2027", next)
                  .notStored("caller." + Tokens.KID)
                  .token(Tokens.good())));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "short",
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH+/+"
        })
    void aSecretThatIsNoneLetsNobodyInAndIsLogged(String secret) {
      Outcome outcome = of(get().stored("caller." + Tokens.KID, secret).token(Tokens.good()));
      assertRefused(outcome);
      assertThat(outcome.logs())
          .containsExactly("the secret of caller.shop-2026 is not base64url of 32 bytes or more");
    }

    @Test
    void anEmptyStoreLetsNobodyIn() {
      assertRefused(of(EdgeRequest.withEmptyStore("GET", "/payments/1").token(Tokens.good())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "kvs", "caller." + Tokens.KID})
    void aStoreThatCannotBeReadLetsNobodyInButSaysSo(String unreadable) {
      Outcome outcome = of(get().unreadable(unreadable).token(Tokens.good()));
      assertThat(outcome.status()).isEqualTo(503);
      assertThat(outcome.header("retry-after")).isEqualTo("1");
      assertThat(outcome.logs()).containsExactly("caller keys cannot be read");
    }

    @Test
    void aStoreThatCannotBeReadIsNotAskedWithoutAToken() {
      assertRefused(of(get().unreadable("*")));
    }
  }

  /** Random changes of good tokens and random text: never let in. */
  @Nested
  class Fuzz {
    private static final int TOKENS = 20_000;
    private static final String ALPHABET =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=, \u0000\u00e9";

    @Test
    void neverLetsInWhatWasNotSigned() {
      Random random = new Random(20261122);
      List<EdgeRequest> requests = new ArrayList<>();
      while (requests.size() < TOKENS) {
        String token = random.nextBoolean() ? changed(random) : forged(random);
        if (!token.equals(Tokens.good())) {
          requests.add(get().token(token));
        }
      }
      assertThat(EDGE.handleAll(requests))
          .hasSize(TOKENS)
          .allSatisfy(outcome -> assertThat(outcome.status()).isEqualTo(401));
    }

    private static String changed(Random random) {
      StringBuilder token = new StringBuilder(Tokens.good());
      int changes = 1 + random.nextInt(4);
      for (int i = 0; i < changes; i++) {
        int place = random.nextInt(token.length());
        char character = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        switch (random.nextInt(3)) {
          case 0 -> token.setCharAt(place, character);
          case 1 -> token.insert(place, character);
          default -> token.deleteCharAt(place);
        }
      }
      return token.toString();
    }

    /** Well formed, with the right names, signed with a random secret or not at all. */
    private static String forged(Random random) {
      Map<String, Object> header = Tokens.header();
      header.put("alg", List.of("HS256", "none", "RS256", "HS512").get(random.nextInt(4)));
      Map<String, Object> claims = Tokens.claims();
      claims.put("sub", "shop-" + random.nextInt());
      byte[] bytes = new byte[32];
      random.nextBytes(bytes);
      String head = Tokens.base64(EdgeRuntime.text(header).getBytes(UTF_8));
      String body = Tokens.base64(EdgeRuntime.text(claims).getBytes(UTF_8));
      return switch (random.nextInt(3)) {
        case 0 -> head + "." + body + "." + Tokens.base64(bytes);
        case 1 -> head + "." + body + ".";
        default ->
            Tokens.signed(
                EdgeRuntime.text(header),
                EdgeRuntime.text(claims),
                "HmacSHA256",
                Tokens.base64(bytes));
      };
    }
  }

  @Nested
  class ActiveRegion {
    private static EdgeRequest signedGet() {
      return get().token(Tokens.good());
    }

    @Test
    void theOriginIsThatOfTheActiveRegionWithASignature() {
      assertThat(of(signedGet().stored("active", WEST)).origin())
          .isEqualTo(
              EdgeRuntime.json(
                  "{\"domainName\":\""
                      + WEST_HOST
                      + "\",\"originAccessControlConfig\":{\"enabled\":true,"
                      + "\"signingBehavior\":\"always\",\"signingProtocol\":\"sigv4\","
                      + "\"originType\":\"lambda\"}}"));
    }

    @Test
    void thePrimaryIsTheDistributionsOwnOrigin() {
      Outcome outcome = of(signedGet());
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.origin()).isNull();
    }

    static Stream<EdgeRequest> doubtful() {
      return Stream.of(
          signedGet().notStored("active"),
          signedGet().stored("active", ""),
          signedGet().stored("active", "eu-west-1").stored("origin.eu-west-1", WEST_HOST),
          signedGet().stored("active", WEST).notStored("origin." + WEST),
          signedGet().stored("active", WEST).stored("origin." + WEST, ""),
          signedGet().stored("active", WEST).stored("origin." + WEST, "evil.example.com"),
          signedGet()
              .stored("active", WEST)
              .stored("origin." + WEST, "evil.example.com/.lambda-url.us-west-2.on.aws"),
          signedGet().stored("active", WEST).stored("origin." + WEST, WEST_HOST + ".example.com"),
          signedGet()
              .stored("active", WEST)
              .stored("origin." + WEST, "east1.lambda-url.us-east-1.on.aws"),
          signedGet().stored("active", WEST).stored("origin." + WEST, "https://" + WEST_HOST),
          signedGet().stored("active", WEST).stored("origin." + WEST, WEST_HOST + "/"),
          signedGet().stored("active", WEST).stored("origin." + WEST, WEST_HOST + "\n"),
          signedGet().stored("active", WEST).unreadable("active"),
          signedGet().stored("active", WEST).unreadable("origin." + WEST));
    }

    @ParameterizedTest
    @MethodSource("doubtful")
    void inDoubtTheRequestGoesToThePrimaryWhichKnowsWhetherItMayBook(EdgeRequest request) {
      Outcome outcome = of(request);
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.origin()).isNull();
    }

    @Test
    void anActiveRegionThatCannotBeReadIsLogged() {
      assertThat(of(signedGet().unreadable("active")).logs())
          .containsExactly("the active region cannot be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "kvs"})
    void withoutAStoreAnOpenEndpointStillAnswers(String unreadable) {
      Outcome outcome = OPEN.handle(get().stored("active", WEST).unreadable(unreadable));
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.origin()).isNull();
    }

    @Test
    void worksForOtherPairs() {
      try (EdgeRuntime other =
          EdgeRuntime.start(
              EdgeFunctionCode.of(
                  RegionPair.of("eu-west-1", "eu-central-1"), EndpointAccess.open(), false))) {
        Outcome outcome =
            other.handle(
                EdgeRequest.withEmptyStore("GET", "/")
                    .stored("active", "eu-central-1")
                    .stored("origin.eu-central-1", "abc.lambda-url.eu-central-1.on.aws"));
        assertThat(outcome.origin()).isNotNull();
        assertThat(outcome.origin().get("domainName").asText())
            .isEqualTo("abc.lambda-url.eu-central-1.on.aws");
      }
    }
  }

  @Nested
  class Requests {
    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
    void eachMethodMovesWithTheActiveRegion(String method) {
      Outcome outcome =
          of(
              EdgeRequest.of(method, "/payments")
                  .stored("active", WEST)
                  .header("x-amz-content-sha256", HASH)
                  .token(Tokens.good()));
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.origin()).isNotNull();
      assertRefused(of(EdgeRequest.of(method, "/payments").stored("active", WEST)));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/",
          "//",
          "/payments/1/",
          "/payments//1",
          "/../payments",
          "/%2e%2e/payments",
          "/%00",
          "/a%20b?c",
          "/\u00e4",
          "/payments;jsessionid=1",
          "/%",
          ""
        })
    void nothingButTheHeadersOfTheEndpointIsChanged(String path) {
      EdgeRequest request =
          EdgeRequest.of("POST", path)
              .query(
                  Map.of(
                      "a", Map.of("value", "1", "multiValue", List.of(Map.of("value", "1"))),
                      "active", Map.of("value", "us-west-2")))
              .header("idempotency-key", "order-4711")
              .header("x-amz-content-sha256", HASH)
              .header("content-length", "17")
              .headerTwice("accept", "a/b", "c/d");
      assertThat(OPEN.handle(request).result())
          .isEqualTo(EdgeRuntime.json(EdgeRuntime.text(request.asRequest())));
    }

    @Test
    void theHostHeaderIsLeftToCloudFront() {
      assertThat(of(get().token(Tokens.good())).header("host"))
          .isEqualTo("d111111abcdef8.cloudfront.net");
    }

    @Test
    void anOpenEndpointAsksForNothingButPassesNoCredentialsAndNoClaimsOn() {
      Outcome outcome =
          OPEN.handle(get().header("authorization", "Basic abc").header("x-caller", "admin"));
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.header("authorization")).isNull();
      assertThat(outcome.header("x-caller")).isNull();
    }
  }

  @Nested
  class BodyHash {
    private static EdgeRequest post(String method) {
      return EdgeRequest.of(method, "/payments").token(Tokens.good());
    }

    private static void assertAskedFor(Outcome outcome) {
      assertThat(outcome.status()).isEqualTo(400);
      assertThat(outcome.header("content-type")).isEqualTo("application/problem+json");
      assertThat(outcome.header("cache-control")).isEqualTo("no-store");
      assertThat(outcome.problem().get("detail").asText())
          .isEqualTo(
              "Send the header x-amz-content-sha256 once: the SHA-256 of the body, 64 lower-case"
                  + " hexadecimal digits.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH"})
    void isNeededWithABody(String method) {
      assertAskedFor(of(post(method)));
      assertThat(of(post(method).header("x-amz-content-sha256", HASH)).isPassedOn()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "DELETE"})
    void isNeededWithOtherMethodsOnlyWhenTheyHaveABody(String method) {
      assertThat(of(post(method)).isPassedOn()).isTrue();
      assertThat(of(post(method).header("content-length", "0")).isPassedOn()).isTrue();
      assertAskedFor(of(post(method).header("content-length", "2")));
      assertAskedFor(of(post(method).header("transfer-encoding", "chunked")));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "UNSIGNED-PAYLOAD",
          "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
          "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555",
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
          "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        })
    void mustBeWellFormed(String hash) {
      assertAskedFor(of(post("POST").header("x-amz-content-sha256", hash)));
      assertAskedFor(of(post("GET").header("x-amz-content-sha256", hash)));
    }

    @Test
    void mustBeSentOnce() {
      assertAskedFor(of(post("POST").headerTwice("x-amz-content-sha256", HASH, HASH)));
    }

    @Test
    void isAskedOfCallersOnly() {
      assertRefused(of(EdgeRequest.of("POST", "/payments")));
    }
  }

  @Nested
  class HealthCheck {
    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void isOpenWhenAskedFor(String method) {
      EdgeRequest request = EdgeRequest.of(method, "/health").stored("active", WEST);
      Outcome outcome = WITH_HEALTH.handle(request);
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.origin()).isNotNull();
      assertRefused(of(EdgeRequest.of(method, "/health")));
    }

    @Test
    void isOpenAlsoWithoutASecretInTheStore() {
      assertThat(WITH_HEALTH.handle(EdgeRequest.withEmptyStore("GET", "/health")).isPassedOn())
          .isTrue();
    }

    static Stream<EdgeRequest> others() {
      return Stream.of(
          EdgeRequest.of("GET", "/health").query(Map.of("deep", Map.of("value", "true"))),
          EdgeRequest.of("GET", "/health").query(Map.of("", Map.of("value", ""))),
          EdgeRequest.of("POST", "/health").header("x-amz-content-sha256", HASH),
          EdgeRequest.of("DELETE", "/health"),
          EdgeRequest.of("OPTIONS", "/health"),
          EdgeRequest.of("GET", "/health/"),
          EdgeRequest.of("GET", "//health"),
          EdgeRequest.of("GET", "/Health"),
          EdgeRequest.of("GET", "/%68ealth"),
          EdgeRequest.of("GET", "/health/../payments/1"),
          EdgeRequest.of("GET", "/health;a"),
          EdgeRequest.of("GET", "/healthy"),
          EdgeRequest.of("GET", ""),
          EdgeRequest.of("GET", "/"));
    }

    @ParameterizedTest
    @MethodSource("others")
    void nothingElseIsOpen(EdgeRequest request) {
      assertRefused(WITH_HEALTH.handle(request));
    }

    @Test
    void aTokenDoesNoHarm() {
      Outcome outcome =
          WITH_HEALTH.handle(
              EdgeRequest.of("GET", "/health").header("x-caller", "admin").token("wrong"));
      assertThat(outcome.isPassedOn()).isTrue();
      assertThat(outcome.header("x-caller")).isNull();
      assertThat(outcome.header("authorization")).isNull();
    }
  }
}
