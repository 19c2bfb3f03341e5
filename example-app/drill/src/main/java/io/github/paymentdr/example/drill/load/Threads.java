package io.github.paymentdr.example.drill.load;

import java.util.concurrent.ThreadFactory;

/** Threads that do not keep the process alive. */
final class Threads {
  private Threads() {}

  static ThreadFactory named(String name) {
    return work -> {
      Thread thread = new Thread(work, "drill-" + name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
