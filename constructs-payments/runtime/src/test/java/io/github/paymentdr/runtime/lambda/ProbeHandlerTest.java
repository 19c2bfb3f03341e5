package io.github.paymentdr.runtime.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.testing.ControlTableBehindAws;
import io.github.paymentdr.runtime.testing.FunctionUrlStub;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("ProbeHandler")
@Timeout(60)
class ProbeHandlerTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:01.000Z");
  private static final String MEMORY = "probe/us-west-2";

  private final AwsStub aws = AwsStub.start();
  private final ControlTableBehindAws table = ControlTableBehindAws.create().behind(aws);
  private final FunctionUrlStub east = FunctionUrlStub.start("us-east-1");
  private final FunctionUrlStub west = FunctionUrlStub.start("us-west-2");
  private final FailoverRegion region =
      new FailoverRegion(aws, table, "us-west-2", "us-east-1", west);

  private final AtomicLong nanos = new AtomicLong(123);
  private final AtomicLong wallMillis = new AtomicLong(START.toEpochMilli());
  private final ProbeHandler.Time time =
      new ProbeHandler.Time(nanos::get, this::pass, wallClock().withZone(ZoneOffset.UTC));

  @BeforeEach
  void register() {
    aws.on("PutMetricData", request -> Response.xml("<PutMetricDataResponse/>"));
    table.put("region/us-east-1", Map.of("functionUrl", east.url()));
    table.put("region/us-west-2", Map.of("functionUrl", west.url()));
    table.lease("us-east-1", 1, "ACTIVE");
  }

  @AfterEach
  void stop() {
    aws.close();
    east.close();
    west.close();
  }

  private InstantSource wallClock() {
    return () -> Instant.ofEpochMilli(wallMillis.get());
  }

  private void pass(Duration duration) {
    nanos.addAndGet(duration.toNanos());
    wallMillis.addAndGet(duration.toMillis());
  }

  @Test
  void putsAPointOfEachSecondThatItProbes() {
    assertThat(region.probe(time)).isEqualTo(Map.of("probes", 9));
    assertThat(east.requests()).hasSize(9).containsOnly("/health?deep=true");
    assertThat(west.requests()).isEmpty();
    List<Map<String, String>> points = points();
    assertThat(points)
        .hasSize(9)
        .allSatisfy(
            point ->
                assertThat(point)
                    .containsEntry("PeerUnhealthy", "0.0")
                    .containsEntry("ProbeBlind", "0.0")
                    .containsEntry("RecoverySeconds", "0.0"));
    Request put = puts().get(1);
    assertThat(put.region()).isEqualTo("us-west-2");
    assertThat(put.text("Namespace")).isEqualTo("PaymentDr/Failover");
    assertThat(put.members())
        .containsEntry("MetricData.member.1.StorageResolution", "1")
        .containsEntry("MetricData.member.1.Dimensions.member.1.Name", "Pair")
        .containsEntry("MetricData.member.1.Dimensions.member.1.Value", "payments-prod")
        .containsEntry("MetricData.member.1.Timestamp", "2026-11-22T10:00:11Z");
    assertThat(table.get(MEMORY)).isEmpty();
    assertThat(region.log()).contains("us-east-1 is healthy").hasLineCount(1);
  }

  @Test
  void isBlindWhenItMayAskNobody() {
    answerInTurn(403);
    west.answers(403, "");
    region.probe(time);
    assertThat(values("PeerUnhealthy")).containsOnly("none");
    assertThat(values("ProbeBlind")).hasSize(9).containsOnly("1.0");
    assertThat(region.log()).contains("look at the rights of this function first");
  }

  @Test
  void takesARefusalForAnOutageWhereItsOwnRegionLetsItAsk() {
    answerInTurn(403);
    region.probe(time);
    assertThat(values("PeerUnhealthy")).hasSize(9).containsOnly("1.0");
    assertThat(region.log()).contains("its Function URL or what allows it is gone");
  }

  @Test
  void remembersSinceWhenTheOtherRegionIsNotHealthy() {
    answerInTurn(200, 503, 500, 200, 503, 404);
    region.probe(time);
    assertThat(values("PeerUnhealthy")).startsWith("0.0", "1.0", "1.0", "0.0", "1.0", "1.0");
    assertThat(table.get(MEMORY)).isEqualTo(Map.of("unhealthySince", "2026-11-22T10:00:31.000Z"));
    assertThat(writes()).isEqualTo(3);
    assertThat(west.requests()).hasSize(7).containsOnly("/health");

    region.probe(time);
    assertThat(table.get(MEMORY)).isEqualTo(Map.of("unhealthySince", "2026-11-22T10:00:31.000Z"));
    assertThat(writes()).isEqualTo(3);

    east.answers(200, FunctionUrlStub.WELL);
    region.probe(time);
    assertThat(table.get(MEMORY)).isEmpty();
    assertThat(writes()).isEqualTo(4);
  }

  @Test
  void saysNothingAboutTheOtherRegionWhileItSeesNothing() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    answerInTurn(503, 503);
    region.probe(time);
    assertThat(table.get(MEMORY)).containsKey("unhealthySince");
    aws.requests().clear();
    east.close();
    west.close();
    assertThat(region.probe(time)).isEqualTo(Map.of("probes", 3));
    assertThat(points())
        .hasSize(3)
        .allSatisfy(
            point ->
                assertThat(point)
                    .containsEntry("ProbeBlind", "1.0")
                    .doesNotContainKey("PeerUnhealthy"));
    assertThat(table.get(MEMORY)).containsKey("unhealthySince");
    assertThat(region.log()).contains("\"verdict\":\"BLIND\"");
  }

  @Test
  void seesWithAnyAnswerOfItsOwnRegion() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    east.close();
    west.answers(500, "broken");
    region.probe(time);
    assertThat(values("PeerUnhealthy")).hasSize(3).containsOnly("1.0");
  }

  @Test
  void isBlindWithoutAUrlOfItsOwn() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    table.remove("region/us-west-2");
    east.answers(503, "");
    region.probe(time);
    assertThat(values("ProbeBlind")).hasSize(3).containsOnly("1.0");
    assertThat(region.log()).contains("it has not registered");
  }

  @Test
  void putsNothingBeforeTheOtherRegionHasRegistered() {
    table.remove("region/us-east-1");
    assertThat(region.probe(time)).isEqualTo(Map.of("probes", 0));
    assertThat(puts()).isEmpty();
    assertThat(region.log()).contains("has not registered yet").hasLineCount(1);
  }

  /** Of what was not seen to end nobody knows when it ended. */
  @Test
  void whatWasHealthyLongAgoSaysNothingOfWhenItEnded() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    ProbeHandler handler = region.probeHandler(time);
    FailoverRegion.call(handler, "{}");
    pass(Duration.ofMinutes(2));
    east.answers(503, "");
    FailoverRegion.call(handler, "{}");
    assertThat(table.get(MEMORY)).isEqualTo(Map.of("unhealthySince", "2026-11-22T10:03:01.000Z"));
    table.remove(MEMORY);
    east.answers(200, FunctionUrlStub.WELL);
    FailoverRegion.call(handler, "{}");
    west.answers(403, "");
    answerInTurn(403, 403, 503);
    FailoverRegion.call(handler, "{}");
    assertThat(table.get(MEMORY)).as("blind in between").isNotEmpty();
    assertThat(Instant.parse(String.valueOf(table.get(MEMORY).get("unhealthySince"))))
        .isEqualTo(Instant.ofEpochMilli(wallMillis.get()));
  }

  /** Whatever holds it up: a cool-down, a standby that is not fit, a run that was never started. */
  @Test
  void countsFromTheLossAlthoughNobodyHasTakenTheLease() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    for (String state : List.of("ACTIVE", "ACTIVATING")) {
      wallMillis.set(START.toEpochMilli());
      aws.requests().clear();
      lease("us-east-1", state, Map.of("takenAt", "2026-11-22T09:00:00.000Z"));
      table.put(MEMORY, Map.of("unhealthySince", "2026-11-22T09:59:00.000Z"));
      east.answers(503, "");
      region.probe(time);
      assertThat(values("RecoverySeconds")).as(state).containsExactly("61.0", "91.0", "121.0");
    }
    aws.requests().clear();
    answerInTurn(403, 403);
    region.probe(time);
    assertThat(values("RecoverySeconds")).as("blind").doesNotContain("0.0");
  }

  @Test
  void countsUntilTheRecoveryIsReported() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    Map<String, Object> opened =
        Map.of("unhealthySince", "2026-11-22T09:59:30.000Z", "takenAt", "2026-11-22T09:59:50.000Z");
    lease("us-west-2", "ACTIVE", opened);
    table.put(MEMORY, Map.of("unhealthySince", "2026-11-22T09:59:30.000Z"));
    region.probe(time);
    assertThat(values("RecoverySeconds"))
        .as("callers elsewhere")
        .containsExactly("31.0", "61.0", "91.0");
    aws.requests().clear();
    Map<String, Object> reported = new LinkedHashMap<>(opened);
    reported.put("recoverySeconds", 70);
    lease("us-west-2", "ACTIVE", reported);
    region.probe(time);
    assertThat(values("RecoverySeconds")).containsOnly("0.0");
  }

  @Test
  void countsTheSecondsOfItsOwnRecoveryOnly() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    lease("us-west-2", "ACTIVATING", Map.of("unhealthySince", "2026-11-22T09:59:30.000Z"));
    region.probe(time);
    assertThat(values("RecoverySeconds")).containsExactly("31.0", "61.0", "91.0");
    aws.requests().clear();
    lease("us-west-2", "ACTIVATING", Map.of("takenAt", "2026-11-22T10:00:20.000Z"));
    region.probe(time);
    assertThat(values("RecoverySeconds")).containsExactly("41.0", "71.0", "101.0");
    for (String[] other : new String[][] {{"us-east-1", "ACTIVATING"}, {"us-west-2", "ACTIVE"}}) {
      aws.requests().clear();
      lease(other[0], other[1], Map.of("unhealthySince", "2026-11-22T09:59:30.000Z"));
      region.probe(time);
      assertThat(values("RecoverySeconds")).containsOnly("0.0");
    }
  }

  @Test
  void probesOnWhereMetricsAreNotTaken() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    aws.on("PutMetricData", request -> Response.xmlError(400, "Refused", "no"));
    answerInTurn(503);
    assertThat(region.probe(time)).isEqualTo(Map.of("probes", 3));
    assertThat(east.requests()).hasSize(3);
    assertThat(table.get(MEMORY)).containsKey("unhealthySince");
    assertThat(region.log()).contains("the metrics were not put: ");
  }

  @Test
  void probesOnWithTheUrlsThatItKnowsWhileTheTableIsSilent() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    ProbeHandler handler = region.probeHandler(time);
    FailoverRegion.call(handler, "{}");
    for (String action : List.of("GetItem", "PutItem", "DeleteItem")) {
      aws.on(
          "DynamoDB_20120810." + action, request -> Response.jsonError(400, "AccessDenied", "no"));
    }
    east.answers(503, "");
    aws.requests().clear();
    assertThat(FailoverRegion.call(handler, "{}")).isEqualTo(Map.of("probes", 3));
    assertThat(values("PeerUnhealthy")).hasSize(3).containsOnly("1.0");
    assertThat(region.log()).contains("the last known are used");
  }

  @Test
  void doesNoHarmWhereTwoLoopsOverlap() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "30");
    AtomicInteger asked = new AtomicInteger();
    // While this one asks for the first time, another one has found and remembered it.
    east.answers(
        () -> {
          if (asked.incrementAndGet() == 1) {
            table.put(MEMORY, Map.of("unhealthySince", "2026-11-22T09:00:00.000Z"));
          }
          return new FunctionUrlStub.Answer(503, "");
        });
    region.probe(time);
    assertThat(table.get(MEMORY)).containsEntry("unhealthySince", "2026-11-22T09:00:00.000Z");
    // One that found it healthy does not remove what a newer outage has written.
    AtomicInteger again = new AtomicInteger();
    east.answers(
        () -> {
          if (again.incrementAndGet() == 2) {
            table.put(MEMORY, Map.of("unhealthySince", "2026-11-22T11:00:00.000Z"));
          }
          return new FunctionUrlStub.Answer(again.get() == 2 ? 200 : 503, "");
        });
    region.probe(time);
    assertThat(table.get(MEMORY)).containsEntry("unhealthySince", "2026-11-22T11:00:00.000Z");
  }

  @Test
  void keepsItsPaceWhateverTheWallClockDoes() {
    east.answers(
        () -> {
          wallMillis.addAndGet(-3_600_000);
          return new FunctionUrlStub.Answer(503, "");
        });
    assertThat(region.probe(time)).isEqualTo(Map.of("probes", 9));
    wallMillis.addAndGet(86_400_000);
    assertThat(region.probe(time)).isEqualTo(Map.of("probes", 9));
  }

  @Test
  void saysAllThatIsWrongWithItsEnvironment() {
    region.environment().remove("PEER_REGION");
    region.environment().put("PROBE_INTERVAL_SECONDS", "61");
    region.environment().put("PROBE_TIMEOUT_MILLIS", "x");
    region.environment().put("HEALTH_PATH", "health");
    assertThatThrownBy(() -> region.probe(time))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the function's environment variables are wrong: PEER_REGION must be set;"
                + " INITIAL_REGION must be us-west-2 or , got 'us-east-1'; PROBE_TIMEOUT_MILLIS"
                + " must be a whole number of at least 100 and at most 30000, got 'x'; HEALTH_PATH"
                + " must begin with /, got 'health'; PROBE_INTERVAL_SECONDS must be a whole number"
                + " of at least 1 and at most 60, got '61'");
  }

  @Test
  void wantsQuestionsThatEndWithinTheInterval() {
    region.environment().put("PROBE_INTERVAL_SECONDS", "3");
    region.environment().put("PROBE_TIMEOUT_MILLIS", "3000");
    assertThatThrownBy(() -> region.probe(time))
        .hasMessageEndingWith(
            "PROBE_TIMEOUT_MILLIS must be less than PROBE_INTERVAL_SECONDS, got 3000 ms and 3 s");
  }

  private void lease(String active, String state, Map<String, Object> more) {
    Map<String, Object> lease = new LinkedHashMap<>(more);
    lease.putAll(Map.of("activeRegion", active, "epoch", 2, "state", state));
    table.put("lease", lease);
  }

  /** The last one is the answer from then on. */
  private void answerInTurn(int... statuses) {
    AtomicInteger next = new AtomicInteger();
    east.answers(
        () ->
            new FunctionUrlStub.Answer(
                statuses[Math.min(next.getAndIncrement(), statuses.length - 1)], ""));
  }

  private long writes() {
    return aws.actions().stream()
        .filter(action -> action.endsWith("PutItem") || action.endsWith("DeleteItem"))
        .count();
  }

  private List<Request> puts() {
    return aws.requests().stream()
        .filter(request -> request.action().equals("PutMetricData"))
        .toList();
  }

  private List<String> values(String metric) {
    return points().stream().map(point -> point.getOrDefault(metric, "none")).toList();
  }

  /** {@return the metrics of each request, by name} */
  private List<Map<String, String>> points() {
    List<Map<String, String>> points = new ArrayList<>();
    for (Request put : puts()) {
      Map<String, String> point = new LinkedHashMap<>();
      for (int i = 1; put.has("MetricData.member." + i + ".MetricName"); i++) {
        point.put(
            put.text("MetricData.member." + i + ".MetricName"),
            put.text("MetricData.member." + i + ".Value"));
      }
      points.add(point);
    }
    return points;
  }
}
