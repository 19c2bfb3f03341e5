package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.example.drill.stepfunctions.TaskWorker;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fails the tasks of some states before they are done, or after, when the answer is lost; or lets
 * something else happen before.
 */
public final class Faults {
  private final Map<String, Fault> planned = new HashMap<>();
  private final Map<String, Runnable> actions = new HashMap<>();
  private final Map<String, Integer> failed = new HashMap<>();

  private record Fault(int times, boolean afterwards, TaskFailure failure) {}

  /** Fails a state so many times, with nothing done. */
  public synchronized Faults before(String state, int times, TaskFailure failure) {
    planned.put(state, new Fault(times, false, failure));
    return this;
  }

  /** Does what a state asks for, and loses the answer, so many times. */
  public synchronized Faults after(String state, int times, TaskFailure failure) {
    planned.put(state, new Fault(times, true, failure));
    return this;
  }

  /** Fails a state until {@link #heal}. */
  public Faults always(String state, TaskFailure failure) {
    return before(state, Integer.MAX_VALUE, failure);
  }

  /** Does something before a state does what it asks for, once; the state waits for it. */
  public synchronized void precede(String state, Runnable action) {
    actions.put(state, action);
  }

  /** Lets all states do what they do. */
  public synchronized void heal() {
    planned.clear();
    actions.clear();
  }

  /** {@return how often a state was failed} */
  public synchronized int count(String state) {
    return failed.getOrDefault(state, 0);
  }

  /** {@return a worker with these faults} */
  TaskWorker over(TaskWorker worker) {
    return task -> {
      Fault fault = next(task.state());
      if (fault != null && !fault.afterwards()) {
        throw fault.failure();
      }
      Runnable action = nextAction(task.state());
      if (action != null) {
        action.run();
      }
      JsonNode answer = worker.perform(task);
      if (fault != null) {
        throw fault.failure();
      }
      return answer;
    };
  }

  private synchronized @Nullable Runnable nextAction(String state) {
    return actions.remove(state);
  }

  private synchronized @Nullable Fault next(String state) {
    Fault fault = planned.get(state);
    if (fault == null || failed.merge(state, 1, Integer::sum) > fault.times()) {
      return null;
    }
    return fault;
  }
}
