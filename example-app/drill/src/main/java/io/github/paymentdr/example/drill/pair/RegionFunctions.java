package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.function.OffsetClock;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.runtime.lambda.LocalHandlers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * A region's functions, configured as its template says: the payment function in processes of its
 * own, the others in this one; with the schedules that call them.
 */
final class RegionFunctions implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What an instance bears without hurry: some 50 ms for each payment. */
  private static final int PAYMENTS_PER_INSTANCE = 5;

  /** More would not fit on the machine. */
  private static final int MOST_INSTANCES = 6;

  /** Beside those that are warm, for when one of them is slow or lost. */
  private static final int SPARE_INSTANCES = 1;

  /** A request that opens every connection. */
  private static final String HEALTH =
      """
      {"version": "2.0", "rawPath": "/health", "rawQueryString": "deep=true", "headers": {},
       "queryStringParameters": {"deep": "true"}, "isBase64Encoded": false,
       "requestContext": {"http": {"method": "GET", "path": "/health"}}}
      """;

  /** Who has asked before the end is answered. */
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  /**
   * The function of the active region ends so long before its time is over, and beats until then.
   */
  private static final Duration AFTER_THE_LAST_BEAT = Duration.ofSeconds(15);

  /** The other schedules are every minute, and the probe uses all of it. */
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final FailoverTemplate template;
  private final Timers timers;
  private final int instances;
  private final RegionSite site;
  private final AwsDoor aws;
  private final Gate power;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(log, true, UTF_8);
  private final Map<String, LambdaFunction> functions = new TreeMap<>();
  private final ProcessFunction payments;
  private final List<Thread> schedules = new CopyOnWriteArrayList<>();
  private volatile boolean isClosing;

  RegionFunctions(
      RegionSite site, FailoverTemplate template, PairSettings settings, AwsDoor aws, Gate power) {
    this.template = template;
    this.timers = settings.timers();
    this.instances =
        Math.min(
            MOST_INSTANCES, -Math.floorDiv(-settings.paymentsPerSecond(), PAYMENTS_PER_INSTANCE));
    this.site = site;
    this.aws = aws;
    this.power = power;
    addFailover();
    addReplication();
    payments =
        new ProcessFunction(
            "PaymentHandler",
            template.functionTimeout(),
            power,
            instances + SPARE_INSTANCES,
            timers.patience(),
            () -> site.instance(paymentConfiguration()));
    functions.put(payments.name(), payments);
    site.logTo(out::println);
  }

  /** {@return a function by the class of its handler} */
  LambdaFunction get(String handler) {
    LambdaFunction function = functions.get(handler);
    if (function == null) {
      throw new IllegalStateException(site.region() + " has no function with " + handler);
    }
    return function;
  }

  ProcessFunction payments() {
    return payments;
  }

  /** {@return the wall clock of them all} */
  OffsetClock clock() {
    return site.clock();
  }

  /** {@return what they have logged} */
  String log() {
    return log.toString(UTF_8);
  }

  /** Has some instances of the payment function before anybody asks. */
  void warm() {
    if (!isClosing) {
      payments.warm(instances, HEALTH);
    }
  }

  /** Waits until the instances of the payment function are there. */
  void awaitWarm() {
    payments.awaitIdle(instances, Duration.ofSeconds(60));
  }

  /** Kills all processes of the region's functions, and begins none until {@link #restart}. */
  void kill() {
    payments.kill();
    site.kill();
  }

  /** Has no instances any more, and may have new ones. */
  void restart() {
    functions.values().forEach(LambdaFunction::restart);
  }

  /**
   * Starts the schedules: the probe, the upkeep of the replication, the cleaning of the journal.
   */
  void begin() {
    Duration minute = Duration.ofMillis((long) (MINUTE.toMillis() / timers.speed()));
    // What the probe makes of a minute is as fast as it is.
    schedule(minute, "ProbeHandler", "{}", MINUTE.plusSeconds(1));
    schedule(
        timers.upkeep(),
        "ReplicationHandler",
        "{\"operation\":\"maintain\"}",
        timers.upkeep().plus(AFTER_THE_LAST_BEAT));
    schedule(
        minute, "PaymentHandler", "{\"operation\":\"cleanJournal\"}", template.functionTimeout());
  }

  private void schedule(Duration rate, String handler, String event, Duration time) {
    Thread thread =
        Daemons.thread(
            () -> {
              while (!isClosing) {
                long next = System.nanoTime() + rate.toNanos();
                try {
                  get(handler).invoke(JSON.readTree(event), time);
                } catch (TaskFailure | IOException e) {
                  // It is called again with the next minute, and meanwhile there is the log.
                  pause(200);
                }
                pause((next - System.nanoTime()) / 1_000_000);
              }
            });
    schedules.add(thread);
    thread.start();
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(Math.max(0, millis));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void addFailover() {
    Map<String, String> failover = template.environmentOf("FailoverHandler");
    Map<String, String> probe = template.environmentOf("ProbeHandler");
    for (Map<String, String> environment : List.of(failover, probe)) {
      environment.put("COOL_DOWN_SECONDS", String.valueOf(timers.coolDown().toSeconds()));
      environment.put("ACTIVATION_SECONDS", String.valueOf(template.activationSeconds(timers)));
      environment.put("PROBE_TIMEOUT_MILLIS", String.valueOf(timers.probeTimeout().toMillis()));
    }
    add(
        "FailoverHandler",
        () -> LocalHandlers.of("FailoverHandler", failover, aws.clients(), out, clock()));
    add(
        "ProbeHandler",
        () -> LocalHandlers.probe(probe, aws.clients(), out, timers.speed(), clock()));
  }

  private void addReplication() {
    Map<String, String> replication = template.environmentOf("ReplicationHandler");
    RegionDatabase database = site.database();
    replication.put("DB_HOST", "localhost");
    replication.put("DB_PORT", String.valueOf(database.port()));
    replication.put("DB_NAME", database.name());
    replication.put("DB_SECRET_ARN", RegionServices.MASTER);
    replication.put("REPLICATION_SECRET_ARN", RegionServices.REPLICATION);
    replication.put("HEARTBEAT_SECONDS", String.valueOf(heartbeat(replication)));
    replication.put("DB_TRUST_STORE_PEM", database.server().authority().toString());
    add(
        "ReplicationHandler",
        () -> LocalHandlers.of("ReplicationHandler", replication, aws.clients(), out, clock()));
  }

  private long heartbeat(Map<String, String> replication) {
    String seconds = FailoverTemplate.variable(replication, "HEARTBEAT_SECONDS");
    return Math.max(1, Math.round(Long.parseLong(seconds) / timers.speed()));
  }

  private void add(String handler, Supplier<RequestStreamHandler> maker) {
    functions.put(handler, new HandlerFunction(handler, Duration.ofSeconds(30), power, maker));
  }

  private Map<String, String> paymentConfiguration() {
    Map<String, String> configuration = template.paymentEnvironment();
    configuration.put("LEASE_MILLIS", String.valueOf(timers.leaseTime().toMillis()));
    configuration.put("DRILL_HANDLER", template.paymentHandler());
    return configuration;
  }

  /** Stops the schedules and all instances; those that are well are kept for the next pair. */
  @Override
  public void close() {
    isClosing = true;
    schedules.forEach(Thread::interrupt);
    site.keep(payments.leave(LAST_ANSWERS), paymentConfiguration());
  }
}
