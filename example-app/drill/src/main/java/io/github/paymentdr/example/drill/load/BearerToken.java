package io.github.paymentdr.example.drill.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a payment endpoint asks of its callers: {@code docs/client.md} describes it. */
final class BearerToken implements Signing {
  private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int SECRET_BYTES = 32;
  private static final long VALID_SECONDS = 300;

  private final String header;
  private final byte[] secret;

  BearerToken(String keyId, String secret) {
    if (!KEY_ID.matcher(keyId).matches()) {
      throw new IllegalArgumentException(
          "the caller's key id must be 1 to 64 letters, digits, '-' or '_', got " + keyId);
    }
    this.secret = decode(secret);
    this.header = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"" + keyId + "\"}");
  }

  private static byte[] decode(String secret) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(secret);
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    if (bytes.length != SECRET_BYTES) {
      // Without the secret itself, which must not get into a log.
      throw new IllegalArgumentException(
          "the caller's secret must be 32 bytes in base64url, as it is in the endpoint's store");
    }
    return bytes;
  }

  @Override
  public Map<String, String> headers(String method, URI uri, String caller, byte[] body) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("authorization", "Bearer " + token(caller));
    if (!method.equals("GET")) {
      headers.put("x-amz-content-sha256", hash(body));
    }
    return headers;
  }

  private String token(String caller) {
    long expires = Instant.now().getEpochSecond() + VALID_SECONDS;
    String content = header + "." + base64("{\"sub\":\"" + caller + "\",\"exp\":" + expires + "}");
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return content + "." + base64(mac.doFinal(content.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String hash(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(String text) {
    return base64(text.getBytes(UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
