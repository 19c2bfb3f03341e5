package io.github.paymentdr.example.drill.stepfunctions;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of a state machine. */
public final class Execution {
  private final String arn;
  private final Instant startedAt;
  private final Runnable stop;
  private final Consumer<ExecutionEvent> listener;
  private final List<ExecutionEvent> events = new ArrayList<>();
  private volatile @Nullable Instant endedAt;
  private final CompletableFuture<End> end = new CompletableFuture<>();

  Execution(String arn, Instant startedAt, Runnable stop, Consumer<ExecutionEvent> listener) {
    this.arn = arn;
    this.startedAt = startedAt;
    this.stop = stop;
    this.listener = listener;
  }

  /** How an execution stands, by the names of AWS. */
  public enum Status {
    /** It is not over. */
    RUNNING,
    /** It ended in a Succeed state or in one that says so. */
    SUCCEEDED,
    /** It ended in a Fail state or by an error that nothing catches. */
    FAILED,
    /** It took longer than the definition allows. */
    TIMED_OUT,
    /** Somebody stopped it. */
    ABORTED
  }

  /**
   * How it ended.
   *
   * @param status how
   * @param output what it gave, or nothing
   * @param error the error's name, or an empty text
   * @param cause the error's cause, or an empty text
   */
  public record End(Status status, JsonNode output, String error, String cause) {}

  /** {@return its ARN} */
  public String arn() {
    return arn;
  }

  /** {@return when it was started} */
  public Instant startedAt() {
    return startedAt;
  }

  /** {@return how it stands} */
  public Status status() {
    return end.isDone() ? end.join().status() : Status.RUNNING;
  }

  /** {@return when it was over, if it is} */
  public Optional<Instant> endedAt() {
    return Optional.ofNullable(endedAt);
  }

  /** {@return what has happened so far} */
  public List<ExecutionEvent> events() {
    synchronized (events) {
      return List.copyOf(events);
    }
  }

  /** {@return the names of the states that were entered so far, in order} */
  public List<String> states() {
    return events().stream()
        .filter(event -> event.kind() == Kind.ENTERED)
        .map(ExecutionEvent::state)
        .toList();
  }

  /** {@return the state entered last, or an empty text} */
  public String currentState() {
    List<String> states = states();
    return states.isEmpty() ? "" : states.get(states.size() - 1);
  }

  /** Returns once it is over. */
  public End await(Duration atMost) {
    try {
      return end.get(atMost.toMillis(), MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(this + " is not over after " + atMost, e);
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns once it has entered a state, or has ended without. */
  public void awaitState(String state, Duration atMost) {
    Instant limit = Instant.now().plus(atMost);
    synchronized (events) {
      while (!states().contains(state) && !end.isDone()) {
        long left = Duration.between(Instant.now(), limit).toMillis();
        if (left <= 0) {
          throw new AssertionError(this + " did not come to " + state + " within " + atMost);
        }
        try {
          events.wait(left);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    if (!states().contains(state)) {
      throw new AssertionError(this + " ended without " + state);
    }
  }

  /** Stops it where it is, as StopExecution does; what a task has begun goes on. */
  public void stop() {
    stop.run();
  }

  void tell(ExecutionEvent event) {
    synchronized (events) {
      events.add(event);
      events.notifyAll();
    }
    listener.accept(event);
  }

  void finish(Status status, JsonNode line) {
    JsonNode output = line.has("output") ? line.get("output") : MissingNode.getInstance();
    endedAt = Instant.now();
    end.complete(new End(status, output, line.path("error").asText(), line.path("cause").asText()));
    synchronized (events) {
      events.notifyAll();
    }
  }

  void refuse(String message) {
    end.completeExceptionally(new IllegalArgumentException(message));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(arn.substring(arn.lastIndexOf(':') + 1));
    for (ExecutionEvent event : events()) {
      switch (event.kind()) {
        case ENTERED -> text.append(" > ").append(event.state());
        case FAILED -> text.append(" !").append(event.error());
        case RETRIED -> text.append(" again");
        default -> {}
      }
    }
    return text.append(" = ")
        .append(end.isCompletedExceptionally() ? "REFUSED" : status())
        .toString();
  }
}
