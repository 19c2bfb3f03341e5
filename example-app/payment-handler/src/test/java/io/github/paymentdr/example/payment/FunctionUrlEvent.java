package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** An event as a Function URL sends it, made from the one in the test resources. */
final class FunctionUrlEvent {
  private static final String TEMPLATE = template();

  private final Map<String, Object> event = TestApi.parse(TEMPLATE);

  private FunctionUrlEvent(String method, String path) {
    event.put("rawPath", path);
    Map<String, Object> http = member(member(event, "requestContext"), "http");
    http.put("method", method);
    http.put("path", path);
  }

  static FunctionUrlEvent of(String method, String path) {
    return new FunctionUrlEvent(method, path);
  }

  FunctionUrlEvent header(String name, String value) {
    member(event, "headers").put(name, value);
    return this;
  }

  FunctionUrlEvent withoutHeader(String name) {
    member(event, "headers").remove(name);
    return this;
  }

  FunctionUrlEvent key(String key) {
    return header("idempotency-key", key);
  }

  FunctionUrlEvent query(String name, String value) {
    Map<String, Object> query = new LinkedHashMap<>();
    query.put(name, value);
    event.put("rawQueryString", name + "=" + value);
    event.put("queryStringParameters", query);
    return this;
  }

  /** A JSON body, which Function URLs pass on as text. */
  FunctionUrlEvent body(String body) {
    event.put("body", body);
    event.put("isBase64Encoded", false);
    return header("content-type", "application/json");
  }

  /** A body that Function URLs pass on in Base64. */
  FunctionUrlEvent body(byte[] body) {
    event.put("body", Base64.getEncoder().encodeToString(body));
    event.put("isBase64Encoded", true);
    return header("content-type", "application/json");
  }

  FunctionUrlEvent put(String member, Object value) {
    event.put(member, value);
    return this;
  }

  String toJson() {
    return Json.write(event);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> member(Map<String, Object> object, String name) {
    return (Map<String, Object>) object.get(name);
  }

  private static String template() {
    try (InputStream stream =
        FunctionUrlEvent.class.getResourceAsStream("/events/function-url.json")) {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
