package io.github.paymentdr.example.drill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Answer;
import io.github.paymentdr.example.drill.load.ScriptedEndpoint.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaymentLoadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Answer accept(Request request) {
    return Answer.accepted("id-of-" + request.key(), "us-east-1", 7);
  }

  /** One payment whose attempts are answered one after the other as listed. */
  private static PaymentLoad one(List<Answer> answers) {
    AtomicInteger next = new AtomicInteger();
    try (ScriptedEndpoint endpoint =
        ScriptedEndpoint.start(
            request -> answers.get(Math.min(next.getAndIncrement(), answers.size() - 1)))) {
      return one(endpoint, PATIENCE);
    }
  }

  private static PaymentLoad one(ScriptedEndpoint endpoint, Duration patience) {
    PaymentLoad load =
        PaymentLoad.start(endpoint.target(), new LoadSettings(1, 0.01, 1, "one", patience));
    await(() -> load.count().begun() == 1);
    load.finish(Duration.ofSeconds(15));
    return load;
  }

  private static void await(BooleanSupplier condition) {
    Instant end = Instant.now().plusSeconds(20);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).isBefore(end);
      pause(5);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Nested
  class Pace {
    private List<Request> pay(
        double perSecond, int callers, long millis, Function<Request, Answer> script) {
      try (ScriptedEndpoint endpoint = ScriptedEndpoint.start(script);
          PaymentLoad load =
              PaymentLoad.start(
                  endpoint.target(), new LoadSettings(callers, perSecond, 1, "pace", PATIENCE))) {
        pause(millis);
        List<Request> requests = endpoint.requests();
        load.finish(Duration.ofMillis(1));
        return requests;
      }
    }

    @Test
    void soManyBeginInEachSecondEvenlySpaced() {
      List<Request> requests = pay(100, 50, 3_000, PaymentLoadTest::accept);
      Instant first = requests.get(0).at();
      assertThat(requests).hasSizeBetween(270, 310);
      for (int second = 0; second < 2; second++) {
        Instant from = first.plusSeconds(second);
        assertThat(
                requests.stream()
                    .filter(one -> !one.at().isBefore(from))
                    .filter(one -> one.at().isBefore(from.plusSeconds(1))))
            .hasSizeBetween(85, 115);
      }
    }

    @Test
    void whoWaitsForAnAnswerDoesNotSlowTheOthers() {
      CountDownLatch never = new CountDownLatch(1);
      List<Request> requests =
          pay(
              100,
              50,
              2_000,
              request -> {
                // Two of fifty callers are never answered.
                if (request.body().contains("-7\"") || request.body().contains("-8\"")) {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }
                return accept(request);
              });
      assertThat(requests.stream().map(Request::key).distinct()).hasSizeBetween(170, 210);
    }

    @Test
    void noPaymentBeginsWhileAllCallersWait() {
      try (ScriptedEndpoint endpoint = ScriptedEndpoint.start(request -> Answer.of(503, ""));
          PaymentLoad load =
              PaymentLoad.start(endpoint.target(), new LoadSettings(3, 100, 1, "full", PATIENCE))) {
        await(() -> load.count().skipped() > 20);
        assertThat(load.count().begun()).isEqualTo(3);
        assertThat(load.count().underWay()).isEqualTo(3);
        assertThat(load.finish(Duration.ofMillis(1))).isFalse();
        assertThat(load.orders()).extracting(Order::state).containsOnly(Order.State.UNDECIDED);
      }
    }
  }

  @Nested
  class Attempts {
    @Test
    void areKeptAndHaveTheSameKeyAndBody() {
      AtomicInteger next = new AtomicInteger();
      try (ScriptedEndpoint endpoint =
          ScriptedEndpoint.start(
              request ->
                  switch (next.getAndIncrement()) {
                    case 0 -> Answer.of(503, "{}").with("x-region", "us-east-1");
                    case 1 -> Answer.of(502, "");
                    case 2 -> Answer.of(0, "");
                    default -> accept(request).with("idempotency-replayed", "true");
                  })) {
        PaymentLoad load = one(endpoint, PATIENCE);
        assertThat(endpoint.requests()).extracting(Request::key).containsOnly("drill-one-0");
        assertThat(endpoint.requests().stream().map(Request::body).distinct()).hasSize(1);
        assertThat(load.attempts()).extracting(Attempt::status).containsExactly(503, 502, 0, 201);
        assertThat(load.attempts())
            .extracting(Attempt::region)
            .containsExactly("us-east-1", "", "", "us-east-1");
        Attempt last = load.attempts().get(3);
        assertThat(last.isAccepted()).isTrue();
        assertThat(last.isReplayed()).isTrue();
        assertThat(last.epoch()).isEqualTo(7);
        assertThat(last.paymentId()).isEqualTo("id-of-drill-one-0");
        assertThat(last.reference()).isEqualTo("drill-one 0");
        assertThat(last.payer()).isEqualTo("drill-one-0");
        assertThat(last.amount()).isBetween(1L, 100_000L);
        assertThat(last.answeredAt()).isAfterOrEqualTo(last.sentAt());
        assertThat(load.attemptsAfter(3)).containsExactly(last);
        assertThat(load.attemptsAfter(9)).isEmpty();
        assertThat(load.count())
            .isEqualTo(
                new LoadCount(
                    1,
                    1,
                    0,
                    0,
                    0,
                    Map.of("us-east-1", 1L),
                    Map.of("us-east-1", 1L, "none", 1L),
                    1));
        assertThat(load.orders())
            .extracting(Order::state)
            .containsExactly(Order.State.ACKNOWLEDGED);
      }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void areRepeatedAfter(int status) {
      PaymentLoad load = one(List.of(Answer.of(status, ""), Answer.accepted("a", "us-west-2", 1)));
      assertThat(load.attempts()).extracting(Attempt::status).containsExactly(status, 201);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 409, 413, 422})
    void areNotRepeatedAfter(int status) {
      PaymentLoad load = one(List.of(Answer.of(status, ""), Answer.accepted("a", "us-west-2", 1)));
      assertThat(load.attempts()).extracting(Attempt::status).containsExactly(status);
      assertThat(load.orders()).extracting(Order::state).containsExactly(Order.State.REJECTED);
      assertThat(load.count().rejected()).isEqualTo(1);
    }

    @Test
    void areRepeatedWhenTheFirstOneIsUnderWay() {
      PaymentLoad load =
          one(
              List.of(
                  Answer.of(409, "").with("retry-after", "1"),
                  Answer.accepted("a", "us-west-2", 1)));
      assertThat(load.attempts()).extracting(Attempt::status).containsExactly(409, 201);
      assertThat(load.attempts().get(1).sentAt())
          .isAfterOrEqualTo(load.attempts().get(0).answeredAt().plusMillis(990));
    }

    @Test
    void haveANewTokenOnce() {
      assertThat(one(List.of(Answer.of(401, ""), Answer.accepted("a", "us-west-2", 1))).attempts())
          .extracting(Attempt::status)
          .containsExactly(401, 201);
      assertThat(one(List.of(Answer.of(401, ""))).attempts())
          .extracting(Attempt::status)
          .containsExactly(401, 401);
    }

    @Test
    void withoutAWholeAnswerInTimeAreNone() {
      PaymentLoad load =
          one(
              List.of(
                  new Answer(201, Map.of(), "{\"id\":\"b\"}", 5),
                  Answer.of(201, "{\"id\":"),
                  Answer.of(201, "{}"),
                  Answer.accepted("a", "us-west-2", 1)));
      assertThat(load.attempts()).extracting(Attempt::status).containsExactly(0, 0, 0, 201);
      Attempt cut = load.attempts().get(0);
      assertThat(Duration.between(cut.sentAt(), cut.answeredAt()).toMillis())
          .isBetween(2_900L, 4_500L);
      assertThat(load.count().unanswered()).isEqualTo(3);
    }

    @Test
    void toNobodyAreNone() {
      ScriptedEndpoint gone = ScriptedEndpoint.start(PaymentLoadTest::accept);
      gone.close();
      PaymentLoad load = one(gone, Duration.ofSeconds(1));
      assertThat(load.attempts()).isNotEmpty();
      assertThat(load.attempts()).extracting(Attempt::status).containsOnly(0);
      assertThat(load.orders()).extracting(Order::state).containsExactly(Order.State.UNDECIDED);
    }
  }

  @Nested
  class Seed {
    private Map<String, String> bodies(long seed, int slowness) {
      Map<String, String> bodies = new ConcurrentHashMap<>();
      try (ScriptedEndpoint endpoint =
              ScriptedEndpoint.start(
                  request -> {
                    pause(slowness);
                    bodies.put(
                        request.key(), request.body().replaceAll("\"payer\":\"[^\"]+\"", ""));
                    return accept(request);
                  });
          PaymentLoad load =
              PaymentLoad.start(
                  endpoint.target(), new LoadSettings(40, 100, seed, "seed", PATIENCE))) {
        await(() -> load.count().begun() >= 30);
        assertThat(load.finish(Duration.ofSeconds(10))).isTrue();
      }
      bodies.keySet().removeIf(key -> Integer.parseInt(key.replaceAll(".*-", "")) >= 30);
      return bodies;
    }

    @Test
    void makesTheSamePaymentsAgainHoweverFastTheyAreAnswered() {
      assertThat(bodies(42, 0)).hasSize(30).isEqualTo(bodies(42, 30)).isNotEqualTo(bodies(43, 0));
      assertThat(bodies(42, 0).values().stream().distinct()).hasSize(30);
    }
  }

  @Nested
  class Settings {
    @Test
    void areChecked() {
      assertThat(LoadSettings.of(10, 1, "a-1"))
          .isEqualTo(new LoadSettings(40, 10, 1, "a-1", Duration.ofMinutes(5)));
      assertThatThrownBy(() -> LoadSettings.of(0, 1, "a"))
          .hasMessage("paymentsPerSecond must be above 0 and at most 2000, got 0.0");
      assertThatThrownBy(() -> new LoadSettings(0, 1, 1, "a", PATIENCE))
          .hasMessage("callers must be 1 to 10000, got 0");
      assertThatThrownBy(() -> LoadSettings.of(1, 1, "a b"))
          .hasMessage("run must be 1 to 32 letters, digits or hyphens, got a b");
      assertThatThrownBy(() -> new LoadSettings(1, 1, 1, "a", Duration.ZERO))
          .hasMessage("patience must be positive, got PT0S");
    }
  }
}
