package io.github.paymentdr.example;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.jsii.JsiiException;
import software.constructs.Construct;

/**
 * Synthesises the pair: {@code PrimaryStack} and {@code SecondaryStack}, from one configuration.
 *
 * <p>It writes to {@code cdk.out}, or where the CDK CLI tells it to, and prints a summary.
 */
public final class PaymentDrApp {
  private PaymentDrApp() {}

  /**
   * Runs the app; exits with 1 and says why when the configuration or a template is not acceptable.
   *
   * @param args none
   */
  public static void main(String[] args) {
    try {
      Map<String, String> environment = System.getenv();
      App app =
          new App(
              AppProps.builder()
                  .outdir(environment.getOrDefault("CDK_OUTDIR", "cdk.out"))
                  .context(contextOf(Path.of("cdk.json")))
                  .analyticsReporting(false)
                  .build());
      PaymentDrConfig config = PaymentDrConfig.of(app, environment);
      compose(app, config);
      Path assembly = Path.of(app.synth().getDirectory());
      SynthesisSummary summary = SynthesisSummary.of(assembly, config.describe());
      System.out.print(summary);
      System.exit(summary.hasErrors() ? 1 : 0);
    } catch (InvalidInputException e) {
      fail(String.valueOf(e.getMessage()));
    } catch (JsiiException e) {
      // The first line is what the CDK or the rule engine says; the rest is its own stack.
      fail(String.valueOf(e.getMessage()).replaceAll("(?s)\\n\\s+at .*", ""));
    }
  }

  /**
   * Adds both stacks.
   *
   * @param scope the app, or a stage of it
   * @param config what both stacks share
   */
  static void compose(Construct scope, PaymentDrConfig config) {
    PrimaryStack primary = new PrimaryStack(scope, "PrimaryStack", config);
    SecondaryStack secondary = new SecondaryStack(scope, "SecondaryStack", config, primary);
    if (config.readPrimaryOutputs()) {
      // Otherwise the CLI would deploy the primary too, which it cannot while the region is lost.
      secondary.addStackDependency(primary);
    }
  }

  /**
   * The context of {@code cdk.json}, so that Maven and the CDK CLI synthesise the same. What the
   * CLI passes on its command line goes before it.
   */
  @SuppressWarnings("unchecked")
  static Map<String, Object> contextOf(Path cdkJson) {
    try {
      Map<String, Object> root = new ObjectMapper().readValue(Files.readString(cdkJson), Map.class);
      return (Map<String, Object>) root.getOrDefault("context", Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + cdkJson.toAbsolutePath(), e);
    }
  }

  private static void fail(String message) {
    System.err.println("cannot synthesise the pair: " + message);
    System.exit(1);
  }
}
