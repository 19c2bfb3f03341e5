package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.function.OffsetClock;
import io.github.paymentdr.example.drill.pair.Latency.Way;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent;
import io.github.paymentdr.example.drill.stepfunctions.StateMachine;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.example.drill.stepfunctions.TaskWorker;
import io.github.paymentdr.example.drill.stepfunctions.TimeScale;
import io.github.paymentdr.runtime.lambda.LocalHandlers;
import io.github.paymentdr.runtime.testing.LambdaProcess;
import io.github.paymentdr.runtime.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One region of the pair: its database, functions, state machine, alarm and ways to the world. */
public final class LocalRegion implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** More would not fit on the machine; who comes then is refused. */
  private static final int MOST_INSTANCES = 6;

  private static final int WARM_INSTANCES = 2;

  /** The schedules are every minute, and the probe uses all of it. */
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final String name;
  private final String peer;
  private final Timers timers;
  private final long seed;
  private final FailoverTemplate template;

  private final Gate power;
  private final Gate tables;
  private final Gate clients;
  private final Gate fromPeer;
  private final Gate fromItself;
  private final RegionDatabase database;
  private final RegionServices services = new RegionServices();
  private final AwsDoor aws;
  private final OffsetClock clock;
  private final Path clockFile;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(log, true, UTF_8);

  private final Map<String, LambdaFunction> functions = new TreeMap<>();
  private final ProcessFunction payments;
  private final AtomicInteger instances = new AtomicInteger();
  private final FunctionUrl url;
  private final AlarmWatch alarm;
  private final StateMachineTasks tasks;
  private final Faults faults = new Faults();
  private final StateMachine machine;
  private final Map<String, Execution> executions = new ConcurrentHashMap<>();
  private final List<Execution> started = new CopyOnWriteArrayList<>();
  private final List<Thread> schedules = new CopyOnWriteArrayList<>();
  private volatile boolean isAutomatic = true;
  private volatile boolean isClosing;
  private boolean isKilled;

  /** What both regions of a pair share. */
  record Shared(
      ControlDoor tables, KeyValueStore store, StateMachineRunner runner, PairSettings settings) {}

  LocalRegion(
      String name,
      String peer,
      TestServer server,
      String database,
      Shared shared,
      FailoverTemplate template,
      FunctionUrl.Listener listener) {
    this.name = name;
    this.peer = peer;
    this.timers = shared.settings().timers();
    this.seed = shared.settings().seed();
    this.template = template;
    power = new Gate(name);
    tables = new Gate("the table of " + name);
    clients = new Gate("the callers' way to " + name);
    fromPeer = new Gate("the way from " + peer + " to " + name);
    fromItself = new Gate("the way of " + name + " to itself");
    this.database = new RegionDatabase(server, database);
    clockFile = newClockFile();
    clock = OffsetClock.of(clockFile);
    aws = AwsDoor.open(name, shared.tables(), shared.store(), services.endpoint(), power, tables);
    alarm =
        new AlarmWatch(
            template.alarmName(), template.datapoints(), 1, timers.alarmDelay(), this::alarmOn);
    services.points(
        (metric, value) -> {
          if (metric.equals(template.alarmMetric())) {
            alarm.add(value);
          }
        });
    addHandlers();
    payments =
        new ProcessFunction(
            "PaymentHandler",
            template.functionTimeout(),
            power,
            MOST_INSTANCES,
            this::startInstance);
    functions.put(payments.name(), payments);
    url = FunctionUrl.open(payments, timers.functionTimeout(), this::wayOf, listener);
    tasks =
        new StateMachineTasks(
            shared.tables(),
            tables,
            arn -> function(template.handlerOf(arn)),
            arn -> Optional.ofNullable(executions.get(arn)),
            asked -> asked.equals(alarm.name()) && alarm.isOn());
    Mutation mutation = shared.settings().mutation();
    machine =
        shared
            .runner()
            .define(
                template.stateMachineArn(),
                Mutants.of(template.definition(), mutation),
                TimeScale.ofWaits(1 / timers.speed(), timers.retryFactor()),
                faults.over(
                    powered(Mutants.of(tasks, mutation)),
                    arn -> Optional.ofNullable(executions.get(arn)).ifPresent(Execution::stop)));
  }

  private TaskWorker powered(TaskWorker worker) {
    return task -> {
      try {
        power.pass();
        return worker.perform(task);
      } catch (IOException e) {
        throw new TaskFailure("States.TaskFailed", String.valueOf(e.getMessage()));
      }
    };
  }

  private static Path newClockFile() {
    try {
      Path file = Files.createTempFile("drill-clock", "");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addHandlers() {
    Map<String, String> failover = template.environmentOf("FailoverHandler");
    Map<String, String> probe = template.environmentOf("ProbeHandler");
    for (Map<String, String> environment : List.of(failover, probe)) {
      environment.put("COOL_DOWN_SECONDS", String.valueOf(timers.coolDown().toSeconds()));
      environment.put("PROBE_TIMEOUT_MILLIS", String.valueOf(timers.probeTimeout().toMillis()));
    }
    add(
        "FailoverHandler",
        () -> LocalHandlers.of("FailoverHandler", failover, aws.clients(), out, clock));
    add(
        "ProbeHandler",
        () -> LocalHandlers.probe(probe, aws.clients(), out, timers.speed(), clock));
    Map<String, String> replication = template.environmentOf("ReplicationHandler");
    replication.put("DB_HOST", "localhost");
    replication.put("DB_PORT", String.valueOf(database.port()));
    replication.put("DB_NAME", database.name());
    replication.put("DB_SECRET_ARN", RegionServices.MASTER);
    replication.put("REPLICATION_SECRET_ARN", RegionServices.REPLICATION);
    replication.put("SCHEMAS", "ledger");
    replication.put("HEARTBEAT_SECONDS", String.valueOf(heartbeat(replication)));
    replication.put("DB_TRUST_STORE_PEM", database.server().authority().toString());
    add(
        "ReplicationHandler",
        () -> LocalHandlers.of("ReplicationHandler", replication, aws.clients(), out, clock));
  }

  private long heartbeat(Map<String, String> replication) {
    double seconds =
        Long.parseLong(FailoverTemplate.variable(replication, "HEARTBEAT_SECONDS"))
            / timers.speed();
    return Math.max(1, Math.round(seconds));
  }

  private void add(String handler, Supplier<RequestStreamHandler> maker) {
    functions.put(handler, new HandlerFunction(handler, Duration.ofSeconds(30), power, maker));
  }

  /** Each instance has an access key of its own, by which its requests are known. */
  private LambdaProcess startInstance() {
    Map<String, String> environment = template.paymentEnvironment();
    environment.put("DB_HOST", "localhost");
    environment.put("DB_PORT", String.valueOf(database.port()));
    environment.put("DB_NAME", database.name());
    environment.put("DB_TRUST_STORE_PEM", database.server().authority().toString());
    environment.put("LEASE_MILLIS", String.valueOf(timers.leaseTime().toMillis()));
    environment.put("AWS_ACCESS_KEY_ID", AwsDoor.accessKey(name) + instances.incrementAndGet());
    // As with SnapStart: it has loaded and tried everything before the first request.
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    environment.put("DRILL_HANDLER", template.paymentHandler());
    environment.put("DRILL_CLOCK", clockFile.toString());
    FunctionArtifact artifact = FunctionArtifact.get();
    return LambdaProcess.start(
        new LambdaProcess.Settings(
            artifact.classPath(),
            FunctionArtifact.HANDLER,
            environment,
            aws.uri(),
            artifact.jvmOptions(),
            out::println,
            ProcessBuilder.Redirect.appendTo(artifact.errors().toFile())));
  }

  /** Lets RDS say where the clusters are; the other region's only while that answers. */
  void knows(LocalRegion other) {
    String own =
        FailoverTemplate.variable(
            template.environmentOf("ReplicationHandler"), "CLUSTER_IDENTIFIER");
    services.clusters(
        identifier -> {
          if (identifier.equals(own)) {
            return database.port();
          }
          other.power.pass();
          other.fromPeer.pass();
          return other.database.portForPeer();
        });
  }

  private Gate wayOf(String accessKey) {
    if (accessKey.equals(AwsDoor.accessKey(name))) {
      return fromItself;
    }
    return accessKey.equals(AwsDoor.accessKey(peer)) ? fromPeer : clients;
  }

  private void alarmOn() {
    if (isAutomatic && !isClosing) {
      activate(template.alarmInput());
    }
  }

  /** Has some instances of the payment function before anybody asks. */
  void warm() {
    payments.warm(WARM_INSTANCES);
  }

  /** Waits until an instance of the payment function is there. */
  void awaitWarm() {
    payments.awaitIdle(Duration.ofSeconds(30));
  }

  /**
   * Starts the schedules: the probe, the upkeep of the replication, the cleaning of the journal.
   */
  void begin() {
    Duration minute = Duration.ofMillis((long) (MINUTE.toMillis() / timers.speed()));
    // What the probe makes of a minute is as fast as it is.
    schedule(minute, "ProbeHandler", "{}", MINUTE.plusSeconds(1));
    schedule(
        Duration.ofMillis(500),
        "ReplicationHandler",
        "{\"operation\":\"maintain\"}",
        Duration.ofSeconds(17));
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
                  function(handler).invoke(JSON.readTree(event), time);
                } catch (TaskFailure | IOException e) {
                  // It is called again with the next minute, and meanwhile there is the log.
                  pause(Duration.ofMillis(200));
                }
                pause(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
              }
            });
    schedules.add(thread);
    thread.start();
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** {@return the region's name} */
  public String name() {
    return name;
  }

  /** {@return where its payment function answers} */
  public URI url() {
    return url.uri();
  }

  /** {@return what its state machine has been started for, in order} */
  public List<Execution> executions() {
    return List.copyOf(started);
  }

  /** {@return what its functions have logged} */
  public String log() {
    return log.toString(UTF_8);
  }

  /** Empties this region's database of what it followed, and lets it follow the active region. */
  public void rebuild() {
    Instant limit = Instant.now().plusSeconds(60);
    String last = "";
    while (Instant.now().isBefore(limit)) {
      try {
        JsonNode answer = call("ReplicationHandler", "{\"operation\":\"rebuild\"}");
        if (answer.path("state").asText().equals("STANDBY")) {
          return;
        }
        last = answer.toString();
      } catch (TaskFailure e) {
        last = e.error() + ": " + e.cause();
      }
      pause(Duration.ofMillis(200));
    }
    throw new AssertionError(name + " was not rebuilt: " + last);
  }

  /** Starts the state machine. */
  public Execution activate(String input) {
    try {
      AtomicReference<@Nullable Execution> begun = new AtomicReference<>();
      AtomicBoolean isStopped = new AtomicBoolean();
      Execution execution =
          machine.start(
              JSON.readTree(input),
              event -> {
                if (isWait(event.state()) && faults.stopsWait(event)) {
                  isStopped.set(true);
                  Optional.ofNullable(begun.get()).ifPresent(Execution::stop);
                }
              });
      begun.set(execution);
      if (isStopped.get()) {
        execution.stop();
      }
      executions.put(execution.arn(), execution);
      started.add(execution);
      return execution;
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(input, e);
    }
  }

  private boolean isWait(String state) {
    return machine.definition().path("States").path(state).path("Type").asText().equals("Wait");
  }

  /** {@return what a function answers} */
  public JsonNode call(String handler, String event) throws TaskFailure {
    try {
      return function(handler).invoke(JSON.readTree(event));
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(event, e);
    }
  }

  /** {@return what can be made to fail in its state machine} */
  public Faults faults() {
    return faults;
  }

  StateMachine machine() {
    return machine;
  }

  AlarmWatch alarm() {
    return alarm;
  }

  /** {@return what its state machine has told people: {@code Subject} and {@code Message}} */
  public List<JsonNode> messages() {
    return tasks.messages();
  }

  Gate clients() {
    return clients;
  }

  Gate power() {
    return power;
  }

  /** Whether its alarm starts its state machine. */
  void automatic(boolean isOn) {
    isAutomatic = isOn;
  }

  RegionDatabase database() {
    return database;
  }

  ProcessFunction payments() {
    return payments;
  }

  List<String> query(String sql) {
    return database.query(sql);
  }

  /** {@return the states that its executions were in, by the time of entering} */
  List<FailoverStep> steps() {
    List<FailoverStep> steps = new ArrayList<>();
    for (Execution execution : started) {
      @Nullable FailoverStep current = null;
      for (ExecutionEvent event : execution.events()) {
        switch (event.kind()) {
          case ENTERED -> {
            if (current != null) {
              steps.add(ended(current, event.at()));
            }
            current = new FailoverStep(name, execution.arn(), event.state(), event.at(), null, "");
          }
          case EXITED -> {
            if (current != null) {
              steps.add(ended(current, event.at()));
              current = null;
            }
          }
          case FAILED -> {
            if (current != null) {
              current =
                  new FailoverStep(
                      name,
                      current.execution(),
                      current.name(),
                      current.from(),
                      null,
                      event.error());
            }
          }
          default -> {}
        }
      }
      if (current != null) {
        Optional<Instant> end = execution.endedAt();
        steps.add(end.isPresent() ? ended(current, end.get()) : current);
      }
    }
    return steps;
  }

  private static FailoverStep ended(FailoverStep step, Instant at) {
    return new FailoverStep(
        step.region(), step.execution(), step.name(), step.from(), at, step.error());
  }

  /** The region is gone: its machines, its network, its API. */
  public synchronized void kill() {
    isKilled = true;
    power.cut();
    clients.cut();
    fromPeer.cut();
    database.cut();
    payments.kill();
    database.kill();
  }

  /** The region is there again, after it was killed. */
  public synchronized void restart() {
    if (isKilled) {
      database.restart();
      database.open();
      functions.values().forEach(LambdaFunction::restart);
      isKilled = false;
      fromPeer.open();
      clients.open();
      power.open();
      if (!isClosing) {
        warm();
      }
    }
  }

  /** The region stands still: nothing answers, nothing is refused. */
  public synchronized void freeze() {
    if (!isKilled) {
      power.hang();
      clients.hang();
      fromPeer.hang();
      payments.freeze();
      database.freeze();
    }
  }

  /** The region goes on where it stood still. */
  public synchronized void thaw() {
    if (!isKilled) {
      database.thaw();
      payments.thaw();
      fromPeer.open();
      clients.open();
      power.open();
    }
  }

  /** The other region cannot reach it. */
  public void cutFromPeer() {
    fromPeer.cut();
    database.cutFromPeer();
  }

  /** Its own functions cannot reach it from outside, so they cannot tell what is gone. */
  public void cutOwnView() {
    fromItself.cut();
  }

  /** Callers cannot reach it, nor the endpoint for them. */
  public void cutFromClients() {
    clients.cut();
  }

  /** It cannot reach the table. */
  public void cutFromTable() {
    tables.cut();
  }

  /** Its database server is killed, and nothing else. */
  public synchronized void killDatabase() {
    database.kill();
  }

  /** Its database server is there again. */
  public synchronized void restartDatabase() {
    if (!isKilled) {
      database.restart();
    }
  }

  /**
   * Its database cannot write to its disk any more: the kernel refuses by the limit of a file's
   * size, which is lowered for the server's processes. PostgreSQL gives up with the first entry of
   * its log that it cannot write, as it does when a disk is full.
   */
  public void fillDisk() {
    database.fillDisk();
  }

  /** Its database can write again, and is started if it has given up. */
  public void freeDisk() {
    database.freeDisk();
  }

  /** Its network is slow and loses packets, until {@link #heal()} or the next of these. */
  public synchronized void slow(Latency latency) {
    fast();
    Map<Way, Gate> gates =
        Map.of(Way.FROM_CLIENTS, clients, Way.FROM_PEER, fromPeer, Way.TO_TABLE, tables);
    for (Way way : latency.ways()) {
      long seedOfWay = seed * 31 + (name + way).hashCode();
      if (way == Way.LEASE_CONFIRMATION) {
        aws.confirmations().slow(latency, seedOfWay);
      } else if (gates.containsKey(way)) {
        gates.get(way).slow(latency, seedOfWay);
      }
    }
    if (latency.ways().contains(Way.TO_DATABASE) || latency.ways().contains(Way.FROM_PEER)) {
      database.slow(latency, seed * 31 + name.hashCode());
    }
  }

  private void fast() {
    clients.fast();
    fromPeer.fast();
    tables.fast();
    aws.confirmations().fast();
    database.fast();
  }

  /**
   * Sets the wall clocks of all its functions, by so much after the true time; the databases and
   * Step Functions keep theirs.
   */
  public void setClockOffset(Duration offset) {
    clock.set(offset);
  }

  /** All levers are back: what is dead is started, all ways are open and fast, the clocks right. */
  public synchronized void heal() {
    restart();
    database.restart();
    freeDisk();
    fast();
    setClockOffset(Duration.ZERO);
    tables.open();
    fromItself.open();
    thaw();
  }

  private LambdaFunction function(String handler) {
    LambdaFunction function = functions.get(handler);
    if (function == null) {
      throw new IllegalStateException(name + " has no function with " + handler);
    }
    return function;
  }

  /** Stops it; its database server goes on for the next pair. */
  @Override
  public void close() {
    isClosing = true;
    alarm.close();
    schedules.forEach(Thread::interrupt);
    started.forEach(Execution::stop);
    payments.close();
    heal();
    payments.close();
    url.close();
    aws.close();
    services.close();
    database.close();
  }
}
