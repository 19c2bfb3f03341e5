package io.github.paymentdr.example.drill.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent;
import io.github.paymentdr.example.drill.stepfunctions.StateMachine;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import io.github.paymentdr.example.drill.stepfunctions.TimeScale;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The state machine as synthesised with a real table of its own, and functions that answer what a
 * test wants: for the branches that real parts take once in a year.
 */
final class PlayedMachine {
  static final Duration SOON = Duration.ofMinutes(1);

  static final String OWN = "us-west-2";
  static final String PEER = "us-east-1";

  static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final ControlTableServer tables;
  private final String table = "played-" + COUNTER.incrementAndGet();
  private final Map<String, Deque<Object>> answers = new ConcurrentHashMap<>();
  private final Map<String, Object> always = new ConcurrentHashMap<>();
  private final Map<String, Execution> executions = new ConcurrentHashMap<>();
  private final Set<String> transitions;
  private final Faults faults = new Faults();
  private final StateMachineTasks tasks;
  private final StateMachine machine;
  private final Map<String, CountDownLatch> holds = new ConcurrentHashMap<>();
  private final String own;
  private volatile boolean alarmIsOn;

  /**
   * Makes it with the lease in the other region, which is not healthy.
   *
   * @param transitions is told every transition, as {@code from > to}
   */
  PlayedMachine(
      StateMachineRunner runner,
      ControlTableServer tables,
      FailoverTemplate template,
      Set<String> transitions) {
    this.tables = tables;
    this.transitions = transitions;
    own = template.stateMachineArn().split(":", -1)[3];
    tables.create(table, "id");
    tasks =
        new StateMachineTasks(
            new ControlDoor(tables, table, true),
            new Gate("the table"),
            arn -> played(template.handlerOf(arn)),
            arn -> Optional.ofNullable(executions.get(arn)),
            name -> alarmIsOn);
    machine =
        runner.define(
            template.stateMachineArn(),
            json(template.definition().toString().replace(template.controlTable(), table)),
            TimeScale.ofWaits(0.002, 0.001),
            faults.over(tasks));
    always(
        "assess",
        "{'decision':'GO','detail':'gone','unhealthySince':'2026-11-22T10:00:00.000Z',"
            + "'coolDownUntil':'2026-11-22T10:10:00.000Z'}");
    always("state", "{'fitToTakeOver':true,'problems':[]}");
    always("promote", "{'state':'ACTIVE','lossWindowMillis':10}");
    always("replayJournal", "{'complete':true,'entries':3,'applied':1,'present':2}");
    always("undoHandOver", "{'state':'STANDBY'}");
    always("openTraffic", "{'endpoint':true,'moved':true}");
    always("verify", "{'status':'UP'}");
    always("report", "{'recoverySeconds':20,'withinObjective':true,'subject':'s','message':'m'}");
    lease(peer(), 7, "ACTIVE", "{}");
  }

  /** {@return the region whose state machine it is} */
  String own() {
    return own;
  }

  /** {@return the region that is taken over} */
  String peer() {
    return own.equals(OWN) ? PEER : OWN;
  }

  /** Lets an operation of a function not come to its end until it is released. */
  PlayedMachine hold(String operation) {
    holds.put(operation, new CountDownLatch(1));
    return this;
  }

  void release(String operation) {
    holds.remove(operation).countDown();
  }

  /** Says what an operation of a function answers, a JSON text or an exception. */
  PlayedMachine always(String operation, Object answer) {
    always.put(operation, answer);
    return this;
  }

  /** Says what it answers the next time. */
  PlayedMachine next(String operation, Object answer) {
    answers.computeIfAbsent(operation, name -> new ArrayDeque<>()).add(answer);
    return this;
  }

  PlayedMachine alarm(boolean isOn) {
    alarmIsOn = isOn;
    return this;
  }

  /** Makes the lease what it is to be. */
  PlayedMachine lease(String region, long epoch, String state, String more) {
    ObjectNode item = JSON.createObjectNode();
    item.putObject("id").put("S", "lease");
    item.putObject("activeRegion").put("S", region);
    item.putObject("epoch").put("N", String.valueOf(epoch));
    item.putObject("state").put("S", state);
    item.putObject("coolDownUntil").put("S", Instant.now().minusSeconds(5).toString());
    json(more)
        .properties()
        .forEach(member -> item.putObject(member.getKey()).put("S", member.getValue().asText()));
    tables.put(table, item);
    return this;
  }

  PlayedMachine withoutLease() {
    tables.delete(table, "lease");
    return this;
  }

  /** {@return an attribute of the lease, or null} */
  @Nullable String lease(String attribute) {
    JsonNode value = tables.item(table, "lease").path(attribute);
    return value.isMissingNode() ? null : value.elements().next().asText();
  }

  Faults faults() {
    return faults;
  }

  List<JsonNode> messages() {
    return tasks.messages();
  }

  Execution start(String input) {
    Execution execution = machine.start(json(input));
    executions.put(execution.arn(), execution);
    return execution;
  }

  /** {@return an execution that is over} */
  Execution run(String input) {
    Execution execution = start(input);
    finish(execution);
    return execution;
  }

  void finish(Execution execution) {
    execution.await(SOON);
    List<String> states = execution.states();
    for (int i = 1; i < states.size(); i++) {
      transitions.add(states.get(i - 1) + " > " + states.get(i));
    }
    transitions.addAll(states);
  }

  /** {@return what a run's events say of a state} */
  static List<ExecutionEvent> of(Execution execution, String state) {
    List<ExecutionEvent> found = new ArrayList<>();
    execution.events().stream().filter(event -> event.state().equals(state)).forEach(found::add);
    return found;
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private LambdaFunction played(String name) {
    return new HandlerFunction(
        name,
        Duration.ofSeconds(30),
        new Gate(name),
        () ->
            (event, response, context) ->
                response.write(answer(name, json(new String(event.readAllBytes(), UTF_8)))));
  }

  private byte[] answer(String name, JsonNode event) {
    String operation = event.path("operation").asText();
    String handler =
        switch (operation) {
          case "state", "promote", "undoHandOver" -> "ReplicationHandler";
          case "replayJournal" -> "PaymentHandler";
          default -> "FailoverHandler";
        };
    if (!name.endsWith(handler)) {
      throw new IllegalStateException(name + " does not know " + operation);
    }
    awaitRelease(operation);
    Deque<Object> next = answers.get(operation);
    Object answer = null;
    if (next != null) {
      synchronized (next) {
        answer = next.poll();
      }
    }
    if (answer == null) {
      answer = always.get(operation);
    }
    if (answer instanceof RuntimeException failure) {
      throw failure;
    }
    return json(String.valueOf(answer)).toString().getBytes(UTF_8);
  }

  private void awaitRelease(String operation) {
    CountDownLatch hold = holds.get(operation);
    if (hold == null) {
      return;
    }
    try {
      if (!hold.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException(operation + " was never released");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
