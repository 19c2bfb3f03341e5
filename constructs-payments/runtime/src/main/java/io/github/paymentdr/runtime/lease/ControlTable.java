package io.github.paymentdr.runtime.lease;

import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The names of the items and attributes of the control table, and how it is called. Nothing else in
 * the runtime spells them.
 */
public final class ControlTable {
  /** The partition key of every item. */
  public static final String ID = "id";

  /** The item of the lease. */
  public static final String LEASE = "lease";

  /** How the ids of the journal's entries begin. */
  public static final String JOURNAL = "journal/";

  /** How the ids of what a region's replay has reached begin. */
  public static final String REPLAY = "replay/";

  /** How the ids of the regions' own items begin. */
  public static final String REGION = "region/";

  /** How the ids of what the probes remember begin. */
  public static final String PROBE = "probe/";

  /** The item of the endpoint. */
  public static final String ENDPOINT = "endpoint";

  /** Of the lease: the region that has it. */
  public static final String ACTIVE_REGION = "activeRegion";

  /** Of the lease, of journal entries and of a replay: the epoch, a number from 1. */
  public static final String EPOCH = "epoch";

  /** Of the lease: the name of a {@link Lease.State}. */
  public static final String STATE = "state";

  /** Of the lease: the region that had it before. */
  public static final String PREVIOUS_REGION = "previousRegion";

  /** Of the lease: the mode of the last activation. */
  public static final String MODE = "mode";

  /** Of the lease: who started the last activation. */
  public static final String STARTED_BY = "startedBy";

  /** Of the lease: the ARN of the execution that took it. */
  public static final String EXECUTION = "execution";

  /** Of the lease and of what a probe remembers: since when the other region was not healthy. */
  public static final String UNHEALTHY_SINCE = "unhealthySince";

  /** Of the lease: when it was taken. */
  public static final String TAKEN_AT = "takenAt";

  /** Of the lease: when its region began to accept. */
  public static final String OPENED_AT = "openedAt";

  /** Of the lease: before when no alarm moves it. */
  public static final String COOL_DOWN_UNTIL = "coolDownUntil";

  /** Of the lease: the same as it was before the lease was taken, for when it is handed back. */
  public static final String EARLIER_COOL_DOWN_UNTIL = "earlierCoolDownUntil";

  /** Of the lease: the step of the activation that failed. */
  public static final String FAILED_STEP = "failedStep";

  /** Of the lease: when a step of the activation failed. */
  public static final String FAILED_AT = "failedAt";

  /** Of the lease: how long the last recovery took, in seconds. */
  public static final String RECOVERY_SECONDS = "recoverySeconds";

  /** Of a region's own item: the URL of its payment function. */
  public static final String FUNCTION_URL = "functionUrl";

  /** Of the endpoint: the ARN of its key value store. */
  public static final String KEY_VALUE_STORE_ARN = "keyValueStoreArn";

  /** Of the endpoint: its URL. */
  public static final String URL = "url";

  /** Of a journal entry: what it belongs to. */
  public static final String GROUP = "group";

  /** Of a journal entry: its place in its group, a number from 1. */
  public static final String SEQUENCE = "sequence";

  /** Of a journal entry: the attempt to accept it. */
  public static final String ATTEMPT = "attempt";

  /** Of a journal entry: the region that accepted it. */
  public static final String ACCEPTED_IN = "region";

  /** Of a journal entry: all that is needed to write it to a database again. */
  public static final String CONTENT = "content";

  /** Of a journal entry and of what a replay has reached: when it was written. */
  public static final String WRITTEN_AT = "writtenAt";

  /** Of a journal entry that a replay could not write: true, so that nothing else removes it. */
  public static final String BLOCKED = "blocked";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private ControlTable() {}

  /**
   * Writes a time as the table's items have it.
   *
   * @param time the time
   * @return the time with milliseconds, in UTC, always as long
   */
  public static String time(Instant time) {
    return TIME.format(time);
  }

  /**
   * Makes a client for what a caller waits for: it gives up soon, so that the caller gets an
   * answer, and before a reading of the lease is of no use any more.
   *
   * @param clients how AWS is called
   * @param region the region whose replica is called
   * @return the client
   */
  public static DynamoDbClient client(AwsClients clients, String region) {
    return clients.client(DynamoDbClient.builder(), region, Patience.CONTROL_TABLE);
  }
}
