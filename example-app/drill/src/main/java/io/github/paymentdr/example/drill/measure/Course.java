package io.github.paymentdr.example.drill.measure;

import static java.util.stream.Collectors.toMap;

import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was done to a pair, and what was expected of it.
 *
 * @param regions the regions, the one that was active first before the other
 * @param recovery who brings the service back
 * @param begunAt when the disaster began; all times of the report count from here
 * @param countsFrom what the recovery time counts from: the disaster's begin or a person's start
 * @param endedAt when the callers were asked to end; what is later is no outage
 * @param epochBefore the lease's epoch when the disaster began
 * @param moments what was done, for the timeline
 * @param budget the seconds of the recovery budget by phase, at the speed of the run
 * @param interval how long the timeline's intervals are
 */
public record Course(
    List<String> regions,
    Recovery recovery,
    Instant begunAt,
    Instant countsFrom,
    Instant endedAt,
    long epochBefore,
    List<Moment> moments,
    Map<String, Double> budget,
    Duration interval) {
  /** What has no place when a person starts the recovery. */
  private static final Set<String> BEFORE_THE_START = Set.of("detection", "alarm");

  /** {@return the phases of the budget that this recovery has, in order} */
  Map<String, Double> phases() {
    return recovery == Recovery.AUTOMATIC ? budget : byPerson(budget);
  }

  /** {@return the phases of a budget that a recovery has which a person starts, in order} */
  public static Map<String, Double> byPerson(Map<String, Double> budget) {
    return budget.entrySet().stream()
        .filter(phase -> !BEFORE_THE_START.contains(phase.getKey()))
        .collect(
            toMap(
                Map.Entry::getKey,
                Map.Entry::getValue,
                (first, second) -> first,
                LinkedHashMap::new));
  }

  /** {@return the seconds of all phases} */
  public static double sumOf(Map<String, Double> phases) {
    return phases.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** {@return a moment in seconds from the disaster's begin} */
  double at(Instant moment) {
    return seconds(begunAt, moment);
  }

  static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}
