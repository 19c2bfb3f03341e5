package io.github.paymentdr.runtime.journal;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A few threads that make calls at once; results come in the order in which they are done. */
final class Workers<T> implements AutoCloseable {
  private final ExecutorService threads;
  private final ExecutorCompletionService<T> results;
  private int underWay;

  Workers(int count) {
    threads = Executors.newFixedThreadPool(count, Workers::daemon);
    results = new ExecutorCompletionService<>(threads);
  }

  void add(Callable<T> call) {
    results.submit(call);
    underWay++;
  }

  boolean hasNext() {
    return underWay > 0;
  }

  T next() {
    try {
      underWay--;
      return results.take().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JournalUnavailableException("interrupted while the journal was called", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof JournalUnavailableException known) {
        throw known;
      }
      throw new IllegalStateException("calling the journal failed", e.getCause());
    }
  }

  /** Ends it; calls that are under way are given up. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "journal");
    thread.setDaemon(true);
    return thread;
  }
}
