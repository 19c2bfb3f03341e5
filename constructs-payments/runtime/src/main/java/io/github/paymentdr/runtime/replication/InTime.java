package io.github.paymentdr.runtime.replication;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for what may hang no longer than it is worth. Neither a name lookup nor a TLS handshake
 * knows a limit as short as a failover needs; so the work has a thread of its own, which is left to
 * its own limits when the time is over.
 */
public final class InTime {
  private InTime() {}

  /**
   * What may hang.
   *
   * @param <T> what it gives
   */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Does it.
     *
     * @return what it gives
     * @throws SQLException if a database fails
     */
    T run() throws SQLException;
  }

  /**
   * Does something within a time.
   *
   * @param longest how long it is waited for
   * @param work what may hang
   * @param <T> what it gives
   * @return what it gave; empty when the time was over first
   * @throws SQLException if it failed so in time; other failures are thrown as they are
   */
  public static <T> Optional<T> call(Duration longest, Work<T> work) throws SQLException {
    FutureTask<T> task = new FutureTask<>(work::run);
    Thread thread = new Thread(task, "in-time");
    thread.setDaemon(true);
    thread.start();
    try {
      return Optional.of(task.get(longest.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      throw rethrown(e);
    }
  }

  private static SQLException rethrown(ExecutionException failure) {
    if (failure.getCause() instanceof SQLException sql) {
      return sql;
    }
    if (failure.getCause() instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure.getCause() instanceof Error error) {
      throw error;
    }
    throw new IllegalStateException(failure.getCause());
  }
}
