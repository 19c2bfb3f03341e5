package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.IAlarm;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.RuleTargetInput;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.events.targets.LambdaFunction;
import software.amazon.awscdk.services.events.targets.SfnStateMachine;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.sqs.Queue;
import software.amazon.awscdk.services.sqs.QueueEncryption;
import software.amazon.awscdk.services.stepfunctions.IStateMachine;
import software.constructs.Construct;

/** What starts by itself: the failover when the alarm goes off, and the cleaning of the journal. */
final class Starts {
  private static final int ATTEMPTS = 10;
  private static final int MINUTES_TO_START_AGAIN = 5;

  private Starts() {}

  /**
   * Starts the failover when the alarm goes off. An event that is older than a few minutes is no
   * reason to act any more, so it goes to a queue, which has an alarm of its own.
   *
   * @return the queue of events that could not start it
   */
  static Queue byAlarm(Construct failover, IAlarm alarm, IStateMachine stateMachine) {
    Construct scope = new Construct(failover, "Start");
    Queue lost =
        Queue.Builder.create(scope, "Lost")
            .encryption(QueueEncryption.SQS_MANAGED)
            .enforceSsl(true)
            .retentionPeriod(Duration.days(14))
            .build();
    startAgain(scope, stateMachine);
    Rule.Builder.create(scope, "Rule")
        .description("Starts the failover to this region when the other one is not healthy")
        .eventPattern(
            EventPattern.builder()
                .source(ImmutableList.of("aws.cloudwatch"))
                .detailType(ImmutableList.of("CloudWatch Alarm State Change"))
                .resources(ImmutableList.of(alarm.getAlarmArn()))
                .detail(
                    ImmutableMap.of("state", ImmutableMap.of("value", ImmutableList.of("ALARM"))))
                .build())
        .targets(
            ImmutableList.of(
                SfnStateMachine.Builder.create(stateMachine)
                    .input(
                        RuleTargetInput.fromObject(
                            ImmutableMap.of("mode", "unplanned", "startedBy", "alarm")))
                    .retryAttempts(ATTEMPTS)
                    .maxEventAge(Duration.minutes(5))
                    .deadLetterQueue(lost)
                    .build()))
        .build();
    return lost;
  }

  /**
   * An alarm starts a run when it goes on and never again, so what becomes of that one run would be
   * the end of it. A run that finds the alarm off, or has nothing to do, ends at once. One that is
   * not started is not missed: another comes soon.
   */
  private static void startAgain(Construct scope, IStateMachine stateMachine) {
    Rule.Builder.create(scope, "Again")
        .description("Starts the failover again while the alarm on the other region stays on")
        .schedule(Schedule.rate(Duration.minutes(MINUTES_TO_START_AGAIN)))
        .targets(
            ImmutableList.of(
                SfnStateMachine.Builder.create(stateMachine)
                    .input(
                        RuleTargetInput.fromObject(
                            ImmutableMap.of(
                                "mode", "unplanned", "startedBy", "alarm", "repeated", true)))
                    .retryAttempts(0)
                    .maxEventAge(Duration.minutes(1))
                    .build()))
        .build();
  }

  /**
   * Cleans the journal each minute. It also keeps the function of the standby awake: Lambda drops
   * the snapshot of a function that nobody calls for two weeks, and a failover would find it so.
   */
  static void cleaning(Construct failover, IFunction paymentFunction) {
    Rule.Builder.create(failover, "CleanJournal")
        .description("Removes what is replicated from the journal, and keeps the function awake")
        .schedule(Schedule.rate(Duration.minutes(1)))
        .targets(
            ImmutableList.of(
                LambdaFunction.Builder.create(paymentFunction)
                    .event(RuleTargetInput.fromObject(ImmutableMap.of("operation", "cleanJournal")))
                    .retryAttempts(0)
                    .maxEventAge(Duration.minutes(1))
                    .build()))
        .build();
  }
}
