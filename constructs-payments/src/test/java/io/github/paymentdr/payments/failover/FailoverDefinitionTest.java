package io.github.paymentdr.payments.failover;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must hold for every state, whatever the way through them. */
@DisplayName("FailoverDefinition")
class FailoverDefinitionTest {
  private static final StepTimes TIMES = new StepTimes(1, 9, 3, 16, 17, 10, 3, 30, 600);
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

  /** Where errors are ignored, because giving up more would tell nobody anything. */
  private static final Set<String> LAST_STEPS =
      ImmutableSet.of(
          "RecordFailure",
          "NotifyFailure",
          "NotifyWaiting",
          "NotifyCoolDown",
          "NotifyFalseAlarm",
          "NotifyDone",
          "UndoHandOver");

  private static Map<String, Map<String, Object>> states(boolean replicates) {
    return asStates(definition(replicates).get("States"));
  }

  private static ImmutableMap<String, Object> definition(boolean replicates) {
    return FailoverDefinition.of("aws", "us-west-2", "us-east-1", replicates, TIMES);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> asStates(@Nullable Object states) {
    return (Map<String, Map<String, Object>>) states;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> list(Map<String, Object> state, String member) {
    return (List<Map<String, Object>>) state.getOrDefault(member, ImmutableList.of());
  }

  private static Map<String, Map<String, Object>> tasks(boolean replicates) {
    Map<String, Map<String, Object>> all = states(replicates);
    return all.keySet().stream()
        .filter(name -> "Task".equals(all.get(name).get("Type")))
        .collect(ImmutableMap.toImmutableMap(name -> name, all::get));
  }

  private static Stream<String> nextOf(Map<String, Object> state) {
    return Stream.of(
            Stream.of("Next", "Default").map(state::get),
            list(state, "Catch").stream().map(handler -> handler.get("Next")),
            list(state, "Choices").stream().map(choice -> choice.get("Next")))
        .flatMap(names -> names)
        .filter(String.class::isInstance)
        .map(String.class::cast);
  }

  private static Stream<String> textsIn(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.values().stream().flatMap(FailoverDefinitionTest::textsIn);
    }
    if (value instanceof Collection<?> values) {
      return values.stream().flatMap(FailoverDefinitionTest::textsIn);
    }
    return value instanceof String text ? Stream.of(text) : Stream.empty();
  }

  private static Set<String> reachableFrom(Map<String, Map<String, Object>> states, String first) {
    Set<String> reached = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(first));
    while (!open.isEmpty()) {
      String name = open.remove();
      if (reached.add(name)) {
        nextOf(states.get(name)).forEach(open::add);
      }
    }
    return reached;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hasTheStatesThatTheRunbookNames(boolean replicates) {
    assertThat(states(replicates))
        .containsKeys(
            "CheckInput",
            "ReadLease",
            "DecideByLease",
            "FindEarlierExecution",
            "AlreadyUnderWay",
            "ResumeLease",
            "WaitForCoolDown",
            "Assess",
            "DecideByAssessment",
            "FalseAlarm",
            "TakeLease",
            "WaitForFencing",
            "ReplayJournal",
            "OpenLease",
            "OpenTraffic",
            "Verify",
            "Report",
            "NotifyDone",
            "Done",
            "RecordFailure",
            "NotifyFailure",
            "Failed");
    List<String> ofReplication =
        List.of("CheckFitness", "Promote", "WaitForPromotion", "HandBackLease");
    if (replicates) {
      assertThat(states(true)).containsKeys(ofReplication.toArray(String[]::new));
    } else {
      assertThat(states(false)).doesNotContainKeys(ofReplication.toArray(String[]::new));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyStateThatIsNamedExistsAndIsReached(boolean replicates) {
    Map<String, Map<String, Object>> states = states(replicates);
    states.forEach(
        (name, state) -> assertThat(states.keySet()).as(name).containsAll(nextOf(state).toList()));
    assertThat(reachableFrom(states, String.valueOf(definition(replicates).get("StartAt"))))
        .containsExactlyInAnyOrderElementsOf(states.keySet());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyStateLeadsSomewhere(boolean replicates) {
    states(replicates)
        .forEach(
            (name, state) -> {
              boolean isEnd = Set.of("Succeed", "Fail").contains(state.get("Type"));
              assertThat(nextOf(state).toList().isEmpty()).as(name).isEqualTo(isEnd);
              if ("Choice".equals(state.get("Type"))) {
                assertThat(state).as(name).containsKey("Default");
              }
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyWayEnds(boolean replicates) {
    Map<String, Map<String, Object>> states = states(replicates);
    states
        .keySet()
        .forEach(
            name ->
                assertThat(reachableFrom(states, name))
                    .as(name)
                    .anyMatch(end -> nextOf(states.get(end)).findAny().isEmpty()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyTaskHasATimeLimitRetriesAndAWayToFail(boolean replicates) {
    tasks(replicates)
        .forEach(
            (name, task) -> {
              assertThat((Integer) task.get("TimeoutSeconds")).as(name).isBetween(1, 900);
              assertThat(list(task, "Retry"))
                  .as(name)
                  .last()
                  .satisfies(
                      retry -> {
                        assertThat(retry).containsEntry("ErrorEquals", List.of("States.ALL"));
                        assertThat((Integer) retry.get("MaxAttempts")).isBetween(1, 8);
                        assertThat((Double) retry.get("BackoffRate")).isGreaterThan(1);
                        assertThat(retry).containsKey("MaxDelaySeconds");
                      });
              assertThat(list(task, "Catch"))
                  .as(name)
                  .last()
                  .satisfies(
                      handler ->
                          assertThat(handler)
                              .containsEntry("ErrorEquals", List.of("States.ALL"))
                              .containsEntry("ResultPath", "$.error"));
            });
  }

  /** It takes Lambda minutes to make a snapshot again that it has dropped. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyFunctionThatIsNotReadyIsWaitedForMinutes(boolean replicates) {
    List<Map<String, Object>> invocations =
        tasks(replicates).values().stream()
            .filter(task -> task.get("Resource").toString().endsWith(":lambda:invoke"))
            .toList();
    assertThat(invocations).hasSizeGreaterThan(4);
    assertThat(invocations)
        .allSatisfy(
            task -> {
              Map<String, Object> retry = list(task, "Retry").get(0);
              assertThat(String.valueOf(retry.get("ErrorEquals")))
                  .contains("Lambda.SnapStartNotReadyException");
              assertThat(pausesOf(retry)).isBetween(240.0, 600.0);
            });
  }

  private static double pausesOf(Map<String, Object> retry) {
    double pause = ((Number) retry.get("IntervalSeconds")).doubleValue();
    double longest = ((Number) retry.get("MaxDelaySeconds")).doubleValue();
    double sum = 0;
    for (int i = 0; i < ((Number) retry.get("MaxAttempts")).intValue(); i++) {
      sum += Math.min(pause, longest);
      pause *= ((Number) retry.get("BackoffRate")).doubleValue();
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyStepThatFailsSaysSoAndTheCommandThatIsNext(boolean replicates) {
    Map<String, Map<String, Object>> states = states(replicates);
    tasks(replicates)
        .forEach(
            (name, task) -> {
              if (!LAST_STEPS.contains(name)) {
                List<Map<String, Object>> handlers = list(task, "Catch");
                assertThat(handlers.get(handlers.size() - 1))
                    .containsEntry("Next", name + "Failed");
                assertThat(failureOf(states, name + "Failed")).containsEntry("step", name);
              }
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyFailureHasACommand(boolean replicates) {
    Map<String, Map<String, Object>> states = states(replicates);
    List<String> failures =
        states.keySet().stream()
            .filter(name -> "$.failure".equals(states.get(name).get("ResultPath")))
            .filter(name -> !name.equals("LookAnew"))
            .toList();
    assertThat(failures).hasSizeGreaterThan(15);
    failures.forEach(
        name ->
            assertThat(failureOf(states, name).get("next.$").toString())
                .as(name)
                .matches("States\\.Format\\('[^']+: \\{}', \\$\\.commands\\.\\w+\\)"));
    Map<?, ?> commands =
        (Map<?, ?>) ((Map<?, ?>) states.get("PrepareRun").get("Parameters")).get("commands");
    assertThat(commands.values())
        .allSatisfy(
            command ->
                assertThat(command.toString())
                    .startsWith("States.Format('aws stepfunctions ")
                    .contains(" --region us-west-2 "));
    assertThat(textsIn(states.get("InputRefused")))
        .anyMatch(text -> text.contains("aws stepfunctions start-execution --region us-west-2"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void commandsThatAreUsedAreThoseThatArePrepared(boolean replicates) {
    Map<String, Map<String, Object>> states = states(replicates);
    Set<String> used =
        textsIn(states)
            .flatMap(text -> Pattern.compile("\\$\\.commands\\.(\\w+)").matcher(text).results())
            .map((MatchResult result) -> result.group(1) + ".$")
            .collect(ImmutableSet.toImmutableSet());
    Map<?, ?> commands =
        (Map<?, ?>) ((Map<?, ?>) states.get("PrepareRun").get("Parameters")).get("commands");
    assertThat(commands.keySet().containsAll(used)).as(used.toString()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void usesNothingButWhatIsFilledIn(boolean replicates) {
    Set<String> placeholders =
        textsIn(states(replicates))
            .flatMap(text -> PLACEHOLDER.matcher(text).results())
            .map((MatchResult result) -> result.group(1))
            .collect(ImmutableSet.toImmutableSet());
    Set<String> expected =
        new LinkedHashSet<>(
            List.of("ControlTable", "FailoverFunction", "PaymentFunction", "Topic", "Alarm"));
    if (replicates) {
      expected.add("ReplicationFunction");
    }
    assertThat(placeholders).containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsReadFromTheOtherRegion(boolean replicates) {
    assertThat(
            tasks(replicates).values().stream()
                .flatMap(task -> Stream.of(task.get("Resource"), task.get("Parameters")))
                .flatMap(FailoverDefinitionTest::textsIn))
        .noneMatch(text -> text.contains("us-east-1"));
  }

  /** A path that is not there ends an execution without any notice. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsComparedBeforeItIsKnownToBeThere(boolean replicates) {
    states(replicates)
        .forEach(
            (name, state) ->
                list(state, "Choices")
                    .forEach(choice -> assertThat(unguarded(choice, false)).as(name).isEmpty()));
  }

  private static List<String> unguarded(Map<?, ?> condition, boolean guarded) {
    if (condition.get("Not") instanceof Map<?, ?> negated) {
      return unguarded(negated, guarded);
    }
    Object conditions = condition.get("And");
    if (conditions == null) {
      conditions = condition.get("Or");
    }
    if (conditions instanceof List<?> list) {
      boolean first =
          condition.containsKey("And")
              && list.get(0) instanceof Map<?, ?> guard
              && Boolean.TRUE.equals(guard.get("IsPresent"));
      return list.stream()
          .map(part -> (Map<?, ?>) part)
          .flatMap(part -> unguarded(part, first).stream())
          .toList();
    }
    return guarded || condition.containsKey("IsPresent")
        ? List.of()
        : List.of(String.valueOf(condition));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> failureOf(
      Map<String, Map<String, Object>> states, String name) {
    assertThat(states).containsKey(name);
    assertThat(states.get(name)).containsEntry("ResultPath", "$.failure");
    return (Map<String, Object>) states.get(name).get("Parameters");
  }
}
