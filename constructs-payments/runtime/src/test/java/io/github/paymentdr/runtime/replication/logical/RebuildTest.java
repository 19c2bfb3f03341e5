package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RebuildTest {
  private final TestPair pair = TestPair.withPayments();
  private int booked;

  @TempDir Path reports;

  @BeforeEach
  void setUp() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.reports(new FolderReportStore(reports));
    }
    pair.setUp();
  }

  @Test
  void paymentsThatNeverLeftTheOldActiveRegionAreInTheReport() {
    pair.east().execute(payments(20));
    awaitEqual();
    promote(pair.west(), Mode.UNPLANNED);
    pair.east().execute(payments(3));
    pair.east()
        .execute("update ledger.payment set reference = 'changed here' where authorised = 1007");
    pair.west().execute(payments(30));
    List<String> lost =
        pair.east().query("select id from ledger.payment order by created_at desc limit 3");

    RebuildOutcome rebuilt = pair.east().rebuild();

    assertThat(rebuilt.phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
    // A payment, its booking, two postings and a key each.
    assertThat(rebuilt.rowsOnlyHere()).isEqualTo(15);
    assertThat(rebuilt.rowsDifferent()).isEqualTo(1);
    String report = rebuilt.report().orElseThrow();
    List<Map<String, Object>> rows = ReportFile.rows(report);
    assertThat(rows).hasSize(16);
    assertThat(
            rows.stream()
                .filter(row -> row.get("table").equals("ledger.payment"))
                .filter(row -> row.get("kind").equals("onlyHere"))
                .map(row -> ((Map<?, ?>) row.get("key")).get("id").toString()))
        .containsExactlyInAnyOrderElementsOf(lost);
    assertThat(rows)
        .filteredOn(row -> row.get("kind").equals("different"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.get("row").toString()).contains("changed here");
              assertThat(row.get("there").toString()).doesNotContain("changed here");
            });
    assertThat(ReportFile.about(report))
        .singleElement()
        .satisfies(
            about ->
                assertThat(about)
                    .containsEntry("returningRegion", "us-east-1")
                    .containsEntry("activeEpoch", 2)
                    .containsEntry("rowsOnlyHere", 15)
                    .containsEntry("isLastPart", true));
    awaitEqual();
    pair.west().execute(payments(2));
    awaitEqual();
    promote(pair.east(), Mode.PLANNED);
    assertThat(pair.east().query("select count(*) from ledger.payment")).containsExactly("52");
  }

  @Test
  void switchesThereAndBackKeepAllRowsAndCopyNone() {
    TestPair.Side active = pair.east();
    TestPair.Side standby = pair.west();
    for (int i = 0; i < 4; i++) {
      active.execute(payments(5));
      promote(standby, Mode.PLANNED);
      standby.execute(payments(5));
      assertThat(active.rebuild().report()).isEmpty();
      TestPair.Side follower = active;
      active = standby;
      standby = follower;
    }
    awaitEqual();
    assertThat(active.query("select count(*) from ledger.payment")).containsExactly("40");
  }

  @Test
  void withoutRowsOfItsOwnThereIsStillAReport() {
    promote(pair.west(), Mode.UNPLANNED);

    String report = pair.east().rebuild().report().orElseThrow();

    assertThat(ReportFile.rows(report)).isEmpty();
    assertThat(ReportFile.about(report).get(0)).containsEntry("rowsOnlyHere", 0);
  }

  @Test
  void nothingIsRemovedWhileTheReportIsNotStored() {
    promote(pair.west(), Mode.UNPLANNED);
    pair.east().execute(payments(4));
    pair.east()
        .reports(
            (name, content) -> {
              throw new IOException("the bucket is gone");
            });
    List<String> before = Fingerprint.checksums(pair.east());

    assertThatThrownBy(() -> pair.east().rebuild())
        .isInstanceOf(ControlException.class)
        .hasMessage(
            "the report of rows that only this region has could not be written (the bucket is"
                + " gone); nothing was removed; call rebuild again");

    assertThat(Fingerprint.checksums(pair.east())).isEqualTo(before);
    assertThatThrownBy(() -> pair.east().execute(payments(1)))
        .hasMessageContaining("cannot be written here");
    assertThat(pair.east().control().state().role()).isEqualTo(NodeRole.REBUILDING);
    assertThatThrownBy(() -> promote(pair.east(), Mode.UNPLANNED))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("a rebuild is under way");
    pair.east().reports(new FolderReportStore(reports));
    assertThat(pair.east().rebuild().rowsOnlyHere()).isEqualTo(20);
  }

  @Test
  void aLongComparisonGoesOnInFurtherCallsAndPartsOfTheReport() {
    promote(pair.west(), Mode.UNPLANNED);
    pair.east().execute(payments(1500));
    List<RebuildOutcome> outcomes = new ArrayList<>();
    do {
      outcomes.add(pair.east().control().rebuild(Deadline.after(Duration.ZERO)));
    } while (outcomes.get(outcomes.size() - 1).phase() == RebuildOutcome.Phase.COMPARING);
    RebuildOutcome rebuilt = pair.east().rebuild();

    assertThat(outcomes).hasSizeGreaterThan(3);
    assertThat(rebuilt.phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
    assertThat(rebuilt.rowsOnlyHere()).isEqualTo(7_500);
    List<Map<String, Object>> rows = ReportFile.rows(rebuilt.report().orElseThrow());
    assertThat(rows).hasSize(7_500).doesNotHaveDuplicates();
    awaitEqual();
  }

  @Test
  void slotsOfACopyThatWasNeverFinishedAreSeenAndDroppedByTheRebuild() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.execute("create table ledger.extra (id int primary key)");
    }
    pair.west().execute("alter table ledger.extra add constraint never check (id < 0)");
    pair.east().execute("insert into ledger.extra values (1)");
    pair.east().control().maintain(Deadline.after(Duration.ofMillis(300)));
    pair.west().control().maintain(Deadline.after(Duration.ofMillis(300)));
    String copying =
        "select slot_name from pg_replication_slots where database = current_database()"
            + " and slot_name like 'pg\\_%\\_sync\\_%'";
    Eventually.holds("the copy has a slot", () -> !pair.east().query(copying).isEmpty());
    pair.west().servers().throughPort(1);
    pair.west()
        .control()
        .promote(
            new PromotionRequest(Mode.UNPLANNED, OptionalLong.empty(), Optional.empty(), true));
    pair.west().servers().throughPort(0);
    assertThat(pair.east().query(copying)).hasSize(1);
    pair.east()
        .execute(
            "select pg_create_logical_replication_slot('pg_7_sync_8_9', 'pgoutput')",
            "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                + " where database = current_database() and slot_name like 'dr\\_%'",
            "select pg_logical_emit_message(true, 'test', repeat('x', 2000000))");
    assertThat(pair.east().control().observe().retainedWalBytes().getAsLong())
        .isGreaterThan(2_000_000);

    assertThat(pair.east().rebuild().phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);

    // Somebody else's is not touched.
    assertThat(pair.east().query(copying)).containsExactly("pg_7_sync_8_9");
    pair.east().execute("select pg_drop_replication_slot('pg_7_sync_8_9')");
  }

  @Test
  void aTableThatIsOfferedOnlyLaterIsComparedBeforeItIsEmptied() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      // Before and behind the others in their order, and not replicable yet.
      side.execute("create table ledger.a_note (id int)", "create table ledger.z_note (id int)");
    }
    pair.east().execute("insert into ledger.a_note values (1)");
    pair.east().execute("insert into ledger.z_note values (1), (2)");
    promote(pair.west(), Mode.UNPLANNED);
    pair.east().execute(payments(1500));
    assertThat(pair.east().control().rebuild(Deadline.after(Duration.ZERO)).phase())
        .isEqualTo(RebuildOutcome.Phase.COMPARING);
    becomeReplicable("ledger.a_note");

    // The report is complete, and nothing is emptied yet.
    killRebuildAfter("phase = ?, compared_table = ?");
    assertThat(pair.east().query("select phase from dr.rebuild")).containsExactly("REPORTED");
    becomeReplicable("ledger.z_note");
    assertThat(pair.east().query("select count(*) from ledger.z_note")).containsExactly("2");
    RebuildOutcome rebuilt;
    do {
      rebuilt = pair.east().rebuild();
    } while (rebuilt.phase() == RebuildOutcome.Phase.COMPARING);

    assertThat(rebuilt.phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
    assertThat(rebuilt.rowsOnlyHere()).isEqualTo(7_503);
    assertThat(ReportFile.rows(rebuilt.report().orElseThrow()))
        .hasSize(7_503)
        .doesNotHaveDuplicates()
        .filteredOn(row -> row.get("table").toString().endsWith("_note"))
        .hasSize(3);
    awaitEqual();
  }

  private void becomeReplicable(String table) {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.execute("alter table " + table + " add primary key (id)");
    }
    pair.west().control().maintain(Deadline.after(Duration.ofMillis(300)));
  }

  /** Lets it end its transaction, if it is in one. */
  private void killRebuildAfter(String statement) {
    AtomicInteger found = new AtomicInteger();
    pair.east()
        .servers()
        .listener(
            (server, executed) -> {
              if (executed.contains(statement)) {
                found.set(1);
              } else if (found.get() == 1) {
                pair.east().servers().abortConnections();
                throw new Killed();
              }
            });
    assertThatThrownBy(() -> pair.east().rebuild()).isInstanceOf(Killed.class);
    pair.east().servers().listener(StatementListener.NONE);
  }

  @Test
  void aStandbyThatLostItsSlotIsRebuiltInTheSameEpoch() {
    pair.east().execute(payments(10));
    awaitEqual();
    pair.west().execute("alter subscription dr_subscription disable");
    String drop =
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
            + " where database = current_database() and not active";
    while (!pair.east()
        .query("select 1 from pg_replication_slots where database = current_database()")
        .isEmpty()) {
      pair.east().query(drop);
    }
    pair.east().execute(payments(10));

    RebuildOutcome rebuilt = pair.west().rebuild();

    assertThat(rebuilt.phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
    assertThat(rebuilt.rowsOnlyHere()).isZero();
    awaitEqual();
    assertThat(pair.west().rebuild()).isEqualTo(rebuilt);
  }

  @Test
  void aRegionWithRowsThatWasNeverSetUpIsRebuiltToo() {
    pair.east().execute(payments(3));
    awaitEqual();
    promote(pair.west(), Mode.UNPLANNED);
    pair.east().tearDown();
    pair.east().execute(payments(2));
    assertThatThrownBy(pair.east()::setUp)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("run rebuild");
    pair.east().execute("alter table ledger.posting add column note text");
    assertThatThrownBy(() -> pair.east().rebuild())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("column note of table ledger.posting is missing");
    pair.east().execute("alter table ledger.posting drop column note");
    assertThat(pair.east().query("select to_regclass('dr.node') is null")).containsExactly("t");

    // Until it is a standby as any other one; from there the tests of crashes know the way.
    boolean wasPrepared = false;
    for (int last = 1; !wasPrepared; last++) {
      killRebuildAfter(last);
      wasPrepared =
          pair.east().query("select to_regclass('dr.rebuild') is not null").contains("t")
              && !pair.east().query("select id from dr.rebuild").isEmpty();
      if (last % 8 == 0) {
        assertThatThrownBy(pair.east()::setUp).hasMessageContaining("run rebuild");
      }
    }
    RebuildOutcome rebuilt = pair.east().rebuild();

    assertThat(rebuilt.phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
    assertThat(rebuilt.rowsOnlyHere()).isEqualTo(10);
    awaitEqual();
    promote(pair.east(), Mode.PLANNED);
    assertThat(pair.east().query("select count(*) from ledger.payment")).containsExactly("3");
  }

  /** What ends a process. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private void killRebuildAfter(int last) {
    AtomicInteger statements = new AtomicInteger();
    pair.east()
        .servers()
        .listener(
            (server, statement) -> {
              if (statements.incrementAndGet() == last) {
                pair.east().servers().abortConnections();
                throw new Killed();
              }
            });
    assertThatThrownBy(() -> pair.east().rebuild()).isInstanceOf(Killed.class);
    pair.east().servers().listener(StatementListener.NONE);
  }

  @Test
  void onlyOneAtATime() throws Exception {
    promote(pair.west(), Mode.UNPLANNED);
    try (Sql other = pair.east().servers().local().connect(pair.east().servers().database())) {
      ControlLock.take(other);
      assertThatThrownBy(() -> pair.east().rebuild())
          .isInstanceOf(ControlException.class)
          .hasMessage(
              "another operation is changing how this region replicates; call rebuild again when"
                  + " it has ended");
    }
    assertThat(pair.east().rebuild().phase()).isEqualTo(RebuildOutcome.Phase.STANDBY);
  }

  @Test
  void refusesAndNamesAllReasons() {
    assertThatThrownBy(() -> pair.east().rebuild())
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "rebuild was refused: the other region is not active; promote one of the regions first");
    promote(pair.west(), Mode.UNPLANNED);
    assertThatThrownBy(() -> pair.west().rebuild()).isInstanceOf(RefusedException.class);
    pair.east()
        .execute(
            "create table public.note (payment uuid references ledger.payment)",
            "alter table ledger.posting add column note text");
    String before = Fingerprint.of(pair);

    assertThatThrownBy(() -> pair.east().rebuild())
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "rebuild was refused: column note of table ledger.posting is missing in the active"
                + " region; run the same schema migrations in both regions; table public.note is"
                + " not replicated and refers to ledger.payment, which is to be emptied; drop its"
                + " foreign key, or move it to a replicated schema");

    assertThat(Fingerprint.of(pair)).isEqualTo(before);
  }

  private void awaitEqual() {
    Eventually.holds(
        "both regions have the same rows",
        () -> Fingerprint.checksums(pair.east()).equals(Fingerprint.checksums(pair.west())));
  }

  private static void promote(TestPair.Side side, Mode mode) {
    side.control().promote(new PromotionRequest(mode, OptionalLong.empty(), Optional.empty()));
  }

  /** {@return a statement that books so many payments that nobody has booked} */
  private String payments(int count) {
    int first = booked + 1;
    booked += count;
    return Payments.insert(first, count);
  }
}
