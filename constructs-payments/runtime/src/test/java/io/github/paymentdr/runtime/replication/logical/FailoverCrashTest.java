package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promotion and rebuild are killed after each of their statements and run again. Each pass promotes
 * the standby and rebuilds the other region, so that the next pass goes the other way; whatever was
 * killed, the pair is as after an undisturbed pass that way.
 */
class FailoverCrashTest {
  private static final int PAIRS = 4;

  private final PostgresPair servers = PostgresPair.shared();
  private final ConcurrentHashMap<String, Integer> killed = new ConcurrentHashMap<>();

  @TempDir Path reports;

  /** What ends a process. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Ends it after the n-th statement; the same one over and over again is a wait, and one. */
  private final class Killer implements StatementListener {
    private final TestPair.Side side;
    private final int at;
    private final List<String> steps = new ArrayList<>();

    Killer(TestPair.Side side, int at) {
      this.side = side;
      this.at = at;
    }

    @Override
    public void executed(String server, String statement) {
      boolean isLocal = server.equals(side.settings().region());
      String step = (isLocal ? "here: " : "there: ") + statement;
      if (steps.isEmpty() || !steps.get(steps.size() - 1).equals(step)) {
        steps.add(step);
        if (steps.size() == at) {
          killed.merge(step, 1, Integer::sum);
          side.servers().abortConnections();
          throw new Killed();
        }
      }
    }

    boolean hasKilled() {
      return steps.size() == at;
    }
  }

  private <T> T killedAndRepeated(
      TestPair.Side side, int at, AtomicInteger kills, Supplier<T> run) {
    Killer killer = new Killer(side, at);
    side.servers().listener(killer);
    try {
      return run.get();
    } catch (Killed e) {
      kills.incrementAndGet();
      side.servers().listener(StatementListener.NONE);
      return run.get();
    } finally {
      side.servers().listener(StatementListener.NONE);
      assertThat(at == 0 || killer.hasKilled() || killer.steps.size() < at).isTrue();
    }
  }

  @Test
  void plannedPromotionAndRebuildWithoutCopy() throws Exception {
    inParallel(
        pair -> {
          pair.pass(0, Mode.PLANNED, false);
          pair.pass(0, Mode.PLANNED, false);
        },
        (pair, step) -> pair.pass(step, Mode.PLANNED, false));

    assertThat(killed.keySet())
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
          pair.pass(0, Mode.UNPLANNED, true);
          pair.pass(0, Mode.UNPLANNED, true);
        },
        (pair, step) -> pair.pass(step, Mode.UNPLANNED, true));

    assertThat(killed.keySet())
        .anyMatch(step -> step.contains("drop subscription"))
        .anyMatch(step -> step.contains("truncate"))
        .anyMatch(step -> step.contains("report = report ||"))
        .anyMatch(step -> step.contains("copy_data = true"))
        .noneMatch(step -> step.contains("copy_data = false"));
  }

  private interface Warmup {
    void run(Switching pair);
  }

  private interface Pass {
    boolean run(Switching pair, int step);
  }

  private void inParallel(Warmup warmup, Pass pass) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(PAIRS);
    AtomicInteger next = new AtomicInteger(1);
    List<Future<?>> results = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      Switching pair = new Switching();
      results.add(
          threads.submit(
              () -> {
                warmup.run(pair);
                while (pass.run(pair, next.getAndIncrement())) {}
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
        side.reports(new FolderReportStore(reports.resolve(side.servers().database())));
        side.sequenceGap(1000);
      }
      pair.setUp();
      active.execute("insert into ledger.entry (text) values ('first')");
    }

    /** {@return whether anything was killed} */
    boolean pass(int step, Mode mode, boolean isCopied) {
      forgetHistory();
      AtomicInteger kills = new AtomicInteger();
      PromotionOutcome outcome =
          killedAndRepeated(
              standby,
              step,
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
      RebuildOutcome rebuilt =
          killedAndRepeated(
              active,
              step,
              kills,
              () -> active.control().rebuild(Deadline.after(Duration.ofSeconds(60))));
      assertThat(rebuilt.phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
      assertThat(rebuilt.report().isPresent()).isEqualTo(isCopied);
      assertThat(rebuilt.rowsOnlyHere()).isEqualTo(isCopied ? 1 : 0);
      rebuilt.report().ifPresent(report -> assertThat(ReportFile.rows(report)).hasSize(1));
      compare(step);
      TestPair.Side follower = active;
      active = standby;
      standby = follower;
      return kills.get() > 0 || step == 0;
    }

    private void compare(int step) {
      String state = Fingerprint.of(pair);
      int way = passes++ % 2;
      if (step == 0) {
        undisturbed[way] = state;
      }
      assertThat(state).as("after step " + step).isEqualTo(undisturbed[way]);
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
