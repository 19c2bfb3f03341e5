package io.github.paymentdr.example.drill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.example.drill.pair.Mutation;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.Tenure;
import io.github.paymentdr.example.drill.report.Verdict;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A drill that cannot fail proves nothing: each safeguard that is taken away must be missed. */
@DisplayName("B2: the drill fails when a safeguard is missing")
@Timeout(300)
class MutationTest {
  private static DisasterReport play(Mutation mutation, String disaster, String speed, String rate)
      throws OptionsException {
    String name = mutation.name().toLowerCase(Locale.ROOT);
    DrillOptions options =
        DrillOptions.read(
            List.of(
                "--disasters=" + disaster,
                "--speed=" + speed,
                "--rate=" + rate,
                "--seed=1",
                "--report=target/mutations/" + name),
            Map.of(),
            Map.of());
    DisasterReport report =
        new DrillRun(
                options, mutation, Map.of("CI", "true"), new PrintStream(System.out, true, UTF_8))
            .run()
            .disasters()
            .get(0);
    assertThat(report.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(report.evidence()).isNotEmpty();
    return report;
  }

  /** A payment whose commit is kept by the network is answered when the other region has opened. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void fencingWaitRemovedIsSeenAsTwoWriters() throws OptionsException {
    DisasterReport report = play(Mutation.FENCING_WAIT_REMOVED, "region-slow", "4", "5");
    assertThat(report.twoWriters()).as("%s", report.failures()).isPositive();
  }

  /** What was accepted while nothing was replicated is nowhere. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void journalRemovedIsSeenAsLostPayments() throws OptionsException {
    DisasterReport report = play(Mutation.JOURNAL_REMOVED, "regions-disconnected", "5", "5");
    assertThat(report.lost()).as("%s", report.failures()).isPositive();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void promotionLeftOutIsSeenAsNoRecovery() throws OptionsException {
    DisasterReport report = play(Mutation.PROMOTION_LEFT_OUT, "region-killed", "5", "5");
    assertThat(report.rtoSeconds()).as("%s", report.failures()).isNull();
    assertThat(report.timeline().tenures())
        .as("the lease was taken, and what took it could not open")
        .extracting(Tenure::region)
        .containsExactly("us-east-1", "us-west-2");
    assertThat(report.failures())
        .anyMatch(failure -> failure.contains("us-west-2 takes over and accepts payments"))
        .contains("no region took over");
  }

  /** An answer that was lost is asked for again. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void idempotencyLeftOutIsSeenAsDoubledPayments() throws OptionsException {
    DisasterReport report = play(Mutation.IDEMPOTENCY_LEFT_OUT, "region-slow", "5", "5");
    assertThat(report.doubled()).as("%s", report.failures()).isPositive();
  }
}
