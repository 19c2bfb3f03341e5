package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promotion and rebuild are killed after each of their statements and run again. Each pass promotes
 * the standby and rebuilds the other region, so that the next pass goes the other way; whatever was
 * killed, the pair is as after an undisturbed pass that way.
 */
class FailoverCrashTest {
  private static final int PAIRS = 4;
  private static final String STORED = "the report is stored";
  private static final Pattern SLOT = Pattern.compile("dr_pair_[0-9]+_to_[a-z0-9_]+");

  private static final int MOST_LOOKS = 2;
  private static final Pattern LOOK =
      Pattern.compile(
          "^\\s*(select|with)\\b(?!.*(dr\\.(drain|undrain|followed_by)|pg_drop|pg_create|setval))",
          Pattern.DOTALL);

  private final PostgresPair servers = PostgresPair.shared();
  private final Set<String> killed = ConcurrentHashMap.newKeySet();

  @TempDir Path reports;

  /** What ends a process. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Ends a process after the first step that none was ended after: a statement, or that the report
   * is stored. The same statement for the second time is another step. Only one that looks and
   * changes nothing is as good as the last such one: a wait has any number of them.
   */
  private final class Killer implements StatementListener {
    private final String operation;
    private final TestPair.Side side;
    private final Map<String, Integer> seen = new HashMap<>();

    Killer(String operation, TestPair.Side side) {
      this.operation = operation;
      this.side = side;
    }

    @Override
    public void executed(String server, String statement) {
      boolean isLocal = server.equals(side.settings().region());
      String text = SLOT.matcher(statement).replaceAll("<slot>");
      String step = operation + (isLocal ? " here: " : " there: ") + text;
      int times = seen.merge(step, 1, Integer::sum);
      if (times > MOST_LOOKS && LOOK.matcher(text).find()) {
        return;
      }
      if (killed.add(times + ". " + step)) {
        side.servers().abortConnections();
        throw new Killed();
      }
    }
  }

  private <T> T killedAndRepeated(
      String operation, TestPair.Side side, AtomicInteger kills, Supplier<T> run) {
    Killer killer = new Killer(operation, side);
    side.servers().listener(killer);
    FolderReportStore folder = new FolderReportStore(reports.resolve(side.servers().database()));
    side.reports(
        (name, content) -> {
          String stored = folder.store(name, content);
          killer.executed(side.settings().region(), STORED);
          return stored;
        });
    try {
      return run.get();
    } catch (Killed e) {
      kills.incrementAndGet();
      return undisturbed(side, run);
    } finally {
      side.servers().listener(StatementListener.NONE);
    }
  }

  private <T> T undisturbed(TestPair.Side side, Supplier<T> run) {
    side.servers().listener(StatementListener.NONE);
    side.reports(new FolderReportStore(reports.resolve(side.servers().database())));
    return run.get();
  }

  @Test
  void plannedPromotionAndRebuildWithoutCopy() throws Exception {
    inParallel(
        pair -> {
          pair.pass(false, Mode.PLANNED, false);
          pair.pass(false, Mode.PLANNED, false);
        },
        pair -> pair.pass(true, Mode.PLANNED, false));

    assertThat(killed)
        .anyMatch(step -> step.contains("dr.drain"))
        .anyMatch(step -> step.contains("set role = 'ACTIVE'"))
        .anyMatch(step -> step.contains("pg_create_logical_replication_slot"))
        .anyMatch(step -> step.contains("copy_data = false"))
        .noneMatch(step -> step.contains("truncate"));
  }

  @Test
  void unplannedPromotionAndRebuildWithReportAndCopy() throws Exception {
    inParallel(
        pair -> {
          pair.pass(false, Mode.UNPLANNED, true);
          pair.pass(false, Mode.UNPLANNED, true);
        },
        pair -> pair.pass(true, Mode.UNPLANNED, true));

    assertThat(killed)
        .anyMatch(step -> step.contains("drop subscription"))
        .anyMatch(step -> step.contains("truncate"))
        .contains("1. rebuild here: " + STORED)
        .anyMatch(step -> step.contains("report = report ||"))
        .anyMatch(step -> step.contains("setval"))
        .anyMatch(step -> step.contains("create subscription"))
        .anyMatch(step -> step.contains("copy_data = true"))
        .noneMatch(step -> step.contains("copy_data = false"));
  }

  private interface Warmup {
    void run(Switching pair);
  }

  private interface Pass {
    boolean run(Switching pair);
  }

  private void inParallel(Warmup warmup, Pass pass) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(PAIRS);
    List<Future<?>> results = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      Switching pair = new Switching();
      results.add(
          threads.submit(
              () -> {
                warmup.run(pair);
                while (pass.run(pair)) {}
              }));
    }
    try {
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private final class Switching {
    private final TestPair pair = TestPair.of(servers, servers.newDatabase());
    private final String[] undisturbed = new String[2];
    private TestPair.Side active = pair.east();
    private TestPair.Side standby = pair.west();
    private int passes;

    Switching() {
      for (TestPair.Side side : List.of(pair.east(), pair.west())) {
        side.execute(
            "create schema ledger",
            "create table ledger.entry (id int primary key, text text)",
            "create sequence ledger.number owned by ledger.entry.id",
            "alter table ledger.entry alter id set default nextval('ledger.number')");
        side.sequenceGap(1000);
      }
      pair.setUp();
      active.execute(
          "insert into ledger.entry (text) values ('first')",
          "insert into dr.sequence_position values ('ledger', 'number', 500)");
    }

    /** {@return whether anything was killed} */
    boolean pass(boolean isDisturbed, Mode mode, boolean isCopied) {
      forgetHistory();
      AtomicInteger kills = new AtomicInteger();
      PromotionOutcome outcome =
          run(
              isDisturbed,
              "promote",
              standby,
              kills,
              () ->
                  standby
                      .control()
                      .promote(new PromotionRequest(mode, OptionalLong.empty(), Optional.empty())));
      assertThat(outcome.epoch()).hasValue(2);
      assertThat(outcome.mode()).isEqualTo(mode);
      assertThat(outcome.appliedPosition().isPresent() || isCopied).isTrue();
      if (isCopied) {
        active.execute("insert into ledger.entry (id, text) values (-1, 'never left')");
      }
      RebuildOutcome rebuilt = run(isDisturbed, "rebuild", active, kills, () -> active.rebuild());
      assertThat(rebuilt.phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
      assertThat(rebuilt.report().isPresent()).isEqualTo(isCopied);
      assertThat(rebuilt.rowsOnlyHere()).isEqualTo(isCopied ? 1 : 0);
      rebuilt.report().ifPresent(report -> assertThat(ReportFile.rows(report)).hasSize(1));
      compare(isDisturbed);
      TestPair.Side follower = active;
      active = standby;
      standby = follower;
      return kills.get() > 0;
    }

    private <T> T run(
        boolean isDisturbed,
        String name,
        TestPair.Side side,
        AtomicInteger kills,
        Supplier<T> operation) {
      return isDisturbed
          ? killedAndRepeated(name, side, kills, operation)
          : FailoverCrashTest.this.undisturbed(side, operation);
    }

    private void compare(boolean isDisturbed) {
      String state = Fingerprint.of(pair);
      int way = passes++ % 2;
      if (!isDisturbed) {
        undisturbed[way] = state;
      }
      assertThat(state).isEqualTo(undisturbed[way]);
    }

    /** So that a pass begins as all others that way did. */
    private void forgetHistory() {
      for (TestPair.Side side : List.of(active, standby)) {
        side.execute(
            "delete from dr.promotion",
            "delete from dr.rebuild",
            "update dr.node set epoch = 1",
            "select setval('ledger.number', 1)");
      }
    }
  }
}
