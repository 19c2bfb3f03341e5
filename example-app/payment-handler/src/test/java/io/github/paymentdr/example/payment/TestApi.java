package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The handler on the real database and DynamoDB Local, called with the JSON of Function URL events.
 * It may be called from many threads.
 */
final class TestApi implements AutoCloseable {
  private final Database database;
  private final PaymentHandler handler;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  private TestApi(Region region, Database database, Sessions sessions, Clock clock) {
    this.database = database;
    this.handler =
        new PaymentHandler(region, database, sessions, clock, new PrintStream(log, true, UTF_8));
  }

  /** {@return an active handler on the shared database with a pool of that size} */
  static TestApi start(int poolSize) {
    return start(TestDatabase.shared(), poolSize);
  }

  static TestApi start(TestDatabase database, int poolSize) {
    return start(Region.Role.PRIMARY, database.database(poolSize), Clock.systemUTC());
  }

  static TestApi start(Region.Role role, Database database, Clock clock) {
    return new TestApi(
        new Region("us-east-1", role),
        database,
        new Sessions(TestSessionTable.client(), TestSessionTable.NAME, clock),
        clock);
  }

  static TestApi start(Region.Role role, Database database, Sessions sessions) {
    return new TestApi(new Region("us-east-1", role), database, sessions, Clock.systemUTC());
  }

  /**
   * An answer.
   *
   * @param status the HTTP status
   * @param headers the headers
   * @param body the body's text
   */
  record Response(int status, Map<String, Object> headers, String body) {
    Map<String, Object> json() {
      return parse(body);
    }

    String text(String member) {
      return (String) json().get(member);
    }

    /** {@return the last part of the problem's type} */
    String problem() {
      String type = text("type");
      return type.substring(type.lastIndexOf('/') + 1);
    }
  }

  Response get(String path) {
    return send(FunctionUrlEvent.of("GET", path));
  }

  Response pay(String key, Map<String, ?> order) {
    return post("/payments", key, Json.write(order));
  }

  Response post(String path, String key, String body) {
    return send(FunctionUrlEvent.of("POST", path).key(key).body(body));
  }

  Response put(String path, String body) {
    return send(FunctionUrlEvent.of("PUT", path).body(body));
  }

  Response send(FunctionUrlEvent event) {
    return send(event.toJson().getBytes(UTF_8));
  }

  Response send(byte[] event) {
    Map<String, Object> json = parse(new String(sendRaw(event), UTF_8));
    @SuppressWarnings("unchecked")
    Map<String, Object> headers = (Map<String, Object>) json.get("headers");
    return new Response((Integer) json.get("statusCode"), headers, (String) json.get("body"));
  }

  byte[] sendRaw(byte[] event) {
    try {
      ByteArrayOutputStream response = new ByteArrayOutputStream();
      handler.handleRequest(new ByteArrayInputStream(event), response, new TestContext());
      return response.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** {@return an order that is valid} */
  static Map<String, Object> order() {
    return order(1999, "EUR", "payer-1", "payee-1");
  }

  static Map<String, Object> order(long amount, String currency, String payer, String payee) {
    Map<String, Object> order = new LinkedHashMap<>();
    order.put("amount", amount);
    order.put("currency", currency);
    order.put("payer", payer);
    order.put("payee", payee);
    return order;
  }

  /** {@return a key or account that nobody else has} */
  static String unique() {
    return UUID.randomUUID().toString();
  }

  static Map<String, Object> parse(String json) {
    try {
      return Json.readObject(json);
    } catch (IOException e) {
      throw new AssertionError(json, e);
    }
  }

  PaymentHandler handler() {
    return handler;
  }

  Database database() {
    return database;
  }

  /** {@return what was logged so far} */
  String log() {
    return log.toString(UTF_8);
  }

  List<Map<String, Object>> logLines() {
    return log().lines().map(TestApi::parse).toList();
  }

  @Override
  public void close() {
    database.close();
  }
}
