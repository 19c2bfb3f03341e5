package io.github.paymentdr.payments.alarms;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.IAlias;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.lambda.IVersion;

/** The alarms of a Lambda function, or of the invocations through one of its aliases. */
final class FunctionAlarms {
  /** What Lambda uses when a function sets none, from "Configure Lambda function timeout". */
  private static final int LAMBDA_DEFAULT_TIMEOUT_SECONDS = 3;

  private FunctionAlarms() {}

  static List<AlarmSpec> of(IFunction function, FunctionAlarmThresholds thresholds, String name) {
    ImmutableList.Builder<AlarmSpec> specs = ImmutableList.builder();
    String subject = "Lambda function " + name + ": ";
    thresholds
        .getErrors()
        .map(
            threshold ->
                new AlarmSpec(
                    "Errors",
                    "Errors",
                    function.metricErrors(statistic("Sum")),
                    threshold,
                    subject
                        + "an invocation crashed or timed out, and its caller may not know the"
                        + " outcome of a payment. First read the function's log of that minute,"
                        + " then check the payment's state in the database."))
        .ifPresent(specs::add);
    thresholds
        .getThrottles()
        .map(
            threshold ->
                new AlarmSpec(
                    "Throttles",
                    "Throttles",
                    function.metricThrottles(statistic("Sum")),
                    threshold,
                    subject
                        + "Lambda refuses invocations for lack of concurrency. First compare the"
                        + " concurrency with the reserved concurrency and the account's quota, then"
                        + " look for slow invocations that hold it."))
        .ifPresent(specs::add);
    thresholds
        .durationFor(timeoutOf(function))
        .map(
            threshold ->
                new AlarmSpec(
                    "Duration",
                    "Duration, 99th percentile (ms)",
                    function.metricDuration(statistic("p99")),
                    threshold,
                    subject
                        + "the slowest invocations come close to the timeout. First look at the"
                        + " database's CPU and locks, then at the traces for what is slow."))
        .ifPresent(specs::add);
    thresholds
        .getConcurrency()
        .map(
            threshold ->
                new AlarmSpec(
                    "Concurrency",
                    "Simultaneous invocations",
                    function.metric("ConcurrentExecutions", statistic("Maximum")),
                    threshold,
                    subject
                        + "invocations near the concurrency limit, beyond which they are refused."
                        + " First see whether traffic or duration has grown, then ask for a higher"
                        + " quota."))
        .ifPresent(specs::add);
    return specs.build();
  }

  /** Of an imported function nobody here knows the timeout. */
  private static Optional<Integer> timeoutOf(IFunction function) {
    if (function instanceof IAlias alias) {
      return timeoutOf(alias.getVersion());
    }
    if (function instanceof IVersion version) {
      return timeoutOf(version.getLambda());
    }
    if (!(function instanceof Function created)) {
      return Optional.empty();
    }
    Duration timeout = created.getTimeout();
    if (timeout == null) {
      return Optional.of(LAMBDA_DEFAULT_TIMEOUT_SECONDS);
    }
    return timeout.isUnresolved() ? Optional.empty() : Optional.of(timeout.toSeconds().intValue());
  }

  private static MetricOptions statistic(String statistic) {
    return MetricOptions.builder().statistic(statistic).build();
  }
}
