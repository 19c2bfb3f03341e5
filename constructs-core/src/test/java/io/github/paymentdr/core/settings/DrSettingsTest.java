package io.github.paymentdr.core.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;

@DisplayName("DrSettings")
class DrSettingsTest {
  private static final App PLAIN = new App();

  private static DrSettings settings(Map<String, Object> context, Map<String, String> environment) {
    App app = context.isEmpty() ? PLAIN : App.Builder.create().context(context).build();
    return DrSettings.of(app, "PAYMENT_DR", environment);
  }

  @Nested
  class Sources {
    @Test
    @DisplayName("E1: context, else environment variable, else default")
    void inOrder() {
      Map<String, Object> context = Map.of("suffix", "context");
      Map<String, String> environment = Map.of("PAYMENT_DR_SUFFIX", "environment");
      assertThat(settings(context, environment).getText("suffix", "default")).isEqualTo("context");
      assertThat(settings(Map.of(), environment).getText("suffix", "default"))
          .isEqualTo("environment");
      assertThat(settings(Map.of(), Map.of()).getText("suffix", "default")).isEqualTo("default");
    }

    @Test
    void environmentVariableIsInUpperCaseWithUnderscores() {
      assertThat(
              settings(Map.of(), Map.of("PAYMENT_DR_PRIMARY_REGION", "eu-west-1"))
                  .getText("primaryRegion", ""))
          .isEqualTo("eu-west-1");
    }

    @Test
    void contextOfAnyTypeIsReadAsText() {
      DrSettings settings = settings(Map.of("readers", 2, "locked", true), Map.of());
      assertThat(settings.get("readers", 0, Integer::valueOf)).isEqualTo(2);
      assertThat(settings.get("locked", false, Boolean::valueOf)).isTrue();
    }

    @Test
    void thisProcessHasAnEnvironmentToo() {
      assertThat(DrSettings.of(PLAIN, "NO_SUCH_PREFIX").getText("suffix", "default"))
          .isEqualTo("default");
    }

    @Test
    void emptyContextIsAValue() {
      assertThat(
              settings(Map.of("suffix", ""), Map.of("PAYMENT_DR_SUFFIX", "environment"))
                  .getText("suffix", "default"))
          .isEmpty();
    }
  }

  @Nested
  class Lists {
    @Test
    void areJsonListsInContext() {
      assertThat(
              settings(Map.of("alertEmails", List.of("a@example.com", "b@example.com")), Map.of())
                  .getList("alertEmails"))
          .containsExactly("a@example.com", "b@example.com");
    }

    @Test
    void areTextsSeparatedByCommas() {
      assertThat(
              settings(Map.of("alertEmails", " a@example.com ,b@example.com,, "), Map.of())
                  .getList("alertEmails"))
          .containsExactly("a@example.com", "b@example.com");
      assertThat(
              settings(Map.of(), Map.of("PAYMENT_DR_ALERT_EMAILS", "a@example.com,b@example.com"))
                  .getList("alertEmails"))
          .containsExactly("a@example.com", "b@example.com");
    }

    @Test
    void areEmptyByDefault() {
      assertThat(settings(Map.of(), Map.of()).getList("alertEmails")).isEmpty();
    }
  }

  @Nested
  class Faulty {
    @Test
    void namesTheSourceOfEachFault() {
      DrSettings settings =
          settings(Map.of("readers", "many"), Map.of("PAYMENT_DR_NAT_GATEWAYS", "none"));
      assertThat(settings.get("readers", 1, DrSettingsTest::number)).isEqualTo(1);
      assertThat(settings.get("natGateways", 3, DrSettingsTest::number)).isEqualTo(3);
      assertThatThrownBy(settings::throwIfInvalid)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "settings has 2 faults:\n"
                  + "  - readers from context key readers is 'many': use digits\n"
                  + "  - natGateways from environment variable PAYMENT_DR_NAT_GATEWAYS is 'none':"
                  + " use digits");
    }

    @Test
    void takesOverEachFaultOfAParser() {
      DrSettings settings = settings(Map.of("regions", "here/there"), Map.of());
      RegionPair fallback = RegionPair.of("us-east-1", "us-west-2");
      assertThat(
              settings.get(
                  "regions",
                  fallback,
                  text ->
                      RegionPair.of(
                          text.substring(0, text.indexOf('/')),
                          text.substring(text.indexOf('/') + 1))))
          .isSameAs(fallback);
      assertThatThrownBy(settings::throwIfInvalid)
          .hasMessage(
              "settings has 2 faults:\n"
                  + "  - regions from context key regions is 'here/there': primary region must look"
                  + " like us-east-1, got 'here'; use the region's code\n"
                  + "  - regions from context key regions is 'here/there': secondary region must"
                  + " look like us-east-1, got 'there'; use the region's code");
    }

    @Test
    void isSilentWhenAllIsWell() {
      DrSettings settings = settings(Map.of(), Map.of("PAYMENT_DR_READERS", "2"));
      assertThat(settings.get("readers", 1, DrSettingsTest::number)).isEqualTo(2);
      settings.throwIfInvalid();
    }

    @Test
    void leavesOtherExceptionsOfAParserAlone() {
      DrSettings settings = settings(Map.of(), Map.of("PAYMENT_DR_READERS", "2"));
      assertThatThrownBy(
              () ->
                  settings.get(
                      "readers",
                      1,
                      text -> {
                        throw new IllegalStateException("a fault of the parser itself");
                      }))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private static Integer number(String text) {
    if (!text.matches("[0-9]+")) {
      throw new IllegalArgumentException("use digits");
    }
    return Integer.valueOf(text);
  }
}
