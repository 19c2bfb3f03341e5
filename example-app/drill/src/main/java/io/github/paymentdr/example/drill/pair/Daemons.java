package io.github.paymentdr.example.drill.pair;

/** Threads that do not keep the process alive. */
final class Daemons {
  private Daemons() {}

  static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "local-pair");
    thread.setDaemon(true);
    return thread;
  }
}
