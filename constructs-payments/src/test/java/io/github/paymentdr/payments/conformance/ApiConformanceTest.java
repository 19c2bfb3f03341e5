package io.github.paymentdr.payments.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.payments.network.DrNetwork;
import io.github.paymentdr.payments.network.DrNetworkProps;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("S1: the public API of both libraries has one grammar")
class ApiConformanceTest {
  /** By rule and member: why the rule does not hold there. An entry that is not needed fails. */
  private static final ImmutableMap<ApiRule, ImmutableMap<String, String>> EXCEPTIONS =
      ImmutableMap.of(
          ApiRule.NO_MAP_BUT_AN_ENVIRONMENT,
          ImmutableMap.of(
              "IamWildcards.unexplainedIn",
              "takes what the CDK's Template.toJSON() returns",
              "DrTags.asMap",
              "tags are text to text for everybody who reads them"));

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void holds(ApiRule rule) {
    assertThat(rule.faultsIn(MainCode.PUBLIC_API))
        .filteredOn(fault -> exceptionsOf(rule).keySet().stream().noneMatch(isOf(fault)))
        .isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void canFail(ApiRule rule) {
    assertThat(WrongApi.BY_RULE).containsKey(rule);
    WrongApi.Wrong wrong = WrongApi.BY_RULE.get(rule);
    assertThat(rule.faultsIn(wrong.types())).containsExactlyInAnyOrderElementsOf(wrong.faults());
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void everyExceptionIsNeeded(ApiRule rule) {
    List<String> faults = rule.faultsIn(MainCode.PUBLIC_API);
    assertThat(exceptionsOf(rule).keySet())
        .allSatisfy(member -> assertThat(faults).anyMatch(fault -> isOf(fault).test(member)));
  }

  @Test
  void looksAtBothLibraries() {
    assertThat(MainCode.PUBLIC_API)
        .contains(
            RegionPair.class, DrNetwork.class, DrNetworkProps.class, DrNetworkProps.Builder.class)
        .doesNotContain(WrongApi.Bare.class);
    assertThat(MainCode.constructs()).contains(DrNetwork.class);
    assertThat(MainCode.props()).contains(DrNetworkProps.class);
  }

  private static Map<String, String> exceptionsOf(ApiRule rule) {
    return EXCEPTIONS.getOrDefault(rule, ImmutableMap.of());
  }

  private static Predicate<String> isOf(String fault) {
    return member -> fault.startsWith(member + " ");
  }
}
