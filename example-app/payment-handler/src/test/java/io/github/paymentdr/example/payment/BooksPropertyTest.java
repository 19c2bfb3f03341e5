package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random sequences of requests beside a model of the books that is as plain as can be.
 *
 * <p>The system property {@code books.seed} repeats a run.
 */
@DisplayName("F1: any sequence of requests leaves the books balanced")
class BooksPropertyTest {
  private static final int SEQUENCES = 300;
  private static final int MAX_STEPS = 14;
  private static final long MAX_AMOUNT = 1_000_000_000_000_000L;

  /** The drawing in {@code docs/payment-api.md}. */
  private static final Map<String, Set<String>> WAYS =
      Map.of(
          "AUTHORISED", Set.of("CAPTURED"),
          "CAPTURED", Set.of("PARTIALLY_REFUNDED", "REFUNDED"),
          "PARTIALLY_REFUNDED", Set.of("PARTIALLY_REFUNDED", "REFUNDED"),
          "REFUNDED", Set.of());

  private static TestApi api;
  private static Connection admin;

  @BeforeAll
  static void start() throws SQLException {
    api = TestApi.start(2);
    admin = TestDatabase.shared().connect();
  }

  @AfterAll
  static void stop() throws SQLException {
    admin.close();
    api.close();
  }

  @Test
  void answersAgreeWithTheModelAndTheBooksBalance() throws SQLException {
    long first = Long.getLong("books.seed", new Random().nextLong());
    int sequences = System.getProperty("books.seed") == null ? SEQUENCES : 1;
    for (long seed = first; seed < first + sequences; seed++) {
      Sequence sequence = new Sequence(seed);
      try {
        sequence.run();
      } catch (AssertionError | SQLException e) {
        throw new AssertionError(
            "-Dbooks.seed=" + seed + "\n" + String.join("\n", sequence.steps) + "\n" + e, e);
      }
    }
    assertThat(number("select coalesce(sum(amount), 0) from ledger.posting where true or ?", true))
        .isZero();
    assertThat(number("select count(*) from ledger.unbalanced_booking where true or ?", true))
        .isZero();
  }

  private static long number(String sql, Object parameter) throws SQLException {
    try (PreparedStatement statement = admin.prepareStatement(sql)) {
      statement.setObject(1, parameter);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** What the model knows of a payment. */
  private static final class Model {
    String status = "AUTHORISED";
    long authorised;
    long captured;
    long refunded;
    int bookings = 1;
    String currency;
    String payer;
    String payee;
  }

  /**
   * A request that booked.
   *
   * @param path where it was sent to
   * @param key its key
   * @param body its body
   * @param response the answer
   */
  private record Booked(String path, String key, String body, Response response) {}

  private static final class Sequence {
    private final Random random;
    private final List<String> steps = new ArrayList<>();
    private final Map<String, Model> payments = new LinkedHashMap<>();
    private final List<Booked> booked = new ArrayList<>();
    private final Map<String, Map<String, Long>> balances = new TreeMap<>();
    private final List<String> accounts = new ArrayList<>();
    private final String run = UUID.randomUUID().toString().substring(0, 13);

    Sequence(long seed) {
      random = new Random(seed);
      for (int i = 0; i < 3; i++) {
        accounts.add("p" + run + "." + i);
      }
    }

    void run() throws SQLException {
      int count = 2 + random.nextInt(MAX_STEPS - 1);
      for (int i = 0; i < count; i++) {
        step();
      }
      for (String account : accounts) {
        balance(account);
      }
      for (String id : payments.keySet()) {
        check(id);
      }
    }

    private void step() throws SQLException {
      switch (payments.isEmpty() ? 0 : random.nextInt(12)) {
        case 0, 1 -> authorise();
        case 2, 3, 4 -> change("capture");
        case 5, 6, 7, 8 -> change("refund");
        case 9 -> repeat();
        case 10 -> reuse();
        default -> balance(any(accounts));
      }
    }

    private void authorise() throws SQLException {
      Model model = new Model();
      model.authorised = amount(MAX_AMOUNT);
      model.currency = any(List.of("EUR", "JPY", "KWD"));
      model.payer = any(accounts);
      model.payee = any(accounts);
      Map<String, Object> order =
          TestApi.order(model.authorised, model.currency, model.payer, model.payee);
      Response response = post("/payments", TestApi.unique(), Json.write(order));
      if (model.payer.equals(model.payee)) {
        checkProblem(response, 422, "rule-broken");
        return;
      }
      assertThat(response.status()).isEqualTo(201);
      String id = response.text("id");
      assertThat(payments.put(id, model)).isNull();
      post(model.payer, model.currency, -model.authorised);
      check(id);
      assertThat(api.get("/payments/" + id).body()).isEqualTo(response.body());
    }

    private void change(String operation) throws SQLException {
      if (random.nextInt(15) == 0) {
        checkProblem(
            post("/payments/" + UUID.randomUUID() + "/" + operation, TestApi.unique(), "{}"),
            404,
            "not-found");
        return;
      }
      String id = any(new ArrayList<>(payments.keySet()));
      Model model = payments.get(id);
      boolean capture = operation.equals("capture");
      long limit = capture ? model.authorised : model.captured - model.refunded;
      boolean all = random.nextInt(4) == 0;
      long amount = all ? limit : amount(Math.min(MAX_AMOUNT, limit + limit / 4 + 1));
      Response response =
          post(
              "/payments/" + id + "/" + operation,
              TestApi.unique(),
              all ? "{}" : "{\"amount\":" + amount + "}");
      boolean open =
          capture
              ? model.status.equals("AUTHORISED")
              : Set.of("CAPTURED", "PARTIALLY_REFUNDED").contains(model.status);
      if (!open) {
        checkProblem(response, 409, "state-conflict");
      } else if (amount > limit) {
        checkProblem(response, 422, "rule-broken");
      } else {
        assertThat(response.status()).isEqualTo(200);
        book(model, capture, amount);
        assertThat(response.body()).isEqualTo(api.get("/payments/" + id).body());
      }
      check(id);
    }

    private void book(Model model, boolean capture, long amount) {
      String before = model.status;
      model.bookings++;
      if (capture) {
        model.captured = amount;
        model.status = "CAPTURED";
        post(model.payee, model.currency, amount);
        post(model.payer, model.currency, model.authorised - amount);
      } else {
        model.refunded += amount;
        model.status = model.refunded == model.captured ? "REFUNDED" : "PARTIALLY_REFUNDED";
        post(model.payee, model.currency, -amount);
        post(model.payer, model.currency, amount);
      }
      assertThat(WAYS.get(before)).contains(model.status);
    }

    private void post(String account, String currency, long amount) {
      balances.computeIfAbsent(account, name -> new TreeMap<>()).merge(currency, amount, Long::sum);
    }

    /** The same request again, whatever happened in between, gets the same answer. */
    private void repeat() throws SQLException {
      if (booked.isEmpty()) {
        return;
      }
      Booked earlier = any(booked);
      Response response = post(earlier.path(), earlier.key(), earlier.body());
      assertThat(response.status()).isEqualTo(earlier.response().status());
      assertThat(response.body()).isEqualTo(earlier.response().body());
      assertThat(response.headers()).containsEntry("idempotency-replayed", "true");
      check(earlier.response().text("id"));
    }

    /** A key that booked something cannot book anything else. */
    private void reuse() throws SQLException {
      if (booked.isEmpty()) {
        return;
      }
      Booked earlier = any(booked);
      String id = earlier.response().text("id");
      Response response =
          switch (random.nextInt(3)) {
            case 0 ->
                post(
                    "/payments",
                    earlier.key(),
                    Json.write(TestApi.order(7, "CHF", accounts.get(0), accounts.get(1))));
            case 1 -> post("/payments/" + id + "/capture", earlier.key(), "{\"amount\":3}");
            default -> post("/payments/" + id + "/refund", earlier.key(), "{\"amount\":2}");
          };
      if (response.status() < 300) {
        // By chance it was the same request.
        assertThat(response.body()).isEqualTo(earlier.response().body());
      } else {
        checkProblem(response, 422, "idempotency-key-reused");
      }
      check(id);
    }

    private void balance(String account) {
      steps.add("balance " + account);
      Response response = api.get("/accounts/" + account + "/balance");
      Map<String, Long> expected = balances.get(account);
      if (expected == null) {
        checkProblem(response, 404, "not-found");
        return;
      }
      Map<String, Long> actual = new TreeMap<>();
      ((Map<?, ?>) response.json().get("balances"))
          .forEach(
              (currency, amount) -> actual.put((String) currency, ((Number) amount).longValue()));
      assertThat(actual).isEqualTo(expected);
    }

    private Response post(String path, String key, String body) {
      Response response = api.post(path, key, body);
      steps.add(path + " " + key + " " + body + " -> " + response.status());
      if (response.status() < 300) {
        booked.add(new Booked(path, key, body, response));
      }
      return response;
    }

    private void check(String id) throws SQLException {
      Model model = payments.get(id);
      assertThat(api.get("/payments/" + id).json())
          .containsEntry("status", model.status)
          .containsEntry("currency", model.currency)
          .satisfies(
              json -> {
                assertThat(((Number) json.get("amount")).longValue()).isEqualTo(model.authorised);
                assertThat(((Number) json.get("capturedAmount")).longValue())
                    .isEqualTo(model.captured);
                assertThat(((Number) json.get("refundedAmount")).longValue())
                    .isEqualTo(model.refunded);
              });
      UUID payment = UUID.fromString(id);
      assertThat(
              number(
                  "select count(*) from ledger.unbalanced_booking where payment_id = ?", payment))
          .isZero();
      assertThat(number("select count(*) from ledger.booking where payment_id = ?", payment))
          .isEqualTo(model.bookings);
      assertThat(
              number(
                  "select coalesce(sum(amount), 0) from ledger.posting p join ledger.booking b"
                      + " on b.id = p.booking_id where account like 'hold:%' and payment_id = ?",
                  payment))
          .isEqualTo(model.status.equals("AUTHORISED") ? model.authorised : 0);
    }

    private static void checkProblem(Response response, int status, String problem) {
      assertThat(response.status()).as(response.body()).isEqualTo(status);
      assertThat(response.problem()).isEqualTo(problem);
    }

    /** Limits are more likely than anything between. */
    private long amount(long max) {
      return switch (random.nextInt(6)) {
        case 0 -> 1;
        case 1 -> max;
        case 2 -> Math.max(1, max - 1);
        default -> 1 + random.nextLong(max);
      };
    }

    private <T> T any(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }
  }
}
