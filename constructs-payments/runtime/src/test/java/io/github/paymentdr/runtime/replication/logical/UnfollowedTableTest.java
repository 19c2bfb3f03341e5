package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.report.FolderReportStore;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.TestPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are in both regions, and that one of them does not have from the other. */
class UnfollowedTableTest {
  private final TestPair pair = TestPair.withPayments();

  @TempDir Path reports;

  @Test
  void aPlannedPromotionIsRefusedWhileATableOfTheActiveRegionIsNotFollowed() {
    pair.setUp();
    addTable("ledger.dispute (id int primary key)");
    assertPlannedIsRefusedFor("ledger.dispute");
    maintain(pair.east());
    pair.east().execute("insert into ledger.dispute values (1)");
    assertPlannedIsRefusedFor("ledger.dispute");

    maintain(pair.west());
    Eventually.holds(
        "the table is copied", () -> pair.west().control().observe().tablesNotInSync().isEmpty());
    promote(pair.west());

    assertThat(pair.west().query("select id from ledger.dispute")).containsExactly("1");
  }

  @Test
  void aPlannedPromotionIsRefusedWhileATableCannotBeReplicated() {
    pair.setUp();
    addTable("ledger.no_key (id int)");
    maintain(pair.west());
    maintain(pair.east());
    pair.east().execute("insert into ledger.no_key values (1)");

    assertPlannedIsRefusedFor("ledger.no_key");
  }

  @Test
  void aReturningRegionGetsTheRowsOfATableThatWasAddedMeanwhile() {
    pair.east().reports(new FolderReportStore(reports));
    pair.setUp();
    promote(pair.west());
    addTable("ledger.dispute (id int primary key)");
    pair.west().execute("insert into ledger.dispute values (1)");
    maintain(pair.west());

    pair.east().rebuild();

    Eventually.holds(
        "the same rows in both regions",
        () -> Fingerprint.checksums(pair.west()).equals(Fingerprint.checksums(pair.east())));
    assertThat(pair.east().query("select id from ledger.dispute")).containsExactly("1");
  }

  @Test
  void aComparisonGoesOnAlthoughTheTableItEndedInIsGone() {
    addTable("ledger.a_first (id int primary key)");
    pair.east().reports(new FolderReportStore(reports));
    pair.setUp();
    pair.east().execute("insert into ledger.a_first values (1)");
    pair.west()
        .control()
        .promote(new PromotionRequest(Mode.UNPLANNED, OptionalLong.empty(), Optional.empty()));
    pair.east().execute(Payments.insert(1, 2));
    pair.east().control().rebuild(Deadline.after(Duration.ZERO));
    assertThat(pair.east().query("select compared_table from dr.rebuild"))
        .containsExactly("\"ledger\".\"a_first\"");
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.execute("drop table ledger.a_first");
    }

    RebuildOutcome rebuilt = pair.east().rebuild();

    // Two payments with a booking, two postings and a key each, and the row that is gone.
    assertThat(ReportFile.rows(rebuilt.report().orElseThrow()))
        .filteredOn(row -> !row.get("table").equals("ledger.a_first"))
        .hasSize(10);
  }

  private void addTable(String definition) {
    for (TestPair.Side side : List.of(pair.west(), pair.east())) {
      side.execute("create table " + definition);
    }
  }

  private void assertPlannedIsRefusedFor(String table) {
    assertThatThrownBy(() -> promote(pair.west()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("table " + table + " of the other region is not in step here");
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    assertThat(pair.west().query("select count(*) from dr.promotion")).containsExactly("0");
  }

  private static void promote(TestPair.Side side) {
    side.control()
        .promote(new PromotionRequest(Mode.PLANNED, OptionalLong.empty(), Optional.empty()));
  }

  private static void maintain(TestPair.Side side) {
    side.control().maintain(Deadline.after(Duration.ofMillis(300)));
  }
}
