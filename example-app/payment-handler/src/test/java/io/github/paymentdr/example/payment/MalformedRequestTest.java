package io.github.paymentdr.example.payment;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("F1: malformed requests get a problem and leave nothing behind")
class MalformedRequestTest {
  private static final String INSIDE =
      "(?is).*(exception|java|jackson|hikari|postgres|sql|select |insert |ledger|dynamo|canary"
          + "|stack|\\bat [a-z]+\\.|\\bcolumn\\b|\\bnull\\b).*";
  private static final String SNAPSHOT =
      """
      select concat_ws('/', (select count(*) from ledger.payment),
        (select count(*) from ledger.booking), (select count(*) from ledger.posting),
        (select count(*) from ledger.idempotency_key),
        (select max(updated_at) from ledger.payment))
      """;
  private static final String VALID =
      "{\"amount\":5,\"currency\":\"EUR\",\"payer\":\"canary-a\",\"payee\":\"canary-b\"}";
  private static final String MALFORMED = "malformed-request";

  private static TestApi api;
  private static Connection admin;

  /** An authorised payment that no request may change. */
  private static String payment;

  private static String paymentBody;

  @BeforeAll
  static void start() throws SQLException {
    api = TestApi.start(2);
    admin = TestDatabase.shared().connect();
    Response response = api.pay(TestApi.unique(), TestApi.order());
    payment = "/payments/" + response.text("id");
    paymentBody = response.body();
  }

  @AfterAll
  static void stop() throws SQLException {
    admin.close();
    api.close();
  }

  /**
   * A request that is wrong.
   *
   * @param name what is wrong
   * @param event the event
   * @param status the answer's status
   * @param problem the answer's type
   */
  record Case(String name, String event, int status, String problem) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void isRefused(Case wrong) throws SQLException {
    String before = snapshot();
    Response response = api.send(wrong.event().getBytes(UTF_8));
    assertThat(response.status()).as(response.body()).isEqualTo(wrong.status());
    assertThat(response.headers())
        .containsEntry("content-type", "application/problem+json")
        .containsEntry("cache-control", "no-store")
        .containsKey("x-correlation-id");
    assertThat(response.problem()).as(response.body()).isEqualTo(wrong.problem());
    assertThat(response.json())
        .containsOnlyKeys(
            response.json().containsKey("detail")
                ? List.of("type", "title", "status", "detail", "correlationId")
                : List.of("type", "title", "status", "correlationId"))
        .containsEntry("status", wrong.status())
        .containsEntry("correlationId", response.headers().get("x-correlation-id"));
    assertThat(response.body()).doesNotMatch(INSIDE);
    assertThat(response.headers().toString()).doesNotMatch(INSIDE);
    assertThat(snapshot()).isEqualTo(before);
    assertThat(api.get(payment).body()).isEqualTo(paymentBody);
  }

  @Test
  void eventThatIsNotUtf8IsRefused() {
    Response response = api.send(to("GET", "/é").toJson().getBytes(ISO_8859_1));
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.problem()).isEqualTo(MALFORMED);
  }

  @Test
  void thereAreAtLeastSixty() {
    assertThat(requests()).hasSizeGreaterThanOrEqualTo(60);
    assertThat(requests()).extracting(Case::name).doesNotHaveDuplicates();
  }

  @Test
  void nothingOfThemIsLogged() {
    requests().forEach(wrong -> api.send(wrong.event().getBytes(UTF_8)));
    assertThat(api.log()).doesNotContainIgnoringCase("canary").doesNotContain("drop table");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'; drop table ledger.payment; --",
        "$$; select pg_sleep(9); $$",
        "\\'; delete from ledger.posting; --",
        "? ?? {call x} {fn now()} :name $1",
        "%s %n ${jndi:ldap://x} <script>",
      })
  void sqlInAReferenceIsATextLikeAnother(String reference) throws SQLException {
    Map<String, Object> order = TestApi.order();
    order.put("reference", reference);
    Response response = api.pay(TestApi.unique(), order);
    assertThat(response.status()).isEqualTo(201);
    assertThat(response.text("reference")).isEqualTo(reference);
    assertThat(api.get("/payments/" + response.text("id")).text("reference")).isEqualTo(reference);
    assertThat(TestDatabase.shared().count("select count(*) from ledger.posting")).isPositive();
  }

  static List<Case> requests() {
    List<Case> cases = new ArrayList<>();
    addBodies(cases);
    addEncodings(cases);
    addAmounts(cases);
    addFields(cases);
    addKeys(cases);
    addMediaTypes(cases);
    addAddresses(cases);
    addSql(cases);
    addChanges(cases);
    addSessions(cases);
    addEvents(cases);
    return cases;
  }

  private static void addBodies(List<Case> cases) {
    bad(cases, "no body", pay().put("body", "").header("content-type", "application/json"));
    for (String body :
        List.of(
            " ",
            "null",
            "true",
            "5",
            "\"text\"",
            "[]",
            "[" + VALID + "]",
            "{",
            "{}",
            VALID + "}",
            VALID + "x",
            VALID + VALID,
            VALID + "\0",
            "/* canary */" + VALID,
            "\uFEFF" + VALID,
            "\u00a0" + VALID,
            "amount=5&currency=EUR&payer=canary",
            "<payment>canary</payment>")) {
      bad(cases, "body " + visible(body), pay().body(body));
    }
    for (String member :
        List.of(
            "\"amount\":5",
            "\"\\u0061mount\":6",
            "\"Amount\":5",
            "\"amount \":5",
            "\"status\":\"CAPTURED\"",
            "\"id\":\"canary\"",
            "\"__proto__\":{}",
            "\"\":1",
            "\"\\ud800\":1",
            "canary:1",
            "'canary':1",
            ",",
            "\"reference\":\"a\nb\"",
            "\"reference\":\"\\x41\"",
            "\"reference\":\"open")) {
      bad(cases, "member " + visible(member), pay().body(with(member)));
    }
    for (int depth : new int[] {31, 40, 1000, 4000}) {
      bad(cases, "nested " + depth, pay().body(with("\"a\":" + nested(depth))));
    }
    bad(cases, "open arrays", pay().body("[".repeat(8192)));
    bad(cases, "open objects", pay().body("{\"a\":".repeat(1500)));
    bad(cases, "many members", pay().body(members(600)));
    add(cases, "body a byte too large", pay().body(padded(8193)), 413, "body-too-large");
    add(cases, "body of a megabyte", pay().body(padded(1 << 20)), 413, "body-too-large");
    add(
        cases,
        "body too large in bytes only",
        pay().body("{\"reference\":\"" + "é".repeat(4200) + "\"}"),
        413,
        "body-too-large");
    add(
        cases,
        "base64 body too large",
        pay().body(padded(8193).getBytes(UTF_8)),
        413,
        "body-too-large");
  }

  private static void addEncodings(List<Case> cases) {
    for (Charset charset : List.of(UTF_16, UTF_16LE, Charset.forName("UTF-32"))) {
      bad(cases, "body in " + charset, pay().body(VALID.getBytes(charset)));
    }
    String accent = with("\"reference\":\"café canary\"");
    bad(cases, "body in latin 1", pay().body(accent.getBytes(ISO_8859_1)));
    bad(cases, "base64 with a byte order mark", pay().body(("\uFEFF" + VALID).getBytes(UTF_8)));
    int[][] broken = {
      {0xff}, {0x80}, {0xc0, 0xaf}, {0xc3}, {0xed, 0xa0, 0x80}, {0xf4, 0x90, 0x80, 0x80}, {0xfe}
    };
    for (int[] bytes : broken) {
      bad(cases, "bytes " + hex(bytes), pay().body(reference(bytes)));
    }
    for (String base64 : List.of("!", "e30", "e30=\n", "====", "%7B%7D", VALID, "e3-_", "\ud83d")) {
      bad(
          cases,
          "base64 " + visible(base64),
          pay().body("").put("body", base64).put("isBase64Encoded", true));
    }
    String surrogate = pay().body(with("\"reference\":\"CUT\"")).toJson();
    bad(cases, "half a surrogate pair", surrogate.replace("CUT", "\\ud800"));
    bad(cases, "half a surrogate pair, escaped", surrogate.replace("CUT", "\\\\ud800"));
    bad(cases, "surrogates the wrong way round", surrogate.replace("CUT", "\\\\ude00\\\\ud83d"));
  }

  private static void addAmounts(List<Case> cases) {
    for (String amount :
        List.of(
            "null",
            "true",
            "\"5\"",
            "[5]",
            "{\"value\":5}",
            "5.0",
            "5.5",
            "0.1",
            "1e2",
            "1E+2",
            "5e-1",
            "1e400",
            "1e2147483647",
            "1e2147483648",
            "1e99999999999",
            "-1e-99999999999",
            "1.7976931348623157e309",
            "NaN",
            "Infinity",
            "-Infinity",
            "+5",
            "05",
            "00",
            "-05",
            "0x5",
            "5.",
            ".5",
            "5_000",
            "5L",
            "٥",
            "５",
            "1".repeat(65),
            "1".repeat(5000))) {
      bad(cases, "amount " + visible(amount), pay().body(order("amount", amount)));
    }
    for (String amount :
        List.of(
            "0",
            "-0",
            "-1",
            "1000000000000001",
            "9007199254740993",
            "4294967297000000000",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551621",
            "1".repeat(64))) {
      add(cases, "amount " + amount, pay().body(order("amount", amount)), 422, "rule-broken");
    }
  }

  private static void addFields(List<Case> cases) {
    for (String name : List.of("amount", "currency", "payer", "payee")) {
      bad(cases, "without " + name, pay().body(without(name)));
    }
    for (String name : List.of("currency", "payer", "payee", "reference", "sessionId")) {
      for (String value :
          List.of("null", "7", "true", "[]", "{}", "[\"EUR\"]", "\"\"", "\"a\\u0000b\"")) {
        bad(cases, name + " " + value, pay().body(order(name, value)));
      }
    }
    for (String currency : List.of("eur", "Eur", "EURO", "EU", "E R", "ЕUR", "€", "EUR ", "978")) {
      bad(cases, "currency " + currency, pay().body(order("currency", quoted(currency))));
    }
    for (String currency : List.of("XXX", "XAU", "XTS", "ZZZ", "AAA", "BTC")) {
      add(
          cases,
          "currency " + currency,
          pay().body(order("currency", quoted(currency))),
          422,
          "rule-broken");
    }
    for (String account :
        List.of(
            "hold:EUR",
            " a",
            "a ",
            "a b",
            "-a",
            ".a",
            "é",
            "a\\n",
            "a\\tb",
            "a/b",
            "%61",
            "../a")) {
      bad(cases, "payer " + account, pay().body(order("payer", quoted(account))));
    }
    bad(cases, "payee of 65", pay().body(order("payee", quoted("a".repeat(65)))));
    bad(cases, "reference of 141", pay().body(order("reference", quoted("é".repeat(141)))));
    for (String reference : List.of("a\\nb", "a\\u0007", "\\u202ecod", "\\u200b", "\\u2028")) {
      bad(cases, "reference " + reference, pay().body(order("reference", quoted(reference))));
    }
    bad(cases, "sessionId of 65", pay().body(order("sessionId", quoted("a".repeat(65)))));
    bad(cases, "sessionId with a dot", pay().body(order("sessionId", quoted("a.b"))));
    add(
        cases,
        "payer is payee",
        pay().body(order("payer", quoted("canary-b"))),
        422,
        "rule-broken");
  }

  private static void addKeys(List<Case> cases) {
    bad(cases, "no key", FunctionUrlEvent.of("POST", "/payments").body(VALID));
    for (String key :
        List.of(
            "",
            " ",
            "a".repeat(129),
            "a".repeat(100_000),
            "canary,canary",
            "canary, canary",
            "\"canary\"",
            "canary 1",
            " canary",
            "canary ",
            "canary\n",
            "canary\r\nx-role: admin",
            "canary\0",
            "canary\u007f",
            "canary\t1",
            "cänary",
            "ｃanary",
            "canary\u200b",
            "\ud83d\ude00",
            "canary%20",
            "canary;1",
            "canary/../1",
            "=canary",
            "canary'--")) {
      bad(cases, "key " + visible(key), pay().body(VALID).key(key));
    }
    bad(
        cases,
        "key twice in two spellings",
        pay().body(VALID).key("canary").header("Idempotency-Key", "canary"));
    bad(cases, "key null", pay().body(VALID).key("KEY").toJson().replace("\"KEY\"", "null"));
    bad(cases, "key a number", pay().body(VALID).key("KEY").toJson().replace("\"KEY\"", "7"));
    bad(cases, "key a list", pay().body(VALID).key("KEY").toJson().replace("\"KEY\"", "[\"a\"]"));
    bad(
        cases,
        "key in the query",
        FunctionUrlEvent.of("POST", "/payments").query("idempotency-key", "canary").body(VALID));
  }

  private static void addMediaTypes(List<Case> cases) {
    add(cases, "no content type", pay().body(VALID).withoutHeader("content-type"), 415);
    for (String type :
        List.of(
            "",
            "text/plain",
            "text/json",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json, application/json",
            "application/json,text/plain",
            "application/jsonp",
            "application/problem+json",
            "application/json; charset=utf-16",
            "application/json; charset=iso-8859-1",
            "application/json; charset=canary",
            "application/json;charset=utf-8;charset=utf-8",
            "application/json;",
            "app lication/json",
            "application / json",
            "application/json\0",
            "application/json\n",
            "'; drop table canary; --")) {
      add(
          cases,
          "content type " + visible(type),
          pay().body(VALID).header("content-type", type),
          415);
    }
    for (String encoding : List.of("gzip", "br", "deflate", "identity, gzip", "canary", "")) {
      add(
          cases,
          "content encoding " + encoding,
          pay().body(VALID).header("content-encoding", encoding),
          415);
    }
  }

  private static void addAddresses(List<Case> cases) {
    String id = "00000000-0000-7000-8000-000000000000";
    for (String path :
        List.of(
            "",
            "/",
            "//",
            "payments",
            "/Payments",
            "/payments/",
            "//payments",
            "/payments//",
            "/payments//capture",
            "/payments/" + id + "/",
            "/payments/" + id + "/cancel",
            "/payments/" + id + "/capture/",
            "/payments/" + id + "/capture/capture",
            "/payments;canary=1",
            "/payments?canary=1",
            "/payments#canary",
            "/payments\0",
            "/payments\n",
            "/%70ayments",
            "/payments%2f" + id,
            "/../payments",
            "/x/../payments",
            "/./payments",
            "/%2e%2e/payments",
            "/..%2fetc%2fpasswd",
            "/accounts/canary",
            "/actuator/env",
            "/.env",
            "http://canary/payments",
            "/" + "a".repeat(100_000),
            "/a".repeat(10_000))) {
      add(cases, "POST " + visible(path), to("POST", path).body(VALID), 404, "not-found");
    }
    for (String name :
        List.of(
            id,
            id.replaceFirst("0$", "A"),
            "{" + id + "}",
            id.replace("-", ""),
            "0-0-0-0-0",
            "1",
            "-1",
            "null",
            "..",
            "%2e%2e",
            "..%2f..%2fetc%2fpasswd",
            "%00",
            "%",
            "%zz",
            "\u0000",
            "é",
            "\ud83d\ude00",
            "*",
            "canary")) {
      add(cases, "GET payment " + visible(name), to("GET", "/payments/" + name), 404, "not-found");
      add(
          cases,
          "capture of " + visible(name),
          to("POST", "/payments/" + name + "/capture").body("{}"),
          404,
          "not-found");
    }
    for (String method :
        List.of(
            "GET",
            "HEAD ",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "TRACE",
            "CONNECT",
            "post",
            "POST ",
            "",
            "CANARY",
            "'; drop table canary")) {
      add(
          cases,
          method + " on payments",
          to(method, "/payments").body(VALID),
          405,
          "method-not-allowed");
    }
    for (String method : List.of("POST", "PUT", "DELETE")) {
      add(cases, method + " on a payment", to(method, payment).body("{}"), 405);
      add(cases, method + " on a balance", to(method, "/accounts/canary/balance"), 405);
      add(cases, method + " on the health", to(method, "/health"), 405);
    }
    add(cases, "GET on a capture", to("GET", payment + "/capture"), 405);
    for (String deep : List.of("TRUE", "1", "", "true,true", "canary", "true' or '1'='1")) {
      bad(cases, "deep=" + deep, to("GET", "/health").query("deep", deep));
    }
  }

  private static void addSql(List<Case> cases) {
    for (String sql :
        List.of(
            "'; drop table ledger.payment; --",
            "canary' or '1'='1",
            "canary\\\\'; delete from ledger.posting; --",
            "$$;select pg_sleep(9);$$",
            "canary\\\"; commit; --",
            "1); select pg_terminate_backend(1); --")) {
      for (String name : List.of("currency", "payer", "payee", "sessionId", "amount")) {
        bad(cases, name + " " + sql, pay().body(order(name, quoted(sql))));
      }
      bad(cases, "capture amount " + sql, change("capture", "{\"amount\":" + quoted(sql) + "}"));
      bad(cases, "step " + sql, session("{\"step\":" + quoted(sql) + ",\"version\":0}"));
      bad(cases, "member " + sql, pay().body(with(quoted(sql) + ":1")));
      bad(cases, "header key " + sql, pay().body(VALID).key(sql));
      bad(cases, "correlation " + sql, pay().body("{}").header("x-correlation-id", sql));
      for (String path : List.of("/payments/%s", "/accounts/%s/balance", "/sessions/%s", "/%s")) {
        add(cases, "GET " + path + sql, to("GET", path.formatted(sql)), 404, "not-found");
      }
      add(
          cases,
          "GET payment with SQL after its id " + sql,
          to("GET", payment + sql),
          404,
          "not-found");
    }
    add(
        cases,
        "percent-encoded SQL",
        to("GET", "/accounts/canary%27%20or%20%271%27%3D%271/balance"),
        404,
        "not-found");
  }

  private static void addChanges(List<Case> cases) {
    for (String operation : List.of("capture", "refund")) {
      for (String body :
          List.of(
              "",
              "null",
              "[]",
              "5",
              "{\"amount\":null}",
              "{\"amount\":\"5\"}",
              "{\"amount\":5.0}",
              "{\"amount\":1e99999999999}",
              "{\"amount\":5,\"amount\":5}",
              "{\"amount\":5,\"currency\":\"EUR\"}",
              "{\"Amount\":5}",
              "{}{}")) {
        bad(cases, operation + " " + visible(body), change(operation, body));
      }
      for (String amount : List.of("0", "-5", "1000000000000001", "99999999999999999999")) {
        add(
            cases,
            operation + " of " + amount,
            change(operation, "{\"amount\":" + amount + "}"),
            422,
            "rule-broken");
      }
      bad(
          cases,
          operation + " without key",
          to("POST", payment + "/" + operation).body("{}").withoutHeader("idempotency-key"));
      add(
          cases,
          operation + " as text",
          change(operation, "{}").header("content-type", "text/plain"),
          415);
    }
    add(cases, "capture of too much", change("capture", "{\"amount\":2000}"), 422, "rule-broken");
    add(cases, "refund of nothing captured", change("refund", "{}"), 409, "state-conflict");
  }

  private static void addSessions(List<Case> cases) {
    for (String body :
        List.of(
            "{}",
            "{\"step\":\"CART\"}",
            "{\"version\":0}",
            "{\"step\":\"PAID\",\"version\":0}",
            "{\"step\":\"cart\",\"version\":0}",
            "{\"step\":7,\"version\":0}",
            "{\"step\":\"CART\",\"version\":\"0\"}",
            "{\"step\":\"CART\",\"version\":0.0}",
            "{\"step\":\"CART\",\"version\":0,\"paymentId\":\"canary\"}")) {
      bad(cases, "session " + body, session(body));
    }
    for (String version : List.of("-1", "2147483648", "9223372036854775808")) {
      add(
          cases,
          "session version " + version,
          session("{\"step\":\"CART\",\"version\":" + version + "}"),
          422,
          "rule-broken");
    }
    for (String id : List.of("a.b", "a b", "é", "%41", "a".repeat(65), "..")) {
      add(
          cases,
          "session " + id,
          to("PUT", "/sessions/" + id).body("{\"step\":\"CART\",\"version\":0}"),
          404,
          "not-found");
    }
  }

  private static void addEvents(List<Case> cases) {
    for (String event :
        List.of(
            "",
            "null",
            "[]",
            "{",
            "{}",
            "{\"rawPath\":\"/health\"}",
            "{\"rawPath\":\"/health\",\"requestContext\":{\"http\":{\"method\":null}}}",
            "{\"rawPath\":\"/health\",\"requestContext\":{\"http\":[]}}",
            "{\"Records\":[{\"body\":\"canary\"}]}",
            "\"canary\"")) {
      bad(cases, "event " + event, event);
    }
    bad(cases, "body an object", pay().body("").put("body", Map.of("amount", 5)));
    bad(
        cases,
        "body null",
        pay().body(VALID).toJson().replaceAll("\"body\":\"(\\\\.|[^\"])*\"", "\"body\":null"));
    add(cases, "headers missing", pay().body(VALID).put("headers", "canary"), 415);
  }

  private static FunctionUrlEvent to(String method, String path) {
    return FunctionUrlEvent.of(method, path).key("canary-key");
  }

  private static FunctionUrlEvent pay() {
    return to("POST", "/payments");
  }

  private static FunctionUrlEvent change(String operation, String body) {
    return to("POST", payment + "/" + operation).body(body);
  }

  private static FunctionUrlEvent session(String body) {
    return to("PUT", "/sessions/canary").body(body);
  }

  private static void bad(List<Case> cases, String name, FunctionUrlEvent event) {
    add(cases, name, event, 400, MALFORMED);
  }

  private static void bad(List<Case> cases, String name, String event) {
    cases.add(new Case(name, event, 400, MALFORMED));
  }

  private static void add(List<Case> cases, String name, FunctionUrlEvent event, int status) {
    add(
        cases,
        name,
        event,
        status,
        status == 415 ? "unsupported-media-type" : "method-not-allowed");
  }

  private static void add(
      List<Case> cases, String name, FunctionUrlEvent event, int status, String problem) {
    cases.add(new Case(name, event.toJson(), status, problem));
  }

  /** A valid order with a member more. */
  private static String with(String member) {
    return VALID.substring(0, VALID.length() - 1) + "," + member + "}";
  }

  /** A valid order but for one member. */
  private static String order(String name, String value) {
    Map<String, Object> order = TestApi.parse(VALID);
    order.put(name, "VALUE");
    return Json.write(order).replace("\"VALUE\"", value);
  }

  private static String without(String name) {
    Map<String, Object> order = TestApi.parse(VALID);
    order.remove(name);
    return Json.write(order);
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static String members(int count) {
    StringBuilder body = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      body.append("\"m").append(i).append("\":1,");
    }
    return body.append("\"amount\":5}").toString();
  }

  private static String padded(int size) {
    return VALID + " ".repeat(size - VALID.length());
  }

  private static byte[] reference(int[] bytes) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(with("\"reference\":\"a").replaceFirst("}$", "").getBytes(UTF_8));
    for (int value : bytes) {
      body.write(value);
    }
    body.writeBytes("z\"}".getBytes(UTF_8));
    return body.toByteArray();
  }

  private static String hex(int[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int value : bytes) {
      text.append(Integer.toHexString(value));
    }
    return text.toString();
  }

  /** A name for the report: short, and printable whatever it is. */
  private static String visible(String text) {
    StringBuilder name = new StringBuilder();
    text.codePoints()
        .limit(120)
        .forEach(
            point ->
                name.append(
                    point > ' ' && point < 127
                        ? Character.toString(point)
                        : "<" + Integer.toHexString(point) + ">"));
    return name + " (" + text.length() + ")";
  }

  private static String snapshot() throws SQLException {
    try (Statement statement = admin.createStatement();
        ResultSet row = statement.executeQuery(SNAPSHOT)) {
      row.next();
      return row.getString(1)
          + "/"
          + TestSessionTable.client().scan(scan -> scan.tableName(TestSessionTable.NAME)).count();
    }
  }
}
