package io.github.paymentdr.example.drill.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Callers who pay. So many payments begin in each second, evenly spaced and whatever becomes of
 * those before; each is repeated with its key by the rules of {@code docs/client.md} until its
 * caller has a final answer. Every attempt is kept.
 *
 * <p>Nothing waits in a thread of its own: one thread begins and repeats, and another few take
 * answers, however many callers there are.
 */
public final class PaymentLoad implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration CLOSING = Duration.ofSeconds(30);
  private static final int MOST_AMOUNT = 100_000;
  private static final int UNAUTHORIZED = 401;
  private static final int CONFLICT = 409;
  private static final Set<Integer> TRY_AGAIN = Set.of(429, 500, 502, 503, 504);

  private final PaymentTarget target;
  private final LoadSettings settings;
  private final ScheduledThreadPoolExecutor pacer =
      new ScheduledThreadPoolExecutor(1, Threads.named("pacer"));

  /** Guards all that follows. */
  private final Object lock = new Object();

  private final SplittableRandom root;
  private final List<Attempt> attempts = new ArrayList<>();
  private final Map<String, Order> orders = new LinkedHashMap<>();
  private final Deque<Integer> freeCallers = new ArrayDeque<>();
  private final Map<String, Long> accepted = new TreeMap<>();
  private final Map<String, Long> refused = new TreeMap<>();
  private long unanswered;
  private long acknowledged;
  private long rejected;
  private long underWay;
  private long skipped;
  private long number;
  private boolean isClosing;
  private boolean isOver;
  private @Nullable Throwable fault;

  private PaymentLoad(PaymentTarget target, LoadSettings settings) {
    this.target = target;
    this.settings = settings;
    this.root = new SplittableRandom(settings.seed());
    for (int caller = 0; caller < settings.callers(); caller++) {
      freeCallers.add(caller);
    }
    pacer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** A payment under way: who pays, how often it was asked for, and its part of chance. */
  private static final class Journey {
    private final Order order;
    private final int caller;
    private final String json;
    private final SplittableRandom random;
    private final Instant giveUpAt;
    private int attempt;
    private boolean hadNewToken;

    Journey(Order order, int caller, String json, SplittableRandom random, Instant giveUpAt) {
      this.order = order;
      this.caller = caller;
      this.json = json;
      this.random = random;
      this.giveUpAt = giveUpAt;
    }

    /** At random below a bound that doubles, so that not all callers come back at once. */
    Duration pause() {
      return Duration.ofMillis(random.nextLong(Math.min(2_000, 100L << Math.min(attempt++, 10))));
    }
  }

  /**
   * Starts to pay.
   *
   * @param target where to
   * @param settings how much
   */
  public static PaymentLoad start(PaymentTarget target, LoadSettings settings) {
    PaymentLoad load = new PaymentLoad(target, settings);
    // By the fixed rate a pause of this process is made up for afterwards.
    Future<?> unused =
        load.pacer.scheduleAtFixedRate(
            () -> load.guarded(load::begin),
            0,
            Math.round(1e9 / settings.paymentsPerSecond()),
            TimeUnit.NANOSECONDS);
    return load;
  }

  /** {@return how much is paid} */
  public LoadSettings settings() {
    return settings;
  }

  /** {@return all attempts that have ended so far, in the order of their ends} */
  public List<Attempt> attempts() {
    synchronized (lock) {
      return List.copyOf(attempts);
    }
  }

  /**
   * {@return the attempts that have ended after so many others; for whoever looks again and again}
   */
  public List<Attempt> attemptsAfter(int count) {
    synchronized (lock) {
      return List.copyOf(attempts.subList(Math.min(count, attempts.size()), attempts.size()));
    }
  }

  /** {@return all payments that were begun, in their order} */
  public List<Order> orders() {
    synchronized (lock) {
      return List.copyOf(orders.values());
    }
  }

  /** {@return what the callers have come to so far} */
  public LoadCount count() {
    synchronized (lock) {
      return new LoadCount(
          number,
          acknowledged,
          rejected,
          underWay,
          skipped,
          Map.copyOf(accepted),
          Map.copyOf(refused),
          unanswered);
    }
  }

  /** Begins no new payments, and finishes those begun, within half a minute. */
  @Override
  public void close() {
    finish(CLOSING);
  }

  /**
   * Begins no new payments, and finishes those begun. What is not final at the end of the limit is
   * given up, and undecided.
   *
   * @param limit how long that may take
   * @return whether all are final
   * @throws IllegalStateException if the load itself has failed, so that what it says is worth
   *     nothing
   */
  public boolean finish(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (lock) {
      isClosing = true;
      try {
        while (underWay > 0 && fault == null && !isOver && end - System.nanoTime() > 0) {
          TimeUnit.NANOSECONDS.timedWait(lock, end - System.nanoTime());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      // What is answered from now on is answered to nobody.
      isOver = true;
      pacer.shutdownNow();
      if (fault != null) {
        throw new IllegalStateException("the callers have failed: " + fault, fault);
      }
      return orders.values().stream().allMatch(order -> order.state() != Order.State.UNDECIDED);
    }
  }

  /** A fault of the load itself must not look like a fault of the pair. */
  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      synchronized (lock) {
        fault = fault == null ? e : fault;
      }
    }
  }

  private void begin() {
    Journey journey;
    synchronized (lock) {
      if (isClosing) {
        return;
      }
      Integer caller = freeCallers.poll();
      if (caller == null) {
        skipped++;
        return;
      }
      journey = journey(number++, caller);
      orders.put(journey.order.key(), journey.order);
      underWay++;
    }
    send(journey);
  }

  /** What a payment is depends on the seed and its number alone. */
  private Journey journey(long payment, int caller) {
    SplittableRandom random = root.split();
    String name = "drill-" + settings.run();
    Instant now = Instant.now();
    Order order =
        new Order(
            name + "-" + payment,
            name + " " + payment,
            name + "-" + caller,
            1 + random.nextInt(MOST_AMOUNT),
            now,
            Order.State.UNDECIDED);
    String json =
        "{\"amount\":%s,\"currency\":\"EUR\",\"payer\":\"%s\",\"payee\":\"%s-shop\",\"reference\":\"%s\"}"
            .formatted(order.amount(), order.payer(), name, order.reference());
    return new Journey(order, caller, json, random, now.plus(settings.patience()));
  }

  private void send(Journey journey) {
    Instant sentAt = Instant.now();
    target.pay(
        journey.order.payer(),
        journey.order.key(),
        journey.json,
        ANSWER,
        answer -> guarded(() -> ended(journey, sentAt, answer.orElse(null))));
  }

  private void ended(Journey journey, Instant sentAt, @Nullable HttpResponse<String> answer) {
    Attempt attempt = attempt(journey.order, sentAt, answer);
    synchronized (lock) {
      if (isOver) {
        return;
      }
      attempts.add(attempt);
      count(attempt);
    }
    if (attempt.isAccepted()) {
      end(journey, Order.State.ACKNOWLEDGED);
    } else if (isFinal(journey, attempt, answer)) {
      end(journey, Order.State.REJECTED);
    } else {
      again(journey, retryAfter(answer));
    }
  }

  private void count(Attempt attempt) {
    if (attempt.isAnswered()) {
      (attempt.isAccepted() ? accepted : refused)
          .merge(attempt.region().isEmpty() ? LoadCount.NONE : attempt.region(), 1L, Long::sum);
    } else {
      unanswered++;
    }
  }

  /** What the table of docs/client.md says. */
  private static boolean isFinal(
      Journey journey, Attempt attempt, @Nullable HttpResponse<String> answer) {
    if (answer == null || TRY_AGAIN.contains(attempt.status())) {
      return false;
    }
    if (attempt.status() == UNAUTHORIZED) {
      boolean isSecond = journey.hadNewToken;
      journey.hadNewToken = true;
      return isSecond;
    }
    // An acceptance that does not say of what is a broken answer.
    return attempt.isAnswered()
        && !(attempt.status() == CONFLICT && has(answer.headers(), "retry-after"));
  }

  private void again(Journey journey, Duration retryAfter) {
    Duration pause = journey.pause().plus(retryAfter);
    if (Instant.now().plus(pause).isAfter(journey.giveUpAt)) {
      end(journey, Order.State.UNDECIDED);
      return;
    }
    synchronized (lock) {
      if (!isOver) {
        Future<?> unused =
            pacer.schedule(
                () -> guarded(() -> send(journey)), pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  private void end(Journey journey, Order.State state) {
    Order order = journey.order;
    synchronized (lock) {
      if (isOver) {
        return;
      }
      orders.put(
          order.key(),
          new Order(
              order.key(),
              order.reference(),
              order.payer(),
              order.amount(),
              order.begunAt(),
              state));
      acknowledged += state == Order.State.ACKNOWLEDGED ? 1 : 0;
      rejected += state == Order.State.REJECTED ? 1 : 0;
      underWay--;
      freeCallers.add(journey.caller);
      lock.notifyAll();
    }
  }

  private static Attempt attempt(
      Order order, Instant sentAt, @Nullable HttpResponse<String> answer) {
    int status = answer == null ? 0 : answer.statusCode();
    String id = status == 201 && answer != null ? paymentId(answer.body()) : "";
    boolean isWhole = answer != null && !(status == 201 && id.isEmpty());
    HttpHeaders headers =
        answer == null ? HttpHeaders.of(Map.of(), (a, b) -> true) : answer.headers();
    return new Attempt(
        order.key(),
        order.reference(),
        order.payer(),
        order.amount(),
        sentAt,
        Instant.now(),
        isWhole ? status : 0,
        has(headers, "idempotency-replayed"),
        headers.firstValue("x-region").orElse(""),
        epoch(headers),
        id);
  }

  private static String paymentId(String body) {
    try {
      return JSON.readTree(body).path("id").asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }

  private static long epoch(HttpHeaders headers) {
    return headers
        .firstValue("x-lease-epoch")
        .filter(epoch -> epoch.matches("[0-9]{1,18}"))
        .map(Long::parseLong)
        .orElse(0L);
  }

  private static Duration retryAfter(@Nullable HttpResponse<String> answer) {
    if (answer == null) {
      return Duration.ZERO;
    }
    return answer
        .headers()
        .firstValue("retry-after")
        .filter(seconds -> seconds.matches("[0-4]"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(Duration.ZERO);
  }

  private static boolean has(HttpHeaders headers, String name) {
    return headers.firstValue(name).isPresent();
  }
}
