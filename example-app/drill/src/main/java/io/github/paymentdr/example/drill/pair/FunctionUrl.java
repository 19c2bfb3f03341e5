package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Function URL with IAM authorisation: events of payload format 2.0, and 403 for who does not
 * sign. Who calls is known by the access key, so that each caller's way can be cut by itself.
 */
final class FunctionUrl implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ACCESS_KEY = Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/]+)/");

  private final LambdaFunction function;
  private final Duration timeout;
  private final Function<String, Gate> ways;
  private final Listener listener;
  private final HttpPort port = HttpPort.open();

  /**
   * Opens it.
   *
   * @param timeout how long a request may take
   * @param ways the way of each caller, by its access key
   * @param listener is told the answers
   */
  FunctionUrl(
      LambdaFunction function, Duration timeout, Function<String, Gate> ways, Listener listener) {
    this.function = function;
    this.timeout = timeout;
    this.ways = ways;
    this.listener = listener;
    port.leadTo(this::answer);
  }

  /** Is told each answer when it has left the function in time, wherever it gets. */
  @FunctionalInterface
  interface Listener {
    void answered(JsonNode event, JsonNode answer, Instant at);
  }

  URI uri() {
    return port.uri().resolve("/");
  }

  @Override
  public void close() {
    port.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      Matcher key = ACCESS_KEY.matcher(String.valueOf(authorization));
      if (!key.find()) {
        send(exchange, 403, "{\"Message\":\"Forbidden\"}");
        return;
      }
      String hash = exchange.getRequestHeaders().getFirst("X-Amz-Content-Sha256");
      if (hash != null && !hash.equals(Hashing.sha256().hashBytes(body).toString())) {
        send(exchange, 403, "{\"Message\":\"The request signature does not match\"}");
        return;
      }
      Gate way = ways.apply(key.group(1));
      way.pass();
      int status;
      String text;
      try {
        JsonNode event = event(exchange, body);
        byte[] content = function.call(event.toString().getBytes(UTF_8), timeout);
        Instant answeredAt = Instant.now();
        JsonNode answer = JSON.readTree(content);
        listener.answered(event, answer, answeredAt);
        status = answer.path("statusCode").asInt(200);
        text = answer.path("body").asText();
        answer
            .path("headers")
            .properties()
            .forEach(
                header ->
                    exchange.getResponseHeaders().set(header.getKey(), header.getValue().asText()));
      } catch (LambdaFunction.ThrottledException e) {
        status = 429;
        text = "{\"Message\":\"Rate Exceeded.\"}";
      } catch (IOException | RuntimeException e) {
        status = 502;
        text = "{\"Message\":\"Internal Server Error\"}";
      }
      way.pass();
      send(exchange, status, text);
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static ObjectNode event(HttpExchange exchange, byte[] body) {
    URI uri = exchange.getRequestURI();
    ObjectNode event = JSON.createObjectNode().put("version", "2.0").put("routeKey", "$default");
    event.put("rawPath", uri.getPath());
    event.put("rawQueryString", uri.getRawQuery() == null ? "" : uri.getRawQuery());
    ObjectNode headers = event.putObject("headers");
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
    if (uri.getRawQuery() != null) {
      ObjectNode query = event.putObject("queryStringParameters");
      for (String pair : uri.getQuery().split("&", -1)) {
        String[] parts = pair.split("=", 2);
        query.put(parts[0], parts.length == 2 ? parts[1] : "");
      }
    }
    ObjectNode context = event.putObject("requestContext");
    context.put("accountId", "123456789012").put("apiId", "local").put("stage", "$default");
    context.put("domainName", "local").put("requestId", "local").put("timeEpoch", 0);
    context
        .putObject("http")
        .put("method", exchange.getRequestMethod())
        .put("path", uri.getPath())
        .put("protocol", "HTTP/1.1")
        .put("sourceIp", "127.0.0.1")
        .put("userAgent", "local");
    context.putObject("authorizer").putObject("iam").put("accountId", "123456789012");
    event.put("isBase64Encoded", false);
    if (body.length > 0) {
      event.put("body", new String(body, UTF_8));
    }
    return event;
  }
}
