package io.github.paymentdr.payments.determinism;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.tagging.DrTags;
import io.github.paymentdr.payments.testing.MinimalProps;
import io.github.paymentdr.payments.testing.Synthesis;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;

/** Synthesises every construct for both regions, as a process of its own. */
public final class SynthesisProcess {
  /** The exit code of a JVM whose collections have the other order; start another one. */
  static final int OTHER_ORDER = 75;

  /** Traces name the temporary folder into which jsii unpacks the CDK. */
  private static final ImmutableMap<String, Boolean> WITHOUT_TRACES =
      ImmutableMap.of("aws:cdk:disable-creation-stack-traces", true);

  private SynthesisProcess() {}

  /**
   * Runs the process.
   *
   * @param arguments the order that immutable sets must have in this JVM ({@code ab} or {@code
   *     ba}), then the folders to synthesise into, one after the other
   */
  public static void main(String[] arguments) {
    if (!String.join("", Set.of("a", "b")).equals(arguments[0])) {
      System.exit(OTHER_ORDER);
    }
    List.of(arguments).stream().skip(1).map(Path::of).forEach(SynthesisProcess::synthesise);
  }

  private static void synthesise(Path folder) {
    App app =
        new App(
            AppProps.builder()
                .outdir(folder.toString())
                .stackTraces(false)
                .context(WITHOUT_TRACES)
                .build());
    DrTags tags = DrTags.Builder.create().application("PaymentProcessor").build();
    for (String region : Synthesis.PAIR.getRegions()) {
      Stack stack = Synthesis.stackIn(app, "All-" + region, region);
      MinimalProps.addAllConstructs(stack);
      tags.applyTo(stack);
    }
    app.synth();
  }
}
