package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.runtime.testing.LambdaProcess;
import io.github.paymentdr.runtime.testing.LambdaProcess.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A function whose instances are processes, as Lambda has it: one request at a time for each, a new
 * one when none is free, and no more than a limit. An invocation that is over its time is killed
 * with its instance, and whatever it answers then is not heard.
 */
final class ProcessFunction extends LambdaFunction implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Lambda would have another instance still. Here who comes to the last one waits, if not long.
   */
  private static final Duration QUEUE = Duration.ofMillis(500);

  /** What Lambda grants an instance to begin. */
  private static final Duration INIT = Duration.ofSeconds(20);

  /** After a thaw Lambda must wake up too; until then an instance may do what it likes. */
  private static final Duration AFTER_THAW = Duration.ofMillis(30);

  private final int limit;
  private final Duration patience;
  private final Supplier<LambdaProcess> starter;
  private final Set<LambdaProcess> instances = new LinkedHashSet<>();
  private final Deque<LambdaProcess> idle = new ArrayDeque<>();
  private final List<LambdaProcess> overdue = new ArrayList<>();
  private int starting;
  private boolean isFrozen;
  private boolean isDown;

  /**
   * Makes a function without instances.
   *
   * @param limit how many there may be
   * @param patience how long a request waits for one that is busy before another one is begun
   * @param starter starts one
   */
  ProcessFunction(
      String name,
      Duration timeout,
      Gate gate,
      int limit,
      Duration patience,
      Supplier<LambdaProcess> starter) {
    super(name, timeout, gate);
    this.limit = limit;
    this.patience = patience;
    this.starter = starter;
  }

  /** Has so many instances more, before anybody asks for them, each of which has answered once. */
  void warm(int count, String event) {
    for (int i = 0; i < count; i++) {
      synchronized (this) {
        starting++;
      }
      Daemons.thread(
              () -> {
                try {
                  LambdaProcess instance = begin();
                  Answer unused = instance.invoke(event, timeout());
                  release(instance);
                } catch (IOException e) {
                  // It was killed meanwhile, or did not come up; requests start their own.
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              })
          .start();
    }
  }

  /** Waits until so many are free. */
  void awaitIdle(int count, Duration atMost) {
    if (!hasIdle(count, atMost)) {
      throw new IllegalStateException(name() + " has not begun within " + atMost);
    }
  }

  private synchronized boolean hasIdle(int count, Duration atMost) {
    long limitNanos = System.nanoTime() + atMost.toNanos();
    while (idle.size() < count) {
      long left = (limitNanos - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return true;
  }

  /** {@return how many requests are open} */
  synchronized int open() {
    return instances.size() - idle.size();
  }

  /** {@return the ids of the processes} */
  synchronized List<Long> pids() {
    return instances.stream().filter(LambdaProcess::isAlive).map(LambdaProcess::pid).toList();
  }

  @Override
  byte[] call(byte[] event, Duration time) throws IOException {
    LambdaProcess instance = acquire();
    long end = System.nanoTime() + time.toNanos();
    ScheduledFuture<?> timer =
        Daemons.TIMER.schedule(() -> expire(instance), time.toNanos(), TimeUnit.NANOSECONDS);
    Answer answer;
    try {
      answer = instance.invoke(new String(event, UTF_8), time);
    } catch (InterruptedException e) {
      discard(instance);
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      timer.cancel(false);
    }
    if (System.nanoTime() >= end) {
      expire(instance);
      throw new FunctionError("Sandbox.Timedout", "Task timed out after " + time);
    }
    if (answer.kind() == Answer.Kind.NONE) {
      discard(instance);
      throw new FunctionError("Runtime.ExitError", "the process has ended");
    }
    release(instance);
    if (answer.kind() == Answer.Kind.FAILED) {
      JsonNode description = JSON.readTree(answer.body());
      throw new FunctionError(description.path("errorType").asText(), answer.body());
    }
    return answer.body().getBytes(UTF_8);
  }

  private LambdaProcess acquire() throws IOException {
    LambdaProcess free = awaitFree(patience);
    if (free == null && mayBegin()) {
      return begin();
    }
    free = free == null ? awaitFree(QUEUE) : free;
    if (free == null) {
      throw new ThrottledException(name());
    }
    return free;
  }

  private synchronized @Nullable LambdaProcess awaitFree(Duration atMost) throws IOException {
    long limitNanos = System.nanoTime() + atMost.toNanos();
    while (!isDown && idle.isEmpty()) {
      long left = (limitNanos - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return null;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
    if (isDown) {
      throw new IOException(name() + " is gone");
    }
    return idle.pollFirst();
  }

  private synchronized boolean mayBegin() {
    boolean mayBegin = instances.size() + starting < limit;
    if (mayBegin) {
      starting++;
    }
    return mayBegin;
  }

  private LambdaProcess begin() throws IOException {
    LambdaProcess instance;
    synchronized (this) {
      starting--;
      if (isDown) {
        throw new IOException(name() + " is gone");
      }
      instance = starter.get();
      instances.add(instance);
      if (isFrozen) {
        Signals.send("STOP", List.of(instance.pid()));
      }
    }
    try {
      if (!instance.awaitReady(INIT)) {
        discard(instance);
        throw new FunctionError(
            "Runtime.InitError", "not ready within " + INIT + ": " + instance.output());
      }
    } catch (InterruptedException e) {
      discard(instance);
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return instance;
  }

  private synchronized void release(LambdaProcess instance) {
    if (instances.contains(instance) && instance.isAlive()) {
      idle.addFirst(instance);
    } else {
      instances.remove(instance);
    }
    notifyAll();
  }

  private synchronized void discard(LambdaProcess instance) {
    instances.remove(instance);
    idle.remove(instance);
    instance.kill();
    notifyAll();
  }

  /** While everything stands still nobody kills. */
  private synchronized void expire(LambdaProcess instance) {
    if (isFrozen) {
      overdue.add(instance);
    } else {
      discard(instance);
    }
  }

  /** Lets all processes stand still. */
  synchronized void freeze() {
    if (!isFrozen) {
      isFrozen = true;
      Signals.send("STOP", pids());
    }
  }

  /** Lets them go on; those whose time is over have a moment left. */
  synchronized void thaw() {
    if (isFrozen) {
      isFrozen = false;
      Signals.send("CONT", pids());
      List<LambdaProcess> late = List.copyOf(overdue);
      overdue.clear();
      var unused =
          Daemons.TIMER.schedule(
              () -> late.forEach(this::discard), AFTER_THAW.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Kills all, and begins none until {@link #restart}. */
  synchronized void kill() {
    isDown = true;
    isFrozen = false;
    overdue.clear();
    List.copyOf(instances).forEach(this::discard);
  }

  @Override
  synchronized void restart() {
    kill();
    isDown = false;
  }

  /**
   * Ends, and gives away the instances that have nothing to do.
   *
   * @param atMost how long it waits for those that are about to have answered
   */
  synchronized List<LambdaProcess> leave(Duration atMost) {
    if (isFrozen || isDown) {
      kill();
      return List.of();
    }
    hasIdle(instances.size(), atMost);
    List<LambdaProcess> free = idle.stream().filter(LambdaProcess::isAlive).toList();
    instances.removeAll(free);
    idle.clear();
    kill();
    return free;
  }

  @Override
  public void close() {
    kill();
  }
}
