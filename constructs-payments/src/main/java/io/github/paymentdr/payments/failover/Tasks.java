package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;

/** The tasks of the state machine, each with the time limit and retries of its kind. */
final class Tasks {
  static final ImmutableList<String> ALL = ImmutableList.of("States.ALL");

  /**
   * DynamoDB's answer that a condition does not hold, by both spellings that Step Functions has for
   * the service ("Handling errors in Step Functions workflows" in its developer guide).
   */
  static final ImmutableList<String> CONDITION_FAILED =
      ImmutableList.of(
          "DynamoDB.ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException");

  /** What the replication throws when an operation would do harm: Lambda reports the class. */
  static final ImmutableList<String> REFUSED =
      ImmutableList.of("io.github.paymentdr.runtime.replication.RefusedException");

  /** What it throws when the other region was lost after it has stopped for a planned switch. */
  static final ImmutableList<String> GIVER_LOST =
      ImmutableList.of("io.github.paymentdr.runtime.replication.GiverLostException");

  /** What Lambda answers while a function that was idle for weeks is made ready again. */
  static final ImmutableList<String> NOT_READY =
      ImmutableList.of(
          "Lambda.SnapStartNotReadyException",
          "Lambda.SnapStartTimeoutException",
          "Lambda.ResourceNotReadyException");

  private static final int TABLE_RETRIES = 5;
  private static final int FUNCTION_RETRIES = 4;
  private static final int PROMOTION_RETRIES = 8;
  private static final int NOTIFICATION_SECONDS = 10;
  private static final int DESCRIPTION_SECONDS = 5;

  private final String partition;
  private final StepTimes times;

  Tasks(String partition, StepTimes times) {
    this.partition = partition;
    this.times = times;
  }

  State table(String operation, String comment) {
    return State.task(resource("dynamodb:" + operation), comment)
        .timeoutSeconds(StepTimes.limitOf(times.table()))
        .withoutRetryOn(CONDITION_FAILED)
        .retrying(TABLE_RETRIES);
  }

  State function(String function, Map<String, ?> payload, int seconds, String comment) {
    return invocation(function, payload, seconds, comment).retrying(FUNCTION_RETRIES);
  }

  /**
   * A refusal is an answer: another attempt would only be refused again. A region that is lost is
   * asked once more, and not waited for: until this run has ended nobody else can take over.
   */
  State promotion(String function, Map<String, ?> payload, int seconds, String comment) {
    return invocation(function, payload, seconds, comment)
        .withoutRetryOn(REFUSED)
        .retryingOnce(GIVER_LOST)
        .retrying(PROMOTION_RETRIES);
  }

  State description(String api, String comment) {
    return State.task(resource("aws-sdk:" + api), comment)
        .timeoutSeconds(DESCRIPTION_SECONDS)
        .retrying(FUNCTION_RETRIES);
  }

  /** Tells people; the message is an expression. */
  State notification(String comment, String subject, String message) {
    return notification(comment, ImmutableMap.of("Subject", subject, "Message.$", message));
  }

  /** Tells people, by members of SNS beside the topic. */
  State notification(String comment, Map<String, String> members) {
    return State.task(resource("sns:publish"), comment)
        .timeoutSeconds(NOTIFICATION_SECONDS)
        .retrying(FUNCTION_RETRIES)
        .parameters(
            ImmutableMap.<String, String>builder()
                .put("TopicArn", "${Topic}")
                .putAll(members)
                .buildOrThrow())
        .ignoringResult();
  }

  private State invocation(String function, Map<String, ?> payload, int seconds, String comment) {
    return State.task(resource("lambda:invoke"), comment)
        .parameters(ImmutableMap.of("FunctionName", "${" + function + "}", "Payload", payload))
        .timeoutSeconds(StepTimes.limitOf(seconds))
        .retryingUntilReady(NOT_READY);
  }

  private String resource(String api) {
    return "arn:" + partition + ":states:::" + api;
  }
}
