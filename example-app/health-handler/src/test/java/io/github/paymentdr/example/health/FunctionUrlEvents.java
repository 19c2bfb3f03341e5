package io.github.paymentdr.example.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Events as a Function URL sends them, made from one in the test resources. */
final class FunctionUrlEvents {
  private FunctionUrlEvents() {}

  static String of(String method, String path) {
    JsonObject event = getHealth();
    event.put("rawPath", path);
    JsonObject http = event.getObject("requestContext").getObject("http");
    http.put("method", method);
    http.put("path", path);
    return JsonWriter.string(event);
  }

  static String withBody(String method, String path, String body) {
    JsonObject event = parse(of(method, path));
    event.put("body", body);
    return JsonWriter.string(event);
  }

  static JsonObject getHealth() {
    try (InputStream stream =
        FunctionUrlEvents.class.getResourceAsStream("/events/get-health.json")) {
      return parse(new String(stream.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonObject parse(String json) {
    try {
      return JsonParser.object().from(json);
    } catch (JsonParserException e) {
      throw new AssertionError(json, e);
    }
  }
}
