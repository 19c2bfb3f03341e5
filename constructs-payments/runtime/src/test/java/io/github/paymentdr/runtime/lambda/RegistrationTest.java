package io.github.paymentdr.runtime.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Action;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.replication.ControlException;
import io.github.paymentdr.runtime.replication.RefusedException;
import io.github.paymentdr.runtime.testing.ControlTableBehindAws;
import io.github.paymentdr.runtime.testing.FunctionUrlStub;
import io.github.paymentdr.runtime.traffic.KeyValueStoreStub;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Registration and traffic")
@Timeout(120)
class RegistrationTest {
  private static final String OPEN = "{\"operation\":\"openTraffic\",\"epoch\":%s}";
  private static final List<String> TABLE_ACTIONS =
      List.of("GetItem", "PutItem", "UpdateItem", "DeleteItem");

  private final AwsStub aws = AwsStub.start();
  private final ControlTableBehindAws table = ControlTableBehindAws.create().behind(aws);
  private KeyValueStoreStub store = KeyValueStoreStub.behind(aws);
  private final FunctionUrlStub eastUrl = FunctionUrlStub.start("us-east-1");
  private final FunctionUrlStub westUrl = FunctionUrlStub.start("us-west-2");
  private final FailoverRegion east = region("us-east-1", "us-west-2", eastUrl);
  private final FailoverRegion west = region("us-west-2", "us-east-1", westUrl);

  @AfterEach
  void stop() {
    aws.close();
    eastUrl.close();
    westUrl.close();
  }

  private FailoverRegion region(String name, String peer, FunctionUrlStub url) {
    return new FailoverRegion(aws, table, name, peer, url);
  }

  private void startAgain() {
    for (String id : List.of("lease", "endpoint", "region/us-east-1", "region/us-west-2")) {
      table.remove(id);
    }
    table.behind(aws);
    store = KeyValueStoreStub.behind(aws);
  }

  private void registerBoth() {
    east.registerWithEndpoint();
    west.register();
  }

  private void assertRegistered(String active) {
    assertThat(table.get("region/us-east-1")).isEqualTo(Map.of("functionUrl", eastUrl.url()));
    assertThat(table.get("region/us-west-2")).isEqualTo(Map.of("functionUrl", westUrl.url()));
    assertThat(table.get("endpoint"))
        .isEqualTo(
            Map.of("keyValueStoreArn", KeyValueStoreStub.ARN, "url", "https://pay.example.com"));
    assertThat(store.content())
        .containsEntry("origin.us-east-1", "localhost")
        .containsEntry("origin.us-west-2", "localhost")
        .containsEntry("active", active);
  }

  @Nested
  class Registers {
    @Test
    void aPair() {
      assertThat(east.registerWithEndpoint())
          .isEqualTo(Map.of("PhysicalResourceId", "registration", "Data", Map.of()));
      west.register();
      assertRegistered("us-east-1");
      assertThat(table.get("lease"))
          .containsEntry("activeRegion", "us-east-1")
          .containsEntry("epoch", "1")
          .containsEntry("state", "ACTIVE")
          .hasEntrySatisfying(
              "coolDownUntil",
              text ->
                  assertThat(text).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"));
    }

    @Test
    void aPairWhoseStandbyComesFirst() {
      west.register();
      assertThat(table.get("lease")).containsEntry("activeRegion", "us-east-1");
      assertThat(table.get("endpoint")).isEmpty();
      assertThat(aws.actions()).doesNotContain("GET", "POST");
      east.registerWithEndpoint();
      assertRegistered("us-east-1");
    }

    @Test
    void aPairWithoutAnEndpoint() {
      east.register();
      west.register();
      assertThat(table.get("endpoint")).isEmpty();
      assertThat(store.content()).isEmpty();
      assertThat(west.call(String.format(OPEN, 1)))
          .isEqualTo(Map.of("endpoint", false, "moved", false));
    }

    @Test
    void againWithoutChangingAnything() {
      registerBoth();
      Map<String, String> lease = table.get("lease");
      int writes = store.writes().size();
      registerBoth();
      assertRegistered("us-east-1");
      assertThat(table.get("lease")).isEqualTo(lease);
      assertThat(store.writes()).hasSize(writes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ACTIVE", "ACTIVATING"})
    void aStandbyAgainWhileThePrimaryIsLost(String state) {
      registerBoth();
      table.lease("us-west-2", 7, state);
      Map<String, String> lease = table.get("lease");
      eastUrl.close();
      west.register();
      assertThat(table.get("lease")).isEqualTo(lease);
      assertThat(store.content()).containsEntry("active", "us-east-1");
    }

    @Test
    void anEndpointThatIsNewAfterAFailover() {
      east.register();
      west.register();
      table.lease("us-west-2", 7, "ACTIVE");
      east.registerWithEndpoint();
      assertThat(store.content()).containsEntry("active", "us-west-2");
    }

    @Test
    void thatTheEndpointWasRemoved() {
      registerBoth();
      String update =
          east.registration("Update", false)
              .replace(
                  "\"RequestType\"",
                  "\"OldResourceProperties\":{\"KeyValueStoreArn\":\""
                      + KeyValueStoreStub.ARN
                      + "\"},\"RequestType\"");
      east.call(update);
      assertThat(table.get("endpoint")).isEmpty();
    }

    @Test
    void nothingWithoutAFunction() {
      assertThatThrownBy(() -> east.call("{\"RequestType\":\"Create\",\"ResourceProperties\":{}}"))
          .hasMessageContaining("the property FunctionUrl must be a text");
    }
  }

  @Nested
  class Unregisters {
    @Test
    void oneRegionOfTwo() {
      registerBoth();
      table.lease("us-west-2", 7, "ACTIVE");
      west.delete(false);
      assertThat(table.get("region/us-west-2")).isEmpty();
      assertThat(table.get("region/us-east-1")).isNotEmpty();
      assertThat(table.get("lease")).containsEntry("epoch", "7");
      assertThat(store.content()).doesNotContainKey("origin.us-west-2");
      assertThat(table.get("endpoint")).isNotEmpty();
      assertThat(west.delete(false)).containsEntry("PhysicalResourceId", "registration");
    }

    @Test
    void theLastRegionButNeverTheLeaseWhoseEpochsMustGoOn() {
      registerBoth();
      west.delete(false);
      east.delete(true);
      for (String id : List.of("endpoint", "region/us-east-1", "region/us-west-2")) {
        assertThat(table.get(id)).isEmpty();
      }
      assertThat(table.get("lease")).containsEntry("activeRegion", "us-east-1");
    }

    @Test
    void whatIsGoneAlready() {
      registerBoth();
      store.vanish();
      west.delete(false);
      assertThat(table.get("region/us-west-2")).isEmpty();
      table.client().deleteTable(delete -> delete.tableName(table.name()));
      east.delete(true);
      assertThat(east.log()).contains("the control table is gone");
    }

    @Test
    void thoughTheStoreRefuses() {
      registerBoth();
      aws.on("GET", request -> new Response(403, "application/json", request.body()));
      west.delete(false);
      assertThat(table.get("region/us-west-2")).isEmpty();
      assertThat(west.log()).contains("stays in the key value store");
    }
  }

  @Nested
  class OpensTraffic {
    @Test
    void toTheRegionThatIsActive() {
      registerBoth();
      table.lease("us-west-2", 2, "ACTIVE");
      assertThat(west.call(String.format(OPEN, 2)))
          .isEqualTo(Map.of("endpoint", true, "moved", true));
      assertThat(store.content()).containsEntry("active", "us-west-2");
      int writes = store.writes().size();
      assertThat(west.call(String.format(OPEN, 2)))
          .isEqualTo(Map.of("endpoint", true, "moved", false));
      assertThat(store.writes()).hasSize(writes);
    }

    @ParameterizedTest
    @CsvSource({"us-west-2, 2, ACTIVATING", "us-west-2, 3, ACTIVE", "us-east-1, 2, ACTIVE"})
    void toNoOther(String active, long epoch, String state) {
      registerBoth();
      table.lease(active, epoch, state);
      assertThatThrownBy(() -> west.call(String.format(OPEN, 2)))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "openTraffic was refused: the lease says "
                  + active
                  + ", epoch "
                  + epoch
                  + ", "
                  + state
                  + "; callers are led to us-west-2 only while it is ACTIVE in epoch 2");
      assertThat(store.content()).containsEntry("active", "us-east-1");
    }

    @Test
    void onlyInAnEpoch() {
      assertThatThrownBy(() -> west.call(String.format(OPEN, "\"2\"")))
          .hasMessage(
              "openTraffic was refused: epoch must be a whole number of at least 1, got '2'");
    }

    @Test
    void afterOthersHaveChangedTheStore() {
      registerBoth();
      table.lease("us-west-2", 2, "ACTIVE");
      store.beforeNextWrite(
          () -> {
            store.with("origin.us-east-1", "another");
            store.beforeNextWrite(() -> store.with("origin.us-east-1", "a third"));
          });
      assertThat(west.call(String.format(OPEN, 2))).containsEntry("moved", true);
      assertThat(store.content())
          .containsEntry("active", "us-west-2")
          .containsEntry("origin.us-east-1", "a third");
    }

    @Test
    void notForEver() {
      registerBoth();
      table.lease("us-west-2", 2, "ACTIVE");
      aws.on(
          "POST",
          request ->
              new Response(
                  412, "application/json", request.body(), Map.of("x-amzn-ErrorType", "Other")));
      assertThatThrownBy(() -> west.call(String.format(OPEN, 2)))
          .isInstanceOf(ControlException.class)
          .hasMessageContaining("was not changed");
      assertThat(aws.actions()).filteredOn("POST"::equals).hasSize(2 + 6);
      assertThat(west.waited()).hasSize(5).isSorted();
    }

    /** Each of them is stopped for any time between what it read and its write. */
    @ParameterizedTest
    @ValueSource(strings = {"us-east-1", "us-west-2"})
    void soThatTheNewerEpochWinsHoweverLateTheOlderIs(String before) {
      registerBoth();
      store.with("active", before);
      table.lease("us-east-1", 2, "ACTIVE");
      store.beforeNextWrite(
          () -> {
            table.lease("us-west-2", 3, "ACTIVE");
            west.call(String.format(OPEN, 3));
          });
      assertThatThrownBy(() -> east.call(String.format(OPEN, 2)))
          .isInstanceOf(RefusedException.class);
      assertThat(store.content()).containsEntry("active", "us-west-2").containsEntry("epoch", "3");
    }

    @Test
    void soThatTheNewerEpochWinsThoughTheOlderWritesFirst() {
      registerBoth();
      table.lease("us-east-1", 2, "ACTIVE");
      store.beforeNextWrite(() -> table.lease("us-west-2", 3, "ACTIVE"));
      east.call(String.format(OPEN, 2));
      assertThat(store.content()).containsEntry("epoch", "2");
      assertThat(west.call(String.format(OPEN, 3))).containsEntry("moved", true);
      assertThatThrownBy(() -> east.call(String.format(OPEN, 2)))
          .isInstanceOf(RefusedException.class);
      assertThat(store.content()).containsEntry("active", "us-west-2").containsEntry("epoch", "3");
    }

    @Test
    void soThatTheNewerEpochWinsThoughTheOlderComesBetweenItsReadingAndItsWriting() {
      registerBoth();
      table.lease("us-east-1", 2, "ACTIVE");
      // East has read, and waits; west reads, and waits; east writes; west writes.
      store.beforeNextWrite(
          () -> {
            table.lease("us-west-2", 3, "ACTIVE");
            store.beforeNextWrite(() -> store.with("active", "us-east-1").with("epoch", "2"));
            west.call(String.format(OPEN, 3));
          });
      assertThatThrownBy(() -> east.call(String.format(OPEN, 2)))
          .isInstanceOf(RefusedException.class);
      assertThat(store.content()).containsEntry("active", "us-west-2").containsEntry("epoch", "3");
    }
  }

  /** The function is ended at each of its calls, before it or after it, and called again. */
  @Nested
  class IsEndedAnywhere {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItRegisters(boolean isDone) {
      assertSurvives(
          isDone,
          () -> west.register(),
          () -> east.registerWithEndpoint(),
          () -> assertRegistered("us-east-1"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItOpensTraffic(boolean isDone) {
      assertSurvives(
          isDone,
          () -> {
            registerBoth();
            table.lease("us-west-2", 2, "ACTIVE");
          },
          () -> west.call(String.format(OPEN, 2)),
          () -> assertRegistered("us-west-2"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItUnregisters(boolean isDone) {
      assertSurvives(
          isDone,
          RegistrationTest.this::registerBoth,
          () -> west.delete(false),
          () -> {
            assertThat(table.get("region/us-west-2")).isEmpty();
            assertThat(store.content()).doesNotContainKey("origin.us-west-2");
            assertThat(table.get("lease")).containsEntry("activeRegion", "us-east-1");
          });
    }

    private void assertSurvives(boolean isDone, Runnable before, Runnable call, Runnable after) {
      int crashes = 0;
      for (int at = 1; ; at++) {
        startAgain();
        before.run();
        AtomicInteger left = new AtomicInteger(at);
        endAt(left, isDone);
        try {
          call.run();
        } catch (RuntimeException e) {
          crashes++;
        }
        if (left.get() > 0) {
          break;
        }
        left.set(Integer.MAX_VALUE);
        call.run();
        after.run();
      }
      after.run();
      assertThat(crashes).isGreaterThanOrEqualTo(4);
    }

    /** From that call on nothing gets through any more. */
    private void endAt(AtomicInteger left, boolean isDone) {
      UnaryOperator<Action> ending =
          action ->
              request -> {
                int now = left.decrementAndGet();
                if (now > 0) {
                  return action.answer(request);
                }
                if (now == 0 && isDone) {
                  action.answer(request);
                }
                return Response.jsonError(400, "AccessDeniedException", "the function has ended");
              };
      Consumer<String> wrap = name -> aws.on(name, ending.apply(aws.action(name)));
      TABLE_ACTIONS.forEach(name -> wrap.accept("DynamoDB_20120810." + name));
      wrap.accept("GET");
      wrap.accept("POST");
    }
  }
}
