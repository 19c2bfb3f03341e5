package io.github.paymentdr.example.drill.pair;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.Execution.Status;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * The failover with all real parts, one disaster after the other on the same pair: which region is
 * active when a test begins is what the one before has left. Callers pay all the time.
 */
@DisplayName("B2: the failover with all real parts")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(240)
class FailoverTest {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String PERSON = "{\"mode\":\"unplanned\"}";
  private static final String PLANNED = "{\"mode\":\"planned\"}";
  private static final String ALARM = "{\"mode\":\"unplanned\",\"startedBy\":\"alarm\"}";
  private static final String ORDER =
      "{\"amount\":1999,\"currency\":\"EUR\",\"payer\":\"payer-1\",\"payee\":\"payee-1\"}";

  private static LocalPair pair;
  private static PaymentTraffic traffic;
  private long epoch;

  @BeforeAll
  static void start() {
    pair =
        LocalPair.start(
            PairSettings.of(
                Timers.atSpeed(10).withCoolDown(Duration.ofSeconds(2)).withRetryFactor(0.02)));
    traffic = pair.pay(3, Duration.ofMillis(40));
  }

  @AfterAll
  static void stop() {
    traffic.close();
    pair.close();
  }

  @BeforeEach
  void paymentsAreAccepted() {
    epoch = Long.parseLong(pair.lease("epoch"));
    awaitPayments("before the test");
  }

  @AfterEach
  void booksAreRight() {
    // A test that fails in between must not leave the next ones waiting for ever.
    pair.east().thaw();
    pair.west().thaw();
    awaitPayments("after the test");
    BooksCheck.areRight(pair, traffic);
    if (!pair.lease("openedAt").isEmpty()) {
      BooksCheck.hadOneWriter(
          traffic, pair.standby().name(), Instant.parse(pair.lease("openedAt")));
    }
  }

  @Test
  @Order(1)
  void regionThatFlapsIsNotTakenOver() {
    LocalRegion west = pair.west();
    for (int i = 1; i <= 2; i++) {
      int changes = 2 * i - 1;
      pair.east().cutFromPeer();
      eventually("the alarm goes on", () -> west.alarm().changes().size() >= changes);
      pair.east().heal();
      int starts = i;
      eventually("west is started", () -> west.executions().size() >= starts);
      Execution execution = west.executions().get(i - 1);
      assertThat(execution.await(SOON).status()).isEqualTo(Status.SUCCEEDED);
      assertThat(execution.states()).as("%s", execution).endsWith("FalseAlarm");
      eventually("the alarm goes off", () -> !west.alarm().isOn());
    }
    assertThat(pair.lease("epoch")).isEqualTo(String.valueOf(epoch));
  }

  @Test
  @Order(2)
  void regionThatSeesNothingDoesNotTakeOver() {
    int points = pair.west().alarm().changes().size();
    pair.west().clients().cut();
    pair.west().cutOwnView();
    pair.east().cutFromPeer();
    Execution execution = pair.west().activate(ALARM);
    assertThat(execution.await(SOON).status()).isEqualTo(Status.SUCCEEDED);
    assertThat(execution.states()).contains("Blind", "NotifyWaiting").endsWith("FalseAlarm");
    assertThat(pair.west().alarm().changes()).hasSize(points);
    pair.east().heal();
    pair.west().heal();
    assertThat(pair.lease("epoch")).isEqualTo(String.valueOf(epoch));
  }

  @Test
  @Order(3)
  void regionWithoutTheTableDoesNotTakeOver() {
    pair.west().cutFromTable();
    Execution execution = pair.west().activate(PERSON);
    assertThat(execution.await(SOON).error()).isEqualTo("ReadLease");
    pair.west().heal();
    assertThat(pair.lease("epoch")).isEqualTo(String.valueOf(epoch));
  }

  @Test
  @Order(4)
  void regionThatIsKilledIsTakenOverByItself() {
    int before = pair.west().executions().size();
    pair.east().kill();
    eventually("west is started", () -> pair.west().executions().size() > before);
    Execution execution = pair.west().executions().get(before);
    succeeds(execution);
    assertThat(pair.lease("activeRegion")).isEqualTo("us-west-2");
    assertThat(pair.lease("startedBy")).isEqualTo("alarm");
    assertThat(pair.endpointRegion()).isSameAs(pair.west());
  }

  @Test
  @Order(5)
  void regionThatReturnsIsFencedAndUnfitUntilItIsRebuilt() throws IOException {
    pair.east().restart();
    pair.east().awaitWarm();
    HttpResponse<String> refused =
        Client.pay(pair.east().url(), UUID.randomUUID().toString(), ORDER);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).isPresent();
    pair.west().cutFromPeer();
    Execution execution = pair.east().activate(ALARM);
    execution.awaitState("NotFit", SOON);
    pair.west().heal();
    succeeds(execution);
    assertThat(execution.states()).contains("NotifyWaiting").endsWith("FalseAlarm");
    assertThat(pair.lease("epoch")).isEqualTo(String.valueOf(epoch));
    pair.east().rebuild();
  }

  @Test
  @Order(6)
  void plannedSwitchBackLosesNothingAndOfTwoStartsOneDoesIt() {
    awaitFit(pair.east());
    List<Execution> both = List.of(pair.east().activate(PLANNED), pair.east().activate(PLANNED));
    both.forEach(FailoverTest::succeeds);
    assertThat(both).filteredOn(one -> one.states().contains("Promote")).hasSize(1);
    Execution switched =
        both.stream().filter(one -> one.states().contains("Promote")).findFirst().orElseThrow();
    assertThat(switched.await(SOON).output().at("/promotion/Payload/lossWindowMillis").asInt())
        .isZero();
    assertThat(pair.lease("activeRegion")).isEqualTo("us-east-1");
    assertThat(pair.lease("epoch")).isEqualTo(String.valueOf(epoch + 1));
  }

  @Test
  @Order(7)
  void frozenRegionIsTakenOverAlthoughEveryStepFailsOnceAndAcceptsNothingWhenItThaws()
      throws InterruptedException {
    pair.west().rebuild();
    awaitFit(pair.west());
    int before = pair.west().executions().size();
    Set<String> steps = new TreeSet<>();
    pair.west()
        .machine()
        .definition()
        .path("States")
        .properties()
        .forEach(
            state -> {
              if (state.getValue().path("Type").asText().equals("Task")) {
                pair.west()
                    .faults()
                    .before(state.getKey(), 1, new TaskFailure("Lambda.ServiceException", "once"));
              }
            });
    pair.east().freeze();
    eventually("west is started", () -> pair.west().executions().size() > before);
    Execution execution = pair.west().executions().get(before);
    succeeds(execution);
    execution.states().stream()
        .filter(state -> pair.west().faults().count(state) > 0)
        .forEach(steps::add);
    assertThat(steps)
        .containsExactlyInAnyOrder(
            "ReadLease",
            "Assess",
            "CheckFitness",
            "TakeLease",
            "CheckTenure",
            "Promote",
            "ReplayJournal",
            "OpenLease",
            "OpenTraffic",
            "Verify",
            "Report",
            "NotifyDone");
    pair.west().faults().heal();
    pair.east().thaw();
    Thread.sleep(500);
    assertThat(pair.lease("activeRegion")).isEqualTo("us-west-2");
  }

  @Test
  @Order(8)
  void everyStepThatFailsForGoodIsToldAndTheNextRunGoesOnFromThere() {
    pair.east().rebuild();
    awaitFit(pair.east());
    LocalRegion east = pair.east();
    List<String> failing =
        new ArrayList<>(
            List.of(
                "ReadLease",
                "Assess",
                "CheckFitness",
                "TakeLease",
                "CheckTenure",
                "Promote",
                "FindEarlierExecution",
                "ResumeLease",
                "ReplayJournal",
                "OpenLease",
                "OpenTraffic",
                "Verify",
                "Report"));
    for (String step : failing) {
      east.faults().heal();
      east.faults().always(step, new TaskFailure("Lambda.ServiceException", "for good"));
      Execution execution = east.activate(PERSON);
      assertThat(execution.await(SOON).status()).as("%s", execution).isEqualTo(Status.FAILED);
      assertThat(execution.await(SOON).error()).as("%s", execution).isEqualTo(step);
      String message = east.messages().get(east.messages().size() - 1).path("Message").asText();
      assertThat(message).contains("the step " + step, "aws stepfunctions start-execution");
      if (pair.lease("execution").equals(execution.arn())) {
        assertThat(pair.lease("failedStep")).isEqualTo(step);
      }
    }
    east.faults().heal();
    succeeds(east.activate(PERSON));
    assertThat(pair.lease("activeRegion")).isEqualTo("us-east-1");
    assertThat(pair.lease("epoch")).isEqualTo(String.valueOf(epoch + 1));
    assertThat(pair.endpointRegion()).isSameAs(east);
  }

  @Test
  @Order(9)
  void activeRegionWithoutTheTableAcceptsNothingAndIsTakenOver() {
    pair.west().rebuild();
    awaitFit(pair.west());
    int before = pair.west().executions().size();
    pair.east().cutFromTable();
    eventually("west is started", () -> pair.west().executions().size() > before);
    succeeds(pair.west().executions().get(before));
    assertThat(pair.lease("activeRegion")).isEqualTo("us-west-2");
    pair.east().heal();
  }

  @Test
  @Order(10)
  void switchWhoseGiverIsLostBecomesATakeoverByItself() {
    LocalRegion east = pair.east();
    east.rebuild();
    awaitFit(east);
    Execution planned = east.activate(PLANNED);
    planned.awaitState("WaitForFencing", SOON);
    pair.west().kill();
    eventually(
        "us-east-1 has taken over",
        () ->
            pair.lease("activeRegion").equals("us-east-1")
                && pair.lease("state").equals("ACTIVE")
                && pair.lease("startedBy").equals("alarm"));
    assertThat(planned.await(SOON).status()).as("%s", planned).isEqualTo(Status.FAILED);
    assertThat(planned.states()).contains("SwitchHandedBack");
  }

  /** Longer than it takes: the machine may have other things to do. */
  private static void eventually(String what, BooleanSupplier condition) {
    Instant limit = Instant.now().plus(SOON);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(limit)) {
        throw new AssertionError("not within " + SOON + ": " + what + "; lease " + pair.lease());
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void succeeds(Execution execution) {
    assertThat(execution.await(SOON).status()).as("%s", execution).isEqualTo(Status.SUCCEEDED);
  }

  private static void awaitPayments(String when) {
    Instant now = Instant.now();
    eventually("payments are accepted " + when, () -> traffic.acceptedSince(now) > 10);
  }

  private static void awaitFit(LocalRegion region) {
    eventually(region.name() + " is fit to take over", region::isFitToTakeOver);
  }
}
