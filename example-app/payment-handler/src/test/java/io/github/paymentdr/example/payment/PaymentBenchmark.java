package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.testing.LambdaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Prints what a request costs beside the same statements by bare JDBC in the same run, how long the
 * packaged function takes from the start of its process to its first answers, and its size.
 *
 * <p>{@code CONTRIBUTING.md} has the command.
 */
public final class PaymentBenchmark {
  private static final int WARM_UP = 1_500;
  private static final int ROUNDS = 10;
  private static final int REQUESTS = 200;
  private static final int STARTS = 5;
  private static final Path JAR = Path.of("target/payment-handler.jar");

  private PaymentBenchmark() {}

  /** What is measured. */
  private interface Request {
    void run() throws SQLException;
  }

  /** Runs the benchmark. */
  public static void main(String[] arguments) throws Exception {
    try (TestFunction function = TestFunction.on(TestDatabase.start().migrated())) {
      requests(function.database());
      coldStart(function);
    }
    System.out.printf(Locale.ROOT, "artifact %.1f MB%n", Files.size(JAR) / 1e6);
    // DynamoDB Local leaves threads behind.
    System.exit(0);
  }

  private static void requests(TestDatabase server) throws SQLException {
    try (TestApi api = TestApi.start(server, 2);
        Database pool = server.database(1)) {
      pool.inTransaction(
          connection -> {
            measure(api, connection);
            return true;
          });
    }
  }

  private static void measure(TestApi api, Connection connection) throws SQLException {
    String order = Json.write(TestApi.order());
    String id = api.post("/payments", TestApi.unique(), order).text("id");
    UUID payment = UUID.fromString(id);
    compare(
        "POST /payments",
        () -> check(api.post("/payments", TestApi.unique(), order).status() == 201),
        () -> insert(connection));
    compare(
        "GET /payments/{id}",
        () -> check(api.get("/payments/" + id).status() == 200),
        () -> select(connection, payment));
  }

  private static void compare(String name, Request api, Request jdbc) throws SQLException {
    for (int i = 0; i < WARM_UP; i++) {
      api.run();
      jdbc.run();
    }
    List<Long> ours = new ArrayList<>();
    List<Long> bare = new ArrayList<>();
    // In turns, so that a change of the machine's speed meets both.
    for (int round = 0; round < ROUNDS; round++) {
      time(api, ours);
      time(jdbc, bare);
    }
    print(name + ", one at a time", ours);
    print("  the same SQL by bare JDBC", bare);
    System.out.printf(
        Locale.ROOT,
        "  handler : JDBC   time %.2f : 1   p50 %.2f : 1   p99 %.2f : 1%n",
        sum(ours) / sum(bare),
        quantile(ours, 0.5) / quantile(bare, 0.5),
        quantile(ours, 0.99) / quantile(bare, 0.99));
  }

  private static void time(Request request, List<Long> times) throws SQLException {
    for (int i = 0; i < REQUESTS; i++) {
      long start = System.nanoTime();
      request.run();
      times.add(System.nanoTime() - start);
    }
  }

  private static void print(String name, List<Long> times) {
    System.out.printf(
        Locale.ROOT,
        "%-36s %6.0f a second   p50 %.2f ms   p99 %.2f ms%n",
        name,
        times.size() / (sum(times) / 1e9),
        quantile(times, 0.5) / 1e6,
        quantile(times, 0.99) / 1e6);
  }

  private static double sum(List<Long> times) {
    return times.stream().mapToLong(Long::longValue).sum();
  }

  private static double quantile(List<Long> times, double part) {
    return times.stream().sorted().toList().get((int) (part * (times.size() - 1)));
  }

  private static void check(boolean right) {
    if (!right) {
      throw new IllegalStateException("not the answer that is measured");
    }
  }

  /** What the ledger sends to authorise a payment, as one round trip and a commit. */
  private static void insert(Connection connection) throws SQLException {
    UUID payment = UUID.randomUUID();
    UUID booking = UUID.randomUUID();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            insert into ledger.idempotency_key (key, fingerprint, payment_id, status, body,
              created_at) values (?, repeat('0', 64), ?, 201, repeat('x', 300), now())
              on conflict (key) do nothing;
            insert into ledger.payment (id, status, currency, authorised, payer, payee,
              created_at, updated_at)
              values (?, 'AUTHORISED', 'EUR', 1999, 'payer-1', 'payee-1', now(), now());
            insert into ledger.booking (id, payment_id, kind, currency, created_at)
              values (?, ?, 'AUTHORISATION', 'EUR', now());
            with line as (
              select * from unnest(?::text[], ?::bigint[]) with ordinality
                as l (account, amount, line))
            insert into ledger.posting (booking_id, line, account, currency, amount)
            select ?, line, account, 'EUR', amount from line
            where (select sum(amount) from line) = 0
            """)) {
      statement.setString(1, payment.toString());
      statement.setObject(2, payment);
      statement.setObject(3, payment);
      statement.setObject(4, booking);
      statement.setObject(5, payment);
      statement.setArray(6, connection.createArrayOf("text", new String[] {"payer-1", "hold:EUR"}));
      statement.setArray(7, connection.createArrayOf("bigint", new Long[] {-1999L, 1999L}));
      statement.setObject(8, booking);
      statement.execute();
    }
    connection.commit();
  }

  private static void select(Connection connection, UUID payment) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select id, status, currency, authorised, captured, refunded, payer, payee, reference,
              session_id, created_at, updated_at
            from ledger.payment where id = ?
            """)) {
      statement.setObject(1, payment);
      try (ResultSet row = statement.executeQuery()) {
        check(row.next());
      }
    }
    connection.commit();
  }

  private static void coldStart(TestFunction server) throws InterruptedException {
    double[] health = new double[STARTS];
    double[] booked = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      health[i] = millisToAnswer(server, FunctionUrlEvent.of("GET", "/health"), 200);
      booked[i] =
          millisToAnswer(
              server,
              FunctionUrlEvent.of("POST", "/payments")
                  .key(TestApi.unique())
                  .body(Json.write(TestApi.order())),
              201);
    }
    Arrays.sort(health);
    Arrays.sort(booked);
    System.out.printf(
        Locale.ROOT,
        "process start to first answer, no SnapStart, median of %d: GET /health %.0f ms,"
            + " POST /payments %.0f ms%n",
        STARTS,
        health[STARTS / 2],
        booked[STARTS / 2]);
  }

  private static double millisToAnswer(TestFunction server, FunctionUrlEvent event, int status)
      throws InterruptedException {
    long start = System.nanoTime();
    try (LambdaProcess function = server.start(PaymentHandler.class)) {
      check(function.call(event.toJson()).get("statusCode").equals(status));
      return (System.nanoTime() - start) / 1e6;
    }
  }
}
