package io.github.paymentdr.example.drill.stepfunctions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.paymentdr.example.drill.stepfunctions.Execution.End;
import io.github.paymentdr.example.drill.stepfunctions.Execution.Status;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The interpreter does with small definitions what AWS would. */
@DisplayName("State machines in the interpreter")
class StateMachineRunnerTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_SINGLE_QUOTES).build();
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String ARN = "arn:aws:states:us-west-2:123456789012:stateMachine:small";
  private static final String TASK =
      "'Type':'Task','Resource':'arn:aws:states:::lambda:invoke','Parameters':{'FunctionName':'f'}";

  private static StateMachineRunner runner;

  @BeforeAll
  static void start() {
    runner = StateMachineRunner.start();
  }

  @AfterAll
  static void stop() {
    runner.close();
  }

  @Test
  void taskIsGivenItsParametersAndItsResultGoesOn() {
    Execution execution =
        run(
            """
            {'StartAt':'Ask','States':{
              'Ask':{'Type':'Task','Resource':'arn:aws:states:::lambda:invoke',
                'Parameters':{'FunctionName':'f','Payload':{'operation':'assess','mode.$':'$.mode'}},
                'ResultSelector':{'decision.$':'$.Payload.decision'},
                'ResultPath':'$.assessment','Next':'Done'},
              'Done':{'Type':'Succeed'}}}
            """,
            "{'mode':'planned'}",
            task -> {
              assertThat(task.state()).isEqualTo("Ask");
              assertThat(task.resource()).isEqualTo("arn:aws:states:::lambda:invoke");
              assertThat(task.parameters())
                  .isEqualTo(
                      json(
                          "{'FunctionName':'f','Payload':{'operation':'assess','mode':'planned'}}"));
              return json("{'Payload':{'decision':'GO'},'StatusCode':200}");
            });
    assertThat(execution.await(SOON).output())
        .isEqualTo(json("{'mode':'planned','assessment':{'decision':'GO'}}"));
    assertThat(execution.states()).containsExactly("Ask", "Done");
    assertThat(execution.events().get(0).input()).isEqualTo(json("{'mode':'planned'}"));
  }

  @Test
  void intrinsicFunctionsAndContextAreThoseOfAws() {
    Execution execution =
        run(
            """
            {'StartAt':'Make','States':{'Make':{'Type':'Pass','Parameters':{
              'epoch.$':'States.MathAdd(States.StringToJson($.Item.epoch.N), 1)',
              'text.$':"States.Format('epoch {} of {}, it\\\\'s {}', $.Item.epoch.N, 'payments', true)",
              'execution.$':'$$.Execution.Id','machine.$':'$$.StateMachine.Id',
              'merged.$':"States.JsonMerge(States.StringToJson('\\\\{\\"a\\":1,\\"b\\":2\\\\}'), $$.Execution.Input, false)",
              'json.$':"States.Format('\\\\{\\"mode\\":\\"{}\\"\\\\}', $.Item.epoch.N)",
              'state.$':'$$.State.Name','entered.$':'$$.State.EnteredTime',
              'started.$':'$$.Execution.StartTime'},'End':true}}}
            """,
            "{'Item':{'epoch':{'N':'41'}}}",
            task -> TextNode.valueOf(""));
    JsonNode output = execution.await(SOON).output();
    assertThat(output.get("epoch").asInt()).isEqualTo(42);
    assertThat(output.get("text").asText()).isEqualTo("epoch 41 of payments, it's true");
    assertThat(output.get("execution").asText())
        .isEqualTo(execution.arn())
        .startsWith("arn:aws:states:us-west-2:123456789012:execution:small:");
    assertThat(output.get("machine").asText()).isEqualTo(ARN);
    assertThat(output.get("merged")).isEqualTo(json("{'a':1,'b':2,'Item':{'epoch':{'N':'41'}}}"));
    assertThat(output.get("json").asText()).isEqualTo("{\"mode\":\"41\"}");
    assertThat(output.get("state").asText()).isEqualTo("Make");
    assertThat(output.get("entered").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*\\.\\d{3}Z");
    assertThat(Instant.parse(output.get("started").asText()))
        .isBetween(execution.startedAt().minusSeconds(1), Instant.now());
  }

  @Test
  void errorIsRetriedAsOftenAsItsNameSaysAndThenCaught() {
    AtomicInteger calls = new AtomicInteger();
    Execution execution =
        run(
            """
            {'StartAt':'Take','States':{
              'Take':{%s,
                'Retry':[
                  {'ErrorEquals':['Lambda.TooManyRequestsException'],'MaxAttempts':2,'IntervalSeconds':1},
                  {'ErrorEquals':['States.ALL'],'MaxAttempts':1,'IntervalSeconds':1}],
                'Catch':[
                  {'ErrorEquals':['DynamoDB.ConditionalCheckFailedException'],
                    'ResultPath':'$.error','Next':'Lost'},
                  {'ErrorEquals':['States.ALL'],'ResultPath':'$.error','Next':'Broken'}],
                'Next':'Done'},
              'Lost':{'Type':'Pass','End':true},
              'Broken':{'Type':'Fail','Error':'E','CausePath':'$.error.Cause'},
              'Done':{'Type':'Succeed'}}}
            """
                .formatted(TASK),
            "{'a':1}",
            task -> {
              switch (calls.incrementAndGet()) {
                case 1, 2 -> throw new TaskFailure("Lambda.TooManyRequestsException", "slow down");
                case 3 -> throw new TaskFailure("States.Timeout", "late");
                default ->
                    throw new TaskFailure("DynamoDB.ConditionalCheckFailedException", "not so");
              }
            });
    End end = execution.await(SOON);
    assertThat(end.status()).isEqualTo(Status.SUCCEEDED);
    assertThat(calls).hasValue(4);
    assertThat(end.output())
        .isEqualTo(
            json(
                "{'a':1,'error':{'Error':'DynamoDB.ConditionalCheckFailedException',"
                    + "'Cause':'not so'}}"));
    assertThat(execution.states()).containsExactly("Take", "Lost");
    assertThat(execution.events())
        .extracting(ExecutionEvent::kind)
        .filteredOn(kind -> kind == Kind.RETRIED)
        .hasSize(3);
  }

  @Test
  void failStateTellsErrorAndCause() {
    Execution execution =
        run(
            """
            {'StartAt':'No','States':{'No':{'Type':'Fail','ErrorPath':'$.e','CausePath':'$.c'}}}
            """,
            "{'e':'Failed','c':'because'}",
            task -> TextNode.valueOf(""));
    End end = execution.await(SOON);
    assertThat(end.status()).isEqualTo(Status.FAILED);
    assertThat(end.error()).isEqualTo("Failed");
    assertThat(end.cause()).isEqualTo("because");
  }

  @Test
  void timeLimitOfTaskIsEnforced() {
    CountDownLatch never = new CountDownLatch(1);
    String definition =
        """
        {'StartAt':'Hang','States':{
          'Hang':{%s,'TimeoutSeconds':10,
            'Catch':[{'ErrorEquals':['States.Timeout'],'Next':'Late'}],'Next':'Done'},
          'Late':{'Type':'Pass','End':true},'Done':{'Type':'Succeed'}}}
        """
            .formatted(TASK);
    Execution execution =
        runner
            .define(
                ARN,
                json(definition),
                new TimeScale(1, 1, 0.01, 1),
                task -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return TextNode.valueOf("");
                })
            .start(json("{}"));
    execution.await(SOON);
    never.countDown();
    assertThat(execution.states()).containsExactly("Hang", "Late");
  }

  @Test
  void waitsAreScaledAndTimestampOfThePastEndsAtOnce() {
    String definition =
        """
        {'StartAt':'Seconds','States':{
          'Seconds':{'Type':'Wait','Seconds':10,'Next':'Path'},
          'Path':{'Type':'Wait','SecondsPath':'$.seconds','Next':'Past'},
          'Past':{'Type':'Wait','TimestampPath':'$.past','Next':'Future'},
          'Future':{'Type':'Wait','TimestampPath':'$.future','End':true}}}
        """;
    Instant now = Instant.now();
    Execution execution =
        runner
            .define(ARN, json(definition), new TimeScale(0.02, 1, 1, 0.005), task -> null)
            .start(
                json(
                    "{'seconds':10,'past':'"
                        + now.minusSeconds(3600)
                        + "','future':'"
                        + now.plusSeconds(60)
                        + "'}"));
    End end = execution.await(SOON);
    assertThat(end.output().get("seconds").asInt()).isEqualTo(10);
    assertThat(stay(execution, "Seconds")).isBetween(200L, 1_500L);
    assertThat(stay(execution, "Path")).isBetween(200L, 1_500L);
    assertThat(stay(execution, "Past")).isLessThan(150);
    assertThat(stay(execution, "Future")).isBetween(250L, 1_500L);
  }

  @Test
  void absenceIsSeenByChoices() {
    String definition =
        """
        {'StartAt':'Look','States':{
          'Look':{'Type':'Choice','Choices':[
            {'And':[{'Variable':'$.item','IsPresent':true},
              {'Variable':'$.item.openedAt','IsPresent':false}],'Next':'Open'},
            {'Variable':'$.item','IsPresent':false,'Next':'Nothing'}],'Default':'Rest'},
          'Open':{'Type':'Pass','End':true},'Nothing':{'Type':'Pass','End':true},
          'Rest':{'Type':'Pass','End':true}}}
        """;
    assertThat(pathOf(definition, "{'item':{}}")).containsExactly("Look", "Open");
    assertThat(pathOf(definition, "{}")).containsExactly("Look", "Nothing");
    assertThat(pathOf(definition, "{'item':{'openedAt':1}}")).containsExactly("Look", "Rest");
  }

  @Test
  void missingValueFailsTheExecutionAndNothingCatchesIt() {
    Execution execution =
        run(
            """
            {'StartAt':'Ask','States':{
              'Ask':{'Type':'Task','Resource':'arn:aws:states:::lambda:invoke',
                'Parameters':{'x.$':'$.missing'},
                'Retry':[{'ErrorEquals':['States.ALL']}],
                'Catch':[{'ErrorEquals':['States.ALL'],'Next':'Done'}],'Next':'Done'},
              'Done':{'Type':'Succeed'}}}
            """,
            "{}",
            task -> TextNode.valueOf(""));
    End end = execution.await(SOON);
    assertThat(end.status()).isEqualTo(Status.FAILED);
    assertThat(end.error()).isEqualTo("States.Runtime");
  }

  @Test
  void executionsRunSideBySideAndOneCanBeStopped() {
    CountDownLatch both = new CountDownLatch(2);
    StateMachine machine =
        runner.define(
            ARN,
            json(
                """
                {'StartAt':'Meet','States':{'Meet':{%s,'Next':'Rest'},
                  'Rest':{'Type':'Wait','SecondsPath':'$.seconds','End':true}}}
                """
                    .formatted(TASK)),
            TimeScale.REAL,
            task -> {
              both.countDown();
              try {
                both.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return json("{'seconds':" + (task.execution().isEmpty() ? 0 : 3600) + "}");
            });
    List<Execution> executions = List.of(machine.start(json("{}")), machine.start(json("{}")));
    executions.forEach(execution -> execution.awaitState("Rest", SOON));
    executions.forEach(execution -> assertThat(execution.status()).isEqualTo(Status.RUNNING));
    executions.forEach(Execution::stop);
    executions.forEach(
        execution -> assertThat(execution.await(SOON).status()).isEqualTo(Status.ABORTED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'StartAt':'A','States':{'A':{'Type':'Pass','Next':'B'}}}",
        "{'StartAt':'A','QueryLanguage':'JSONata','States':{'A':{'Type':'Pass','End':true}}}",
        "{'StartAt':'A','States':{'A':{'Type':'Pass','Assign':{'x':1},'End':true}}}",
        "{'StartAt':'A','States':{'A':{'Type':'Pass','Parameters':{'x.$':'States.UUID()'},"
            + "'End':true}}}",
      })
  void definitionThatWouldNotRunAsOnAwsIsRefused(String definition) {
    Execution execution =
        runner.define(ARN, json(definition), TimeScale.REAL, task -> null).start(json("{}"));
    assertThatThrownBy(() -> execution.await(SOON))
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
  }

  private static List<String> pathOf(String definition, String input) {
    Execution execution = run(definition, input, task -> TextNode.valueOf(""));
    execution.await(SOON);
    return execution.states();
  }

  private static Execution run(String definition, String input, TaskWorker worker) {
    return runner
        .define(ARN, json(definition), TimeScale.ofWaits(0.01, 0.01), worker)
        .start(json(input));
  }

  private static long stay(Execution execution, String state) {
    List<ExecutionEvent> events =
        execution.events().stream().filter(event -> event.state().equals(state)).toList();
    return Duration.between(events.get(0).at(), events.get(events.size() - 1).at()).toMillis();
  }

  /** JSON, in which single quotes will do. */
  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
