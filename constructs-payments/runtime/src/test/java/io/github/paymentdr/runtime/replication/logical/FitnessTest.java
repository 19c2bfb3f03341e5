package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.replication.PromotionOutcome;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.ReplicationState;
import io.github.paymentdr.runtime.testing.Eventually;
import io.github.paymentdr.runtime.testing.LinkProxy;
import io.github.paymentdr.runtime.testing.Payments;
import io.github.paymentdr.runtime.testing.PostgresPair;
import io.github.paymentdr.runtime.testing.TestPair;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Whether a standby says rightly, and at once, that it can take over; and how fast it then does.
 */
class FitnessTest {
  private static final Duration LONGEST_STATE = Duration.ofSeconds(4);
  private static final Duration LONGEST_PROMOTION = Duration.ofSeconds(8);

  private final PostgresPair shared = PostgresPair.shared();
  private final TestPair pair = TestPair.of(shared, shared.newPaymentDatabase());
  private final LinkProxy link = LinkProxy.to(shared.east().port());

  @AfterEach
  void close() {
    link.close();
  }

  /** The active region beats, and the standby has seen it. */
  private TestPair following() {
    pair.west().servers().throughPort(link.port());
    pair.setUp();
    pair.east().execute(Payments.insert(1, 5));
    maintain(pair.east());
    Eventually.holds("it is fit", () -> pair.west().control().state().fitToTakeOver());
    maintain(pair.west());
    return pair;
  }

  @Test
  void aStandbyIsFitMinutesAfterTheActiveServerWasKilled() {
    try (PostgresPair own = PostgresPair.start()) {
      TestPair lost = TestPair.of(own, own.newPaymentDatabase()).setUp();
      lost.east().execute(Payments.insert(1, 5));
      maintain(lost.east());
      maintain(lost.west());
      own.east().kill();
      // As if the last beat had come minutes ago.
      lost.west()
          .execute(
              "update dr.heartbeat set written_at = written_at - interval '10 minutes',"
                  + " received_at = received_at - interval '10 minutes'");
      for (int i = 0; i < 3; i++) {
        maintain(lost.west());
        assertFit(lost.west());
      }
      assertThat(lost.west().control().observe().lagMillis().orElse(0)).isGreaterThan(500_000);

      assertThat(promote(lost.west()).role()).isEqualTo(NodeRole.ACTIVE);
    }
  }

  /** Whoever takes the lease for it must not give it an epoch that it would refuse. */
  @Test
  void aStandbySaysTheLatestEpochThatItKnowsOfAlsoOfAPromotionThatWasBegun() {
    following();
    assertThat(pair.west().control().state().epoch()).hasValue(1);
    pair.east().execute("update dr.node set epoch = 41");
    maintain(pair.east());
    Eventually.holds(
        "the beat is there", () -> pair.west().control().state().epoch().orElse(0) == 41);
    pair.west()
        .execute(
            "insert into dr.promotion (epoch, mode, started_at) values (45, 'PLANNED', now())");
    assertThat(pair.west().control().state().epoch()).hasValue(44);
  }

  @Test
  void aStandbyIsFitWhileALinkThatIsLostAgainAndAgainCountsAsErrors() {
    following();
    for (int i = 0; i < 3; i++) {
      loseTheLinkOnce();
    }
    link.cut();
    maintain(pair.west());
    assertThat(errors()).isGreaterThanOrEqualTo(3);
    assertFit(pair.west());
  }

  /** Its control function may have failed before the rest of its region does. */
  @Test
  void aStandbyIsFitAfterLinksLostOverTimeThoughTheActiveRegionHasStoppedBeating() {
    following();
    for (int i = 0; i < 4; i++) {
      loseTheLinkOnce();
    }
    maintain(pair.west());
    assertThat(errors()).isGreaterThanOrEqualTo(4);
    assertFit(pair.west());
    loseTheLinkOnce();
    maintain(pair.west());
    assertFit(pair.west());
  }

  private void loseTheLinkOnce() {
    long errors = errors();
    link.cut();
    Eventually.holds("an error is counted", () -> errors() > errors);
    link.heal();
    Eventually.holds("it is back", () -> isReceiving());
  }

  @Test
  void aStandbyIsNotFitWhileAChangeFailsAgainAndAgainAlsoWhenTheActiveRegionIsLostThen() {
    following();
    pair.west()
        .execute("alter table ledger.payment add constraint never check (payer = 'x') not valid");
    pair.east().execute(Payments.insert(10, 1));
    Eventually.holds("errors are counted", () -> errors() >= 3);
    maintain(pair.west());
    assertUnfit(pair.west(), "a change cannot be applied");
    link.cut();
    maintain(pair.west());
    assertUnfit(pair.west(), "a change cannot be applied");

    link.heal();
    pair.west().execute("alter table ledger.payment drop constraint never");
    Eventually.holds(
        "it is fit again",
        () -> {
          CompletableFuture<Void> beats =
              CompletableFuture.runAsync(
                  () -> pair.east().control().maintain(Deadline.after(Duration.ofSeconds(3))));
          // Long enough to see a beat arrive, whatever the upkeep before it takes.
          pair.west().control().maintain(Deadline.after(Duration.ofSeconds(10)));
          beats.join();
          return pair.west().control().state().fitToTakeOver();
        });
  }

  @Test
  void aStandbyThatDoesNotReceiveOrFollowsNobodyIsNotFit() {
    assertUnfit(pair.west(), "the database was never set up");
    following();
    pair.west().execute("alter subscription dr_subscription disable");
    assertUnfit(pair.west(), "the subscription is disabled");
    pair.west().execute("alter subscription dr_subscription enable");
    pair.west()
        .execute(
            // PostgreSQL itself ends this state when it comes to the position.
            "update pg_subscription_rel set srsubstate = 's', srsublsn = 'FFFFFFFF/0'"
                + " where srrelid = 'ledger.payment'::regclass");
    assertUnfit(pair.west(), "table ledger.payment is not in sync");
    pair.west()
        .execute(
            "update pg_subscription_rel set srsubstate = 'r' where srrelid = 'ledger.payment'::regclass");
    assertFit(pair.west());
    promote(pair.west());
    maintain(pair.east());
    assertUnfit(pair.east(), "the region was active before and follows nobody; run rebuild");
    pair.east().reports((name, content) -> name);
    pair.east().control().rebuild(Deadline.after(Duration.ZERO));
    assertThat(pair.east().control().state().role()).isEqualTo(NodeRole.REBUILDING);
    assertThat(pair.east().control().state().fitToTakeOver()).isFalse();
  }

  @Test
  void aPlannedPromotionThatWasLeftInTheMiddleIsNoReasonAgainstAnUnplannedOne() {
    following();
    pair.west()
        .execute("insert into dr.promotion (epoch, mode, started_at) values (2, 'PLANNED', now())");
    pair.east().execute("select dr.drain(1)");
    assertThat(pair.west().control().state().role()).isEqualTo(NodeRole.PROMOTING);
    assertThat(pair.west().control().state().fitToTakeOver()).isTrue();
    pair.west().execute("update dr.promotion set detached_at = now()");
    assertUnfit(pair.west(), "a promotion of this region has not come to its end");
  }

  @Test
  void theStateIsUnknownSoonWhenTheDatabaseDoesNotAnswer() throws Exception {
    following();
    try (Sql locking = pair.west().connect()) {
      locking.connection().setAutoCommit(false);
      locking.execute("lock table dr.node in access exclusive mode");
      assertThat(timed(LONGEST_STATE, () -> pair.west().control().state()).role())
          .isEqualTo(NodeRole.UNKNOWN);
    }
    try (LinkProxy silent = LinkProxy.to(1)) {
      silent.hang();
      TestPair.Side mute = TestPair.of(shared, "nowhere").west();
      mute.servers().localThroughPort(silent.port());
      ReplicationState state = timed(LONGEST_STATE, () -> mute.control().state());
      assertThat(state.role()).isEqualTo(NodeRole.UNKNOWN);
      assertThat(state.problems())
          .containsExactly("the database does not answer: no answer within 3500 ms");
    }
  }

  @Test
  void anUnplannedPromotionDoesNotWaitForARegionThatIsGoneWithoutAWord() throws Exception {
    following();
    // The server connects anew and gets no answer, and a maintenance waits for one too.
    link.hang();
    pair.east()
        .execute(
            "select pg_terminate_backend(active_pid) from pg_replication_slots"
                + " where database = current_database()");
    pair.west()
        .execute(
            "select pg_terminate_backend(w.pid) from pg_stat_subscription w join pg_subscription s"
                + " on s.oid = w.subid join pg_database d on d.oid = s.subdbid"
                + " where d.datname = current_database()");
    Eventually.holds("the worker connects", () -> isConnecting());
    CompletableFuture<Void> maintenance = CompletableFuture.runAsync(this::maintainWest);
    Eventually.holds("the maintenance has the lock", () -> isLocked());
    assertFit(pair.west());

    PromotionOutcome outcome = timed(LONGEST_PROMOTION, () -> promote(pair.west()));

    assertThat(outcome.role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(outcome.lossWindowMillis()).isPresent();
    pair.west().execute(Payments.insert(100, 1));
    maintenance.get(60, TimeUnit.SECONDS);
  }

  @Test
  void anUnfinishedCopyDoesNotMakeAPromotionWaitForARegionThatIsGoneWithoutAWord() {
    copyUnfinished();
    assertUnfit(pair.west(), "table ledger.booking is not in sync");
    link.hang();

    PromotionOutcome outcome = timed(LONGEST_PROMOTION, this::promoteWithRowsMissing);

    assertThat(outcome.role()).isEqualTo(NodeRole.ACTIVE);
    assertThat(pair.west().log()).contains("it keeps the slots of these copies");
  }

  @Test
  void aCopyThatEndsAsItsRegionGoesWithoutAWordDoesNotMakeAPromotionWaitEither() {
    hangAtTheEndOfACopy();

    PromotionOutcome outcome = timed(LONGEST_PROMOTION, this::promoteWithRowsMissing);

    assertThat(outcome.role()).isEqualTo(NodeRole.ACTIVE);
    pair.west().execute(Payments.insert(10, 1));
  }

  @Test
  void aCopyThatEndsAsItsRegionGoesWithoutAWordDoesNotKeepTheRegionFromBeingTornDown() {
    hangAtTheEndOfACopy();

    pair.west().control().tearDown(Deadline.after(Duration.ZERO));

    assertThat(
            pair.west()
                .query(
                    "select 1 from pg_subscription s join pg_database d on d.oid = s.subdbid"
                        + " where d.datname = current_database()"))
        .isEmpty();
    assertThat(pair.west().log())
        .contains("the copies of tables do not let go of the subscription")
        .contains("it keeps the slots of these copies");
  }

  /** PostgreSQL keeps the subscription locked until the other server has dropped a copy's slot. */
  private void hangAtTheEndOfACopy() {
    copyUnfinished();
    // So long that its end can be met.
    link.delay(Duration.ofMillis(200), Duration.ofMillis(200));
    pair.west().execute("alter table ledger.booking drop constraint never");
    Eventually.holds("a copy at its end waits for the other server", this::isCopyAtItsEnd);
    link.hang();
    assertThat(isCopyAtItsEnd()).isTrue();
  }

  private boolean isCopyAtItsEnd() {
    return !pair.west()
        .query(
            """
            select 1 from pg_locks l join pg_stat_subscription w on w.pid = l.pid
              join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'object' and l.classid = 'pg_subscription'::regclass and l.granted
              and w.relid is not null and a.wait_event_type = 'Client'
              and a.datname = current_database()
            """)
        .isEmpty();
  }

  @Test
  void aDrainedRegionThatFollowsNobodyDoesNotWaitEither() {
    following();
    pair.east().servers().throughPort(link.port());
    pair.east().execute("select dr.drain(1)");
    link.hang();

    assertThat(timed(LONGEST_PROMOTION, () -> promote(pair.east())).epoch()).hasValue(3);
  }

  /** Begins to follow, with a table whose copy fails again and again. */
  private void copyUnfinished() {
    pair.west().servers().throughPort(link.port());
    pair.east().setUp();
    pair.east().execute(Payments.insert(1, 3));
    pair.west().execute("alter table ledger.booking add constraint never check (kind = 'x')");
    pair.west().control().setUp(Deadline.after(Duration.ofSeconds(1)));
  }

  private PromotionOutcome promoteWithRowsMissing() {
    return pair.west()
        .control()
        .promote(new PromotionRequest(Mode.UNPLANNED, OptionalLong.of(5), Optional.empty(), true));
  }

  private interface Timed<T> {
    T run();
  }

  private static <T> T timed(Duration longest, Timed<T> operation) {
    long start = System.nanoTime();
    T result = operation.run();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.out.println("took " + took.toMillis() + " ms of at most " + longest.toMillis());
    assertThat(took).isLessThan(longest);
    return result;
  }

  private static void assertFit(TestPair.Side side) {
    ReplicationState state = timed(LONGEST_STATE, () -> side.control().state());
    assertThat(state.problems()).isEmpty();
    assertThat(state.fitToTakeOver()).isTrue();
  }

  private static void assertUnfit(TestPair.Side side, String problem) {
    ReplicationState state = side.control().state();
    assertThat(state.fitToTakeOver()).isFalse();
    assertThat(state.problems()).anyMatch(found -> found.startsWith(problem));
  }

  private long errors() {
    return Long.parseLong(
        pair.west()
            .query(
                """
                select coalesce(sum(apply_error_count + sync_error_count), 0)
                from pg_stat_subscription_stats where subid in (
                  select s.oid from pg_subscription s join pg_database d on d.oid = s.subdbid
                  where d.datname = current_database())
                """)
            .get(0));
  }

  private boolean isReceiving() {
    try (Sql sql = pair.west().connect()) {
      return new ApplyWorker(sql)
          .look()
          .filter(state -> state.running() && !state.isConnecting())
          .isPresent();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isConnecting() {
    try (Sql sql = pair.west().connect()) {
      return new ApplyWorker(sql).look().filter(ApplyWorker.State::isConnecting).isPresent();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isLocked() {
    return !pair.west()
        .query(
            "select 1 from pg_stat_activity where datname = current_database()"
                + " and application_name = 'payment-dr-maintenance'")
        .isEmpty();
  }

  private void maintainWest() {
    try {
      maintain(pair.west());
    } catch (ControlException e) {
      // It was ended for the promotion.
    }
  }

  private static PromotionOutcome promote(TestPair.Side side) {
    return side.control()
        .promote(new PromotionRequest(Mode.UNPLANNED, OptionalLong.empty(), Optional.empty()));
  }

  private static void maintain(TestPair.Side side) {
    side.control().maintain(Deadline.after(Duration.ofMillis(300)));
  }
}
