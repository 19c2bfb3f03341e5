package io.github.paymentdr.runtime.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.testing.ControlTableBehindAws;
import io.github.paymentdr.runtime.testing.FunctionUrlStub;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("FailoverHandler")
@Timeout(60)
class FailoverHandlerTest {
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-11-22T10:01:37.123Z"), ZoneOffset.UTC);

  private final AwsStub aws = AwsStub.start();
  private final ControlTableBehindAws table = ControlTableBehindAws.create().behind(aws);
  private final FunctionUrlStub east = FunctionUrlStub.start("us-east-1");
  private final FunctionUrlStub west = FunctionUrlStub.start("us-west-2");
  private final FailoverRegion region =
      new FailoverRegion(aws, table, "us-west-2", "us-east-1", west);

  @BeforeEach
  void register() {
    aws.on("PutMetricData", request -> Response.xml("<PutMetricDataResponse/>"));
    table.put("region/us-east-1", Map.of("functionUrl", east.url()));
    table.put("region/us-west-2", Map.of("functionUrl", west.url()));
  }

  @AfterEach
  void stop() {
    aws.close();
    east.close();
    west.close();
  }

  @Nested
  class Assesses {
    @Test
    void anOutageThatLasts() {
      east.answers(503, "");
      table.put("probe/us-west-2", Map.of("unhealthySince", "2026-11-22T10:00:00.000Z"));
      assertThat(assess("unplanned", "alarm"))
          .isEqualTo(
              Map.of(
                  "decision",
                  "GO",
                  "detail",
                  "us-east-1 is not healthy: HTTP 503; tries that failed: 2",
                  "unhealthySince",
                  "2026-11-22T10:00:00.000Z",
                  "coolDownUntil",
                  "2026-11-22T10:11:37.123Z"));
      assertThat(east.requests()).hasSize(2);
      assertThat(west.requests()).containsExactlyInAnyOrder("/health?deep=true", "/health");
      // The second try comes when the first could at last have been answered.
      assertThat(region.waited())
          .singleElement()
          .satisfies(
              pause -> assertThat(pause).isBetween(Duration.ofMillis(1), Duration.ofMillis(3_000)));
    }

    /** Two regions that do not see each other would take the lease from each other for ever. */
    @Test
    void anOutageOfARegionThatMayStillOpenItsLease() {
      east.close();
      leaseOfEast("ACTIVATING", "2026-11-22T10:00:53.000Z");
      assertThat(assess("unplanned", "alarm"))
          .containsEntry("decision", "FALSE_ALARM")
          .containsEntry(
              "detail", "us-east-1 has taken the lease less than 45 s ago and may still open it");
      assertThat(assess("unplanned", "person")).containsEntry("decision", "GO");
      leaseOfEast("ACTIVATING", "2026-11-22T10:00:52.000Z");
      assertThat(assess("unplanned", "alarm")).containsEntry("decision", "GO");
      leaseOfEast("ACTIVE", "2026-11-22T10:00:53.000Z");
      assertThat(assess("unplanned", "alarm")).containsEntry("decision", "GO");
    }

    private void leaseOfEast(String state, String takenAt) {
      Map<String, Object> lease = new LinkedHashMap<>(table.get("lease"));
      lease.put("activeRegion", "us-east-1");
      lease.put("epoch", 2);
      lease.put("state", state);
      lease.put("takenAt", takenAt);
      table.put("lease", lease);
    }

    @Test
    void anOutageOfARegionThatIsGone() {
      east.close();
      assertThat(assess("unplanned", "alarm"))
          .containsEntry("decision", "GO")
          .containsEntry("unhealthySince", "2026-11-22T10:01:37.123Z");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anAlarmThatWasFalse(int healthyAt) {
      AtomicInteger asked = new AtomicInteger();
      east.answers(
          () -> new FunctionUrlStub.Answer(asked.incrementAndGet() == healthyAt ? 200 : 503, "{}"));
      assertThat(assess("unplanned", "alarm"))
          .containsEntry("decision", "FALSE_ALARM")
          .containsEntry("detail", "us-east-1 is healthy when it is asked again");
      assertThat(east.requests()).hasSize(healthyAt);
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 429, 500, 502, 503})
    void thatItCouldNotServeItself(int status) {
      east.close();
      west.answers(status, "broken");
      assertThatThrownBy(() -> assess("unplanned", "alarm"))
          .isInstanceOf(ControlException.class)
          .hasMessageStartingWith(
              "us-west-2 is not fit to take over: its own payment function is not healthy (HTTP "
                  + status
                  + ")");
      assertThat(assess("unplanned", "person")).containsEntry("decision", "GO");
    }

    @Test
    void thatItsOwnFunctionRunsAndHangs() {
      east.close();
      west.answers(
          path -> {
            if (path.equals("/health?deep=true")) {
              sleep(Duration.ofSeconds(8));
            }
            return new FunctionUrlStub.Answer(200, FunctionUrlStub.WELL);
          });
      assertThatThrownBy(() -> assess("unplanned", "alarm"))
          .isInstanceOf(ControlException.class)
          .hasMessageContaining("is not healthy (no answer in 6000 ms)");
    }

    @Test
    void thatOnlyTheOtherRegionRefuses() {
      east.answers(403, "");
      assertThat(assess("unplanned", "alarm"))
          .containsEntry("decision", "GO")
          .extractingByKey("detail")
          .asString()
          .contains("HTTP 403, while us-west-2 lets the same role ask");
      west.answers(403, "");
      assertThat(assess("unplanned", "alarm"))
          .containsEntry("decision", "BLIND")
          .extractingByKey("detail")
          .asString()
          .contains("neither did us-west-2 itself (HTTP 403)");
    }

    private void sleep(Duration time) {
      try {
        Thread.sleep(time.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Test
    void thatItSeesNothing() {
      east.close();
      west.close();
      assertThat(assess("unplanned", "alarm"))
          .containsEntry("decision", "BLIND")
          .extractingByKey("detail")
          .asString()
          .startsWith("us-east-1 did not answer well (")
          .endsWith("so nothing can be said");
      table.remove("region/us-east-1");
      assertThat(assess("unplanned", "alarm")).containsEntry("decision", "BLIND");
    }

    @Test
    void nothingWhereAPersonHasDecided() {
      assertThat(assess("unplanned", "person")).containsEntry("decision", "GO");
      assertThat(region.call("{\"operation\":\"assess\",\"mode\":\"unplanned\"}"))
          .containsEntry("decision", "GO");
      assertThat(east.requests()).isEmpty();
    }

    @Test
    void whetherTheOtherRegionCanHandOver() {
      assertThat(assess("planned", "person"))
          .containsEntry("decision", "GO")
          .containsEntry("detail", "us-east-1 is healthy and can hand over");
      east.answers(503, "");
      assertThat(assess("planned", "person"))
          .containsEntry("decision", "PEER_NOT_HEALTHY")
          .containsEntry(
              "detail",
              "us-east-1 is not healthy (HTTP 503), so it cannot hand over; put it right, or take"
                  + " over unplanned");
      table.remove("region/us-east-1");
      assertThat(assess("planned", "person")).containsEntry("decision", "PEER_NOT_HEALTHY");
    }

    @Test
    void noTimeThatIsYetToCome() {
      table.put("probe/us-west-2", Map.of("unhealthySince", "2026-11-23T10:00:00.000Z"));
      assertThat(assess("unplanned", "person"))
          .containsEntry("unhealthySince", "2026-11-22T10:01:37.123Z");
    }

    @Test
    void onlyWhatItIsAskedRight() {
      assertThatThrownBy(() -> assess("quick", "nobody"))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "assess was refused: mode must be planned or unplanned, got 'quick'; startedBy must"
                  + " be alarm or person, got 'nobody'");
      assertThatThrownBy(() -> region.call("{\"operation\":\"register\"}"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "operation must be one of assess, openTraffic, verify, report, ready, got 'register'");
    }

    @Test
    void nothingWithoutTheTable() {
      aws.on("DynamoDB_20120810.GetItem", request -> Response.jsonError(400, "AccessDenied", "no"));
      assertThatThrownBy(() -> assess("unplanned", "alarm"))
          .isInstanceOf(ControlException.class)
          .hasMessageContaining("could not be read");
    }

    private Map<String, Object> assess(String mode, String startedBy) {
      return region.call(
          Json.write(Map.of("operation", "assess", "mode", mode, "startedBy", startedBy)), NOW);
    }
  }

  @Nested
  class IsReady {
    @Test
    void andSaysWhoIsActiveAndChangesNothing() {
      table.lease("us-east-1", 7, "ACTIVE");
      Map<String, ?> before = table.get("lease");
      assertThat(region.call("{\"operation\":\"ready\"}"))
          .isEqualTo(Map.of("activeRegion", "us-east-1", "epoch", 7, "state", "ACTIVE"));
      assertThat(table.get("lease")).isEqualTo(before);
      assertThat(east.requests()).isEmpty();
      assertThat(west.requests()).isEmpty();
    }

    @Test
    void beforeThereIsALease() {
      table.remove("lease");
      assertThat(region.call("{\"operation\":\"ready\"}"))
          .hasSize(3)
          .containsEntry("activeRegion", null);
    }
  }

  @Nested
  class Verifies {
    @Test
    void aRegionThatTakesPayments() {
      assertThat(region.call("{\"operation\":\"verify\"}")).isEqualTo(Map.of("verified", true));
      assertThat(west.requests()).containsExactly("/health?deep=true");
    }

    @Test
    void andRefusesAllOthers() {
      assertFails(503, "{\"status\":\"DOWN\"}", "HTTP 503; it said: {\"status\":\"DOWN\"}");
      assertFails(200, "{\"status\":\"DOWN\"}", "its status is not UP; it said: ");
      assertFails(200, "{\"status\":\"UP\"}", "its database cannot be written; it said: ");
      assertFails(
          200,
          "{\"status\":\"UP\",\"database\":{\"writable\":false}}",
          "its database cannot be written; it said: ");
      assertFails(200, "well", "what it says is not one JSON object; it said: well");
      west.close();
      assertThatThrownBy(() -> region.call("{\"operation\":\"verify\"}"))
          .hasMessage(
              "us-west-2 is active and does not take payments: no connection; it said: nothing");
    }

    private void assertFails(int status, String body, String why) {
      west.answers(status, body);
      assertThatThrownBy(() -> region.call("{\"operation\":\"verify\"}"))
          .isInstanceOf(ControlException.class)
          .hasMessageStartingWith("us-west-2 is active and does not take payments: " + why);
    }
  }

  @Nested
  class Reports {
    @BeforeEach
    void active() {
      Map<String, Object> lease = new LinkedHashMap<>();
      lease.put("activeRegion", "us-west-2");
      lease.put("epoch", 7);
      lease.put("state", "ACTIVE");
      lease.put("takenAt", "2026-11-22T10:00:40.000Z");
      lease.put("openedAt", "2026-11-22T10:01:20.000Z");
      table.put("lease", lease);
    }

    @Test
    void whatAnOutageHasCost() {
      region.environment().put("PEER_REPLICATION_FUNCTION", "payment-dr-replication");
      Map<String, Object> answer = report("unplanned", "alarm", 1);
      assertThat(answer)
          .containsEntry("recoverySeconds", 97)
          .containsEntry("withinObjective", true)
          .containsEntry(
              "subject",
              "payments-prod: us-west-2 is active after 97 s (within the objective of 300 s)")
          .containsEntry(
              "message",
              """
              us-west-2 is the active region of payments-prod in epoch 7. It took over from us-east-1.

              Mode: unplanned
              Started by: alarm
              Recovery: 97 s, objective 300 s
              Not healthy since: 2026-11-22T10:00:00.000Z
              Lease taken: 2026-11-22T10:00:40.000Z
              Accepting since: 2026-11-22T10:01:20.000Z
              Reported: 2026-11-22T10:01:37.123Z

              Database: the replication was behind by 1200 ms; what was acknowledged in that time came from the journal; complete until 2026-11-22T10:00:01.500Z
              Journal: 9 entries, 3 applied, 4 present already, 1 superseded, 1 blocked
              BLOCKED, each is an acknowledged payment that is to be put right by hand: [group/p1/2]

              Next: when us-east-1 is back, rebuild it; until then it must not become active. Call this until its state is STANDBY:
              aws lambda invoke --region us-east-1 --function-name payment-dr-replication --cli-read-timeout 900 --cli-binary-format raw-in-base64-out --payload '{"operation":"rebuild"}' /dev/stdout""");
      assertThat(table.get("lease")).containsEntry("recoverySeconds", "97");
      assertThat(aws.requests())
          .filteredOn(request -> request.action().equals("PutMetricData"))
          .singleElement()
          .satisfies(
              request ->
                  assertThat(request.members())
                      .containsEntry("MetricData.member.1.MetricName", "RecoveryTime")
                      .containsEntry("MetricData.member.1.Value", "97.0"));
    }

    @Test
    void theSameWhenItIsAskedAgain() {
      report("unplanned", "alarm", 0);
      Clock later = Clock.offset(NOW, Duration.ofMinutes(30));
      assertThat(region.call(event("unplanned", "alarm", 0), later))
          .containsEntry("recoverySeconds", 97);
      assertThat(table.get("lease")).containsEntry("recoverySeconds", "97");
      assertThat(aws.actions()).containsOnlyOnce("PutMetricData");
    }

    @Test
    void whatWasPlanned() {
      Map<String, Object> answer = report("planned", "person", 0);
      assertThat(answer)
          .containsEntry("recoverySeconds", 57)
          .containsEntry(
              "subject",
              "payments-prod: us-west-2 is active as planned after 57 s (within the objective of"
                  + " 300 s)");
      assertThat(answer.get("message"))
          .asString()
          .contains("Started by: person")
          .doesNotContain("Not healthy since", "BLOCKED")
          .contains("Next: see that us-east-1 follows again before it may become active");
    }

    @Test
    void thatTheObjectiveWasMissed() {
      region.environment().put("OBJECTIVE_SECONDS", "96");
      assertThat(report("unplanned", "alarm", 0))
          .containsEntry("withinObjective", false)
          .containsEntry(
              "subject",
              "payments-prod: us-west-2 is active after 97 s (OVER the objective of 96 s)");
    }

    @Test
    void ofBlockedPaymentsThatAreTooManyToName() {
      List<String> slots = IntStream.range(0, 900).mapToObj(i -> "group/p/" + i).toList();
      String event =
          event("unplanned", "alarm", 12_345)
              .replace("[\"group/p1/2\"]", Json.write(Map.of("s", slots)).replaceAll(".*:|}", ""));
      assertThat(region.call(event, NOW).get("message"))
          .asString()
          .contains("12345 blocked", "[group/p/0, ", "group/p/49] and 12295 more")
          .doesNotContain("group/p/50");
    }

    @Test
    void withASubjectThatCanBeSent() {
      region.environment().put("PAIR_NAME", "zähler\n" + "x".repeat(200));
      assertThat(report("unplanned", "alarm", 0).get("subject"))
          .asString()
          .hasSize(100)
          .startsWith("z?hler?xx")
          .matches(text -> StandardCharsets.US_ASCII.newEncoder().canEncode(text));
    }

    @Test
    void thoughTheMetricIsNotTaken() {
      aws.on("PutMetricData", request -> Response.xmlError(400, "Refused", "no"));
      assertThat(report("unplanned", "alarm", 0)).containsEntry("recoverySeconds", 97);
      assertThat(region.log()).contains("the metric RecoveryTime was not put");
    }

    @Test
    void withoutTouchingALeaseThatMovedOn() {
      table.lease("us-east-1", 8, "ACTIVE");
      assertThat(report("unplanned", "alarm", 0)).containsEntry("recoverySeconds", 97);
      assertThat(table.get("lease")).doesNotContainKey("recoverySeconds");
      assertThat(region.log()).contains("not this region's any more");
    }

    @Test
    void withWhateverIsKnown() {
      Map<String, Object> answer =
          region.call("{\"operation\":\"report\",\"mode\":\"unplanned\"}", NOW);
      assertThat(answer).containsEntry("recoverySeconds", 0);
      assertThat(answer.get("message"))
          .asString()
          .contains("Journal: not replayed", "how far the replication was behind is not known");
      assertThatThrownBy(
              () ->
                  region.call(
                      "{\"operation\":\"report\",\"mode\":\"unplanned\",\"takenAt\":\"noon\","
                          + "\"replay\":7}"))
          .hasMessage(
              "report was refused: takenAt must be a time like 2026-01-31T12:00:00.000Z, got"
                  + " 'noon'; replay must be an object, got '7'");
    }

    private Map<String, Object> report(String mode, String startedBy, int blocked) {
      return region.call(event(mode, startedBy, blocked), NOW);
    }

    private String event(String mode, String startedBy, int blocked) {
      Map<String, Object> replay = new LinkedHashMap<>();
      replay.put("complete", true);
      replay.put("entries", 9);
      replay.put("applied", 3);
      replay.put("present", 4);
      replay.put("superseded", 1);
      replay.put("blocked", blocked);
      replay.put("blockedSlots", blocked == 0 ? List.of() : List.of("group/p1/2"));
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("operation", "report");
      event.put("mode", mode);
      event.put("startedBy", startedBy);
      event.put("unhealthySince", "2026-11-22T10:00:00.000Z");
      event.put("takenAt", "2026-11-22T10:00:40.000Z");
      event.put(
          "promotion",
          Map.of("lossWindowMillis", 1200, "completeUntil", "2026-11-22T10:00:01.500Z"));
      event.put("replay", replay);
      return Json.write(event);
    }
  }
}
