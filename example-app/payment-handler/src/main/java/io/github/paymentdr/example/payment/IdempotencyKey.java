package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The key under which a request is booked at most once.
 *
 * @param key as the caller sent it
 * @param fingerprint what was asked for: a hash of the operation and the canonical body
 */
record IdempotencyKey(String key, String fingerprint) {
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._:~-]{1,128}");

  /**
   * Takes the key of a request.
   *
   * @param request the request
   * @param operation method and path
   * @param body the body, already found valid: its members are texts and whole numbers
   * @return the key
   * @throws ProblemException if the header is missing or malformed
   */
  static IdempotencyKey of(HttpRequest request, String operation, Map<String, Object> body) {
    String key =
        request
            .header("idempotency-key")
            .filter(text -> KEY.matcher(text).matches())
            .orElseThrow(
                () ->
                    ProblemException.malformed(
                        "send the header Idempotency-Key with 1 to 128 letters, digits or"
                            + " . _ : ~ -"));
    return new IdempotencyKey(key, fingerprint(operation, body));
  }

  /** Order of members, white space and escapes do not count; sorting makes them the same. */
  private static String fingerprint(String operation, Map<String, Object> body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(operation.getBytes(UTF_8));
      digest.update((byte) '\n');
      digest.update(Json.write(new TreeMap<>(body)).getBytes(UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
