package io.github.paymentdr.example.drill.pair;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A way that requests take: open, cut, or one in which everything hangs; and perhaps slow. */
final class Gate {
  /** Nobody waits longer for what is lost. */
  private static final Duration LOST = Duration.ofSeconds(30);

  private enum State {
    OPEN,
    HANGING,
    CUT
  }

  /** Requests pass twice, there and back; each time has its half. */
  private record Slowness(Latency latency, Random random) {
    long nextDelayMillis() {
      long least = latency.atLeast().toMillis();
      long span = latency.atMost().toMillis() - least;
      return (least + (long) (random.nextDouble() * (span + 1))) / 2;
    }

    boolean isNextLost() {
      return random.nextDouble() < latency.lost() / 2;
    }
  }

  private final String name;
  private State state = State.OPEN;
  private @Nullable Slowness slowness;

  Gate(String name) {
    this.name = name;
  }

  /** Waits while it hangs, and as long as it is slow. */
  synchronized void pass() throws IOException {
    Slowness slow = slowness;
    if (slow != null) {
      boolean isLost = slow.isNextLost();
      waitMillis(isLost ? LOST.toMillis() : slow.nextDelayMillis());
      if (isLost) {
        throw new IOException(name + " has lost it");
      }
    }
    try {
      while (state == State.HANGING) {
        wait();
      }
    } catch (InterruptedException e) {
      throw left(e);
    }
    if (state == State.CUT) {
      throw new IOException(name + " is cut");
    }
  }

  /** Lets others pass meanwhile; what is underway is as slow as it was when it came. */
  private void waitMillis(long millis) throws IOException {
    long end = System.nanoTime() + millis * 1_000_000;
    try {
      for (long left = millis; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
        wait(left);
      }
    } catch (InterruptedException e) {
      throw left(e);
    }
  }

  private IOException left(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException(name + " was left", e);
  }

  void open() {
    become(State.OPEN);
  }

  void cut() {
    become(State.CUT);
  }

  void hang() {
    become(State.HANGING);
  }

  /** Makes it slow. */
  synchronized void slow(Latency latency, long seed) {
    slowness = new Slowness(latency, new Random(seed));
  }

  /** Makes it as fast as it was. */
  synchronized void fast() {
    slowness = null;
  }

  private synchronized void become(State next) {
    state = next;
    notifyAll();
  }
}
