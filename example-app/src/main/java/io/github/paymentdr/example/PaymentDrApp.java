package io.github.paymentdr.example;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
  /** What follows the message of the CDK or its rule engine: the same again, and its own stack. */
  private static final String CDK_STACK = "(?s)\\n(@jsii/|\u00ab|[A-Za-z]*Error: |\\s+at ).*";

  private static final ObjectMapper JSON = new ObjectMapper();

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
    } catch (RuntimeException e) {
      if (!isFromCdk(e)) {
        throw e;
      }
      fail(String.valueOf(e.getMessage()).replaceAll(CDK_STACK, ""));
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
  static Map<String, Object> contextOf(Path cdkJson) {
    Faults faults = Faults.of(cdkJson.toAbsolutePath().toString());
    try {
      JsonNode context = JSON.readTree(Files.readString(cdkJson)).path("context");
      if (context.isObject()) {
        return JSON.convertValue(context, new TypeReference<Map<String, Object>>() {});
      }
      faults.unless(
          context.isMissingNode() || context.isNull(),
          "context must be a JSON object, got " + context + "; write {\"context\": {...}}");
    } catch (NoSuchFileException e) {
      faults.add("the file does not exist; run the app from the folder example-app");
    } catch (JsonProcessingException e) {
      faults.add("the file must be JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + cdkJson.toAbsolutePath(), e);
    }
    faults.throwIfAny();
    return Map.of();
  }

  /** Faults found while the CDK calls back into Java arrive without their own type. */
  private static boolean isFromCdk(RuntimeException e) {
    return e instanceof JsiiException
        || (e.getClass() == RuntimeException.class
            && String.valueOf(e.getMessage()).contains("@jsii/kernel"));
  }

  private static void fail(String message) {
    System.err.println("cannot synthesise the pair: " + message);
    System.exit(1);
  }
}
