package io.github.paymentdr.core.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.paymentdr.core.encryption.KeyArn;
import io.github.paymentdr.core.recovery.FencingTime;
import io.github.paymentdr.core.recovery.RecoveryBudget;
import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.reference.StackOutput;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.core.validation.Copies;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.NestedStack;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.kms.Alias;
import software.amazon.awscdk.services.kms.Key;

/** What users without null checks, or with parts of another place, are told. */
@DisplayName("Hostile input to the core")
class HostileCoreInputTest {
  private static final RegionPair PAIR = RegionPair.of("us-east-1", "us-west-2");
  private static final App APP = new App();

  static Stream<Arguments> missingValues() {
    return Stream.of(
        fault(
            () -> RegionPair.of(null, null),
            """
            RegionPair has 2 faults:
              - primary region must be known at synthesis, got null; pass a literal value
              - secondary region must be known at synthesis, got null; pass a literal value"""),
        fault(
            () -> PAIR.peerOf(null),
            "RegionPair: region must be known at synthesis, got null; pass a literal value"),
        fault(
            () -> DrNames.Builder.create().suffix(null).build(),
            """
            DrNames has 3 faults:
              - regionPair is required; set regionPair(RegionPair.of(...))
              - application is required; set application("payment-dr")
              - suffix must be known at synthesis, got null; pass a literal value"""),
        fault(
            () -> DrTags.Builder.create().application("a").drTier(null).build(),
            "DrTags: drTier must be known at synthesis, got null; pass a literal value"),
        fault(
            () -> RecoveryObjective.of(null, null),
            """
            RecoveryObjective has 2 faults:
              - recoveryTime is required; pass a duration; five minutes are usual
              - recoveryPoint is required; pass a duration; use zero for no loss"""),
        fault(
            () -> FencingTime.of(null, null, 1),
            """
            FencingTime has 2 faults:
              - leaseTime is required; pass a duration; five seconds are usual
              - functionTimeout is required; pass the time limit of the function that accepts"""),
        fault(
            () -> RecoveryBudget.Builder.create().build(),
            """
            RecoveryBudget has 2 faults:
              - objective is required; set objective(RecoveryObjective.of(recoveryTime, ...))
              - phase is required; add phase("detection", ...)"""),
        fault(
            () -> {
              Faults faults = Faults.of("Keys");
              KeyArn.check(faults, "key", null, List.of("us-east-1"));
              faults.throwIfAny();
            },
            "Keys: key is required; pass the key's ARN"),
        fault(
            () -> StackOutput.ofText(new Stack(), null, "value", "text"),
            "StackOutput: id must be known at synthesis, got null; pass a literal value"),
        fault(
            () -> StackOutput.ofTextList(new Stack(), "Zones", Arrays.asList("a", null), "text"),
            "StackOutput: values of Zones must not contain null, got [a, null]; remove it"));
  }

  @ParameterizedTest
  @MethodSource("missingValues")
  void saysWhatIsMissing(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InvalidInputException.class).hasMessage(message);
  }

  @Test
  void wantsAStackAroundIt() {
    assertThatThrownBy(() -> PAIR.roleOf(APP))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "scope: the construct must be inside a stack, got '' outside of any; pass a stack or a"
                + " construct inside one");
    assertThatThrownBy(() -> Placement.of(null, Faults.of("Order")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("scope: scope is required; pass a stack or a construct inside one");
  }

  @Test
  void refusesKeysOfAnotherRegionAndAliases() {
    Stack stack = stackIn("Keys", "us-east-1", null);
    Faults faults = Faults.of("Order");
    Placement placement = Placement.of(stack, faults);
    placement.requireKey("none", null);
    placement.requireKey("own", new Key(stack, "Own"));
    placement.requireKey(
        "far",
        Key.fromKeyArn(stack, "Far", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd"));
    placement.requireKey("alias", Alias.fromAliasName(stack, "Alias", "alias/payments"));
    assertThatThrownBy(faults::throwIfAny)
        .hasMessage(
            """
            Order has 2 faults:
              - far must be in us-east-1 like the stack, got eu-west-1; use one of the stack's own region
              - alias must be a key, got an alias; IAM policies name keys, so pass the key itself, \
            for example Key.fromKeyArn(...)""");
  }

  @Test
  @DisplayName("E4: an output that Fn::GetStackOutput cannot reach is refused, not misread")
  void refusesOutputsOutOfReach() {
    Stack producer = stackIn("Producer", "us-east-1", "111122223333");
    NestedStack nested = new NestedStack(producer, "Nested");
    Stack sameAccount = stackIn("SameAccount", "us-west-2", "111122223333");
    Stack otherAccount = stackIn("OtherAccount", "us-west-2", "444455556666");
    assertThatThrownBy(() -> StackOutput.ofText(nested, "Id", "a", "text").readIn(sameAccount))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "StackOutput: stack Producer/Nested must not be a nested stack, whose name SameAccount"
                + " cannot know; make the output in the stack around it");
    assertThatThrownBy(() -> StackOutput.ofText(producer, "Id", "a", "text").readIn(otherAccount))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "StackOutput: stack Producer must be in the account of OtherAccount to have its output"
                + " Id read, got 111122223333 and 444455556666; use one account for both");
  }

  @Test
  void copiesKeepWhatIsMissingAndForgetLaterChanges() {
    List<String> list = new ArrayList<>(Arrays.asList("a", null));
    List<String> listCopy = Copies.of(list);
    list.clear();
    assertThat(listCopy).containsExactly("a", null).isUnmodifiable();
    assertThat(Copies.of(null)).isNull();
  }

  private static Stack stackIn(String id, String region, String account) {
    Environment env = Environment.builder().region(region).account(account).build();
    return Stack.Builder.create(APP, id).env(env).build();
  }

  private static Arguments fault(ThrowingCallable call, String message) {
    return arguments(call, message);
  }
}
