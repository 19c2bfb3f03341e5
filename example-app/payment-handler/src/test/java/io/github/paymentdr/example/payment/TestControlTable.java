package io.github.paymentdr.example.payment;

import com.amazonaws.services.dynamodbv2.local.embedded.DynamoDBEmbedded;
import io.github.paymentdr.runtime.journal.DynamoDbJournal;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.Lease;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** A control table in DynamoDB Local, called without a network; us-east-1 is active at first. */
final class TestControlTable {
  static final String EAST = "us-east-1";
  static final String WEST = "us-west-2";

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final String name = "control-" + COUNTER.incrementAndGet();
  private final DynamoDbClient client;

  private TestControlTable(DynamoDbClient client) {
    this.client = client;
    client.createTable(
        table ->
            table
                .tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(
                    KeySchemaElement.builder()
                        .attributeName(ControlTable.ID)
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(
                    AttributeDefinition.builder()
                        .attributeName(ControlTable.ID)
                        .attributeType(ScalarAttributeType.S)
                        .build()));
    putLease(EAST, 1, Lease.State.ACTIVE);
  }

  private static final class Shared {
    static final DynamoDbClient CLIENT = newServer();
    static final TestControlTable TABLE = new TestControlTable(CLIENT);
  }

  /** {@return a client of a DynamoDB Local of its own} */
  static DynamoDbClient newServer() {
    return DynamoDBEmbedded.create().dynamoDbClient();
  }

  /** {@return the table of the tests that do not move the lease} */
  static TestControlTable shared() {
    return Shared.TABLE;
  }

  /** {@return a new table} */
  static TestControlTable create() {
    return new TestControlTable(Shared.CLIENT);
  }

  /** {@return a new table on a server of the test's own} */
  static TestControlTable create(DynamoDbClient client) {
    return new TestControlTable(client);
  }

  DynamoDbClient client() {
    return client;
  }

  String name() {
    return name;
  }

  Lease lease() {
    return new DynamoDbLease(client, name).read();
  }

  void putLease(String activeRegion, long epoch, Lease.State state) {
    client.putItem(
        put ->
            put.tableName(name)
                .item(
                    Map.of(
                        ControlTable.ID, AttributeValue.fromS(ControlTable.LEASE),
                        ControlTable.ACTIVE_REGION, AttributeValue.fromS(activeRegion),
                        ControlTable.EPOCH, AttributeValue.fromN(Long.toString(epoch)),
                        ControlTable.STATE, AttributeValue.fromS(state.name()))));
  }

  List<JournalEntry> journal() {
    return new DynamoDbJournal(client, name).readAll();
  }
}
