package io.github.paymentdr.runtime.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.lease.Lease.State;
import io.github.paymentdr.runtime.testing.ControlLink;
import io.github.paymentdr.runtime.testing.ControlTables;
import io.github.paymentdr.runtime.testing.Disturbance;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

final class DynamoDbLeaseTest {
  private final ControlTables table = ControlTables.create();
  private final ControlLink link = table.link("us-east-1");
  private final DynamoDbLease lease = new DynamoDbLease(link.patientClient(), table.name());

  @AfterEach
  void close() {
    table.close();
  }

  @Test
  void readsExactlyTheLeaseStronglyConsistent() {
    AtomicReference<String> request = new AtomicReference<>("");
    link.next(
        "GetItem",
        call -> {
          request.set(call.body());
          return Optional.of(call.carryOut());
        });
    table.putLease("us-west-2", 7, State.ACTIVATING);

    assertThat(lease.read()).isEqualTo(new Lease("us-west-2", 7, State.ACTIVATING));
    assertThat(request.get())
        .contains("\"ConsistentRead\":true")
        .contains("\"Key\":{\"id\":{\"S\":\"lease\"}}");
    table.putLease("us-east-1", 8, State.ACTIVE);
    assertThat(lease.read()).isEqualTo(new Lease("us-east-1", 8, State.ACTIVE));
  }

  @Test
  void saysThatThereIsNoLease() {
    assertThatThrownBy(lease::read)
        .isInstanceOf(LeaseUnavailableException.class)
        .hasMessage(
            "the control table %s has no lease; deploy the stacks of the pair, which put it there",
            table.name());
  }

  @Test
  void saysWhatIsOdd() {
    odd("activeRegion", null, "activeRegion", "the name of a region, got nothing");
    odd("activeRegion", ControlTables.text(" "), "activeRegion", "the name of a region, got ' '");
    odd("activeRegion", ControlTables.number(1), "activeRegion", "the name of a region, got 1");
    odd("epoch", null, "epoch", "a whole number from 1, got nothing");
    odd("epoch", ControlTables.number(0), "epoch", "a whole number from 1, got 0");
    odd("epoch", AttributeValue.fromN("1.5"), "epoch", "a whole number from 1, got 1.5");
    odd("epoch", ControlTables.text("1"), "epoch", "a whole number from 1, got '1'");
    odd("state", null, "state", "ACTIVE or ACTIVATING, got nothing");
    odd("state", ControlTables.text("active"), "state", "ACTIVE or ACTIVATING, got 'active'");
    odd(
        "state",
        AttributeValue.fromBool(true),
        "state",
        "ACTIVE or ACTIVATING, got a value of type BOOL");
  }

  private void odd(String name, AttributeValue value, String named, String said) {
    Map<String, AttributeValue> item =
        new HashMap<>(
            Map.of(
                "id", ControlTables.text("lease"),
                "activeRegion", ControlTables.text("us-east-1"),
                "epoch", ControlTables.number(1),
                "state", ControlTables.text("ACTIVE")));
    if (value == null) {
      item.remove(name);
    } else {
      item.put(name, value);
    }
    table.put(item);

    assertThatThrownBy(lease::read)
        .isInstanceOf(LeaseUnavailableException.class)
        .hasMessage(
            "%s of the lease in the control table %s must be %s; repair the item, or start the"
                + " failover in the region that shall be active",
            named, table.name(), said);
  }

  @Test
  void asksAgainWhenTheTableIsBusyOrAnAnswerIsLost() {
    table.putLease("us-east-1", 1, State.ACTIVE);
    for (Disturbance disturbance :
        List.of(
            Disturbance.error(400, "ThrottlingException"),
            Disturbance.error(400, "ProvisionedThroughputExceededException"),
            Disturbance.error(400, "ReplicatedWriteConflictException"),
            Disturbance.error(500, "InternalServerError"),
            Disturbance.lost(),
            Disturbance.answerLost())) {
      link.next("GetItem", disturbance);
      assertThat(lease.read().epoch()).isOne();
    }
  }

  @Test
  void saysWhyTheTableDoesNotAnswerAndDoesNotWaitForLong() {
    table.putLease("us-east-1", 1, State.ACTIVE);
    link.always("GetItem", Disturbance.error(400, "AccessDeniedException"));
    assertThatThrownBy(lease::read)
        .isInstanceOf(LeaseUnavailableException.class)
        .hasMessage(
            "the lease in the control table %s could not be read: AccessDeniedException (played);"
                + " allow it to the function's role",
            table.name());

    link.cut();
    assertThatThrownBy(lease::read)
        .isInstanceOf(LeaseUnavailableException.class)
        .hasMessageStartingWith("the lease in the control table " + table.name());

    link.always("GetItem", Disturbance.hangs());
    DynamoDbLease ofProduction = new DynamoDbLease(link.client(), table.name());
    long begin = System.nanoTime();
    assertThatThrownBy(ofProduction::read).isInstanceOf(LeaseUnavailableException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
    link.heal();
    assertThat(lease.read().epoch()).isOne();
  }

  @Test
  void aGuardWhoseTableHangsRefusesWithinItsLeaseTime() {
    table.putLease("us-east-1", 1, State.ACTIVE);
    AtomicReference<DynamoDbLease> reader = new AtomicReference<>(lease);
    RegionGuard guard =
        new RegionGuard("us-east-1", () -> reader.get().read(), Duration.ofSeconds(5));
    Permit permit = guard.admit();
    link.always("GetItem", Disturbance.answerHangs());
    reader.set(new DynamoDbLease(link.client(), table.name()));

    assertThatThrownBy(() -> guard.confirm(permit)).isInstanceOf(LeaseUnavailableException.class);
    link.heal();
    reader.set(lease);
    guard.confirm(permit);
  }

  @Test
  void timesHaveMillisecondsAlways() {
    assertThat(ControlTable.time(Instant.parse("2026-11-22T10:00:00Z")))
        .isEqualTo("2026-11-22T10:00:00.000Z");
    assertThat(ControlTable.time(Instant.parse("2026-11-22T10:00:00.123999Z")))
        .isEqualTo("2026-11-22T10:00:00.123Z");
  }
}
