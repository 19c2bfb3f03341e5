package io.github.paymentdr.example.payment;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * The checkouts in the session table. Each write has a condition on the version, so that of two
 * writers who saw the same version one loses. Sessions end by the table's time to live, which may
 * delete hours later: what is past its time counts as gone already.
 *
 * <p>The table is replicated with eventual consistency and therefore never decides about money.
 */
final class Sessions {
  private static final Duration LIFETIME = Duration.ofHours(1);

  private final DynamoDbClient client;
  private final String table;
  private final Clock clock;

  Sessions(DynamoDbClient client, String table, Clock clock) {
    this.client = client;
    this.table = table;
    this.clock = clock;
  }

  /**
   * Finds a session.
   *
   * @param id its id
   * @return the session
   * @throws ProblemException if there is none or it has expired
   */
  Session find(String id) {
    return calling(
        () -> {
          Map<String, AttributeValue> item =
              client.getItem(get -> get.tableName(table).key(key(id)).consistentRead(true)).item();
          return Optional.of(item)
              .filter(attributes -> !attributes.isEmpty())
              .map(Sessions::session)
              .filter(session -> session.expiresAt().isAfter(clock.instant()))
              .orElseThrow(ProblemException::notFound);
        });
  }

  /**
   * Moves a session to a step and prolongs it.
   *
   * @param id the session
   * @param step where to
   * @param version the version that the caller saw, 0 for a new session
   * @return the session as it is now
   * @throws ProblemException if it has another version or is paid
   */
  Session move(String id, Session.Step step, long version) {
    String condition =
        version == 0
            ? "attribute_not_exists(sessionId) or expiresAt <= :now"
            : "version = :seen and expiresAt > :now and step <> :paid";
    Map<String, AttributeValue> values = new LinkedHashMap<>();
    values.put(":now", number(clock.instant().getEpochSecond()));
    values.put(":step", text(step.name()));
    values.put(":version", number(version + 1));
    values.put(":expiresAt", number(expiry()));
    if (version != 0) {
      values.put(":seen", number(version));
      values.put(":paid", text(Session.Step.PAID.name()));
    }
    try {
      return update(
          id,
          "set step = :step, version = :version, expiresAt = :expiresAt remove paymentId",
          condition,
          values);
    } catch (ConditionalCheckFailedException e) {
      throw ProblemException.of(
          ProblemType.STATE_CONFLICT,
          "the session has another version, has expired or is paid; get it again");
    }
  }

  /**
   * Ends a session with a payment. A repeated call with the same payment changes nothing.
   *
   * @param id the session
   * @param paymentId the payment
   * @return whether the session is there and belongs to this payment now
   */
  boolean pay(String id, UUID paymentId) {
    Map<String, AttributeValue> values = new LinkedHashMap<>();
    values.put(":now", number(clock.instant().getEpochSecond()));
    values.put(":step", text(Session.Step.PAID.name()));
    values.put(":one", number(1));
    values.put(":payment", text(paymentId.toString()));
    values.put(":expiresAt", number(expiry()));
    try {
      update(
          id,
          "set step = :step, version = version + :one, paymentId = :payment,"
              + " expiresAt = :expiresAt",
          "expiresAt > :now and attribute_not_exists(paymentId)",
          values);
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    }
  }

  private Session update(
      String id, String update, String condition, Map<String, AttributeValue> values) {
    return calling(
        () ->
            session(
                client
                    .updateItem(
                        request ->
                            request
                                .tableName(table)
                                .key(key(id))
                                .updateExpression(update)
                                .conditionExpression(condition)
                                .expressionAttributeValues(values)
                                .returnValues(ReturnValue.ALL_NEW))
                    .attributes()));
  }

  private interface Call<T> {
    T run();
  }

  private static <T> T calling(Call<T> call) {
    try {
      return call.run();
    } catch (ConditionalCheckFailedException e) {
      throw e;
    } catch (SdkException e) {
      throw ProblemException.retryLater(ProblemType.SESSIONS_UNAVAILABLE, Database.RETRY_AFTER, e);
    }
  }

  private long expiry() {
    return clock.instant().plus(LIFETIME).getEpochSecond();
  }

  private static Session session(Map<String, AttributeValue> item) {
    return new Session(
        attribute(item, "sessionId").s(),
        Session.Step.valueOf(attribute(item, "step").s()),
        Long.parseLong(attribute(item, "version").n()),
        Optional.ofNullable(item.get("paymentId")).map(AttributeValue::s),
        Instant.ofEpochSecond(Long.parseLong(attribute(item, "expiresAt").n())));
  }

  private static AttributeValue attribute(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name), name);
  }

  private static Map<String, AttributeValue> key(String id) {
    return Map.of("sessionId", text(id));
  }

  private static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }

  private static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }
}
