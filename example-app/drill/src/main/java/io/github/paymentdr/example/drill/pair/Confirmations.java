package io.github.paymentdr.example.drill.pair;

import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows the readings of the lease that confirm an acceptance: the next one of the instance that has
 * just written an entry of the journal. Instances are known by their access keys.
 */
final class Confirmations {
  private final Set<String> accepting = ConcurrentHashMap.newKeySet();
  private final Set<String> confirming = ConcurrentHashMap.newKeySet();
  private @Nullable Latency latency;
  private Random random = new Random(0);
  private @Nullable Runnable beforeNext;

  /** Makes them late. */
  synchronized void slow(Latency newLatency, long seed) {
    latency = newLatency;
    random = new Random(seed);
  }

  /** Makes them as fast as the others. */
  synchronized void fast() {
    latency = null;
  }

  /**
   * Does something, once, before the next one is answered: the table has read the lease by then.
   */
  synchronized void beforeNext(Runnable action) {
    beforeNext = action;
  }

  /** Does nothing before the next one. */
  synchronized void nothingBeforeNext() {
    beforeNext = null;
  }

  /**
   * Keeps the answer to a confirmation for a while, and remembers who is next.
   *
   * @param call the same for all attempts of the SDK at one call
   */
  void delay(@Nullable String authorization, @Nullable String call, ControlDoor.Request request)
      throws IOException {
    String caller = String.valueOf(authorization).split("/", 2)[0];
    if (request.writesJournal()) {
      accepting.add(caller);
    } else if (request.readsLease() && isConfirmation(caller, String.valueOf(call))) {
      long millis = nextMillis();
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
      doBefore();
    }
  }

  private synchronized void doBefore() {
    if (beforeNext != null) {
      beforeNext.run();
      beforeNext = null;
    }
  }

  private boolean isConfirmation(String caller, String call) {
    if (accepting.remove(caller)) {
      confirming.add(call);
      return true;
    }
    return confirming.contains(call);
  }

  private synchronized long nextMillis() {
    if (latency == null) {
      return 0;
    }
    long least = latency.atLeast().toMillis();
    return least + (long) (random.nextDouble() * (latency.atMost().toMillis() - least + 1));
  }
}
