package io.github.paymentdr.example.payment;

import java.time.Duration;
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
  static HttpResponse json(int status, Map<String, ?> content) {
    return json(status, Json.write(content));
  }

  static HttpResponse json(int status, String content) {
    return new HttpResponse(status, headers("application/json"), content);
  }

  /** A problem as of RFC 9457. */
  static HttpResponse problem(ProblemException problem, String correlationId) {
    ProblemType type = problem.type();
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("type", type.uri());
    content.put("title", type.title());
    content.put("status", type.status());
    String detail = problem.detail();
    if (detail != null) {
      content.put("detail", detail);
    }
    content.put("correlationId", correlationId);
    Map<String, String> headers = headers("application/problem+json");
    Duration retryAfter = problem.retryAfter();
    if (retryAfter != null) {
      headers.put("retry-after", Long.toString(retryAfter.toSeconds()));
    }
    String allow = problem.allow();
    if (allow != null) {
      headers.put("allow", allow);
    }
    return new HttpResponse(type.status(), headers, Json.write(content));
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
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("statusCode", status);
    event.put("headers", headers);
    event.put("body", body);
    event.put("isBase64Encoded", false);
    return Json.write(event);
  }

  private static Map<String, String> headers(String contentType) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", contentType);
    headers.put("cache-control", "no-store");
    return headers;
  }
}
