package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.payments.internal.RuntimeCode;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.RuleTargetInput;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.events.targets.LambdaFunction;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.logs.ILogGroup;
import software.constructs.Construct;

/** The function that operators, the schedule and a failover call, in either kind of replication. */
final class ControlFunction {
  private static final String HANDLER =
      "io.github.paymentdr.runtime.lambda.ReplicationHandler::handleRequest";
  static final String ALIAS = "live";

  /**
   * A minute less than the provider framework's own function can live, which must be able to report
   * what became of a set-up. Longer work is continued by the next call.
   */
  private static final int TIMEOUT_MINUTES = 14;

  private ControlFunction() {}

  /** The function as far as it does not depend on where it is. */
  static Function.Builder builder(
      Construct scope, DrReplicationProps props, Role role, ILogGroup logGroup) {
    return runtime(scope, props, role, logGroup)
        .description("Sets up, watches and promotes the replication of a pair of databases")
        .handler(HANDLER)
        .reservedConcurrentExecutions(props.getReservedConcurrentExecutions())
        // A promotion must not wait for a JVM to start.
        .snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS);
  }

  /** What every function of the replication has in common. */
  static Function.Builder runtime(
      Construct scope, DrReplicationProps props, Role role, ILogGroup logGroup) {
    return Function.Builder.create(scope, "Function")
        .code(RuntimeCode.asset())
        .runtime(Runtime.JAVA_21)
        .architecture(Architecture.ARM_64)
        .memorySize(props.getMemorySize())
        .timeout(Duration.minutes(TIMEOUT_MINUTES))
        .role(role)
        .logGroup(logGroup)
        .loggingFormat(LoggingFormat.JSON);
  }

  /** Nobody waits for the answer to the schedule, which calls again a minute later. */
  static Alias createAlias(Construct scope, Function function) {
    Annotations.of(function)
        .acknowledgeWarning(
            "@aws-cdk/aws-lambda:snapStartRequirePublish", "callers reach a published version");
    return Alias.Builder.create(scope, "Alias")
        .aliasName(ALIAS)
        .version(function.getCurrentVersion())
        .retryAttempts(0)
        .maxEventAge(Duration.minutes(1))
        .build();
  }

  static void createSchedule(Construct scope, Alias alias) {
    Rule.Builder.create(scope, "Schedule")
        .description("Keeps and watches the replication of a pair of databases")
        .schedule(Schedule.rate(Duration.minutes(1)))
        .targets(
            ImmutableList.of(
                LambdaFunction.Builder.create(alias)
                    .event(RuleTargetInput.fromObject(ImmutableMap.of("operation", "maintain")))
                    .retryAttempts(0)
                    .maxEventAge(Duration.minutes(1))
                    .build()))
        .build();
  }
}
