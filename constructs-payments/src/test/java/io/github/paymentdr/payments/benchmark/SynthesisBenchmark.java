package io.github.paymentdr.payments.benchmark;

import io.github.paymentdr.payments.testing.MinimalProps;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import software.amazon.awscdk.Stack;

/**
 * Prints what synthesis costs as ratios of times measured in one run, so that figures of different
 * machines can be compared.
 *
 * <p>{@code mvn -B -q -Pbenchmark -pl constructs-payments -am process-test-classes}
 */
public final class SynthesisBenchmark {
  private static final int ROUNDS = 9;

  private SynthesisBenchmark() {}

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    // Before anything else: only once in a process is a template the first one.
    double first = timeOf(MinimalProps::addAllConstructs);
    double[] all = new double[ROUNDS];
    double[] empty = new double[ROUNDS];
    // In turns, so that a change of the machine's speed meets both.
    for (int round = 0; round < ROUNDS; round++) {
      all[round] = timeOf(MinimalProps::addAllConstructs);
      empty[round] = timeOf(stack -> {});
    }
    System.out.printf(
        Locale.ROOT,
        "constructs in the template, one of each kind   %d%n",
        MinimalProps.types().size());
    print("first template : further template", first / medianOf(all));
    print("stack with all constructs : empty stack", medianOf(all) / medianOf(empty));
    for (Class<?> props : MinimalProps.types()) {
      double[] one = new double[ROUNDS];
      Arrays.setAll(one, round -> timeOf(stack -> MinimalProps.addConstruct(props, stack)));
      print(
          "stack with " + props.getSimpleName().replaceFirst("Props$", "") + " : empty stack",
          medianOf(one) / medianOf(empty));
    }
    print(
        "slowest further template : median",
        Arrays.stream(all).max().orElseThrow() / medianOf(all));
  }

  private static double timeOf(Consumer<Stack> content) {
    long start = System.nanoTime();
    Synthesis.primary(content);
    return System.nanoTime() - start;
  }

  private static double medianOf(double[] times) {
    return Arrays.stream(times).sorted().toArray()[times.length / 2];
  }

  private static void print(String what, double ratio) {
    System.out.printf(Locale.ROOT, "%-46s %.1f : 1%n", what, ratio);
  }
}
