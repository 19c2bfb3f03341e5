package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.GiverLostException;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.testing.Fingerprint;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class PromotionTest {
  private final TestPair pair = TestPair.withPayments();
  private int booked;

  @Test
  void answersWithTheMeasuredLossWindowAndTheSameAgain() {
    pair.setUp();
    beat(pair);
    Instant fencedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);

    PromotionOutcome first =
        pair.west()
            .control()
            .promote(
                new PromotionRequest(Mode.UNPLANNED, OptionalLong.of(7), Optional.of(fencedAt)));
    PromotionOutcome again = promote(pair.west(), Mode.UNPLANNED, 7);

    assertThat(first.role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(first.epoch()).hasValue(7);
    assertThat(first.alreadyActive()).isFalse();
    assertThat(first.completeUntil()).isPresent();
    assertThat(first.lossWindowMillis())
        .hasValue(Duration.between(first.completeUntil().get(), fencedAt).toMillis());
    assertThat(first.lastReceivedAt()).isPresent();
    assertThat(again.alreadyActive()).isTrue();
    assertThat(again.lossWindowMillis()).isEqualTo(first.lossWindowMillis());
    assertThat(again.appliedPosition()).isEqualTo(first.appliedPosition());
    assertThat(
            pair.east()
                .query(
                    "select count(*) from pg_replication_slots where database = current_database()"))
        .containsExactly("0");
    assertThatThrownBy(() -> promote(pair.west(), Mode.UNPLANNED, 6))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "promotion was refused: this region is active already, in epoch 7, and epoch 6 was"
                + " requested; request 7, a higher one or none");
  }

  @Test
  void theLossWindowEndsWhenNothingIsReceivedAnyMoreHoweverLongAgoItWasAskedFor() {
    pair.setUp();
    beat(pair);
    pair.west()
        .execute(
            "insert into dr.promotion (epoch, mode, started_at)"
                + " values (2, 'UNPLANNED', clock_timestamp() - interval '1 minute')");

    PromotionOutcome outcome = promote(pair.west(), Mode.UNPLANNED);

    assertThat(outcome.lossWindowMillis().getAsLong())
        .isEqualTo(
            Long.parseLong(
                pair.west()
                    .query(
                        "select floor(extract(epoch from detached_at - complete_until) * 1000)::bigint"
                            + " from dr.promotion")
                    .get(0)))
        .isPositive();
  }

  @Test
  void aBeatOfAClockThatRanAheadDoesNotHideWhatIsLost() {
    pair.setUp();
    pair.east()
        .execute(
            "insert into dr.heartbeat (region, written_at, epoch)"
                + " values ('us-east-1', clock_timestamp() + interval '1 hour', 1)");
    await(pair, "dr.heartbeat where region = 'us-east-1'", 1);

    PromotionOutcome outcome = promote(pair.west(), Mode.UNPLANNED);

    assertThat(outcome.completeUntil().orElseThrow()).isBefore(Instant.now());
    assertThat(outcome.lossWindowMillis().getAsLong()).isPositive();
  }

  @Test
  void theFirstActiveRegionIsActiveAlready() {
    pair.east().setUp();

    PromotionOutcome outcome = promote(pair.east(), Mode.PLANNED);

    assertThat(outcome.alreadyActive()).isTrue();
    assertThat(outcome.epoch()).hasValue(1);
    assertThat(outcome.lossWindowMillis()).isEmpty();
  }

  @Test
  void refusesAndChangesNothing() {
    assertThatThrownBy(() -> promote(pair.west(), Mode.UNPLANNED))
        .isInstanceOf(RefusedException.class)
        .hasMessage("promotion was refused: this region was never set up; run set-up");
    pair.setUp();
    String before = Fingerprint.of(pair);
    pair.west().execute("update dr.node set epoch = 5");
    assertThatThrownBy(() -> promote(pair.west(), Mode.UNPLANNED, 5))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "promotion was refused: epoch 5 was requested and 5 is known already; request a higher"
                + " one");
    pair.west().execute("update dr.node set epoch = 1");
    pair.east().execute("select dr.drain(1)");
    assertThatThrownBy(() -> promote(pair.west(), Mode.PLANNED))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "promotion was refused: the other region is not active, so it has nothing to hand over;"
                + " promote unplanned if no region is active");
    pair.east().execute("select dr.undrain(1)");
    assertThat(Fingerprint.of(pair)).isEqualTo(before);
  }

  @Test
  void namesTheTablesThatAreNotCopiedYet() throws Exception {
    pair.east().setUp();
    pair.east().execute(payments(3));
    pair.west().execute("alter table ledger.booking add constraint never check (kind = 'x')");
    pair.west().control().setUp(Deadline.after(Duration.ofSeconds(1)));
    assertThat(
            Waiting.until(
                () ->
                    pair.west()
                        .query(
                            "select srrelid::regclass from pg_subscription_rel where srsubstate <> 'r'")
                        .equals(List.of("ledger.booking")),
                Duration.ofSeconds(20)))
        .isTrue();

    assertThatThrownBy(() -> promote(pair.west(), Mode.UNPLANNED))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "promotion was refused: the initial copy of ledger.booking is not finished, so rows are"
                + " missing; wait for it, or if the other region is lost, request"
                + " acceptIncompleteCopy");

    beat(pair);
    PromotionOutcome outcome =
        pair.west()
            .control()
            .promote(
                new PromotionRequest(Mode.UNPLANNED, OptionalLong.empty(), Optional.empty(), true));
    assertThat(outcome.role()).isEqualTo(NodeRole.ACTIVE);
    // A beat says nothing of rows that were never copied.
    assertThat(outcome.completeUntil()).isEmpty();
    assertThat(outcome.lossWindowMillis()).isEmpty();
    assertThat(pair.west().query("select count(*) from ledger.payment")).containsExactly("3");
    assertThat(
            pair.west()
                .query(
                    "select subname from pg_subscription join pg_database d on d.oid = subdbid"
                        + " where d.datname = current_database()"))
        .isEmpty();
  }

  @Test
  void aChangeThatCannotBeAppliedDoesNotStopAnUnplannedPromotion() throws Exception {
    pair.setUp();
    pair.west()
        .execute(
            "alter table ledger.payment add constraint no check (authorised > 0 and payer <> 'x')");
    pair.east()
        .execute(
            "insert into ledger.payment (id, status, currency, authorised, payer, payee,"
                + " created_at, updated_at) values (gen_random_uuid(), 'AUTHORISED', 'EUR', 1, 'x',"
                + " 'b', now(), now())");
    Waiting.until(
        () ->
            pair.west()
                .query(
                    "select coalesce(sum(apply_error_count), 0) > 0 from pg_stat_subscription_stats"
                        + " s join pg_subscription p on p.oid = s.subid join pg_database d on d.oid"
                        + " = p.subdbid where d.datname = current_database()")
                .contains("t"),
        Duration.ofSeconds(10));

    assertThatThrownBy(() -> promote(pair.west(), Mode.PLANNED))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("business would be stopped for too long");
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");

    PromotionOutcome outcome = promote(pair.west(), Mode.UNPLANNED);

    assertThat(outcome.role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(pair.west().log()).contains("could not be applied");
  }

  @Test
  void promotesUnplannedWhileTheOtherRegionHangs() throws Exception {
    pair.setUp();
    beat(pair);
    try (ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      pair.west().servers().throughPort(hanging.getLocalPort());

      assertThat(promote(pair.west(), Mode.UNPLANNED).role()).isEqualTo(NodeRole.ACTIVE);
      assertThat(pair.west().log()).contains("the slot at the other region was left");
    }
  }

  @Test
  void promotesUnplannedWhenTheOtherRegionIsDeadButNotPlanned() {
    try (PostgresPair own = PostgresPair.start()) {
      TestPair dead = TestPair.of(own, own.newPaymentDatabase()).setUp();
      dead.east().execute(payments(5));
      beat(dead);
      own.east().kill();

      assertThatThrownBy(() -> promote(dead.west(), Mode.PLANNED))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("the other region does not answer");
      PromotionOutcome outcome = promote(dead.west(), Mode.UNPLANNED);

      assertThat(outcome.lossWindowMillis()).isPresent();
      dead.west().execute(payments(1));
      assertThat(dead.west().query("select count(*) from ledger.payment")).containsExactly("6");
    }
  }

  /** Who is not answered in time tries again, and stops the other region again. */
  @Test
  void aPlannedPromotionThatIsRefusedSaysSoInTime() {
    pair.setUp();
    pair.west()
        .servers()
        .listener(
            (server, statement) -> {
              if (statement.contains("insert into dr.promotion")) {
                pair.west()
                    .execute("alter table ledger.payment add constraint no check (payer <> 'x')");
                pair.east()
                    .execute(
                        "insert into ledger.payment (id, status, currency, authorised, payer,"
                            + " payee, created_at, updated_at) values (gen_random_uuid(),"
                            + " 'AUTHORISED', 'EUR', 1, 'x', 'b', now(), now())");
              }
            });
    long start = System.nanoTime();

    assertThatThrownBy(
            () ->
                pair.west()
                    .control()
                    .promote(
                        new PromotionRequest(Mode.PLANNED, OptionalLong.empty(), Optional.empty())
                            .within(Duration.ofSeconds(8))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("did not get all that the other one had accepted within ");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    assertThat(pair.west().query("select count(*) from dr.promotion")).containsExactly("0");
  }

  @Test
  void aRegionThatIsLostAfterItHasStoppedIsToldAsLost() {
    try (PostgresPair own = PostgresPair.start()) {
      TestPair lost = TestPair.of(own, own.newPaymentDatabase()).setUp();
      beat(lost);
      lost.west()
          .servers()
          .listener(
              (server, statement) -> {
                if (statement.contains("dr.drain")) {
                  own.east().kill();
                }
              });

      assertThatThrownBy(() -> promote(lost.west(), Mode.PLANNED))
          .isInstanceOf(GiverLostException.class)
          .hasMessageContaining("has stopped and does not answer any more");
      lost.west().servers().listener((server, statement) -> {});
      assertThatThrownBy(() -> promote(lost.west(), Mode.PLANNED))
          .isInstanceOf(GiverLostException.class);
      assertThatThrownBy(lost.west().control()::undoHandOver)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("the other region does not answer");
      assertThat(promote(lost.west(), Mode.UNPLANNED).role()).isEqualTo(NodeRole.ACTIVE);
    }
  }

  @Test
  void aRegionThatHasStoppedGoesOnWhenTheHandOverFails() {
    pair.setUp();
    AtomicBoolean isFirst = new AtomicBoolean(true);
    pair.west()
        .servers()
        .listener(
            (server, statement) -> {
              if (statement.contains("dr.drain") && isFirst.getAndSet(false)) {
                pair.west().servers().abortConnections();
              }
            });

    assertThatThrownBy(() -> promote(pair.west(), Mode.PLANNED))
        .isInstanceOf(ControlException.class)
        .isNotInstanceOf(GiverLostException.class);
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    pair.east().execute("select dr.drain(1)");
    pair.west().control().undoHandOver();
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    assertThat(pair.west().query("select count(*) from dr.promotion")).containsExactly("0");
    assertThat(promote(pair.west(), Mode.PLANNED).role()).isEqualTo(NodeRole.ACTIVE);
    assertThatThrownBy(pair.west().control()::undoHandOver)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("does not follow the other one any more");
  }

  @Test
  void sequencesAreMovedOncePastAllThatWasUsed() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.sequenceGap(100);
      side.execute(
          "create table ledger.up (id int generated by default as identity primary key)",
          "create sequence ledger.\"Down\" increment -5 minvalue -100000 maxvalue -1 start -1",
          "create table ledger.down (id bigint primary key default nextval('ledger.\"Down\"'))",
          "create table ledger.narrow (id smallserial primary key)");
    }
    pair.setUp();
    pair.east()
        .execute(
            "insert into ledger.up select from generate_series(1, 40)",
            "insert into ledger.down select from generate_series(1, 3)",
            "insert into ledger.narrow values (32700)");
    await(pair, "ledger.narrow", 1);

    assertThatThrownBy(() -> promote(pair.west(), Mode.PLANNED))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "promotion was refused: sequence ledger.narrow_id_seq ends at 32767 and would have to"
                + " be moved to 32800; give it a wider type and limit, or set a smaller sequence"
                + " gap");
    assertThat(pair.east().query("select role from dr.node")).containsExactly("ACTIVE");
    beat(pair);
    assertThat(pair.west().control().state().fitToTakeOver()).isFalse();
    assertThat(pair.west().control().state().problems())
        .containsExactly(
            "sequence ledger.narrow_id_seq ends at 32767 and would have to be moved to 32800; give"
                + " it a wider type and limit, or set a smaller sequence gap");
    pair.east().execute("delete from ledger.narrow");
    await(pair, "ledger.narrow", 0);
    promote(pair.west(), Mode.PLANNED);
    promote(pair.west(), Mode.PLANNED);

    assertThat(
            pair.west()
                .query("select nextval('ledger.up_id_seq') || ' ' || nextval('ledger.\"Down\"')"))
        .containsExactly("141 -516");
  }

  @Test
  void aSequenceWithoutRoomDoesNotStopAnUnplannedPromotion() {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.sequenceGap(100).execute("create table ledger.narrow (id smallserial primary key)");
    }
    pair.setUp();
    pair.east().execute("insert into ledger.narrow values (32700)");
    await(pair, "ledger.narrow", 1);

    assertThat(promote(pair.west(), Mode.UNPLANNED).role()).isEqualTo(NodeRole.ACTIVE);

    assertThat(pair.west().log()).contains("ledger.narrow_id_seq ends at 32767");
    assertThat(pair.west().query("select last_value from ledger.narrow_id_seq"))
        .containsExactly("32767");
  }

  @Test
  void aColumnWhoseLastNumberIsNotFoundInTimeDoesNotStopAnUnplannedPromotion() throws Exception {
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.sequenceGap(100)
          .execute(
              "create table ledger.ticket (id uuid primary key, number bigserial)",
              "create index ticket_number on ledger.ticket (number)",
              "create sequence ledger.invoice",
              "create table ledger.invoice_line (id text primary key"
                  + " default 'INV-' || nextval('ledger.invoice'))");
    }
    pair.setUp();
    pair.east()
        .execute(
            "insert into ledger.ticket (id) select gen_random_uuid() from generate_series(1, 7)",
            "insert into ledger.invoice_line select from generate_series(1, 5)");
    pair.east().control().maintain(Deadline.after(Duration.ofMillis(300)));
    await(pair, "dr.sequence_position", 2);
    await(pair, "ledger.invoice_line", 5);
    assertThat(pair.west().control().state().problems()).isEmpty();

    pair.west().execute("drop index ledger.ticket_number");
    assertThat(pair.west().control().state().fitToTakeOver()).isFalse();
    assertThat(pair.west().control().state().problems())
        .containsExactly(
            "column ledger.ticket.number takes numbers from sequence ledger.ticket_number_seq and"
                + " has no index that begins with it, so a promotion could not find the last one in"
                + " time; make one");
    assertThatThrownBy(() -> promote(pair.west(), Mode.PLANNED))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("column ledger.ticket.number takes numbers");
    try (Sql other = pair.west().connect()) {
      other.connection().setAutoCommit(false);
      other.execute("lock table ledger.ticket in access exclusive mode");
      assertThat(promote(pair.west(), Mode.UNPLANNED).role()).isEqualTo(NodeRole.ACTIVE);
    }

    assertThat(pair.west().log()).contains("\"column\":\"ledger.ticket.number\"");
    assertThat(
            pair.west()
                .query(
                    "select nextval('ledger.ticket_number_seq') || ' ' || nextval('ledger.invoice')"))
        .containsExactly("108 106");
  }

  @Test
  void aDrainIsUndoneOnlyWhileSomebodyCanStillFollow() {
    pair.setUp();
    promote(pair.west(), Mode.PLANNED);

    assertThatThrownBy(() -> pair.east().execute("select dr.undrain(1)"))
        .hasMessageContaining("nobody can follow it any more");
    assertThatThrownBy(() -> pair.east().execute(payments(1)))
        .hasMessageContaining("cannot be written here");
  }

  @Test
  void aRegionThatWasDrainedAndNeverReplacedCanBeActiveAgain() {
    pair.setUp();
    pair.east().execute("select dr.drain(1)");

    PromotionOutcome outcome = promote(pair.east(), Mode.UNPLANNED);

    assertThat(outcome.role()).isEqualTo(NodeRole.ACTIVE);
    pair.east().execute(payments(1));
  }

  private static void await(TestPair pair, String table, int rows) {
    try {
      assertThat(
              Waiting.until(
                  () ->
                      pair.west()
                          .query("select count(*) from " + table)
                          .contains(String.valueOf(rows)),
                  Duration.ofSeconds(10)))
          .isTrue();
    } catch (SQLException e) {
      throw new ControlException("unexpected", e);
    }
  }

  /** The active region beats, and the beat has arrived. */
  private static void beat(TestPair pair) {
    pair.east()
        .execute(
            "insert into dr.heartbeat (region, written_at, epoch) values ('us-east-1', clock_timestamp(), 1)");
    await(pair, "dr.heartbeat where region = 'us-east-1' having count(*) >= 1", 1);
  }

  private static PromotionOutcome promote(TestPair.Side side, Mode mode) {
    return side.control()
        .promote(new PromotionRequest(mode, OptionalLong.empty(), Optional.empty()));
  }

  /** {@return a statement that books so many payments that nobody has booked} */
  private String payments(int count) {
    int first = booked + 1;
    booked += count;
    return Payments.insert(first, count);
  }

  private static PromotionOutcome promote(TestPair.Side side, Mode mode, long epoch) {
    return side.control()
        .promote(new PromotionRequest(mode, OptionalLong.of(epoch), Optional.empty()));
  }
}
