package io.github.paymentdr.example.drill.measure;

import static java.util.Comparator.comparing;

import io.github.paymentdr.example.drill.pair.AlarmChange;
import io.github.paymentdr.example.drill.pair.FailoverStep;
import io.github.paymentdr.example.drill.pair.LeaseTenure;
import io.github.paymentdr.example.drill.report.Phase;
import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Divides a recovery among the phases of the recovery budget. A phase ends where the next one
 * begins, so they add up to the recovery time; one that did not happen has no length.
 */
final class Phases {
  private static final String TAKE_LEASE = "TakeLease";
  private static final String FENCING = "WaitForFencing";
  private static final String REPLAY = "ReplayJournal";
  private static final String OPEN_LEASE = "OpenLease";
  private static final String OPEN_TRAFFIC = "OpenTraffic";

  /** What can be told from outside, by when the lease was seen to change. */
  private static final Set<String> UNTIL_TAKEN = Set.of("detection", "alarm", "decision", "lease");

  private static final Set<String> UNTIL_OPEN = Set.of("fencing", "promotion", "replay");

  private final Course course;
  private final Insight insight;

  Phases(Course course, Insight insight) {
    this.course = course;
    this.insight = insight;
  }

  /** {@return the phases of a recovery that was over at a moment} */
  List<Phase> until(Instant servedAt) {
    List<FailoverStep> steps = steps(servedAt);
    if (!steps.isEmpty()) {
      return fromInside(steps, servedAt);
    }
    return fromOutside(servedAt);
  }

  /** Only the execution that has opened counts: what others did before is lost time of a phase. */
  private List<FailoverStep> steps(Instant servedAt) {
    Optional<FailoverStep> opening =
        insight.steps().stream()
            .filter(step -> step.name().equals(OPEN_LEASE) && step.from().isBefore(servedAt))
            .max(comparing(FailoverStep::from));
    return opening
        .map(
            open ->
                insight.steps().stream()
                    .filter(step -> step.execution().equals(open.execution()))
                    .sorted(comparing(FailoverStep::from))
                    .toList())
        .orElse(List.of());
  }

  private List<Phase> fromInside(List<FailoverStep> steps, Instant servedAt) {
    Instant started = steps.get(0).from();
    Map<String, @Nullable Instant> ends = new LinkedHashMap<>();
    ends.put("detection", detectedBefore(started, steps.get(0).region()));
    ends.put("alarm", started);
    ends.put("decision", from(steps, TAKE_LEASE));
    ends.put("lease", to(steps, TAKE_LEASE));
    ends.put("fencing", to(steps, FENCING));
    ends.put("promotion", from(steps, REPLAY));
    ends.put("replay", from(steps, OPEN_LEASE));
    Instant traffic = to(steps, OPEN_TRAFFIC);
    ends.put("opening", traffic == null ? null : traffic.plus(insight.propagation()));
    return phases(course.phases(), ends, servedAt);
  }

  private List<Phase> fromOutside(Instant servedAt) {
    Optional<LeaseTenure> tenure =
        insight.tenures().stream()
            .filter(one -> one.epoch() > course.epochBefore() && one.from().isBefore(servedAt))
            .max(comparing(LeaseTenure::epoch));
    Map<String, Double> budget = new LinkedHashMap<>();
    course
        .phases()
        .forEach(
            (name, seconds) ->
                budget.merge(
                    UNTIL_TAKEN.contains(name)
                        ? "until the lease was taken"
                        : UNTIL_OPEN.contains(name)
                            ? "until the region had opened"
                            : "until callers were served",
                    seconds,
                    Double::sum));
    Map<String, @Nullable Instant> ends = new LinkedHashMap<>();
    ends.put("until the lease was taken", tenure.map(LeaseTenure::from).orElse(null));
    ends.put(
        "until the region had opened",
        tenure.flatMap(one -> Optional.ofNullable(one.openedAt())).orElse(null));
    return phases(budget, ends, servedAt);
  }

  /** The last phase ends with the recovery; nothing ends after it, or before what it follows. */
  private List<Phase> phases(
      Map<String, Double> budget, Map<String, @Nullable Instant> ends, Instant servedAt) {
    List<Phase> phases = new ArrayList<>();
    List<String> names = List.copyOf(budget.keySet());
    Instant begin = course.countsFrom();
    for (String name : names) {
      Instant known = name.equals(names.get(names.size() - 1)) ? servedAt : ends.get(name);
      Instant end = known == null ? begin : earlier(later(known, begin), servedAt);
      phases.add(new Phase(name, Course.seconds(begin, end), budget.getOrDefault(name, 0.0)));
      begin = end;
    }
    return phases;
  }

  /** {@return when the last point came that the alarm needed, which then started this execution} */
  private @Nullable Instant detectedBefore(Instant started, String region) {
    if (course.recovery() != Recovery.AUTOMATIC) {
      return null;
    }
    return insight.alarms().stream()
        .filter(change -> change.isOn() && change.region().equals(region))
        .filter(change -> !change.at().isAfter(started))
        .max(comparing(AlarmChange::at))
        .map(AlarmChange::pointAt)
        .orElse(null);
  }

  private static @Nullable Instant from(List<FailoverStep> steps, String name) {
    return steps.stream()
        .filter(step -> step.name().equals(name))
        .map(FailoverStep::from)
        .min(Instant::compareTo)
        .orElse(null);
  }

  private static @Nullable Instant to(List<FailoverStep> steps, String name) {
    Instant last = null;
    for (FailoverStep step : steps) {
      Instant to = step.to();
      if (step.name().equals(name) && to != null) {
        last = to;
      }
    }
    return last;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
