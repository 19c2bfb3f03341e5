package io.github.paymentdr.runtime.lease;

import static java.util.Objects.requireNonNull;

import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The lease in the control table. */
@SuppressWarnings("DoNotCallSuggester")
public final class DynamoDbLease implements LeaseReader {
  /**
   * Makes a reader.
   *
   * @param client a client of this region with short time limits
   * @param table the control table
   */
  public DynamoDbLease(DynamoDbClient client, String table) {
    requireNonNull(client);
    requireNonNull(table);
  }

  @Override
  public Lease read() {
    throw new UnsupportedOperationException();
  }
}
