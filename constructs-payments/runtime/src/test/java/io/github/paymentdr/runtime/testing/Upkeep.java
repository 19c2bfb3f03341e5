package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The schedule: calls the maintenance of regions again and again, whether it succeeds or not. */
public final class Upkeep implements AutoCloseable {
  private static final Duration TURN = Duration.ofSeconds(1);

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();
  private final List<RuntimeException> unexpected = new CopyOnWriteArrayList<>();

  private Upkeep() {}

  /** Starts to maintain. */
  public static Upkeep of(TestPair.Side... regions) {
    Upkeep upkeep = new Upkeep();
    for (TestPair.Side region : regions) {
      Thread thread = new Thread(() -> upkeep.maintain(region), "upkeep");
      thread.setDaemon(true);
      upkeep.threads.add(thread);
      thread.start();
    }
    return upkeep;
  }

  /** {@return what no maintenance may fail with: anything but something that does not answer} */
  public List<RuntimeException> unexpected() {
    return List.copyOf(unexpected);
  }

  @Override
  public void close() {
    stopped.countDown();
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void maintain(TestPair.Side region) {
    try {
      do {
        try {
          region.control().maintain(Deadline.after(TURN));
        } catch (ControlException e) {
          // The next turn may find its database again.
        } catch (RuntimeException e) {
          unexpected.add(e);
        }
      } while (!stopped.await(100, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
