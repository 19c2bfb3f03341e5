package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the API needs of a Function URL event, payload format 2.0.
 *
 * @param method the HTTP method
 * @param path the path without the query string
 * @param headers the headers, names in lower case; several of one name arrive joined by commas
 * @param query the query parameters; several of one name arrive joined by commas
 * @param body the body as the event has it
 * @param base64 whether that is Base64
 */
record HttpRequest(
    String method,
    String path,
    Map<String, String> headers,
    Map<String, String> query,
    String body,
    boolean base64) {
  private static final Pattern JSON =
      Pattern.compile(
          "application/json(?:[ \\t]*;[ \\t]*charset=(?:utf-8|\"utf-8\"))?",
          Pattern.CASE_INSENSITIVE);

  /** Several times the largest valid body, and nothing to worry about in a function's memory. */
  private static final int MAX_BODY_BYTES = 8 * 1024;

  /**
   * Reads an event.
   *
   * @param event the event's JSON
   * @return the request, empty when the event is not one of a Function URL
   */
  static Optional<HttpRequest> read(byte[] event) {
    try {
      return of(Json.readObject(UTF_8.newDecoder().decode(ByteBuffer.wrap(event)).toString()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<HttpRequest> of(Map<String, Object> event) {
    return event.get("rawPath") instanceof String path
            && event.get("requestContext") instanceof Map<?, ?> context
            && context.get("http") instanceof Map<?, ?> http
            && http.get("method") instanceof String method
        ? Optional.of(
            new HttpRequest(
                method,
                path,
                texts(event.get("headers"), true),
                texts(event.get("queryStringParameters"), false),
                event.get("body") instanceof String body ? body : "",
                Boolean.TRUE.equals(event.get("isBase64Encoded"))))
        : Optional.empty();
  }

  private static Map<String, String> texts(@Nullable Object values, boolean lowerCase) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (values instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (value instanceof String text) {
              texts.merge(
                  lowerCase ? name.toString().toLowerCase(Locale.ROOT) : name.toString(),
                  text,
                  (one, other) -> one + "," + other);
            }
          });
    }
    return texts;
  }

  Optional<String> header(String lowerCaseName) {
    return Optional.ofNullable(headers.get(lowerCaseName));
  }

  /**
   * Reads the body as a JSON object.
   *
   * @return the members
   * @throws ProblemException if the body is too large, of another type or not a JSON object
   */
  Map<String, Object> jsonBody() {
    checkMediaType();
    try {
      return Json.readObject(text());
    } catch (IOException e) {
      throw ProblemException.malformed(
          "the body must be one JSON object in UTF-8 without duplicate names");
    }
  }

  private void checkMediaType() {
    boolean json = header("content-type").filter(type -> JSON.matcher(type).matches()).isPresent();
    boolean plain = header("content-encoding").map("identity"::equalsIgnoreCase).orElse(true);
    if (!json || !plain) {
      throw ProblemException.of(
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "send content-type application/json, in UTF-8 and without content-encoding");
    }
  }

  private String text() throws CharacterCodingException {
    // Base64 makes four characters of three bytes: what is longer is too large in any case.
    checkSize(base64 ? (body.length() / 4L) * 3 - 2 : body.length());
    // Strict both ways: a half of a surrogate pair must not become a question mark.
    ByteBuffer bytes =
        base64 ? ByteBuffer.wrap(decoded()) : UTF_8.newEncoder().encode(CharBuffer.wrap(body));
    checkSize(bytes.remaining());
    return UTF_8.newDecoder().decode(bytes).toString();
  }

  private byte[] decoded() {
    try {
      return Base64.getDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw ProblemException.malformed("the body is not Base64 as the event says");
    }
  }

  private static void checkSize(long bytes) {
    if (bytes > MAX_BODY_BYTES) {
      throw ProblemException.of(
          ProblemType.BODY_TOO_LARGE, "the body must have at most " + MAX_BODY_BYTES + " bytes");
    }
  }
}
