package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.journal.DynamoDbJournal;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.RegionGuard;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The handler on the real database and DynamoDB Local, called with the JSON of Function URL events.
 * It may be called from many threads.
 */
final class TestApi implements AutoCloseable {
  private static final Duration LEASE_TIME = Duration.ofSeconds(5);

  private final Databases databases;
  private final PaymentHandler handler;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  private TestApi(Region region, PaymentHandler.Services services, Clock clock) {
    this.databases = services.databases();
    this.handler = new PaymentHandler(region, services, clock, new PrintStream(log, true, UTF_8));
  }

  /** {@return an active handler on the shared database with a pool of that size} */
  static TestApi start(int poolSize) {
    return start(TestDatabase.shared(), poolSize);
  }

  static TestApi start(TestDatabase database, int poolSize) {
    return start(
        Region.Role.PRIMARY,
        new Databases(database.database(poolSize), database.reads(poolSize)),
        sessions(Clock.systemUTC()),
        Clock.systemUTC());
  }

  static TestApi start(Region.Role role, Database database, Clock clock) {
    return start(role, new Databases(database, database), sessions(clock), clock);
  }

  static TestApi start(Region.Role role, Database database, Sessions sessions) {
    return start(role, new Databases(database, database), sessions, Clock.systemUTC());
  }

  private static TestApi start(
      Region.Role role, Databases databases, Sessions sessions, Clock clock) {
    TestControlTable control = TestControlTable.shared();
    Region region = region(role);
    LeaseReader lease = new DynamoDbLease(control.client(), control.name());
    return new TestApi(
        region,
        new PaymentHandler.Services(
            databases,
            sessions,
            lease,
            new RegionGuard(region.name(), lease, LEASE_TIME),
            new DynamoDbJournal(control.client(), control.name()),
            new RequestTime()),
        clock);
  }

  /** {@return a handler of a region that works with what it is given} */
  static TestApi start(Region.Role role, PaymentHandler.Services services) {
    return new TestApi(region(role), services, Clock.systemUTC());
  }

  static Region region(Region.Role role) {
    return new Region(
        role == Region.Role.PRIMARY ? TestControlTable.EAST : TestControlTable.WEST, role);
  }

  static Sessions sessions(Clock clock) {
    return new Sessions(TestSessionTable.client(), TestSessionTable.NAME, clock);
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

  /** Invokes the function directly, without its URL. */
  Map<String, Object> invoke(String event) {
    return parse(new String(sendRaw(event.getBytes(UTF_8)), UTF_8));
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

  /** {@return what was logged so far} */
  String log() {
    return log.toString(UTF_8);
  }

  List<Map<String, Object>> logLines() {
    return log().lines().map(TestApi::parse).toList();
  }

  @Override
  public void close() {
    databases.close();
  }
}
