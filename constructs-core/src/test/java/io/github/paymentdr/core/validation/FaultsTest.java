package io.github.paymentdr.core.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.Aws;

@DisplayName("Faults")
class FaultsTest {
  private final Faults faults = Faults.of("Order");

  @Test
  void withoutFaultsNothingIsThrown() {
    faults.unless(true, "not added");
    faults.require("amount", 1, "set amount(1)");
    faults.throwIfAny();
  }

  @Test
  void oneFaultIsOneLine() {
    faults.add("amount must be positive, got -1");
    assertThatThrownBy(faults::throwIfAny)
        .isInstanceOf(InvalidInputException.class)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Order: amount must be positive, got -1");
  }

  @Test
  void severalFaultsAreAList() {
    faults.unless(false, "amount must be positive, got -1");
    faults.require("currency", null, "set currency(\"EUR\")");
    assertThatThrownBy(faults::throwIfAny)
        .hasMessage(
            """
            Order has 2 faults:
              - amount must be positive, got -1
              - currency is required; set currency("EUR")""");
  }

  @Test
  void faultsOfANestedValueAreTakenOver() {
    Faults nested = Faults.of("Amount");
    nested.add("one");
    nested.add("two");
    InvalidInputException thrown =
        catchThrowableOfType(InvalidInputException.class, nested::throwIfAny);
    faults.addAll(thrown);
    assertThat(thrown.getFaults()).containsExactly("one", "two");
    assertThatThrownBy(faults::throwIfAny).hasMessage("Order has 2 faults:\n  - one\n  - two");
  }

  @Test
  void knowsTokensFromLiterals() {
    assertThat(faults.requireConcrete("region", "us-east-1")).isTrue();
    assertThat(faults.requireConcrete("text", "looks like ${Token[ but is none")).isTrue();
    faults.throwIfAny();
    assertThat(faults.requireConcrete("region", "in-" + Aws.REGION)).isFalse();
    assertThatThrownBy(faults::throwIfAny)
        .hasMessage(
            "Order: region must be known at synthesis, got a deploy-time token; pass a literal"
                + " value");
  }

  @Test
  void whatWasThrownDoesNotChangeAnyMore() {
    faults.add("one");
    InvalidInputException thrown =
        catchThrowableOfType(InvalidInputException.class, faults::throwIfAny);
    faults.add("two");
    assertThat(thrown.getFaults()).containsExactly("one");
  }
}
