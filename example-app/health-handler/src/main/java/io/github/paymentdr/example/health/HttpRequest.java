package io.github.paymentdr.example.health;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.InputStream;
import java.util.Optional;

/**
 * What this handler needs of a Function URL event, payload format 2.0.
 *
 * @param method the HTTP method in capitals
 * @param path the path, decoded, without the query string
 */
record HttpRequest(String method, String path) {
  /**
   * Reads an event.
   *
   * @param event the event's JSON
   * @return the request, empty when the event is not one of a Function URL
   */
  static Optional<HttpRequest> read(InputStream event) {
    try {
      return of(JsonParser.object().from(event));
    } catch (JsonParserException e) {
      return Optional.empty();
    }
  }

  private static Optional<HttpRequest> of(JsonObject event) {
    return event.get("rawPath") instanceof String path
            && event.get("requestContext") instanceof JsonObject context
            && context.get("http") instanceof JsonObject http
            && http.get("method") instanceof String method
        ? Optional.of(new HttpRequest(method, path))
        : Optional.empty();
  }
}
