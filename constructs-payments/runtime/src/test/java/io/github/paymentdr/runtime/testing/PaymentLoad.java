package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.testing.PaymentClient.Answer;
import io.github.paymentdr.runtime.testing.PaymentClient.Step;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Callers that book payments at a rate from several connections: each is authorised and captured,
 * and one in ten is refunded in part. Whatever does not answer or refuses is asked again, with the
 * same key, until it accepts. Of what they could not begin in time, as in an outage, they make up
 * for a second's: more would keep a slow machine busy without an end.
 */
public final class PaymentLoad implements AutoCloseable {
  private static final int REFUNDED = 10;
  private static final long BACK_OFF_MILLIS = 50;

  private final TestServer server;
  private final String database;
  private final long nanosBetween;
  private final long begin = System.nanoTime();
  private final AtomicLong due = new AtomicLong(begin);
  private final List<Thread> callers = new ArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong payments = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong undecided = new AtomicLong();
  private final AtomicReference<@Nullable SQLException> fault = new AtomicReference<>();
  private volatile String alsoExecuted = "";

  private PaymentLoad(TestServer server, String database, double paymentsPerSecond) {
    this.server = server;
    this.database = database;
    this.nanosBetween = (long) (1e9 / paymentsPerSecond);
  }

  /**
   * What became of the requests.
   *
   * @param payments how many payments were accepted
   * @param requests how many requests were, captures and refunds among them
   * @param repeated how many of those had been accepted before, without the caller knowing
   * @param failures how often there was no answer, or a refusal
   * @param undecided how many were given up without an answer
   * @param seconds how long it took
   */
  public record Totals(
      long payments, long requests, long repeated, long failures, long undecided, double seconds) {}

  /** Starts to book. */
  public static PaymentLoad start(
      TestServer server, String database, int connections, double paymentsPerSecond) {
    PaymentClient.admit(server, database);
    PaymentLoad load = new PaymentLoad(server, database, paymentsPerSecond);
    for (int i = 0; i < connections; i++) {
      Thread caller = new Thread(load::call, "payments-" + i);
      caller.setDaemon(true);
      load.callers.add(caller);
      caller.start();
    }
    return load;
  }

  /** Executes a statement in each authorisation from now on; it has the payment's id. */
  public void alsoExecute(String statement) {
    alsoExecuted = statement;
  }

  /** {@return how many payments were accepted so far; fails if one was refused for good} */
  public long accepted() {
    failIfRefused();
    return payments.get();
  }

  /** {@return how often there was no answer, or a refusal, so far} */
  public long failures() {
    return failures.get();
  }

  /** Ends after the requests that are underway, and says what became of all. */
  public Totals stop() {
    double seconds = (System.nanoTime() - begin) / 1e9;
    close();
    failIfRefused();
    return new Totals(
        payments.get(), requests.get(), repeated.get(), failures.get(), undecided.get(), seconds);
  }

  private void failIfRefused() {
    SQLException found = fault.get();
    if (found != null) {
      throw new IllegalStateException("a payment was refused: " + found.getMessage(), found);
    }
  }

  @Override
  public void close() {
    stopped.countDown();
    try {
      for (Thread caller : callers) {
        caller.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isStopped() {
    return stopped.getCount() == 0;
  }

  private void call() {
    try (Caller caller = new Caller()) {
      while (!isStopped()) {
        long number = next.getAndIncrement();
        if (pause(nextDue() - System.nanoTime())) {
          return;
        }
        caller.pay(UUID.randomUUID().toString(), number % REFUNDED == 0);
      }
    }
  }

  /** {@return when the next payment is to begin} */
  private long nextDue() {
    long earliest = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);
    return due.getAndUpdate(turn -> Math.max(turn, earliest) + nanosBetween);
  }

  /** {@return whether it was stopped meanwhile} */
  private boolean pause(long nanos) {
    try {
      return nanos > 0 ? stopped.await(nanos, TimeUnit.NANOSECONDS) : isStopped();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A request that may be asked again. */
  private interface Request {
    Answer ask(PaymentClient client) throws SQLException;
  }

  private final class Caller implements AutoCloseable {
    private @Nullable PaymentClient client;

    void pay(String key, boolean isRefunded) {
      Answer authorised = ask(c -> c.authorise(key, alsoExecuted));
      if (authorised == null) {
        return;
      }
      payments.incrementAndGet();
      UUID payment = authorised.payment();
      Answer captured = ask(c -> c.change(Step.CAPTURE, key + "-captured", payment));
      if (captured != null && isRefunded) {
        ask(c -> c.change(Step.REFUND, key + "-refunded", payment));
      }
    }

    /** {@return the answer, or null if it was stopped before there was one} */
    private @Nullable Answer ask(Request request) {
      while (true) {
        try {
          if (client == null) {
            client = PaymentClient.connect(server, database);
          }
          Answer answer = request.ask(client);
          requests.incrementAndGet();
          if (answer.isRepeated()) {
            repeated.incrementAndGet();
          }
          return answer;
        } catch (SQLException e) {
          failures.incrementAndGet();
          if (isFault(e)) {
            fault.compareAndSet(null, e);
            stopped.countDown();
          }
          close();
          if (pause(TimeUnit.MILLISECONDS.toNanos(BACK_OFF_MILLIS))) {
            undecided.incrementAndGet();
            return null;
          }
        }
      }
    }

    /** Asking again would not help against a constraint or a missing right. */
    private static boolean isFault(SQLException e) {
      String state = String.valueOf(e.getSQLState());
      return state.startsWith("23") || state.startsWith("42");
    }

    @Override
    public void close() {
      try {
        if (client != null) {
          client.close();
        }
      } catch (SQLException e) {
        // It is gone with its server.
      } finally {
        client = null;
      }
    }
  }
}
