package io.github.paymentdr.core.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.validation.InvalidInputException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.Aws;

@DisplayName("DrNames")
class DrNamesTest {
  private static final RegionPair PAIR = RegionPair.of("us-east-1", "us-west-2");
  private static final DrNames NAMES = names("payment-dr", "test");

  private static DrNames names(String application, String suffix) {
    return DrNames.Builder.create()
        .regionPair(PAIR)
        .application(application)
        .suffix(suffix)
        .build();
  }

  @Nested
  class Forms {
    @Test
    void pairNameIsTheSameInBothRegions() {
      assertThat(NAMES.pairName("sessions")).isEqualTo("payment-dr-sessions-test");
      assertThat(names("payment-dr", "").pairName("sessions")).isEqualTo("payment-dr-sessions");
    }

    @Test
    void regionalNameHasTheRegion() {
      assertThat(NAMES.regionalName("orders", RegionRole.PRIMARY))
          .isEqualTo("payment-dr-orders-test-us-east-1");
      assertThat(NAMES.regionalName("orders", RegionRole.SECONDARY))
          .isEqualTo("payment-dr-orders-test-us-west-2");
    }

    @Test
    void globalNameHasTheAccountToo() {
      assertThat(NAMES.globalName("assets", RegionRole.PRIMARY))
          .isEqualTo("payment-dr-assets-test-us-east-1-" + Aws.ACCOUNT_ID);
    }

    @Test
    void stackNameHasTheRole() {
      assertThat(NAMES.stackName(RegionRole.PRIMARY)).isEqualTo("payment-dr-primary-test");
      assertThat(names("payment-dr", "").stackName(RegionRole.SECONDARY))
          .isEqualTo("payment-dr-secondary");
    }

    @Test
    void tellsWhatItIsMadeOf() {
      assertThat(NAMES.getRegionPair()).isSameAs(PAIR);
      assertThat(NAMES.getApplication()).isEqualTo("payment-dr");
      assertThat(NAMES.getSuffix()).isEqualTo("test");
    }

    @Test
    void sameInputGivesTheSameNames() {
      assertThat(names("payment-dr", "test").regionalName("orders", RegionRole.PRIMARY))
          .isEqualTo(NAMES.regionalName("orders", RegionRole.PRIMARY));
    }

    @Test
    @DisplayName("E1: two pairs with different suffixes have no name in common")
    void twoPairsDiffer() {
      DrNames other = names("payment-dr", "other");
      assertThat(other.pairName("sessions")).isNotEqualTo(NAMES.pairName("sessions"));
      for (RegionRole role : RegionRole.values()) {
        assertThat(other.regionalName("a", role)).isNotEqualTo(NAMES.regionalName("a", role));
        assertThat(other.globalName("a", role)).isNotEqualTo(NAMES.globalName("a", role));
        assertThat(other.stackName(role)).isNotEqualTo(NAMES.stackName(role));
      }
    }
  }

  @Nested
  class Lengths {
    private final DrNames longest =
        DrNames.Builder.create()
            .regionPair(RegionPair.of("ap-southeast-1", "ap-northeast-1"))
            .application("abcdefghijklmn")
            .suffix("abcdefghij")
            .build();

    @Test
    void longestGlobalNameFits63Characters() {
      String name = longest.globalName("purposes9", RegionRole.PRIMARY);
      assertThat(name.replace(Aws.ACCOUNT_ID, "123456789012"))
          .isEqualTo("abcdefghijklmn-purposes9-abcdefghij-ap-southeast-1-123456789012")
          .hasSize(63);
      assertThatThrownBy(() -> longest.globalName("purpose-10", RegionRole.PRIMARY))
          .hasMessage(
              "DrNames: the name abcdefghijklmn-purpose-10-abcdefghij-ap-southeast-1 must have at"
                  + " most 50 characters, got 51; shorten the purpose by 1");
    }

    @Test
    void longestRegionalAndPairNamesFit63Characters() {
      String purpose = "p".repeat(22);
      assertThat(longest.regionalName(purpose, RegionRole.PRIMARY)).hasSize(63);
      assertThat(longest.pairName(purpose + "p".repeat(15))).hasSize(63);
      assertThatThrownBy(() -> longest.regionalName(purpose + "pp", RegionRole.PRIMARY))
          .hasMessageEndingWith(
              "must have at most 63 characters, got 65; shorten the purpose by 2");
      assertThatThrownBy(() -> longest.pairName(purpose + "p".repeat(16)))
          .hasMessageEndingWith(
              "must have at most 63 characters, got 64; shorten the purpose by 1");
    }
  }

  @Nested
  class Faulty {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "Test",
          "test_1",
          "-test",
          "test-",
          "te--st",
          "te.st",
          " ",
          "-",
          "ä",
          "elevenchars",
          "line\n",
        })
    void suffix(String suffix) {
      assertThatThrownBy(() -> names("payment-dr", suffix))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "DrNames: suffix must be at most 10 lower-case letters, digits and single hyphens,"
                  + " got '"
                  + suffix
                  + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Payment", "1payment", "pay_ment", "pay--ment", "fifteen-letters"})
    void application(String application) {
      assertThatThrownBy(() -> names(application, ""))
          .hasMessage(
              "DrNames: application must be at most 14 lower-case letters, digits and single"
                  + " hyphens, starting with a letter, got '"
                  + application
                  + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Sessions", "my_sessions", "a--b", "-a", "a-"})
    void purpose(String purpose) {
      assertThatThrownBy(() -> NAMES.pairName(purpose))
          .hasMessage(
              "DrNames: purpose must be lower-case letters, digits and single hyphens, got '"
                  + purpose
                  + "'");
    }

    @Test
    void tokens() {
      assertThatThrownBy(() -> names(Aws.STACK_NAME, Aws.REGION))
          .hasMessage(
              "DrNames has 2 faults:\n"
                  + "  - application must be known at synthesis, got a deploy-time token; pass a"
                  + " literal value\n"
                  + "  - suffix must be known at synthesis, got a deploy-time token; pass a literal"
                  + " value");
      assertThatThrownBy(() -> NAMES.pairName(Aws.REGION))
          .hasMessage(
              "DrNames: purpose must be known at synthesis, got a deploy-time token; pass a literal"
                  + " value");
    }

    @Test
    void allAtOnce() {
      assertThatThrownBy(() -> DrNames.Builder.create().suffix("A").build())
          .hasMessage(
              "DrNames has 3 faults:\n"
                  + "  - regionPair is required; set regionPair(RegionPair.of(...))\n"
                  + "  - application is required; set application(\"payment-dr\")\n"
                  + "  - suffix must be at most 10 lower-case letters, digits and single hyphens,"
                  + " got 'A'");
    }
  }
}
