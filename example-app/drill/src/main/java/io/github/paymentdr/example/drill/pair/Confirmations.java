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
  private @Nullable Latency latency;
  private Random random = new Random(0);

  /** Makes them late. */
  synchronized void slow(Latency newLatency, long seed) {
    latency = newLatency;
    random = new Random(seed);
  }

  /** Makes them as fast as the others. */
  synchronized void fast() {
    latency = null;
  }

  /** Keeps the answer to a confirmation for a while, and remembers who is next. */
  void delay(@Nullable String authorization, ControlDoor.Request request) throws IOException {
    String caller = String.valueOf(authorization).split("/", 2)[0];
    if (request.writesJournal()) {
      accepting.add(caller);
    } else if (request.readsLease() && accepting.remove(caller)) {
      long millis = nextMillis();
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
  }

  private synchronized long nextMillis() {
    if (latency == null) {
      return 0;
    }
    long least = latency.atLeast().toMillis();
    return least + (long) (random.nextDouble() * (latency.atMost().toMillis() - least + 1));
  }
}
