package io.github.paymentdr.payments.testing;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import java.util.function.Consumer;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;

/** Synthesises one scenario; a test class keeps the template in a static field and shares it. */
public final class Synthesis {
  public static final RegionPair PAIR = RegionPair.of("us-east-1", "us-west-2");
  public static final DrNames NAMES =
      DrNames.Builder.create().regionPair(PAIR).application("payment-dr").suffix("test").build();

  private Synthesis() {}

  /** A stack in the pair's primary region, alone in its app. */
  public static Stack primaryStack() {
    return stackIn(PAIR.getPrimary());
  }

  /** A stack in the pair's secondary region, alone in its app. */
  public static Stack secondaryStack() {
    return stackIn(PAIR.getSecondary());
  }

  public static Stack stackIn(String region) {
    return stackIn(new App(), "TestStack", region);
  }

  public static Stack stackIn(App app, String id, String region) {
    return Stack.Builder.create(app, id).env(Environment.builder().region(region).build()).build();
  }

  public static Template primary(Consumer<Stack> content) {
    return templateOf(primaryStack(), content);
  }

  public static Template secondary(Consumer<Stack> content) {
    return templateOf(secondaryStack(), content);
  }

  public static Template templateOf(Stack stack, Consumer<Stack> content) {
    content.accept(stack);
    return Template.fromStack(stack);
  }
}
