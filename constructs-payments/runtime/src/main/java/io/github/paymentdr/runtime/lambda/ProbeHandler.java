package io.github.paymentdr.runtime.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.json.Json;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.probe.PeerWatch;
import io.github.paymentdr.runtime.probe.ProbeLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.security.Security;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Probes the other region for a minute, and on until the next call must have begun. The schedule
 * calls it each minute; what the event says does not matter.
 */
public final class ProbeHandler implements RequestStreamHandler {
  static {
    // A name that leads elsewhere now, or nowhere for a moment, is looked up anew by each probe.
    Security.setProperty("networkaddress.cache.ttl", "5");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }

  private static final String OPERATION = "probe";
  private static final Duration TO_ANSWER = Duration.ofSeconds(1);

  /** Questions take the greater part of an interval; tables and metrics get what is left. */
  private static final Patience PATIENCE =
      new Patience(Duration.ofMillis(1_000), Duration.ofMillis(2_500));

  /** For tests, which do not wait a minute. */
  record Time(LongSupplier ticker, Consumer<Duration> pause, Clock clock) {}

  private final Map<String, String> variables;
  private final AwsClients clients;
  private final PrintStream out;
  private final Time time;
  private @Nullable Configured configured;

  /** Makes the handler of a function, which is configured by its environment. */
  public ProbeHandler() {
    this(
        System.getenv(),
        AwsClients.ofFunction(),
        System.out,
        new Time(System::nanoTime, FailoverParts::pause, Clock.systemUTC()));
    configureEarly();
  }

  ProbeHandler(Map<String, String> variables, AwsClients clients, PrintStream out, Time time) {
    this.variables = variables;
    this.clients = clients;
    this.out = out;
    this.time = time;
  }

  private record Configured(PeerWatch watch, ProbeLoop loop) {}

  /**
   * Probes for a minute and a half.
   *
   * @param event what the schedule says
   * @param response gets how often it probed
   * @param context says how much time there is
   * @throws IOException if the answer cannot be written
   * @throws IllegalStateException if the environment is wrong
   */
  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    Map<String, Object> always = new LinkedHashMap<>();
    always.put("operation", OPERATION);
    always.put("requestId", context.getAwsRequestId());
    Log log = new Log(out, always);
    Duration available = Duration.ofMillis(context.getRemainingTimeInMillis()).minus(TO_ANSWER);
    try {
      Configured function = configured();
      int probes = function.watch().watch(function.loop(), available, log);
      response.write(Json.write(Map.of("probes", probes)).getBytes(UTF_8));
    } catch (RuntimeException e) {
      throw Failures.reported(OPERATION, log, e);
    }
  }

  /** While a function starts it has more processor than later. */
  private void configureEarly() {
    try {
      configured();
    } catch (IllegalStateException e) {
      // Every call says it, where it can be read.
    }
  }

  private synchronized Configured configured() {
    Configured known = configured;
    if (known == null) {
      known = configure();
      configured = known;
    }
    return known;
  }

  private Configured configure() {
    Environment environment = new Environment(variables);
    FailoverConfiguration configuration = FailoverConfiguration.read(environment);
    Duration interval = Duration.ofSeconds(environment.number("PROBE_INTERVAL_SECONDS", 1, 60));
    if (configuration.probeTimeout().compareTo(interval) >= 0) {
      environment.fault(
          "PROBE_TIMEOUT_MILLIS must be less than PROBE_INTERVAL_SECONDS, got "
              + configuration.probeTimeout().toMillis()
              + " ms and "
              + interval.toSeconds()
              + " s");
    }
    environment.check();
    FailoverParts parts =
        FailoverParts.of(configuration, clients, PATIENCE, time.clock(), FailoverParts::pause);
    return new Configured(
        new PeerWatch(
            parts.items(),
            parts.outlook(),
            parts.points(),
            configuration.region(),
            configuration.peerRegion(),
            time.clock()),
        new ProbeLoop(
            time.ticker(), time.pause(), interval, configuration.probeTimeout(), time.clock()));
  }
}
