package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.github.paymentdr.runtime.aws.AwsClients;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The way from a region's functions to AWS's services, over HTTP as their SDK speaks: tables are
 * DynamoDB Local's, everything else is played. It can be cut, for the tables alone or for all.
 */
final class AwsDoor implements AutoCloseable {
  /** What belongs to a connection, in lower case. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "host",
          "connection",
          "content-length",
          "expect",
          "upgrade",
          "transfer-encoding",
          "http2-settings");

  private final String region;
  private final ControlDoor tables;
  private final KeyValueStore store;
  private final URI others;
  private final Confirmations confirmations = new Confirmations();
  private final Gate all;
  private final Gate toTables;
  private final HttpPort port;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  AwsDoor(
      String region,
      HttpPort port,
      ControlDoor tables,
      KeyValueStore store,
      URI others,
      Gate all,
      Gate toTables) {
    this.region = region;
    this.port = port;
    this.tables = tables;
    this.store = store;
    this.others = others;
    this.all = all;
    this.toTables = toTables;
    port.leadTo(this::pass);
  }

  /** {@return what can make the confirmations of acceptances late} */
  Confirmations confirmations() {
    return confirmations;
  }

  /** {@return the credentials that requests of this region's functions are signed with} */
  static AwsBasicCredentials credentials(String region) {
    return AwsBasicCredentials.create(accessKey(region), "example");
  }

  static String accessKey(String region) {
    return "AKIA" + region.toUpperCase(Locale.ROOT).replace("-", "");
  }

  AwsClients clients() {
    return new AwsClients(
        StaticCredentialsProvider.create(credentials(region)), Optional.of(port.uri()));
  }

  @Override
  public void close() {
    port.leadNowhere();
  }

  /** An exception ends the connection without an answer, as a cut does. */
  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      all.pass();
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      HttpResponse<byte[]> response;
      if (target != null && target.startsWith("DynamoDB")) {
        toTables.pass();
        ControlDoor.Request request = ControlDoor.Request.read(target, body);
        if (tables.swallows(request)) {
          answer(exchange, 200, "application/x-amz-json-1.0", "{}".getBytes(UTF_8));
          return;
        }
        ControlTableServer.Answer answer =
            tables.send(request, exchange.getRequestHeaders().getFirst("Content-Type"), body);
        confirmations.delay(
            exchange.getRequestHeaders().getFirst("Authorization"),
            exchange.getRequestHeaders().getFirst("amz-sdk-invocation-id"),
            request);
        // Once more: what was written while the way was cut is written, and not answered.
        toTables.pass();
        all.pass();
        answer(
            exchange, answer.status(), "application/x-amz-json-1.0", answer.body().getBytes(UTF_8));
        return;
      }
      if (exchange.getRequestURI().getPath().startsWith(KeyValueStore.PATH)) {
        KeyValueStore.Answer answer = store.answer(exchange, body);
        all.pass();
        exchange.getResponseHeaders().set("ETag", answer.tag());
        if (answer.status() != 200) {
          exchange
              .getResponseHeaders()
              .set("x-amzn-ErrorType", answer.body().path("__type").asText());
        }
        answer(
            exchange,
            answer.status(),
            "application/json",
            answer.body().toString().getBytes(UTF_8));
        return;
      }
      response = forward(exchange, body);
      all.pass();
      answer(
          exchange,
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse("text/xml"),
          response.body());
    }
  }

  private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(others.resolve(exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    try {
      return http.send(request.build(), BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
