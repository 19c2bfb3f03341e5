package io.github.paymentdr.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Stage;
import software.amazon.awscdk.assertions.Template;
import software.constructs.IConstruct;

@DisplayName("Two pairs in one app")
class TwoPairsTest {
  private static final Pattern NAME = Pattern.compile("payment-dr-[a-z0-9-]+");

  private static String blue;
  private static String green;

  @BeforeAll
  static void compose() {
    App app =
        new App(
            AppProps.builder()
                .context(PaymentDrApp.contextOf(Path.of("cdk.json")))
                .analyticsReporting(false)
                .build());
    blue = templatesOf(app, "blue");
    green = templatesOf(app, "green");
  }

  private static String templatesOf(App app, String suffix) {
    Stage stage = new Stage(app, suffix);
    PaymentDrApp.compose(stage, PaymentDrConfig.of(app, Map.of("PAYMENT_DR_SUFFIX", suffix)));
    StringBuilder templates = new StringBuilder();
    for (IConstruct child : stage.getNode().getChildren()) {
      templates.append(Template.fromStack((Stack) child).toJSON());
    }
    return templates.toString();
  }

  @Test
  @DisplayName("E1: share no name when their suffixes differ")
  void shareNoName() {
    Set<String> shared = namesIn(blue);
    shared.retainAll(namesIn(green));
    assertThat(shared).isEmpty();
  }

  private static Set<String> namesIn(String templates) {
    Set<String> names = new TreeSet<>();
    NAME.matcher(templates).results().map(MatchResult::group).forEach(names::add);
    assertThat(names).isNotEmpty();
    return names;
  }
}
