package io.github.paymentdr.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.StatementListener;
import java.util.ArrayList;
import java.util.List;
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
   * Runs the test.
   *
   * @param prepared makes the state before the operation, and gives the side that is operated on
   * @param operation the operation
   * @param state the state afterwards, for example a {@link Fingerprint}
   * @return after which statements it was ended
   */
  public static List<String> run(
      Supplier<TestPair.Side> prepared, Consumer<TestPair.Side> operation, Supplier<String> state) {
    return new CrashTest(prepared, operation, state).run();
  }

  private List<String> run() {
    List<String> statements = new ArrayList<>();
    TestPair.Side side = prepared.get();
    side.servers().listener((server, statement) -> statements.add(server + ": " + statement));
    operation.accept(side);
    side.servers().listener(StatementListener.NONE);
    String undisturbed = state.get();

    // Waits are as long as they are: after the last statement counted there may be more looks.
    for (int last = 1; last <= statements.size(); last++) {
      String killedAfter = killAfter(last);
      assertThat(state.get())
          .as("the state after statement %d, %s", last, killedAfter)
          .isEqualTo(undisturbed);
    }
    return statements;
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
