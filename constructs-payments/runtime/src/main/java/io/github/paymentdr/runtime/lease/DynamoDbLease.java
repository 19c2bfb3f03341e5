package io.github.paymentdr.runtime.lease;

import static java.util.Objects.requireNonNull;

import io.github.paymentdr.runtime.aws.AwsFailures;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The lease in the control table. */
public final class DynamoDbLease implements LeaseReader {
  private static final Map<String, AttributeValue> KEY =
      Map.of(ControlTable.ID, AttributeValue.fromS(ControlTable.LEASE));

  private final DynamoDbClient client;
  private final String table;

  /**
   * Makes a reader.
   *
   * @param client a client of this region with short time limits
   * @param table the control table
   */
  public DynamoDbLease(DynamoDbClient client, String table) {
    this.client = requireNonNull(client);
    this.table = requireNonNull(table);
  }

  @Override
  public Lease read() {
    Map<String, AttributeValue> item = item();
    if (item.isEmpty()) {
      throw new LeaseUnavailableException(
          "the control table "
              + table
              + " has no lease; deploy the stacks of the pair, which put it there",
          null);
    }
    return new Lease(region(item), epoch(item), state(item));
  }

  private Map<String, AttributeValue> item() {
    try {
      return client.getItem(get -> get.tableName(table).key(KEY).consistentRead(true)).item();
    } catch (SdkException e) {
      throw new LeaseUnavailableException(
          "the lease in the control table "
              + table
              + " could not be read: "
              + AwsFailures.reason(e),
          e);
    }
  }

  private String region(Map<String, AttributeValue> item) {
    String region = text(item, ControlTable.ACTIVE_REGION);
    if (region.isBlank()) {
      throw odd(ControlTable.ACTIVE_REGION, item, "the name of a region");
    }
    return region;
  }

  private long epoch(Map<String, AttributeValue> item) {
    AttributeValue value = item.get(ControlTable.EPOCH);
    try {
      long epoch = value == null || value.n() == null ? 0 : Long.parseLong(value.n());
      if (epoch > 0) {
        return epoch;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw odd(ControlTable.EPOCH, item, "a whole number from 1");
  }

  private Lease.State state(Map<String, AttributeValue> item) {
    String name = text(item, ControlTable.STATE);
    for (Lease.State state : Lease.State.values()) {
      if (state.name().equals(name)) {
        return state;
      }
    }
    throw odd(ControlTable.STATE, item, "ACTIVE or ACTIVATING");
  }

  private static String text(Map<String, AttributeValue> item, String name) {
    AttributeValue value = item.get(name);
    return value == null || value.s() == null ? "" : value.s();
  }

  private LeaseUnavailableException odd(
      String name, Map<String, AttributeValue> item, String allowed) {
    AttributeValue value = item.get(name);
    return new LeaseUnavailableException(
        name
            + " of the lease in the control table "
            + table
            + " must be "
            + allowed
            + ", got "
            + (value == null ? "nothing" : shown(value))
            + "; repair the item, or start the failover in the region that shall be active",
        null);
  }

  private static String shown(AttributeValue value) {
    if (value.s() != null) {
      return "'" + value.s() + "'";
    }
    return value.n() != null ? value.n() : "a value of type " + value.type();
  }
}
