package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** CloudFront's key value store and its API: a tag for each content, and writes that ask for it. */
final class KeyValueStore {
  static final String ARN = "arn:aws:cloudfront::123456789012:key-value-store/pair";
  static final String PATH = "/key-value-stores/";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> content = new TreeMap<>();
  private Consumer<Map<String, String>> onChange = content -> {};
  private int version = 1;

  /** An answer of the API. */
  record Answer(int status, String tag, JsonNode body) {}

  /** Tells of the content after each change. */
  synchronized void onChange(Consumer<Map<String, String>> listener) {
    onChange = listener;
  }

  /** Puts a value, as an operator does. */
  synchronized void put(String key, String value) {
    content.put(key, value);
    changed();
  }

  private void changed() {
    version++;
    onChange.accept(Map.copyOf(content));
  }

  synchronized Map<String, String> content() {
    return Map.copyOf(content);
  }

  /** {@return a value, or an empty text} */
  synchronized String get(String key) {
    return content.getOrDefault(key, "");
  }

  synchronized Answer answer(HttpExchange exchange, byte[] body) throws IOException {
    String path = exchange.getRequestURI().getRawPath().substring(PATH.length());
    String[] parts = path.split("/", -1);
    if (!URLDecoder.decode(parts[0], StandardCharsets.UTF_8).equals(ARN)) {
      return error(404, "ResourceNotFoundException");
    }
    if (parts.length == 1) {
      ObjectNode answer = JSON.createObjectNode().put("KvsARN", ARN).put("Status", "READY");
      answer.put("ItemCount", content.size()).put("TotalSizeInBytes", 1).put("Created", 0);
      return new Answer(200, tag(), answer);
    }
    String method = exchange.getRequestMethod();
    if (parts.length == 3 && method.equals("GET")) {
      String key = URLDecoder.decode(parts[2], StandardCharsets.UTF_8);
      if (!content.containsKey(key)) {
        return error(404, "ResourceNotFoundException");
      }
      return new Answer(
          200,
          tag(),
          JSON.createObjectNode()
              .put("Key", key)
              .put("Value", content.get(key))
              .put("ItemCount", content.size())
              .put("TotalSizeInBytes", 1));
    }
    if (!tag().equals(exchange.getRequestHeaders().getFirst("If-Match"))) {
      return error(412, "PreconditionFailed");
    }
    JsonNode change = JSON.readTree(body);
    change
        .path("Puts")
        .forEach(put -> content.put(put.path("Key").asText(), put.path("Value").asText()));
    change.path("Deletes").forEach(delete -> content.remove(delete.path("Key").asText()));
    changed();
    return new Answer(
        200,
        tag(),
        JSON.createObjectNode().put("ItemCount", content.size()).put("TotalSizeInBytes", 1));
  }

  private String tag() {
    return "tag" + version;
  }

  private static Answer error(int status, String type) {
    return new Answer(status, "", JSON.createObjectNode().put("__type", type).put("Message", type));
  }
}
