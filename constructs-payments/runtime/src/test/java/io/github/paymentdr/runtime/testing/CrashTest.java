package io.github.paymentdr.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.StatementListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Ends the control code of one region after each of the statements it sends, one run for each, as
 * the end of its process would; runs it again, and wants the state that an undisturbed run makes.
 */
public final class CrashTest {
  private final Supplier<TestPair.Side> prepared;
  private final Consumer<TestPair.Side> operation;
  private final Supplier<String> state;

  private CrashTest(
      Supplier<TestPair.Side> prepared, Consumer<TestPair.Side> operation, Supplier<String> state) {
    this.prepared = prepared;
    this.operation = operation;
    this.state = state;
  }

  /** What ends a process. No control code may catch it. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed(String statement) {
      super("killed after: " + statement);
    }
  }

  /**
   * Makes the test.
   *
   * @param prepared makes the state before the operation, and gives the side that is operated on
   * @param operation the operation
   * @param state the state afterwards, for example a {@link Fingerprint}
   * @return the test
   */
  public static CrashTest of(
      Supplier<TestPair.Side> prepared, Consumer<TestPair.Side> operation, Supplier<String> state) {
    return new CrashTest(prepared, operation, state);
  }

  /**
   * Runs it; the state before is made again and again. {@return the statements of the operation}
   */
  public List<String> run() {
    return inParallel(1, () -> this);
  }

  /**
   * Runs it on several pairs at a time, because most of its time is waiting.
   *
   * @param pairs how many
   * @param tests makes the same test for another pair
   * @return the statements of the operation; it was ended after each of them once
   */
  public static List<String> inParallel(int pairs, Supplier<CrashTest> tests) {
    CrashTest first = tests.get();
    List<String> statements = first.undisturbed();
    String expected = first.state.get();
    // Waits are as long as they are: a run may look more often than the first one, or less.
    AtomicInteger last = new AtomicInteger();
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      CrashTest test = i == 0 ? first : tests.get();
      workers.add(
          CompletableFuture.runAsync(
              () -> {
                int next = last.incrementAndGet();
                while (next <= statements.size()) {
                  test.check(next, expected);
                  next = last.incrementAndGet();
                }
              },
              command -> new Thread(command, "crash test").start()));
    }
    workers.forEach(CompletableFuture::join);
    return statements;
  }

  private List<String> undisturbed() {
    List<String> statements = new ArrayList<>();
    TestPair.Side side = prepared.get();
    side.servers().listener((server, statement) -> statements.add(server + ": " + statement));
    operation.accept(side);
    side.servers().listener(StatementListener.NONE);
    return statements;
  }

  private void check(int last, String expected) {
    String killedAfter = killAfter(last);
    assertThat(state.get())
        .as("the state after statement %d, %s", last, killedAfter)
        .isEqualTo(expected);
  }

  private String killAfter(int last) {
    TestPair.Side side = prepared.get();
    List<String> statements = new ArrayList<>();
    side.servers()
        .listener(
            (server, statement) -> {
              statements.add(server + ": " + statement);
              if (statements.size() == last) {
                side.servers().abortConnections();
                throw new Killed(statement);
              }
            });
    boolean killed = false;
    try {
      operation.accept(side);
    } catch (Killed e) {
      killed = true;
    }
    side.servers().listener(StatementListener.NONE);
    String statement = statements.get(statements.size() - 1);
    assertThat(killed || statements.size() < last).as(statement).isTrue();
    assertThatTheNextRunEnds(side, last, statement);
    return statement;
  }

  private void assertThatTheNextRunEnds(TestPair.Side side, int last, String statement) {
    try {
      operation.accept(side);
    } catch (RuntimeException e) {
      throw new AssertionError("run again after statement " + last + ", " + statement, e);
    }
  }
}
