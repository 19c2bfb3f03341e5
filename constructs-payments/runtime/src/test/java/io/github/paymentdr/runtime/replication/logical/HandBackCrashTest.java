package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.FakeLease;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A planned promotion is killed after each of its statements and never repeated; the lease is
 * handed back. Nobody but the regions' own maintenance does anything then: the old region accepts
 * again with all it had, and the other one is its standby or says that it must be rebuilt.
 */
class HandBackCrashTest {
  private static final int PAIRS = 4;
  private static final int MOST_CALLS = 10;

  private final PostgresPair servers = PostgresPair.shared();
  private final Set<String> killed = ConcurrentHashMap.newKeySet();
  private final AtomicInteger next = new AtomicInteger(1);

  @TempDir Path reports;

  /** What ends a process. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void theOldRegionGoesOnWhereverAPlannedPromotionWasGivenUp() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(PAIRS);
    List<Future<?>> results = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      results.add(threads.submit(new Handed()::run));
    }
    try {
      for (Future<?> result : results) {
        result.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(killed)
        .anyMatch(step -> step.contains("insert into dr.promotion"))
        .anyMatch(step -> step.contains("dr.drain"))
        .anyMatch(step -> step.contains("detached_at = clock_timestamp()"))
        .anyMatch(step -> step.contains("slot_name = none"))
        .anyMatch(step -> step.contains("drop subscription"))
        .anyMatch(step -> step.contains("set role = 'ACTIVE'"))
        .contains("commit");
  }

  private final class Handed {
    private final TestPair pair = TestPair.of(servers, servers.newDatabase());
    private final FakeLease lease = new FakeLease();
    private final TestPair.Side east = pair.east();
    private final TestPair.Side west = pair.west();
    private int rows;

    Handed() {
      for (TestPair.Side side : List.of(east, west)) {
        side.execute(
            "create schema ledger", "create table ledger.entry (id int primary key, text text)");
        side.lease(lease)
            .reports(new FolderReportStore(reports.resolve(side.servers().database())));
      }
      pair.setUp();
    }

    void run() {
      int step = next.getAndIncrement();
      while (isKilledAfter(step, lease.take("us-west-2"))) {
        long epoch = lease.handBack("us-east-1");
        maintain(east);
        maintain(west);
        maintain(east);
        assertThat(east.query("select role || epoch from dr.node"))
            .as("after step " + step)
            .containsExactly("ACTIVE" + epoch);
        assertThat(west.query("select role from dr.node")).containsExactly("STANDBY");
        east.execute("insert into ledger.entry values (" + ++rows + ", 'accepted')");
        if (west.query(
                "select oid from pg_subscription where subdbid = (select oid from pg_database"
                    + " where datname = current_database())")
            .isEmpty()) {
          assertThat(west.control().state().fitToTakeOver()).isFalse();
          assertThat(west.control().state().problems()).anyMatch(p -> p.contains("run rebuild"));
          west.rebuild();
        }
        Eventually.holds(
            "the same rows in both regions, after step " + step,
            () -> Fingerprint.checksums(west).equals(Fingerprint.checksums(east)));
        Eventually.holds(
            "it is fit again, after step " + step,
            () -> {
              maintain(east);
              maintain(west);
              return west.control().state().fitToTakeOver();
            });
        step = next.getAndIncrement();
      }
      assertThat(east.query("select count(*) from ledger.entry"))
          .containsExactly(String.valueOf(rows));
      assertThat(west.query("select role || epoch from dr.node"))
          .containsExactly("ACTIVE" + lease.epoch());
    }

    /** One that is refused before it has changed anything, on a busy machine, is called again. */
    private boolean isKilledAfter(int at, long epoch) {
      for (int call = 1; ; call++) {
        try {
          return isKilledInACallAfter(at, epoch);
        } catch (RefusedException e) {
          if (call == MOST_CALLS || !e.getMessage().contains("did not get what the other one")) {
            throw e;
          }
          maintain(east);
          maintain(west);
        }
      }
    }

    /** The same statement over and over again is a wait, and one. */
    private boolean isKilledInACallAfter(int at, long epoch) {
      List<String> steps = new ArrayList<>();
      west.servers()
          .listener(
              (server, statement) -> {
                if (steps.isEmpty() || !steps.get(steps.size() - 1).equals(statement)) {
                  steps.add(statement);
                  if (steps.size() == at) {
                    killed.add(statement);
                    west.servers().abortConnections();
                    throw new Killed();
                  }
                }
              });
      try {
        west.control()
            .promote(new PromotionRequest(Mode.PLANNED, OptionalLong.of(epoch), Optional.empty()));
        return false;
      } catch (Killed e) {
        return true;
      } finally {
        west.servers().listener(StatementListener.NONE);
      }
    }

    private void maintain(TestPair.Side side) {
      side.control().maintain(Deadline.after(Duration.ofMillis(300)));
    }
  }
}
