package io.github.paymentdr.example.drill.pair;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Threads that do not keep the process alive. */
final class Daemons {
  /** For what is due at a time and takes none. */
  static final ScheduledExecutorService TIMER =
      Executors.newScheduledThreadPool(2, Daemons::thread);

  private Daemons() {}

  /** Runs work in a thread of its own. */
  static void run(Runnable work) {
    thread(work).start();
  }

  static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "local-pair");
    thread.setDaemon(true);
    return thread;
  }
}
