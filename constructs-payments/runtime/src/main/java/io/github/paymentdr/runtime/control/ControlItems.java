package io.github.paymentdr.runtime.control;

import io.github.paymentdr.runtime.aws.AwsFailures;
import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.replication.ControlException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReplicatedWriteConflictException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * The items of the control table. All readings are strong. All writes can be repeated, and those
 * that could undo what somebody else has written are conditional.
 */
public final class ControlItems {
  private static final int ATTEMPTS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  private final DynamoDbClient client;
  private final String table;
  private final Consumer<Duration> pause;

  /**
   * Makes the items of a table.
   *
   * @param client a client of this region
   * @param table the name of the table
   * @param pause waits before a write is tried again
   */
  public ControlItems(DynamoDbClient client, String table, Consumer<Duration> pause) {
    this.client = client;
    this.table = table;
    this.pause = pause;
  }

  /**
   * Reads the lease.
   *
   * @return the lease; empty if there is none yet
   * @throws ControlException if it cannot be read, or is none that this code knows
   */
  public Optional<LeaseItem> lease() {
    return read(ControlTable.LEASE).map(ControlItems::leaseOf);
  }

  /**
   * Reads where a region's payment function is.
   *
   * @param region the region
   * @return the URL; empty if the region has not registered
   * @throws ControlException if it cannot be read
   */
  public Optional<String> functionUrl(String region) {
    return read(ControlTable.REGION + region)
        .flatMap(item -> text(item, ControlTable.FUNCTION_URL));
  }

  /**
   * Reads which endpoint there is.
   *
   * @return the endpoint; empty if there is none
   * @throws ControlException if it cannot be read
   */
  public Optional<EndpointItem> endpoint() {
    return read(ControlTable.ENDPOINT)
        .flatMap(
            item ->
                text(item, ControlTable.KEY_VALUE_STORE_ARN)
                    .map(arn -> new EndpointItem(arn, text(item, ControlTable.URL).orElse(""))));
  }

  /**
   * Reads since when a region's probe has found the other region not healthy.
   *
   * @param region the region of the probe
   * @return when that began; empty if the other region was healthy when last seen
   * @throws ControlException if it cannot be read
   */
  public Optional<Instant> unhealthySince(String region) {
    return read(ControlTable.PROBE + region)
        .flatMap(item -> time(item, ControlTable.UNHEALTHY_SINCE));
  }

  /**
   * Remembers that the other region is not healthy, unless that is remembered already.
   *
   * @param region the region of the probe
   * @param since when that began
   * @return whether it was not remembered before
   * @throws ControlException if it cannot be written
   */
  public boolean beginUnhealthy(String region, Instant since) {
    Map<String, AttributeValue> item = item(ControlTable.PROBE + region);
    item.put(ControlTable.UNHEALTHY_SINCE, value(ControlTable.time(since)));
    return write(
        () ->
            client.putItem(
                put ->
                    put.tableName(table)
                        .item(item)
                        .conditionExpression("attribute_not_exists(#since)")
                        .expressionAttributeNames(Map.of("#since", ControlTable.UNHEALTHY_SINCE))));
  }

  /**
   * Forgets that the other region was not healthy, unless something newer is remembered.
   *
   * @param region the region of the probe
   * @param since when that had begun
   * @return whether it was remembered so
   * @throws ControlException if it cannot be written
   */
  public boolean endUnhealthy(String region, Instant since) {
    return write(
        () ->
            client.deleteItem(
                delete ->
                    delete
                        .tableName(table)
                        .key(item(ControlTable.PROBE + region))
                        .conditionExpression("#since = :since")
                        .expressionAttributeNames(Map.of("#since", ControlTable.UNHEALTHY_SINCE))
                        .expressionAttributeValues(
                            Map.of(":since", value(ControlTable.time(since))))));
  }

  /**
   * Makes the lease, if there is none. One that is there is never changed.
   *
   * @param region the region that gets it
   * @param now the time
   * @return whether there was none
   * @throws ControlException if it cannot be written
   */
  public boolean createLease(String region, Instant now) {
    Map<String, AttributeValue> item = item(ControlTable.LEASE);
    item.put(ControlTable.ACTIVE_REGION, value(region));
    item.put(ControlTable.EPOCH, value(1));
    item.put(ControlTable.STATE, value(Lease.State.ACTIVE.name()));
    item.put(ControlTable.COOL_DOWN_UNTIL, value(ControlTable.time(now)));
    return write(
        () ->
            client.putItem(
                put ->
                    put.tableName(table)
                        .item(item)
                        .conditionExpression("attribute_not_exists(#id)")
                        .expressionAttributeNames(Map.of("#id", ControlTable.ID))));
  }

  /**
   * Writes down how long a recovery took.
   *
   * @param lease the lease that the region has; one of another epoch is not changed
   * @param seconds how long
   * @return whether the region still had that lease
   * @throws ControlException if it cannot be written
   */
  public boolean recordRecovery(Lease lease, long seconds) {
    return write(
        () ->
            client.updateItem(
                update ->
                    update
                        .tableName(table)
                        .key(item(ControlTable.LEASE))
                        .updateExpression("SET #seconds = :seconds REMOVE #failedStep, #failedAt")
                        .conditionExpression("#region = :region AND #epoch = :epoch")
                        .expressionAttributeNames(
                            Map.of(
                                "#seconds",
                                ControlTable.RECOVERY_SECONDS,
                                "#failedStep",
                                ControlTable.FAILED_STEP,
                                "#failedAt",
                                ControlTable.FAILED_AT,
                                "#region",
                                ControlTable.ACTIVE_REGION,
                                "#epoch",
                                ControlTable.EPOCH))
                        .expressionAttributeValues(
                            Map.of(
                                ":seconds",
                                value(seconds),
                                ":region",
                                value(lease.activeRegion()),
                                ":epoch",
                                value(lease.epoch())))));
  }

  /**
   * Writes down where a region's payment function is.
   *
   * @param region the region
   * @param functionUrl the URL
   * @throws ControlException if it cannot be written
   */
  public void putRegion(String region, String functionUrl) {
    Map<String, AttributeValue> item = item(ControlTable.REGION + region);
    item.put(ControlTable.FUNCTION_URL, value(functionUrl));
    write(() -> client.putItem(put -> put.tableName(table).item(item)));
  }

  /**
   * Forgets a region.
   *
   * @param region the region
   * @throws ControlException if it cannot be written
   */
  public void removeRegion(String region) {
    write(
        () ->
            client.deleteItem(
                delete -> delete.tableName(table).key(item(ControlTable.REGION + region))));
  }

  /**
   * Writes down which endpoint there is.
   *
   * @param endpoint the endpoint
   * @throws ControlException if it cannot be written
   */
  public void putEndpoint(EndpointItem endpoint) {
    Map<String, AttributeValue> item = item(ControlTable.ENDPOINT);
    item.put(ControlTable.KEY_VALUE_STORE_ARN, value(endpoint.keyValueStoreArn()));
    item.put(ControlTable.URL, value(endpoint.url()));
    write(() -> client.putItem(put -> put.tableName(table).item(item)));
  }

  /**
   * Forgets an endpoint, unless another one has taken its place.
   *
   * @param keyValueStoreArn its store
   * @throws ControlException if it cannot be written
   */
  public void removeEndpoint(String keyValueStoreArn) {
    write(
        () ->
            client.deleteItem(
                delete ->
                    delete
                        .tableName(table)
                        .key(item(ControlTable.ENDPOINT))
                        .conditionExpression("#store = :store")
                        .expressionAttributeNames(
                            Map.of("#store", ControlTable.KEY_VALUE_STORE_ARN))
                        .expressionAttributeValues(Map.of(":store", value(keyValueStoreArn)))));
  }

  /**
   * Says whether a call failed because there is no control table.
   *
   * @param failure what a method of this class has thrown
   * @return whether the table is gone
   */
  public static boolean isTableGone(ControlException failure) {
    return failure.getCause() instanceof ResourceNotFoundException;
  }

  private Optional<Map<String, AttributeValue>> read(String id) {
    try {
      Map<String, AttributeValue> item =
          client.getItem(get -> get.tableName(table).key(item(id)).consistentRead(true)).item();
      return item.isEmpty() ? Optional.empty() : Optional.of(item);
    } catch (SdkException e) {
      throw AwsFailures.of("the item " + id + " of the table " + table + " could not be read", e);
    }
  }

  /** Says false where a condition was not met. The other region's write in between may end. */
  private boolean write(Runnable call) {
    for (int attempt = 1; ; attempt++) {
      try {
        call.run();
        return true;
      } catch (ConditionalCheckFailedException e) {
        return false;
      } catch (ReplicatedWriteConflictException e) {
        if (attempt == ATTEMPTS) {
          throw failed(e);
        }
        pause.accept(FIRST_PAUSE.multipliedBy(1L << (attempt - 1)));
      } catch (SdkException e) {
        throw failed(e);
      }
    }
  }

  private ControlException failed(SdkException failure) {
    return AwsFailures.of("the table " + table + " could not be written", failure);
  }

  private static LeaseItem leaseOf(Map<String, AttributeValue> item) {
    try {
      return new LeaseItem(
          new Lease(
              text(item, ControlTable.ACTIVE_REGION).orElseThrow(ControlItems::unknown),
              number(item, ControlTable.EPOCH).orElseThrow(ControlItems::unknown),
              Lease.State.valueOf(text(item, ControlTable.STATE).orElse(""))),
          time(item, ControlTable.UNHEALTHY_SINCE),
          time(item, ControlTable.TAKEN_AT),
          time(item, ControlTable.OPENED_AT),
          number(item, ControlTable.RECOVERY_SECONDS));
    } catch (IllegalArgumentException e) {
      throw unknown();
    }
  }

  private static ControlException unknown() {
    return new ControlException(
        "the lease has no region, epoch or state that is known; repair the item "
            + ControlTable.LEASE
            + " of the control table");
  }

  private static Optional<String> text(Map<String, AttributeValue> item, String name) {
    return Optional.ofNullable(item.get(name)).map(AttributeValue::s);
  }

  private static Optional<Instant> time(Map<String, AttributeValue> item, String name) {
    return text(item, name).flatMap(Times::parse);
  }

  private static OptionalLong number(Map<String, AttributeValue> item, String name) {
    @Nullable AttributeValue value = item.get(name);
    return value == null || value.n() == null
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(value.n()));
  }

  private static Map<String, AttributeValue> item(String id) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    item.put(ControlTable.ID, value(id));
    return item;
  }

  private static AttributeValue value(String text) {
    return AttributeValue.builder().s(text).build();
  }

  private static AttributeValue value(long number) {
    return AttributeValue.builder().n(Long.toString(number)).build();
  }
}
