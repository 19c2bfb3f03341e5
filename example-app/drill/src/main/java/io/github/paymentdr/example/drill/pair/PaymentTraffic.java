package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Callers who pay all the time: each makes a new payment, and repeats it with its key until it is
 * accepted, wherever the endpoint leads it.
 */
public final class PaymentTraffic implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Supplier<LocalRegion> endpoint;
  private final Duration pause;
  private final Map<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
  private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
  private final List<String> contradictions = new CopyOnWriteArrayList<>();
  private final List<Thread> callers = new ArrayList<>();
  private volatile boolean stopping;

  private PaymentTraffic(Supplier<LocalRegion> endpoint, Duration pause) {
    this.endpoint = endpoint;
    this.pause = pause;
  }

  /**
   * A payment that was accepted.
   *
   * @param payment its id
   * @param region the region that accepted it
   * @param isRepeated whether it said that it had been accepted before
   * @param sentAt when the request was sent
   * @param at when the answer came
   */
  public record Acknowledged(
      String payment, String region, boolean isRepeated, Instant sentAt, Instant at) {}

  /**
   * A request that was not accepted.
   *
   * @param status the status, 0 if there was no answer
   * @param at when
   */
  public record Refusal(int status, Instant at) {}

  /**
   * Starts to pay.
   *
   * @param endpoint where to, asked for each request
   * @param callers how many pay at once
   * @param pause between two requests of a caller
   */
  public static PaymentTraffic start(Supplier<LocalRegion> endpoint, int callers, Duration pause) {
    PaymentTraffic traffic = new PaymentTraffic(endpoint, pause);
    for (int i = 0; i < callers; i++) {
      Thread thread = Daemons.thread(traffic::pay);
      traffic.callers.add(thread);
      thread.start();
    }
    return traffic;
  }

  /** {@return what was accepted, by key} */
  public Map<String, Acknowledged> acknowledged() {
    return Map.copyOf(acknowledged);
  }

  /** {@return the requests that were not accepted} */
  public List<Refusal> refusals() {
    return List.copyOf(refusals);
  }

  /** {@return keys that have had two different answers; there must be none} */
  public List<String> contradictions() {
    return List.copyOf(contradictions);
  }

  /** {@return how many were accepted since a moment} */
  public long acceptedSince(Instant moment) {
    return acknowledged.values().stream().filter(one -> one.at().isAfter(moment)).count();
  }

  /** Stops to begin new payments; those begun are repeated until they are accepted or too late. */
  @Override
  public void close() {
    stopping = true;
    for (Thread caller : callers) {
      try {
        caller.join(Duration.ofSeconds(20).toMillis());
        caller.interrupt();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void pay() {
    while (!stopping) {
      String key = UUID.randomUUID().toString();
      String body =
          "{\"amount\":1999,\"currency\":\"EUR\",\"payer\":\"payer-1\",\"payee\":\"payee-1\"}";
      Instant giveUp = Instant.now().plusSeconds(60);
      boolean accepted = false;
      while (!accepted && Instant.now().isBefore(giveUp)) {
        accepted = once(key, body);
        if (!sleep()) {
          return;
        }
      }
    }
  }

  private boolean once(String key, String body) {
    LocalRegion region = endpoint.get();
    Instant sentAt = Instant.now();
    try {
      HttpResponse<String> response = Client.pay(region.url(), key, body);
      if (response.statusCode() == 201) {
        accept(
            key,
            new Acknowledged(
                JSON.readTree(response.body()).path("id").asText(),
                region.name(),
                response.headers().firstValue("idempotency-replayed").isPresent(),
                sentAt,
                Instant.now()));
        return true;
      }
      refusals.add(new Refusal(response.statusCode(), Instant.now()));
    } catch (JsonProcessingException e) {
      contradictions.add(key + " " + e.getMessage());
      return true;
    } catch (IOException e) {
      refusals.add(new Refusal(0, Instant.now()));
    }
    return false;
  }

  private void accept(String key, Acknowledged answer) {
    Acknowledged before = acknowledged.putIfAbsent(key, answer);
    if (before != null && !before.payment().equals(answer.payment())) {
      contradictions.add(key + " " + before.payment() + " " + answer.payment());
    }
  }

  private boolean sleep() {
    try {
      Thread.sleep(pause.toMillis());
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
