package io.github.paymentdr.runtime.testing;

import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.lease.Lease;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * A control table of its own for a test, in a DynamoDB Local that the whole process shares. All
 * regions see the same items at once, as in a table with multi-region strong consistency. Each
 * region has a {@link ControlLink} of its own to it, which can be cut and disturbed:
 *
 * <pre>{@code
 * try (ControlTables table = ControlTables.create()) {
 *   table.putLease("us-east-1", 1, Lease.State.ACTIVE);
 *   table.link("us-east-1").next("PutItem", Disturbance.answerLost());
 *   Journal journal = new DynamoDbJournal(table.link("us-east-1").client(), table.name());
 * }
 * }</pre>
 */
public final class ControlTables implements AutoCloseable {
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final String HOST = "127.0.0.1";

  private final String name = "control-" + COUNTER.incrementAndGet();
  private final Map<String, ControlLink> links = new ConcurrentHashMap<>();

  private ControlTables() {
    client()
        .createTable(
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
  }

  /** {@return a new and empty control table} */
  public static ControlTables create() {
    return new ControlTables();
  }

  /** {@return where DynamoDB Local answers, with nothing in between; for other tables too} */
  public static URI endpoint() {
    return Shared.ENDPOINT;
  }

  /** {@return a client with nothing in between and much patience, for what a test arranges} */
  public DynamoDbClient client() {
    return Shared.CLIENT;
  }

  /** {@return the name of the table} */
  public String name() {
    return name;
  }

  /** {@return how a region reaches the table; the same link each time} */
  public ControlLink link(String region) {
    return links.computeIfAbsent(region, ControlLink::new);
  }

  /** Makes the lease what the test wants it to be. */
  public void putLease(String activeRegion, long epoch, Lease.State state) {
    put(
        Map.of(
            ControlTable.ID, text(ControlTable.LEASE),
            ControlTable.ACTIVE_REGION, text(activeRegion),
            ControlTable.EPOCH, number(epoch),
            ControlTable.STATE, text(state.name()),
            ControlTable.COOL_DOWN_UNTIL, text("2026-01-01T00:00:00.000Z")));
  }

  /** Puts an item, whatever was there. */
  public void put(Map<String, AttributeValue> item) {
    client().putItem(put -> put.tableName(name).item(item));
  }

  /** Removes an item, if it is there. */
  public void remove(String id) {
    client().deleteItem(delete -> delete.tableName(name).key(Map.of(ControlTable.ID, text(id))));
  }

  /** {@return an item, empty when there is none} */
  public Map<String, AttributeValue> item(String id) {
    return client()
        .getItem(
            get -> get.tableName(name).key(Map.of(ControlTable.ID, text(id))).consistentRead(true))
        .item();
  }

  /** {@return all items by id} */
  public Map<String, Map<String, AttributeValue>> items() {
    Map<String, Map<String, AttributeValue>> items = new LinkedHashMap<>();
    client()
        .scanPaginator(scan -> scan.tableName(name).consistentRead(true))
        .items()
        .forEach(item -> items.put(item.get(ControlTable.ID).s(), item));
    return items;
  }

  /** {@return an attribute that is a text} */
  public static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }

  /** {@return an attribute that is a number} */
  public static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }

  /** Ends the links, with all that hangs in them, and removes the table. */
  @Override
  public void close() {
    links.values().forEach(ControlLink::close);
    client().deleteTable(delete -> delete.tableName(name));
  }

  static AwsClients clients(URI endpoint) {
    return new AwsClients(
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAEXAMPLE", "example")),
        Optional.of(endpoint));
  }

  private static final class Shared {
    static final URI ENDPOINT = start();
    static final DynamoDbClient CLIENT =
        clients(ENDPOINT).client(DynamoDbClient.builder(), "us-east-1", Patience.CHANGE);

    private static URI start() {
      int port = freePort();
      try {
        ServerRunner.createServerFromCommandLineArgs(
                new String[] {
                  "-inMemory", "-sharedDb", "-disableTelemetry", "-port", String.valueOf(port)
                })
            .start();
      } catch (Exception e) {
        throw new IllegalStateException("DynamoDB Local did not start", e);
      }
      return URI.create("http://" + HOST + ":" + port);
    }

    private static int freePort() {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        throw new IllegalStateException("no port is free", e);
      }
    }
  }
}
