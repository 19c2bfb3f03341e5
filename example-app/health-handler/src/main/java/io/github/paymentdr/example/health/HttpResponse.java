package io.github.paymentdr.example.health;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer in the form that a Function URL expects, payload format 2.0. No answer may be cached.
 *
 * @param status the HTTP status code
 * @param headers the headers, names in lower case
 * @param body the body, empty for none
 */
record HttpResponse(int status, Map<String, String> headers, String body) {
  static HttpResponse json(JsonObject content) {
    return new HttpResponse(200, headers("application/json"), JsonWriter.string(content));
  }

  /** A problem as of RFC 9457 that says no more than its status does. */
  static HttpResponse problem(int status, String title) {
    JsonObject problem =
        JsonObject.builder()
            .value("type", "about:blank")
            .value("title", title)
            .value("status", status)
            .done();
    return new HttpResponse(
        status, headers("application/problem+json"), JsonWriter.string(problem));
  }

  HttpResponse withHeader(String name, String value) {
    Map<String, String> extended = new LinkedHashMap<>(headers);
    extended.put(name, value);
    return new HttpResponse(status, extended, body);
  }

  HttpResponse withoutBody() {
    return new HttpResponse(status, headers, "");
  }

  String toJson() {
    return JsonWriter.string(
        JsonObject.builder()
            .value("statusCode", status)
            .value("headers", new JsonObject(headers))
            .value("body", body)
            .value("isBase64Encoded", false)
            .done());
  }

  private static Map<String, String> headers(String contentType) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", contentType);
    headers.put("cache-control", "no-store");
    return headers;
  }
}
