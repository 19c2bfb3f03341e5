package io.github.paymentdr.payments.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("DependencyCycles")
class DependencyCyclesTest {
  @Test
  void findsNoneInAChain() {
    assertThat(
            cycles(
                "A", Map.of("Properties", Map.of("Name", Map.of("Ref", "B"))),
                "B", Map.of("DependsOn", List.of("C")),
                "C", Map.of("Properties", Map.of("Region", Map.of("Ref", "AWS::Region")))))
        .isEmpty();
  }

  @Test
  void findsNoneWhereTwoWaitForOne() {
    assertThat(
            cycles(
                "A", Map.of("DependsOn", List.of("B", "C")),
                "B", Map.of("DependsOn", "C"),
                "C", Map.of()))
        .isEmpty();
  }

  @Test
  void findsACircleOfEveryKindOfReference() {
    assertThat(
            cycles(
                "A", Map.of("DependsOn", "B"),
                "B", Map.of("Properties", Map.of("Names", List.of(Map.of("Ref", "C")))),
                "C", Map.of("Properties", Map.of("Arn", Map.of("Fn::GetAtt", List.of("D", "Arn")))),
                "D", Map.of("Properties", Map.of("Arn", Map.of("Fn::GetAtt", "E.Arn"))),
                "E", Map.of("Properties", Map.of("Url", Map.of("Fn::Sub", "https://${A.Name}")))))
        .containsExactly("A > B > C > D > E > A");
  }

  @Test
  void findsACircleThroughTheVariablesOfASubstitution() {
    Map<String, Object> sub =
        Map.of("Fn::Sub", List.of("${Local}", Map.of("Local", Map.of("Ref", "A"))));
    assertThat(cycles("A", Map.of("DependsOn", "B"), "B", Map.of("Properties", Map.of("Url", sub))))
        .containsExactly("A > B > A");
  }

  @Test
  void findsAResourceThatWaitsForItself() {
    assertThat(cycles("A", Map.of("Properties", Map.of("Name", Map.of("Ref", "A")))))
        .containsExactly("A > A");
  }

  @Test
  void findsACircleBehindAnEntry() {
    assertThat(
            cycles(
                "A", Map.of("DependsOn", "B"),
                "B", Map.of("DependsOn", "C"),
                "C", Map.of("DependsOn", "B")))
        .containsExactly("B > C > B");
  }

  private static List<String> cycles(Object... resources) {
    Map<String, Object> byId = new LinkedHashMap<>();
    for (int i = 0; i < resources.length; i += 2) {
      byId.put((String) resources[i], resources[i + 1]);
    }
    return DependencyCycles.in(Map.of("Resources", byId));
  }
}
