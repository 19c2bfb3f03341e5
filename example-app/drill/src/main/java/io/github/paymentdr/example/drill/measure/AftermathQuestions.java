package io.github.paymentdr.example.drill.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.load.Order;
import io.github.paymentdr.example.drill.load.PaymentTarget;
import io.github.paymentdr.example.drill.measure.Aftermath.Finding;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks for payments and balances, a few at once, and again when there is no answer. */
final class AftermathQuestions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AT_ONCE = 8;
  private static final int TIMES = 20;
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS);

  private final PaymentTarget target;
  private final long end;
  private final Semaphore free = new Semaphore(AT_ONCE);

  AftermathQuestions(PaymentTarget target, Duration limit) {
    this.target = target;
    this.end = System.nanoTime() + limit.toNanos();
  }

  Aftermath ask(Collection<Attempt> attempts, List<Order> orders) {
    Map<String, Long> amounts = new HashMap<>();
    for (Attempt attempt : attempts) {
      if (attempt.isAccepted()) {
        amounts.putIfAbsent(attempt.paymentId(), attempt.amount());
      }
    }
    Map<String, Finding> payments =
        all(
            amounts.keySet(),
            id -> "payments/" + id,
            (id, answer) -> finding(answer, amounts.get(id)));
    TreeSet<String> payers = new TreeSet<>();
    orders.forEach(order -> payers.add(order.payer()));
    Map<String, Long> balances =
        all(payers, payer -> "accounts/" + payer + "/balance", (payer, answer) -> balance(answer));
    return new Aftermath(Map.copyOf(payments), Map.copyOf(balances));
  }

  /** Reads an answer; null if it says nothing. */
  private interface Reading<T> {
    @Nullable T of(String name, @Nullable HttpResponse<String> answer);
  }

  private <T> Map<String, T> all(
      Collection<String> names, Function<String, String> path, Reading<T> reading) {
    Map<String, T> results = new ConcurrentHashMap<>();
    for (String name : names) {
      free.acquireUninterruptibly();
      ask(
          path.apply(name),
          TIMES,
          answer -> {
            try {
              T result = reading.of(name, answer.orElse(null));
              if (result != null) {
                results.put(name, result);
              }
            } finally {
              free.release();
            }
          });
    }
    free.acquireUninterruptibly(AT_ONCE);
    free.release(AT_ONCE);
    return results;
  }

  private void ask(String path, int times, Consumer<Optional<HttpResponse<String>>> receiver) {
    target.get(
        path,
        ANSWER,
        answer -> {
          if (answer.filter(AftermathQuestions::isFinal).isPresent()) {
            receiver.accept(answer);
          } else if (times <= 1 || System.nanoTime() - end > 0) {
            receiver.accept(Optional.empty());
          } else {
            LATER.execute(() -> ask(path, times - 1, receiver));
          }
        });
  }

  private static boolean isFinal(HttpResponse<String> answer) {
    return answer.statusCode() == OK || answer.statusCode() == NOT_FOUND;
  }

  private static Finding finding(@Nullable HttpResponse<String> answer, @Nullable Long amount) {
    if (answer == null) {
      return Finding.UNKNOWN;
    }
    boolean isIt =
        answer.statusCode() == OK
            && amount != null
            && json(answer).path("amount").asLong() == amount;
    return isIt ? Finding.THERE : Finding.NOT_THERE;
  }

  /** An account that nothing was ever posted to is not known, and has paid nothing. */
  private static @Nullable Long balance(@Nullable HttpResponse<String> answer) {
    if (answer == null) {
      return null;
    }
    if (answer.statusCode() == NOT_FOUND) {
      return 0L;
    }
    JsonNode balance = json(answer).path("balances").path("EUR");
    return balance.isNumber() ? (Long) balance.asLong() : null;
  }

  private static JsonNode json(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      return JSON.nullNode();
    }
  }
}
