package io.github.paymentdr.runtime.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The probe's loop")
class ProbeLoopTest {
  private static final Duration ALL = Duration.ofSeconds(64);

  private long now = 7_000_000_000L;
  private final long start = now;
  private final List<Long> times = new ArrayList<>();
  private final List<Duration> limits = new ArrayList<>();

  @Test
  void probesAtEachIntervalUntilTheMinuteIsOver() {
    run(10, ALL, 1_000);
    assertThat(times).containsExactly(0L, 10_000L, 20_000L, 30_000L, 40_000L, 50_000L);
    assertThat(limits).containsOnly(Duration.ofSeconds(10));
    assertThat(passed()).isLessThanOrEqualTo(60_000);
  }

  @Test
  void goesOnInStepAfterOneThatTookAllItsTime() {
    run(10, ALL, 10_000);
    assertThat(times).containsExactly(0L, 10_000L, 20_000L, 30_000L, 40_000L, 50_000L);
    assertThat(passed()).isEqualTo(60_000);
  }

  @Test
  void probesALittleLateWithLessTime() {
    run(10, ALL, 12_000, 1_000, 1_000);
    assertThat(times).startsWith(0L, 12_000L, 20_000L);
    assertThat(limits.get(1)).isEqualTo(Duration.ofSeconds(8));
  }

  @Test
  void leavesOutATimeThatIsAlmostOver() {
    run(10, ALL, 18_000, 1_000);
    assertThat(times).startsWith(0L, 20_000L, 30_000L);
  }

  @Test
  void neverMakesUpForTimesThatWentBy() {
    run(10, ALL, 41_000, 1_000);
    assertThat(times).containsExactly(0L, 41_000L, 50_000L);
  }

  @Test
  void endsWithTheMinuteWhereTheIntervalDoesNot() {
    run(7, ALL, 7_000);
    assertThat(times).hasSize(9).endsWith(56_000L);
    assertThat(limits.get(8)).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void beginsNoneForWhichThereIsNoTime() {
    run(57, ALL, 1_000);
    assertThat(times).containsExactly(0L, 57_000L);
    times.clear();
    run(58, ALL, 1_000);
    assertThat(times).containsExactly(0L);
  }

  @ParameterizedTest
  @CsvSource({"25, 3", "0, 0", "-5, 0", "2, 0", "3, 1"})
  void endsWhenTheFunctionMust(long seconds, int probes) {
    run(10, Duration.ofSeconds(seconds), 1_000);
    assertThat(times).hasSize(probes);
  }

  @Test
  void endsWhenItIsInterrupted() {
    ProbeLoop loop = loop(10);
    loop.run(
        ALL,
        limit -> {
          times.add(passed());
          Thread.currentThread().interrupt();
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(times).hasSize(1);
  }

  private void run(int interval, Duration available, long... durations) {
    now = start;
    int made =
        loop(interval)
            .run(
                available,
                limit -> {
                  long duration = durations[Math.min(times.size(), durations.length - 1)];
                  times.add(passed());
                  limits.add(limit);
                  // Each question has an end of its own; only what comes after may be late.
                  boolean isLast = limit.compareTo(Duration.ofSeconds(interval)) < 0;
                  now +=
                      Duration.ofMillis(isLast ? Math.min(duration, limit.toMillis()) : duration)
                          .toNanos();
                });
    assertThat(made).isEqualTo(times.size());
  }

  private ProbeLoop loop(int interval) {
    return new ProbeLoop(
        () -> now,
        pause -> now += pause.toNanos(),
        Duration.ofSeconds(interval),
        Duration.ofSeconds(3));
  }

  private long passed() {
    return (now - start) / 1_000_000;
  }
}
