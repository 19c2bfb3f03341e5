package io.github.paymentdr.runtime.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The probe's loop")
class ProbeLoopTest {
  private static final Duration ALL = Duration.ofSeconds(104);

  /** At this time the next one of every interval is as far away as the interval. */
  private Instant wall = Instant.ofEpochSecond(1);

  private long now = 7_000_000_000L;
  private final long start = now;
  private final List<Long> times = new ArrayList<>();
  private final List<Duration> limits = new ArrayList<>();

  @Test
  void probesAtEachIntervalUntilTheNextLoopHasBegun() {
    run(10, ALL, 1_000);
    assertThat(times)
        .containsExactly(
            0L, 10_000L, 20_000L, 30_000L, 40_000L, 50_000L, 60_000L, 70_000L, 80_000L);
    assertThat(limits).containsOnly(Duration.ofSeconds(10));
    assertThat(passed()).isLessThanOrEqualTo(90_000);
  }

  /**
   * Whenever the calls come, up to half a minute late, each period of the alarm has a point, and no
   * two points are further apart than the interval.
   */
  @ParameterizedTest
  @CsvSource({"0, 0", "9990, 30", "3, 29999", "500, 12345", "9999, 1", "4000, 30000"})
  void leavesNoPeriodEmptyWhereLoopsFollowEachOther(long millis, long late) {
    List<Long> points = new ArrayList<>();
    long begin = 1_000_000_000_000L + millis;
    for (long call : new long[] {0, 60_000 + late, 120_000, 180_000 + late}) {
      wall = Instant.ofEpochMilli(begin + call);
      times.clear();
      run(10, ALL, 1_000);
      times.forEach(time -> points.add(begin + call + time));
    }
    List<Long> inOrder = points.stream().sorted().toList();
    for (int i = 1; i < inOrder.size(); i++) {
      assertThat(inOrder.get(i) - inOrder.get(i - 1)).isLessThanOrEqualTo(10_000 + 1_000);
      assertThat(inOrder.get(i) / 10_000 - inOrder.get(i - 1) / 10_000).isLessThanOrEqualTo(1);
    }
    assertThat(inOrder.get(inOrder.size() - 1) - begin).isGreaterThan(240_000);
  }

  @Test
  void beginsAtOnceAlsoWhereTheSecondIsNear() {
    wall = Instant.ofEpochMilli(9_500);
    run(10, ALL, 1_000);
    assertThat(times).startsWith(0L, 1_500L, 11_500L, 21_500L);
    times.clear();
    run(10, ALL, 3_000);
    assertThat(times).startsWith(0L, 3_000L, 11_500L, 21_500L);
  }

  @Test
  void goesOnInStepAfterOneThatTookAllItsTime() {
    run(10, ALL, 10_000);
    assertThat(times).hasSize(9).endsWith(70_000L, 80_000L);
    assertThat(passed()).isEqualTo(90_000);
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
    assertThat(times).startsWith(0L, 41_000L, 50_000L, 60_000L);
  }

  @Test
  void endsInTimeWhereTheIntervalDoesNot() {
    run(7, ALL, 7_000);
    assertThat(times).hasSize(13).endsWith(84_000L);
    assertThat(limits.get(12)).isEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void beginsNoneForWhichThereIsNoTime() {
    run(57, ALL, 1_000);
    assertThat(times).containsExactly(0L, 57_000L);
    times.clear();
    run(44, ALL, 1_000);
    assertThat(times).containsExactly(0L, 44_000L);
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
        Duration.ofSeconds(3),
        Clock.fixed(wall, ZoneOffset.UTC));
  }

  private long passed() {
    return (now - start) / 1_000_000;
  }
}
