package io.github.paymentdr.runtime.lambda;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsClients;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** Makes the runtime's handlers with an environment of their own, in this process. */
public final class LocalHandlers {
  private LocalHandlers() {}

  /**
   * {@return a handler of that class, as a function with these variables and this wall clock would
   * have it}
   */
  public static RequestStreamHandler of(
      String handler,
      Map<String, String> variables,
      AwsClients clients,
      PrintStream log,
      Clock clock) {
    return switch (handler) {
      case "ReplicationHandler" -> new ReplicationHandler(variables, clients, log);
      case "FailoverHandler" ->
          new FailoverHandler(variables, clients, log, clock, FailoverParts::pause);
      default -> throw new IllegalArgumentException(handler + " does not run here");
    };
  }

  /** {@return the probe, whose intervals pass so many times faster} */
  public static RequestStreamHandler probe(
      Map<String, String> variables,
      AwsClients clients,
      PrintStream log,
      double speed,
      Clock clock) {
    long start = System.nanoTime();
    return new ProbeHandler(
        variables,
        clients,
        log,
        new ProbeHandler.Time(
            () -> start + (long) ((System.nanoTime() - start) * speed),
            duration -> FailoverParts.pause(Duration.ofNanos((long) (duration.toNanos() / speed))),
            clock));
  }
}
