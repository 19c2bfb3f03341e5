package io.github.paymentdr.payments.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens, signed with the JDK, so that nothing of the edge function makes what it checks. */
final class Tokens {
  static final String KID = "shop-2026";
  static final String SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
  static final long NOW = EdgeRuntime.NOW_SECONDS;

  private Tokens() {}

  static String good() {
    return signed(header(), claims());
  }

  /** To be changed by a test. */
  static Map<String, Object> header() {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", "HS256");
    header.put("typ", "JWT");
    header.put("kid", KID);
    return header;
  }

  /** To be changed by a test. */
  static Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", "shop-1");
    claims.put("exp", NOW + 300);
    return claims;
  }

  static String signed(Map<String, ?> header, Map<String, ?> claims) {
    return signed(EdgeRuntime.text(header), EdgeRuntime.text(claims));
  }

  static String signed(String header, String claims) {
    return signed(header, claims, "HmacSHA256", SECRET);
  }

  static String signed(String header, String claims, String algorithm, String secret) {
    String input = base64(header.getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
    return input + "." + base64(mac(algorithm, Base64.getUrlDecoder().decode(secret), input));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] mac(String algorithm, byte[] secret, String input) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret, algorithm));
      return mac.doFinal(input.getBytes(US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
