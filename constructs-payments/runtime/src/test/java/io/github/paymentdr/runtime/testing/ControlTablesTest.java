package io.github.paymentdr.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.lease.Lease;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

final class ControlTablesTest {
  private final ControlTables table = ControlTables.create();
  private final ControlLink east = table.link("us-east-1");
  private final ControlLink west = table.link("us-west-2");

  @AfterEach
  void close() {
    table.close();
  }

  @Test
  void bothRegionsSeeWhatEitherHasWritten() {
    put(east, "a");
    put(west, "b");

    assertThat(get(west, "a")).isNotEmpty();
    assertThat(get(east, "b")).isNotEmpty();
    table.putLease("us-west-2", 3, Lease.State.ACTIVE);
    assertThat(table.items()).containsOnlyKeys("a", "b", ControlTable.LEASE);
    table.remove("a");
    assertThat(get(west, "a")).isEmpty();
  }

  @Test
  void oneLinkIsCutAndHeals() {
    east.cut();

    assertThatThrownBy(() -> put(east, "a")).isInstanceOf(SdkException.class);
    put(west, "b");
    assertThat(table.items()).containsOnlyKeys("b");
    east.heal();
    put(east, "a");
    assertThat(table.items()).containsOnlyKeys("a", "b");
  }

  @Test
  void whatIsWrittenStaysWrittenWhenTheAnswerIsLost() {
    east.always("PutItem", Disturbance.answerLost());

    assertThatThrownBy(() -> put(east, "a")).isInstanceOf(SdkException.class);
    assertThat(get(east, "a")).isNotEmpty();
    assertThat(east.count("PutItem")).isGreaterThan(1);
    assertThat(east.count("GetItem")).isOne();
  }

  @Test
  void aCallThatHangsEndsByTheClientsTimeLimit() {
    east.always("PutItem", Disturbance.hangs());
    long begin = System.nanoTime();

    assertThatThrownBy(() -> put(east.client(), "a")).isInstanceOf(SdkException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
    assertThat(table.items()).isEmpty();
  }

  @Test
  void errorsAndEventsArePlayedInTheOrderInWhichTheyAreAdded() {
    east.next("PutItem", Disturbance.error(400, "ResourceNotFoundException"))
        .next("PutItem", Disturbance.answerError(400, "ResourceNotFoundException"))
        .next("PutItem", Disturbance.before(() -> put(west, "before")))
        .next("PutItem", Disturbance.after(() -> put(west, "after")));

    assertThatThrownBy(() -> put(east, "a")).isInstanceOf(DynamoDbException.class);
    assertThat(table.items()).isEmpty();
    assertThatThrownBy(() -> put(east, "a")).isInstanceOf(DynamoDbException.class);
    assertThat(table.items()).containsOnlyKeys("a");
    put(east, "a");
    put(east, "a");
    assertThat(table.items()).containsOnlyKeys("a", "before", "after");
  }

  private void put(ControlLink link, String id) {
    put(link.patientClient(), id);
  }

  private void put(DynamoDbClient client, String id) {
    client.putItem(put -> put.tableName(table.name()).item(Map.of("id", ControlTables.text(id))));
  }

  private Map<String, AttributeValue> get(ControlLink link, String id) {
    return link.patientClient()
        .getItem(get -> get.tableName(table.name()).key(Map.of("id", ControlTables.text(id))))
        .item();
  }
}
