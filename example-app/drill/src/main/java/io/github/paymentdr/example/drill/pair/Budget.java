package io.github.paymentdr.example.drill.pair;

import static java.util.stream.Collectors.toMap;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The recovery budget as the stack's output says it.
 *
 * @param totalSeconds the worst case of a recovery
 * @param objectiveSeconds what it must fit into
 * @param phases the seconds of its phases, in order
 */
public record Budget(int totalSeconds, int objectiveSeconds, Map<String, Integer> phases) {
  /** Phases that are made of timers. */
  private static final Set<String> TIMERS = Set.of("detection", "alarm", "fencing");

  private static final Pattern TEXT = Pattern.compile("(\\d+) s of (\\d+) s: (.+)");
  private static final Pattern PHASE = Pattern.compile("([a-z ]+) (\\d+) s");

  static Budget read(String output) {
    Matcher text = TEXT.matcher(output);
    if (!text.matches()) {
      throw new IllegalArgumentException("not a recovery budget: " + output);
    }
    Map<String, Integer> phases = new LinkedHashMap<>();
    for (String part : Splitter.on(", ").split(text.group(3))) {
      Matcher phase = PHASE.matcher(part);
      if (!phase.matches()) {
        throw new IllegalArgumentException("not a phase of a recovery budget: " + part);
      }
      phases.put(phase.group(1), Integer.valueOf(phase.group(2)));
    }
    return new Budget(
        Integer.parseInt(text.group(1)),
        Integer.parseInt(text.group(2)),
        ImmutableMap.copyOf(phases));
  }

  /** {@return the seconds of each phase when timers run so fast, and work does not} */
  public Map<String, Double> phasesAt(Timers timers) {
    return phases.entrySet().stream()
        .collect(
            toMap(
                Map.Entry::getKey,
                phase -> secondsAt(timers, phase.getKey(), phase.getValue()),
                (first, second) -> first,
                LinkedHashMap::new));
  }

  private static double secondsAt(Timers timers, String phase, int seconds) {
    return TIMERS.contains(phase) ? seconds / timers.speed() + timers.secondsMore(phase) : seconds;
  }

  /** {@return the seconds of all phases when timers run so fast} */
  public double totalAt(Timers timers) {
    return phasesAt(timers).values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
