package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.payment.TestApi.Response;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many function environments at once, of which each handles one request at a time, clients who
 * repeat themselves, and a database that drops connections.
 *
 * <p>The system property {@code concurrency.seed} repeats the requests of a run; how they meet, no
 * seed can repeat.
 */
@DisplayName("F1: many at once, with repeated keys and lost connections")
@Timeout(180)
class ConcurrencyTest {
  private static final int THREADS = 32;
  private static final int REQUESTS = 2_000;
  private static final double REPEATED = 0.3;
  private static final int TRIES = 500;

  private final long seed = Long.getLong("concurrency.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final Queue<Seen> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger retries = new AtomicInteger();
  private TestDatabase server;

  /**
   * A request.
   *
   * @param key its key
   * @param operation what to do with a payment, empty to make one
   * @param amount the amount
   * @param payment the id of the payment that it makes or is about
   */
  private record Sent(
      String key, String operation, long amount, CompletableFuture<String> payment) {
    boolean isNew() {
      return operation.isEmpty();
    }

    String path() {
      return isNew() ? "/payments" : "/payments/" + payment.join() + "/" + operation;
    }

    String body() {
      return isNew()
          ? Json.write(TestApi.order(amount, "EUR", "payer", "payee"))
          : "{\"amount\":" + amount + "}";
    }
  }

  /**
   * A request with its final answer.
   *
   * @param sent the request
   * @param start when it was sent first
   * @param end when the answer was there
   * @param response the answer
   */
  private record Seen(Sent sent, long start, long end, Response response) {
    boolean isBooked() {
      return response.status() < 300;
    }
  }

  @BeforeEach
  void start() {
    // Its own server, so that connections of no other test are lost.
    server = TestDatabase.start().migrated();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void booksStayRight() throws Exception {
    List<Sent> requests = requests();
    int killed = run(requests);
    try {
      assertThat(answers).hasSize(REQUESTS);
      assertThat(killed).as("lost connections").isGreaterThan(10);
      checkAnswers();
      checkRepeats();
      checkBooks();
      checkPayments();
      checkKeys();
      checkBalances();
    } catch (AssertionError e) {
      throw new AssertionError(
          "-Dconcurrency.seed=%d, %d connections lost, %d retries: %s"
              .formatted(seed, killed, retries.get(), e.getMessage()),
          e);
    }
  }

  private List<Sent> requests() {
    List<Sent> requests = new ArrayList<>();
    List<Sent> payments = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      if (i > 0 && random.nextDouble() < REPEATED) {
        // Most repeats come while the first request may still be on its way.
        int near = random.nextInt(4) == 0 ? requests.size() : Math.min(THREADS, requests.size());
        Sent first = requests.get(requests.size() - 1 - random.nextInt(near));
        boolean changed = random.nextInt(20) == 0;
        requests.add(
            changed
                ? new Sent(first.key(), first.operation(), first.amount() + 1, first.payment())
                : first);
      } else if (payments.isEmpty() || random.nextInt(5) < 2) {
        Sent payment =
            new Sent("key-" + i, "", 1 + random.nextInt(1000), new CompletableFuture<>());
        payments.add(payment);
        requests.add(payment);
      } else {
        // Few payments, so that captures and refunds of one meet.
        int recent = Math.min(12, payments.size());
        Sent payment = payments.get(payments.size() - 1 - random.nextInt(recent));
        requests.add(
            new Sent(
                "key-" + i,
                random.nextInt(3) == 0 ? "capture" : "refund",
                1 + random.nextInt((int) payment.amount()),
                payment.payment()));
      }
    }
    return requests;
  }

  private int run(List<Sent> requests) throws Exception {
    Queue<Sent> waiting = new ConcurrentLinkedQueue<>(requests);
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
    try {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        clients.add(threads.submit(() -> client(waiting)));
      }
      Future<Integer> killer = threads.submit(() -> kill(over));
      for (Future<?> client : clients) {
        await(client);
      }
      over.set(true);
      return killer.get(10, TimeUnit.SECONDS);
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
  }

  /** Says where everybody is when somebody does not come to an end. */
  private static void await(Future<?> client) throws Exception {
    try {
      client.get(120, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      String stacks =
          Thread.getAllStackTraces().entrySet().stream()
              .map(one -> one.getKey() + "\n" + Arrays.toString(one.getValue()))
              .collect(Collectors.joining("\n\n"));
      throw new AssertionError("a client has not come to its end\n" + stacks, e);
    }
  }

  private void client(Queue<Sent> waiting) {
    try (TestApi api = TestApi.start(server, 2)) {
      for (Sent sent = waiting.poll(); sent != null; sent = waiting.poll()) {
        try {
          answers.add(answered(api, sent));
        } catch (RuntimeException | AssertionError e) {
          // Others wait for this payment: they must not wait for ever.
          sent.payment().completeExceptionally(e);
          throw e;
        }
      }
    }
  }

  private Seen answered(TestApi api, Sent sent) {
    long start = System.nanoTime();
    Response response = untilAnswered(api, sent);
    if (response.status() >= 500) {
      throw new AssertionError(response.body() + api.log());
    }
    if (sent.isNew() && response.status() == 201) {
      sent.payment().complete(response.text("id"));
    }
    return new Seen(sent, start, System.nanoTime(), response);
  }

  /** As a client should: the same request with the same key, until there is an answer. */
  private Response untilAnswered(TestApi api, Sent sent) {
    String path = sent.path();
    for (int i = 1; i <= TRIES; i++) {
      Response response = api.post(path, sent.key(), sent.body());
      if (!response.headers().containsKey("retry-after")) {
        return response;
      }
      retries.incrementAndGet();
      pause(20);
    }
    throw new AssertionError(TRIES + " tries, and still to be repeated: " + sent + api.log());
  }

  /** Ends connections of the handlers, every other time one in the middle of its work. */
  private int kill(AtomicBoolean over) throws SQLException {
    Random choice = new Random(seed);
    int killed = 0;
    try (Connection admin = server.connect();
        PreparedStatement statement =
            admin.prepareStatement(
                """
                select count(pg_terminate_backend(pid)) from (
                  select pid from pg_stat_activity
                  where usename = 'payment_app' and (state <> 'idle' or ?)
                  order by random() limit ?) victim
                """)) {
      while (!over.get()) {
        statement.setBoolean(1, choice.nextBoolean());
        statement.setInt(2, 1 + choice.nextInt(3));
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          killed += row.getInt(1);
        }
        pause(80 + choice.nextInt(160));
      }
    }
    return killed;
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void checkAnswers() {
    assertThat(answers)
        .extracting(seen -> seen.response().status())
        .as("everybody got a final answer, and none is a fault")
        .isSubsetOf(200, 201, 409, 422);
    for (Seen seen : answers) {
      Response response = seen.response();
      if (seen.isBooked()) {
        assertThat(response.status()).isEqualTo(seen.sent().isNew() ? 201 : 200);
        if (seen.sent().isNew()) {
          assertThat(response.json()).containsEntry("amount", (int) seen.sent().amount());
        } else {
          assertThat(response.text("id")).isEqualTo(seen.sent().payment().join());
        }
      } else if (seen.sent().isNew()) {
        assertThat(response.problem()).isEqualTo("idempotency-key-reused");
      } else {
        assertThat(response.problem())
            .isIn("state-conflict", "rule-broken", "idempotency-key-reused");
      }
    }
  }

  private void checkRepeats() {
    Map<String, List<Seen>> byKey =
        answers.stream().collect(Collectors.groupingBy(seen -> seen.sent().key()));
    assertThat(byKey.size()).isBetween((int) (REQUESTS * 0.6), (int) (REQUESTS * 0.8));
    byKey.forEach(
        (key, all) -> {
          List<Seen> booked = all.stream().filter(Seen::isBooked).toList();
          assertThat(booked.stream().map(seen -> seen.response().body()).distinct().count())
              .as("different answers to %s", key)
              .isLessThanOrEqualTo(1);
          assertThat(booked.stream().map(seen -> seen.sent().amount()).distinct().count())
              .as("different requests booked with %s", key)
              .isLessThanOrEqualTo(1);
          long since = booked.stream().mapToLong(Seen::end).min().orElse(Long.MAX_VALUE);
          assertThat(all)
              .filteredOn(seen -> seen.start() - since > 0)
              .as("after %s was booked", key)
              .allMatch(
                  seen ->
                      seen.sent().amount() == booked.get(0).sent().amount()
                          ? seen.isBooked()
                          : seen.response().problem().equals("idempotency-key-reused"));
        });
  }

  private void checkBooks() throws SQLException {
    assertThat(server.count("select sum(amount) from ledger.posting")).isZero();
    assertThat(server.count("select count(*) from ledger.unbalanced_booking")).isZero();
    assertThat(server.count("select count(*) from ledger.booking"))
        .as("a booking for each key, and no other")
        .isEqualTo(server.count("select count(*) from ledger.idempotency_key"));
    assertThat(
            server.count(
                """
                select count(*) from (
                  select payment_id, count(*) from ledger.booking group by payment_id
                  except
                  select payment_id, count(*) from ledger.idempotency_key group by payment_id) d
                """))
        .isZero();
  }

  /** What a payment says of itself is what its postings say. */
  private void checkPayments() throws SQLException {
    assertThat(
            server.count(
                """
                select count(*) from ledger.payment
                where captured > authorised or refunded > captured
                """))
        .isZero();
    assertThat(
            server.count(
                """
                select count(*) from ledger.payment p cross join lateral (
                  select coalesce(sum(amount) filter (where kind = 'AUTHORISATION'
                      and account = 'hold:EUR'), 0)::bigint,
                    coalesce(sum(amount) filter (where kind = 'CAPTURE'
                      and account = p.payee), 0)::bigint,
                    coalesce(sum(amount) filter (where kind = 'REFUND'
                      and account = p.payer), 0)::bigint
                  from ledger.booking b join ledger.posting l on l.booking_id = b.id
                  where b.payment_id = p.id) posted (authorised, captured, refunded)
                where p.authorised <> posted.authorised or p.captured <> posted.captured
                  or p.refunded <> posted.refunded
                """))
        .isZero();
  }

  /** Every booking that was answered is there with that answer, and no other one. */
  private void checkKeys() throws SQLException {
    Map<String, String> answered = new TreeMap<>();
    Set<String> created = new HashSet<>();
    for (Seen seen : answers) {
      if (seen.isBooked()) {
        answered.put(seen.sent().key(), seen.response().status() + seen.response().body());
        if (seen.sent().isNew()) {
          created.add(seen.response().text("id"));
        }
      }
    }
    Map<String, String> kept = new TreeMap<>();
    Set<String> payments = new HashSet<>();
    try (Connection admin = server.connect();
        PreparedStatement keys =
            admin.prepareStatement("select key, status || body from ledger.idempotency_key");
        PreparedStatement ids = admin.prepareStatement("select id::text from ledger.payment");
        ResultSet key = keys.executeQuery();
        ResultSet id = ids.executeQuery()) {
      while (key.next()) {
        kept.put(key.getString(1), key.getString(2));
      }
      while (id.next()) {
        payments.add(id.getString(1));
      }
    }
    assertThat(kept).isEqualTo(answered);
    assertThat(payments).isEqualTo(created);
    assertThat(answered.values())
        .filteredOn(answer -> answer.startsWith("200"))
        .hasSizeGreaterThan(50);
  }

  private void checkBalances() {
    long captured = 0;
    long refunded = 0;
    Set<String> counted = new HashSet<>();
    for (Seen seen : answers) {
      if (seen.isBooked() && counted.add(seen.sent().key())) {
        captured += seen.sent().operation().equals("capture") ? seen.sent().amount() : 0;
        refunded += seen.sent().operation().equals("refund") ? seen.sent().amount() : 0;
      }
    }
    try (TestApi api = TestApi.start(server, 1)) {
      assertThat(api.get("/accounts/payee/balance").json())
          .containsEntry("balances", Map.of("EUR", (int) (captured - refunded)));
    }
  }
}
