package io.github.paymentdr.example.drill.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.pair.Latency.Way;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.Execution.Status;
import io.github.paymentdr.runtime.testing.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** The levers do what they say, on one pair with real parts; the last test uses a region up. */
@DisplayName("The local pair")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class LocalPairTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PERSON = "{\"mode\":\"unplanned\"}";
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final Duration TOO_LONG = Duration.ofSeconds(20);

  private static Lane lane;
  private static LocalPair pair;
  private static LocalRegion east;
  private static LocalRegion west;

  @BeforeAll
  static void start() {
    lane = Lane.start();
    pair = LocalPair.start(PairSettings.of(Timers.atSpeed(8)).on(lane).withSeed(7));
    east = pair.east();
    west = pair.west();
    east.automatic(false);
    west.automatic(false);
  }

  @AfterAll
  static void stop() {
    pair.close();
    for (String what : List.of("pg_replication_slots", "pg_subscription")) {
      for (RegionSite site : List.of(lane.east(), lane.west())) {
        assertThat(site.database().server().query("postgres", "select 1 from " + what)).isEmpty();
      }
    }
    lane.close();
  }

  @AfterEach
  void heals() {
    pair.heal();
    if (pair.active() == east) {
      Eventually.holds("east takes payments", () -> Caller.pay(east) == 201);
    }
  }

  @Test
  void timersAreThoseOfTheTemplates() {
    Timers production = Timers.production();
    assertThat(production.leaseTime()).isEqualTo(Duration.ofSeconds(5));
    assertThat(production.functionTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(production.alarmDelay()).isEqualTo(Duration.ofSeconds(15));
    assertThat(production.fencingWait()).isEqualTo(Duration.ofSeconds(16));
    assertThat(Timers.atSpeed(10).leaseTime()).isEqualTo(Duration.ofMillis(500));
    Budget budget = Timers.budget();
    assertThat(budget.phases().values().stream().mapToInt(Integer::intValue).sum())
        .isEqualTo(budget.totalSeconds());
    assertThat(budget.totalAt(production)).isEqualTo(budget.totalSeconds());
    assertThat(budget.phasesAt(Timers.atSpeed(2)))
        .containsEntry("detection", 16.5)
        .containsEntry("fencing", 8.0)
        .containsEntry("replay", 10.0);
    assertThat(LocalPair.failoverStates()).contains("TakeLease", "WaitForFencing", "Promote");
  }

  @Test
  void limitsOfWorkAreLongEnoughAndTheWaitForFencingKnowsIt() {
    Timers fast = Timers.atSpeed(10);
    assertThat(fast.functionTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(fast.probeTimeout()).isEqualTo(Duration.ofMillis(1_500));
    assertThat(fast.fencingWait())
        .isGreaterThanOrEqualTo(fast.leaseTime().plus(fast.functionTimeout()))
        .isEqualTo(Duration.ofMillis(4_600));
    assertThat(Timers.budget().phasesAt(fast))
        .containsEntry("fencing", 4.6)
        .containsEntry("detection", 4.5);
    JsonNode definition = FailoverTemplate.ofSecondary().definition(fast);
    assertThat(definition.at("/States/WaitForFencing/Seconds").asInt()).isEqualTo(46);
    assertThat(FailoverTemplate.ofSecondary().definition(Timers.production()))
        .isEqualTo(FailoverTemplate.ofSecondary().definition());
  }

  @Test
  void endpointLetsCallersInAndLeadsThemToTheActiveRegion() throws IOException {
    String key = Caller.newKey();
    String body = Caller.order(key);
    int before = pair.acceptances().size();
    HttpResponse<String> answer = Caller.pay(pair, Caller.token(pair), key, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    HttpResponse<String> again = Caller.pay(pair, Caller.token(pair), key, body);
    assertThat(again.headers().firstValue("idempotency-replayed")).isPresent();
    assertThat(Caller.pay(pair, "x.y.z", key, body).statusCode()).isEqualTo(401);
    assertThat(Caller.get(pair.endpoint().resolve("health")).statusCode()).isEqualTo(401);
    List<Acceptance> accepted = pair.acceptances();
    assertThat(accepted).hasSize(before + 1);
    assertThat(accepted.get(before).region()).isEqualTo(east.name());
    assertThat(accepted.get(before).key()).isEqualTo(key);
    Books books = pair.books();
    assertThat(books.keys()).containsEntry(key, accepted.get(before).paymentId());
    assertThat(books.payments()).containsKey(accepted.get(before).paymentId());
    assertThat(books.withoutOneKey()).isEmpty();
    assertThat(books.doubledReferences()).isEmpty();
    assertThat(books.unbalancedBookings()).isEmpty();
    assertThat(books.paidByPayer()).containsEntry("payer-1", 1999L * books.payments().size());
  }

  @Test
  void invocationThatIsOverItsTimeIsKilled() {
    List<Long> before = new ArrayList<>();
    // Somebody else may have the instance first, and then it is not this payment that is killed.
    Eventually.holds(
        "it is killed",
        () -> {
          heals();
          before.clear();
          before.addAll(east.payments().pids());
          east.slow(Latency.between(TOO_LONG, TOO_LONG, Way.TO_DATABASE));
          return Caller.pay(east) == 502;
        });
    assertThat(before).isNotEmpty();
    assertThat(east.payments().pids().containsAll(before)).as("all are alive").isFalse();
  }

  @Test
  void requestsThatFindNoInstanceAreRefused() {
    east.slow(Latency.between(TOO_LONG, TOO_LONG, Way.TO_DATABASE));
    List<CompletableFuture<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(CompletableFuture.supplyAsync(() -> Caller.pay(east), Daemons::run));
    }
    assertThat(all).extracting(CompletableFuture::join).contains(429);
  }

  @Test
  void frozenRegionDoesNothingAndGoesOnWhereItStood() throws Exception {
    List<Long> processes = new ArrayList<>(east.payments().pids());
    processes.addAll(east.database().server().pids());
    east.freeze();
    // A process that waits for a processor is told when it gets one, and does nothing before.
    Eventually.holds(
        "all stand still", () -> processes.stream().allMatch(process -> isStill(stateOf(process))));
    CompletableFuture<Integer> hanging =
        CompletableFuture.supplyAsync(() -> Caller.pay(east), Daemons::run);
    Thread.sleep(300);
    assertThat(hanging).isNotDone();
    east.thaw();
    assertThat(hanging.join()).isNotEqualTo(Caller.NO_ANSWER);
    assertThat(processes).filteredOn(process -> stateOf(process) == 'T').isEmpty();
  }

  @Test
  void invocationThatIsOverItsTimeAfterAThawIsNotHeard() throws Exception {
    east.slow(Latency.between(Duration.ofMillis(600), Duration.ofMillis(600), Way.TO_DATABASE));
    String key = Caller.newKey();
    CompletableFuture<Integer> open =
        CompletableFuture.supplyAsync(() -> Caller.pay(east, key), Daemons::run);
    Thread.sleep(300);
    east.freeze();
    Thread.sleep(pair.settings().timers().functionTimeout().toMillis() + 100);
    east.thaw();
    assertThat(open.join()).isNotEqualTo(201);
    // What the instance may still do after the thaw.
    Thread.sleep(500);
    assertThat(pair.acceptances()).extracting(Acceptance::key).doesNotContain(key);
  }

  @Test
  void confirmedPaymentWaitsForItsCommitUntilThatIsReleased() throws Exception {
    CompletableFuture<Void> held = east.holdNextCommit();
    String key = Caller.newKey();
    CompletableFuture<Integer> payment =
        CompletableFuture.supplyAsync(() -> Caller.pay(east, key), Daemons::run);
    held.join();
    Thread.sleep(300);
    assertThat(payment).isNotDone();
    assertThat(east.query("select 1 from ledger.idempotency_key where key = '" + key + "'"))
        .isEmpty();
    east.releaseCommits();
    assertThat(payment.join()).isEqualTo(201);
    assertThat(pair.acceptances()).extracting(Acceptance::key).contains(key);
  }

  @Test
  void databaseIsKilledAndStartedAgain() {
    east.killDatabase();
    east.killDatabase();
    // Others may keep the instances busy with waiting for it.
    Eventually.holds(
        "its want is told",
        () -> {
          int status = Caller.pay(east);
          assertThat(status).isNotEqualTo(201);
          return status == 502 || status == 503;
        });
    east.restartDatabase();
    Eventually.holds("payments are taken again", () -> Caller.pay(east) == 201);
  }

  @Test
  void fullDiskStopsTheBooksUntilThereIsRoom() {
    east.fillDisk();
    assertThat(Caller.pay(east)).isIn(500, 502, 503);
    east.freeDisk();
    Eventually.holds("payments are taken again", () -> Caller.pay(east) == 201);
  }

  @Test
  void cutsAreWhereTheySay() throws Exception {
    east.cutFromClients();
    assertThat(Caller.pay(east)).isEqualTo(Caller.NO_ANSWER);
    String key = Caller.newKey();
    assertThat(Caller.pay(pair, Caller.token(pair), key, Caller.order(key)).statusCode())
        .isEqualTo(502);
    east.heal();
    east.cutFromTable();
    assertThat(Caller.pay(east)).isIn(502, 503);
  }

  @Test
  void slowWaysTakeTheirTimeAndLose() {
    east.slow(Latency.between(Duration.ofMillis(400), Duration.ofMillis(500), Way.FROM_CLIENTS));
    Instant before = Instant.now();
    assertThat(Caller.pay(east)).isEqualTo(201);
    assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(390));
    east.slow(Latency.between(Duration.ZERO, Duration.ZERO, Way.FROM_CLIENTS).losing(1));
    assertThat(Caller.pay(east)).isEqualTo(Caller.NO_ANSWER);
    east.slow(Latency.between(Duration.ofMillis(200), Duration.ofMillis(200), Way.TO_TABLE));
    before = Instant.now();
    assertThat(Caller.pay(east)).isIn(201, 503);
    assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(390));
  }

  @Test
  void confirmationMayBeAlmostAsLateAsTheLeaseIsLong() {
    Duration lease = pair.settings().timers().leaseTime();
    east.slow(
        Latency.between(lease.minusMillis(400), lease.minusMillis(400), Way.LEASE_CONFIRMATION));
    Instant before = Instant.now();
    assertThat(Caller.pay(east)).isIn(201, 503);
    assertThat(Duration.between(before, Instant.now())).isGreaterThan(lease.minusMillis(410));
    east.slow(Latency.between(lease.plusMillis(50), lease.plusMillis(50), Way.LEASE_CONFIRMATION));
    assertThat(Caller.pay(east)).isIn(502, 503);
  }

  @Test
  void clocksOfFunctionsAreWrongByTheOffset() throws Exception {
    east.setClockOffset(Duration.ofHours(-3));
    HttpResponse<String> answer = Caller.send(east, Caller.newKey());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    JsonNode payment = JSON.readTree(answer.body());
    assertThat(Instant.parse(payment.path("createdAt").asText()))
        .isBefore(Instant.now().minus(Duration.ofHours(2)));
  }

  @Test
  void brokenReplicationBringsNothing() throws Exception {
    pair.breakReplication();
    String key = Caller.newKey();
    assertThat(Caller.pay(east, key)).isEqualTo(201);
    String sql = "select 1 from ledger.idempotency_key where key = '" + key + "'";
    Thread.sleep(500);
    assertThat(west.query(sql)).isEmpty();
    pair.heal();
    Eventually.holds("it has arrived", () -> !west.query(sql).isEmpty());
  }

  @Test
  void executionsAreStoppedAtTasksAndAtWaits() {
    Execution first = west.activateAndStopAt("ReadLease", false, PERSON);
    assertThat(first.await(SOON).status()).isEqualTo(Status.ABORTED);
    assertThat(first.currentState()).isEqualTo("ReadLease");
    assertThat(pair.tenures()).hasSize(1);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void killedRegionIsTakenOverAndEverythingIsSeen() throws IOException {
    Eventually.holds("west could take over", west::isFitToTakeOver);
    List<Long> processes = new ArrayList<>(east.payments().pids());
    processes.addAll(east.database().server().pids());
    east.kill();
    assertThat(processes).noneMatch(process -> ProcessHandle.of(process).isPresent());
    assertThat(Caller.pay(east)).isEqualTo(Caller.NO_ANSWER);
    Eventually.holds("west's alarm goes on", () -> west.alarm().isOn());
    assertThat(pair.alarms())
        .extracting(AlarmChange::region, AlarmChange::isOn)
        .contains(tuple(west.name(), true));
    Execution stopped = west.activateAndStopAt("WaitForFencing", false, PERSON);
    assertThat(stopped.await(SOON).status()).as("%s", stopped).isEqualTo(Status.ABORTED);
    assertThat(stopped.currentState()).isEqualTo("WaitForFencing");
    Execution execution = west.activate(PERSON);
    assertThat(execution.await(SOON).status()).as("%s", execution).isEqualTo(Status.SUCCEEDED);
    assertThat(pair.active()).isSameAs(west);
    assertThat(pair.tenures())
        .extracting(LeaseTenure::region)
        .containsExactly("us-east-1", "us-west-2");
    LeaseTenure last = pair.tenures().get(1);
    assertThat(last.openedAt()).isAfter(last.from());
    assertThat(pair.tenures().get(0).to()).isEqualTo(last.from());
    assertThat(pair.steps())
        .filteredOn(step -> step.execution().equals(execution.arn()))
        .extracting(FailoverStep::name)
        .contains("WaitForFencing", "Promote", "OpenLease", "Done");
    String key = Caller.newKey();
    Eventually.holds(
        "the edge knows it",
        () -> {
          try {
            return Caller.pay(pair, Caller.token(pair), key, Caller.order(key)).statusCode() == 201;
          } catch (IOException e) {
            return false;
          }
        });
    List<Acceptance> accepted = pair.acceptances();
    assertThat(accepted.get(accepted.size() - 1).region()).isEqualTo(west.name());
    east.restart();
    Eventually.holds("east is there, and refuses", () -> Caller.pay(east) == 503);
    east.rebuild();
  }

  /** A process that has just ended is as still. */
  private static boolean isStill(char state) {
    return state == 'T' || state == 'Z' || state == '-';
  }

  private static char stateOf(long process) {
    try {
      String stat = Files.readString(Path.of("/proc", String.valueOf(process), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return '-';
    }
  }
}
