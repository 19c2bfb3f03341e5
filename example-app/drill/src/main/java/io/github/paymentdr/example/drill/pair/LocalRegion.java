package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.pair.Latency.Way;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent.Kind;
import io.github.paymentdr.example.drill.stepfunctions.StateMachine;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.example.drill.stepfunctions.TaskWorker;
import io.github.paymentdr.example.drill.stepfunctions.TimeScale;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** One region of the pair: its database, functions, state machine, alarm and ways to the world. */
public final class LocalRegion implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final String peer;
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
  private final RegionFunctions functions;
  private final FunctionUrl url;
  private final AlarmWatch alarm;
  private final StateMachineTasks tasks;
  private final Faults faults = new Faults();
  private final StateMachine machine;
  private final Map<String, Execution> executions = new ConcurrentHashMap<>();
  private final List<Execution> started = new CopyOnWriteArrayList<>();
  private volatile boolean isAutomatic = true;
  private volatile boolean isClosing;
  private boolean isKilled;

  /** What both regions of a pair share. */
  record Shared(
      ControlDoor tables, KeyValueStore store, StateMachineRunner runner, PairSettings settings) {}

  LocalRegion(
      String peer,
      RegionSite site,
      Shared shared,
      FailoverTemplate template,
      FunctionUrl.Listener listener) {
    name = site.region();
    this.peer = peer;
    Timers timers = shared.settings().timers();
    this.seed = shared.settings().seed();
    this.template = template;
    power = new Gate(name);
    tables = new Gate("the table of " + name);
    clients = new Gate("the callers' way to " + name);
    fromPeer = new Gate("the way from " + peer + " to " + name);
    fromItself = new Gate("the way of " + name + " to itself");
    database = site.database();
    aws =
        new AwsDoor(
            name, site.aws(), shared.tables(), shared.store(), services.endpoint(), power, tables);
    alarm =
        new AlarmWatch(
            template.alarmName(), template.datapoints(), 1, timers.alarmDelay(), this::alarmOn);
    services.points(
        (metric, value) -> {
          if (metric.equals(template.alarmMetric())) {
            alarm.add(value);
          }
        });
    functions = new RegionFunctions(site, template, shared.settings(), aws, power);
    url = new FunctionUrl(functions.payments(), timers.functionTimeout(), this::wayOf, listener);
    tasks =
        new StateMachineTasks(
            shared.tables(),
            tables,
            arn -> functions.get(template.handlerOf(arn)),
            arn -> Optional.ofNullable(executions.get(arn)),
            asked -> asked.equals(alarm.name()) && alarm.isOn());
    Mutation mutation = shared.settings().mutation();
    machine =
        shared
            .runner()
            .define(
                template.stateMachineArn(),
                Mutants.of(template.definition(timers), mutation),
                TimeScale.ofWaits(1 / timers.speed(), timers.retryFactor()),
                faults.over(powered(Mutants.of(tasks, mutation))));
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
    functions.warm();
  }

  /** {@return how many of its latest probes have found the other region not healthy} */
  public int failedProbes() {
    return alarm.latestBreaching();
  }

  /** {@return how many probes in a row failed, the last time that any did and it is over} */
  public int failedProbesBefore() {
    return alarm.breachingBefore();
  }

  /** Waits until the instances of the payment function are there. */
  void awaitWarm() {
    functions.awaitWarm();
  }

  /** Starts the schedules. */
  void begin() {
    functions.begin();
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
    return functions.log();
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
    return start(machine, input, event -> {});
  }

  /**
   * Starts the state machine, and stops this execution at a state, as StopExecution does.
   *
   * @param isDone whether what the state asks for is done before; a state that waits is stopped
   *     when it is entered, whatever this says
   */
  public Execution activateAndStopAt(String state, boolean isDone, String input) {
    CompletableFuture<Execution> begun = new CompletableFuture<>();
    StateMachine stopped =
        machine.worker(
            worker ->
                task -> {
                  if (!task.state().equals(state)) {
                    return worker.perform(task);
                  }
                  if (isDone) {
                    worker.perform(task);
                  }
                  begun.join().stop();
                  // Nobody hears it: the stop is before it.
                  throw new TaskFailure("Stopped", state);
                });
    boolean isWait = isWait(state);
    Execution execution =
        start(
            stopped,
            input,
            event -> {
              if (isWait && event.kind() == Kind.ENTERED && event.state().equals(state)) {
                var unused = begun.thenAccept(Execution::stop);
              }
            });
    begun.complete(execution);
    return execution;
  }

  private Execution start(StateMachine which, String input, Consumer<ExecutionEvent> listener) {
    try {
      Execution execution = which.start(JSON.readTree(input), listener);
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
      return functions.get(handler).invoke(JSON.readTree(event));
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(event, e);
    }
  }

  /** {@return whether its replication says that it could take over} */
  public boolean isFitToTakeOver() {
    try {
      return call("ReplicationHandler", "{\"operation\":\"state\"}")
          .path("fitToTakeOver")
          .asBoolean();
    } catch (TaskFailure e) {
      return false;
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
    return functions.payments();
  }

  List<String> query(String sql) {
    return database.query(sql);
  }

  /** {@return the states that its executions were in, by the time of entering} */
  List<FailoverStep> steps() {
    return started.stream().flatMap(one -> FailoverStep.of(name, one).stream()).toList();
  }

  /** The region is gone: its machines, its network, its API. */
  public synchronized void kill() {
    isKilled = true;
    power.cut();
    clients.cut();
    fromPeer.cut();
    database.cut();
    functions.kill();
    database.kill();
  }

  /** The region is there again, after it was killed. */
  public synchronized void restart() {
    if (isKilled) {
      database.restart();
      database.open();
      functions.restart();
      isKilled = false;
      fromPeer.open();
      clients.open();
      power.open();
      functions.warm();
    }
  }

  /** {@return how many requests its payment function has open} */
  public int openRequests() {
    return functions.payments().open();
  }

  /** The region stands still: nothing answers, nothing is refused. */
  public synchronized void freeze() {
    if (!isKilled) {
      power.hang();
      clients.hang();
      fromPeer.hang();
      functions.payments().freeze();
      database.freeze();
    }
  }

  /** The region goes on where it stood still. */
  public synchronized void thaw() {
    if (!isKilled) {
      database.thaw();
      functions.payments().thaw();
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
   * The next payment that it has confirmed is not committed: from then on its functions wait for
   * its database, and the other region does not reach that, until {@link #releaseCommits()} or
   * {@link #heal()}.
   *
   * @return is done when there is one
   */
  public CompletableFuture<Void> holdNextCommit() {
    CompletableFuture<Void> held = new CompletableFuture<>();
    aws.confirmations()
        .beforeNext(
            () -> {
              database.isolate();
              held.complete(null);
            });
    return held;
  }

  /** What was held is committed, and the database is reached again. */
  public synchronized void releaseCommits() {
    aws.confirmations().nothingBeforeNext();
    if (!isKilled) {
      database.open();
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

  /**
   * Its network is slow and loses packets, until {@link #heal()} or the next of these.
   *
   * @param latencies how, with none for a network that is as fast as before
   */
  public synchronized void slow(Latency... latencies) {
    fast();
    for (Latency latency : latencies) {
      slowBy(latency);
    }
  }

  private void slowBy(Latency latency) {
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
    functions.clock().set(offset);
  }

  /** All levers are back: what is dead is started, all ways are open and fast, the clocks right. */
  public synchronized void heal() {
    restart();
    database.restart();
    freeDisk();
    fast();
    aws.confirmations().nothingBeforeNext();
    setClockOffset(Duration.ZERO);
    tables.open();
    fromItself.open();
    thaw();
  }

  /** Stops it; what is of its site goes on for the next pair. */
  @Override
  public void close() {
    isClosing = true;
    alarm.close();
    started.forEach(Execution::stop);
    functions.close();
    heal();
    functions.payments().close();
    url.close();
    aws.close();
    services.close();
  }
}
