package io.github.paymentdr.example.drill.measure;

import static java.util.Comparator.comparingDouble;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.load.LoadCount;
import io.github.paymentdr.example.drill.pair.AlarmChange;
import io.github.paymentdr.example.drill.pair.FailoverStep;
import io.github.paymentdr.example.drill.pair.LeaseTenure;
import io.github.paymentdr.example.drill.report.Mark;
import io.github.paymentdr.example.drill.report.Sample;
import io.github.paymentdr.example.drill.report.Step;
import io.github.paymentdr.example.drill.report.Tenure;
import io.github.paymentdr.example.drill.report.Timeline;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts what happened in the order of time. */
final class Timelines {
  private final Course course;
  private final TreeMap<Long, Interval> intervals = new TreeMap<>();

  private Timelines(Course course) {
    this.course = course;
  }

  /** What was seen in an interval, as it is counted. */
  private static final class Interval {
    private final Map<String, Long> accepted = new TreeMap<>();
    private final Map<String, Long> refused = new TreeMap<>();
    private @Nullable Long lagMillis;
    private @Nullable Instant lagAt;
  }

  static Timeline of(
      Course course, List<Attempt> attempts, List<RegionSample> samples, Insight insight) {
    Timelines timelines = new Timelines(course);
    attempts.forEach(timelines::count);
    samples.forEach(timelines::lag);
    return new Timeline(
        List.copyOf(course.regions()),
        timelines.samples(),
        timelines.marks(insight.alarms()),
        insight.tenures().stream().map(timelines::tenure).toList(),
        insight.steps().stream().map(timelines::step).toList());
  }

  private Interval interval(Instant moment) {
    long number = (long) Math.floor(course.at(moment) / seconds());
    return intervals.computeIfAbsent(number, none -> new Interval());
  }

  private double seconds() {
    return course.interval().toNanos() / 1e9;
  }

  private void count(Attempt attempt) {
    Interval interval = interval(attempt.answeredAt());
    (attempt.isAccepted() ? interval.accepted : interval.refused)
        .merge(attempt.region().isEmpty() ? LoadCount.NONE : attempt.region(), 1L, Long::sum);
  }

  /** The newest of the interval; the region that has the lease has none. */
  private void lag(RegionSample sample) {
    Long lagMillis = sample.lagMillis();
    if (lagMillis == null) {
      return;
    }
    Interval interval = interval(sample.at());
    if (interval.lagAt == null || interval.lagAt.isBefore(sample.at())) {
      interval.lagAt = sample.at();
      interval.lagMillis = lagMillis;
    }
  }

  /** Intervals in which nothing was seen are there as well. */
  private List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    if (intervals.isEmpty()) {
      return samples;
    }
    for (long number = intervals.firstKey(); number <= intervals.lastKey(); number++) {
      Interval interval = intervals.getOrDefault(number, new Interval());
      samples.add(
          new Sample(
              number * seconds(),
              seconds(),
              interval.accepted,
              interval.refused,
              interval.lagMillis));
    }
    return samples;
  }

  private List<Mark> marks(List<AlarmChange> alarms) {
    return Stream.concat(
            course.moments().stream()
                .map(moment -> new Mark(course.at(moment.at()), moment.kind(), moment.text())),
            alarms.stream().map(this::mark))
        .sorted(comparingDouble(Mark::at))
        .toList();
  }

  private Mark mark(AlarmChange change) {
    return new Mark(
        course.at(change.at()),
        Mark.Kind.ALARM,
        "%s in %s goes %s"
            .formatted(change.alarm(), change.region(), change.isOn() ? "on" : "off"));
  }

  private Tenure tenure(LeaseTenure tenure) {
    Instant openedAt = tenure.openedAt();
    return new Tenure(
        tenure.region(),
        tenure.epoch(),
        course.at(tenure.from()),
        openedAt == null ? Double.NaN : course.at(openedAt),
        course.at(Objects.requireNonNullElse(tenure.to(), end())));
  }

  private Step step(FailoverStep step) {
    return new Step(
        step.region(),
        step.name(),
        course.at(step.from()),
        course.at(Objects.requireNonNullElse(step.to(), end())));
  }

  private Instant end() {
    return course.endedAt();
  }
}
