package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.StateMachine;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.example.drill.stepfunctions.TimeScale;
import io.github.paymentdr.example.payment.LocalPayments;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.aws.SecretsStub;
import io.github.paymentdr.runtime.lambda.LocalHandlers;
import io.github.paymentdr.runtime.testing.LinkProxy;
import io.github.paymentdr.runtime.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/** One region of the pair: its database, functions, state machine, alarm and ways to the world. */
public final class LocalRegion implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MASTER =
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:master";
  private static final String REPLICATION =
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:replication";

  private final String name;
  private final String peer;
  private final boolean isPrimary;
  private final String database;
  private final TestServer server;
  private final Timers timers;
  private final FailoverTemplate template;

  private final Gate power;
  private final Gate tables;
  private final Gate clients;
  private final Gate fromPeer;
  private final Gate fromItself;
  private final LinkProxy databaseDoor;
  private final LinkProxy databaseFromPeer;
  private final AwsStub services = AwsStub.start();
  private final AwsDoor aws;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(log, true, UTF_8);

  private final Map<String, LambdaFunction> functions = new TreeMap<>();
  private final FunctionUrl url;
  private final AlarmWatch alarm;
  private final StateMachineTasks tasks;
  private final Faults faults = new Faults();
  private final StateMachine machine;
  private final Map<String, Execution> executions = new ConcurrentHashMap<>();
  private final Map<String, SdkBytes> reports = new ConcurrentHashMap<>();
  private final List<Execution> started = new CopyOnWriteArrayList<>();
  private final List<Thread> schedules = new CopyOnWriteArrayList<>();
  private String ownCluster = "";
  private volatile boolean isAutomatic = true;
  private volatile boolean isClosing;

  LocalRegion(
      String name,
      String peer,
      boolean isPrimary,
      TestServer server,
      String database,
      ControlTableServer controlTables,
      KeyValueStore store,
      StateMachineRunner runner,
      FailoverTemplate template,
      Timers timers) {
    this.name = name;
    this.peer = peer;
    this.isPrimary = isPrimary;
    this.server = server;
    this.database = database;
    this.timers = timers;
    this.template = template;
    power = new Gate(name);
    tables = new Gate("the table of " + name);
    clients = new Gate("the callers' way to " + name);
    fromPeer = new Gate("the way from " + peer + " to " + name);
    fromItself = new Gate("the way of " + name + " to itself");
    databaseDoor = LinkProxy.to(server.port());
    databaseFromPeer = LinkProxy.to(server.port());
    aws = AwsDoor.open(name, controlTables, store, services.endpoint(), power, tables);
    new SecretsStub(services, "us-east-1")
        .with(MASTER, "postgres", "any password")
        .with(REPLICATION, "dr_replication_a", "OfTheReplication");
    alarm = new AlarmWatch(template.alarmName(), template.datapoints(), 1, this::alarmGoesOff);
    services.on("PutMetricData", this::takePoints);
    services.on("PUT", this::putReport).on("GET", this::getReport);
    addFunctions();
    url = FunctionUrl.open(function("PaymentHandler"), this::wayOf);
    tasks =
        new StateMachineTasks(
            controlTables,
            tables,
            arn -> function(template.handlerOf(arn)),
            arn -> Optional.ofNullable(executions.get(arn)),
            asked -> asked.equals(alarm.name()) && alarm.isOn());
    machine =
        runner.define(
            template.stateMachineArn(),
            template.definition(),
            TimeScale.ofWaits(1 / timers.speed(), 1 / timers.speed()),
            faults.over(
                task -> {
                  try {
                    power.pass();
                    return tasks.perform(task);
                  } catch (java.io.IOException e) {
                    throw new TaskFailure("States.TaskFailed", String.valueOf(e.getMessage()));
                  }
                },
                arn -> Optional.ofNullable(executions.get(arn)).ifPresent(Execution::stop)));
  }

  private void addFunctions() {
    Map<String, String> failover = template.environmentOf("FailoverHandler");
    Map<String, String> probe = template.environmentOf("ProbeHandler");
    for (Map<String, String> environment : List.of(failover, probe)) {
      environment.put("COOL_DOWN_SECONDS", String.valueOf(timers.coolDown().toSeconds()));
      environment.put("PROBE_TIMEOUT_MILLIS", String.valueOf(timers.probeTimeout().toMillis()));
    }
    add("FailoverHandler", () -> LocalHandlers.of("FailoverHandler", failover, aws.clients(), out));
    add("ProbeHandler", () -> LocalHandlers.probe(probe, aws.clients(), out, timers.speed()));
    Map<String, String> replication = template.environmentOf("ReplicationHandler");
    replication.put("DB_HOST", "localhost");
    replication.put("DB_PORT", String.valueOf(databaseDoor.port()));
    replication.put("DB_NAME", database);
    replication.put("DB_SECRET_ARN", MASTER);
    replication.put("REPLICATION_SECRET_ARN", REPLICATION);
    replication.put("SCHEMAS", "ledger");
    replication.put("HEARTBEAT_SECONDS", "1");
    replication.put("DB_TRUST_STORE_PEM", server.authority().toString());
    ownCluster = FailoverTemplate.variable(replication, "CLUSTER_IDENTIFIER");
    add(
        "ReplicationHandler",
        () -> LocalHandlers.of("ReplicationHandler", replication, aws.clients(), out));
    add(
        "PaymentHandler",
        () ->
            LocalPayments.handler(
                name,
                isPrimary,
                server.address(database, databaseDoor.port()),
                aws.clients(),
                template.controlTable(),
                timers.leaseTime(),
                out));
  }

  private void add(
      String handler, Supplier<com.amazonaws.services.lambda.runtime.RequestStreamHandler> maker) {
    functions.put(handler, new LambdaFunction(handler, Duration.ofSeconds(30), power, maker));
  }

  /** Lets RDS say where the clusters are; the other region's only while that answers. */
  void knows(LocalRegion other) {
    services.on(
        "DescribeDBClusters",
        request -> {
          boolean isOwn = request.text("DBClusterIdentifier").equals(ownCluster);
          if (!isOwn) {
            other.power.pass();
            other.fromPeer.pass();
          }
          return cluster(isOwn ? databaseDoor.port() : other.databaseFromPeer.port());
        });
  }

  /** Reports of rows that only a lost region had. */
  private Response putReport(Request request) {
    reports.put(request.path(), SdkBytes.fromByteArray(request.unchunked()));
    return new Response(200, "application/xml", SdkBytes.fromUtf8String(""));
  }

  private Response getReport(Request request) {
    SdkBytes report = reports.get(request.path());
    return report == null
        ? Response.xmlError(404, "NoSuchKey", "The specified key does not exist.")
        : new Response(200, "text/plain", report);
  }

  private static Response cluster(int port) {
    return Response.xml(
        "<DescribeDBClustersResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
            + "<DescribeDBClustersResult><DBClusters><DBCluster><Endpoint>localhost</Endpoint>"
            + "<Port>"
            + port
            + "</Port></DBCluster></DBClusters></DescribeDBClustersResult>"
            + "</DescribeDBClustersResponse>");
  }

  private Gate wayOf(String accessKey) {
    if (accessKey.equals(AwsDoor.accessKey(name))) {
      return fromItself;
    }
    return accessKey.equals(AwsDoor.accessKey(peer)) ? fromPeer : clients;
  }

  private Response takePoints(Request request) {
    for (int i = 1; request.has("MetricData.member." + i + ".MetricName"); i++) {
      String point = "MetricData.member." + i + ".";
      if (request.text(point + "MetricName").equals(template.alarmMetric())) {
        alarm.add(Double.parseDouble(request.text(point + "Value")));
      }
    }
    return Response.xml(
        "<PutMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
            + "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
            + "</PutMetricDataResponse>");
  }

  private void alarmGoesOff() {
    if (isAutomatic && !isClosing) {
      activate(template.alarmInput());
    }
  }

  /**
   * Starts the schedules: the probe, the upkeep of the replication, the cleaning of the journal.
   */
  void begin() {
    schedule(Duration.ZERO, "ProbeHandler", "{}", Duration.ofSeconds(5));
    schedule(
        Duration.ofMillis(500),
        "ReplicationHandler",
        "{\"operation\":\"maintain\"}",
        Duration.ofSeconds(17));
    schedule(
        Duration.ofSeconds(2),
        "PaymentHandler",
        "{\"operation\":\"cleanJournal\"}",
        Duration.ofSeconds(20));
  }

  private void schedule(Duration pause, String handler, String event, Duration time) {
    Thread thread =
        Daemons.thread(
            () -> {
              while (!isClosing) {
                try {
                  function(handler).invoke(JSON.readTree(event), time);
                } catch (TaskFailure | java.io.IOException e) {
                  pause(Duration.ofMillis(200));
                }
                pause(pause);
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

  TestServer server() {
    return server;
  }

  String database() {
    return database;
  }

  List<String> query(String sql) {
    return server.query(database, sql);
  }

  /** The region is gone: its machines, its network, its API. */
  public void kill() {
    power.cut();
    clients.cut();
    fromPeer.cut();
    databaseDoor.cut();
    databaseFromPeer.cut();
    server.kill();
  }

  /** The region stands still: nothing answers, nothing is refused. */
  public void freeze() {
    power.hang();
    clients.hang();
    fromPeer.hang();
    databaseDoor.hang();
    databaseFromPeer.hang();
  }

  /** The region goes on where it stood still. */
  public void thaw() {
    databaseDoor.heal();
    databaseFromPeer.heal();
    fromPeer.open();
    clients.open();
    power.open();
  }

  /** The region is there again, after it was killed. */
  public void restart() {
    server.restart();
    functions.values().forEach(LambdaFunction::restart);
    thaw();
  }

  /** The other region cannot reach it. */
  public void cutFromPeer() {
    fromPeer.cut();
    databaseFromPeer.cut();
  }

  /** Its own functions cannot reach it from outside, so they cannot tell what is gone. */
  public void cutOwnView() {
    fromItself.cut();
  }

  /** Callers cannot reach it. */
  public void cutFromClients() {
    clients.cut();
  }

  /** It cannot reach the table. */
  public void cutFromTable() {
    tables.cut();
  }

  /** Its database server is killed, and nothing else. */
  public void killDatabase() {
    NotYet.<Object>there();
  }

  /** Its database server is there again. */
  public void restartDatabase() {
    NotYet.<Object>there();
  }

  /** Its database cannot write any more; it can read. */
  public void fillDisk() {
    NotYet.<Object>there();
  }

  /** Its database can write again. */
  public void freeDisk() {
    NotYet.<Object>there();
  }

  /** Its network is slow and loses packets, until {@link #heal()} or the next of these. */
  public void slow(Latency latency) {
    NotYet.<Object>there();
  }

  /** Sets the wall clocks of all its functions, by so much before or after the true time. */
  public void setClockOffset(Duration offset) {
    NotYet.<Object>there();
  }

  /** All ways are open again. */
  public void heal() {
    tables.open();
    clients.open();
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

  @Override
  public void close() {
    isClosing = true;
    heal();
    schedules.forEach(Thread::interrupt);
    started.forEach(Execution::stop);
    url.close();
    aws.close();
    services.close();
    databaseDoor.close();
    databaseFromPeer.close();
  }
}
