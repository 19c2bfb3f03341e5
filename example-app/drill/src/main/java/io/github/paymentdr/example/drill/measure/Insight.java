package io.github.paymentdr.example.drill.measure;

import static java.util.Comparator.comparing;

import io.github.paymentdr.example.drill.pair.Acceptance;
import io.github.paymentdr.example.drill.pair.AlarmChange;
import io.github.paymentdr.example.drill.pair.Books;
import io.github.paymentdr.example.drill.pair.FailoverStep;
import io.github.paymentdr.example.drill.pair.LeaseTenure;
import io.github.paymentdr.example.drill.pair.LocalPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a pair beside what callers see. Of a local pair it is all there is to know; from
 * outside it is little.
 *
 * @param tenures who had the lease when
 * @param steps the states that the state machines were in; empty when nobody can tell
 * @param alarms how the alarms changed; empty when nobody can tell
 * @param acceptances each first acceptance as the payment function answered it, or null when only
 *     the callers' view is known
 * @param books what the database has booked, or null when it cannot be asked
 * @param functionTimeout the payment function's time limit
 * @param propagation what a change of the active region takes to the edge
 */
public record Insight(
    List<LeaseTenure> tenures,
    List<FailoverStep> steps,
    List<AlarmChange> alarms,
    @Nullable List<Acceptance> acceptances,
    @Nullable Books books,
    Duration functionTimeout,
    Duration propagation) {
  /** {@return all that a local pair tells, as it is now} */
  public static Insight of(LocalPair pair) {
    return new Insight(
        pair.tenures(),
        pair.steps(),
        pair.alarms(),
        pair.acceptances(),
        pair.books(),
        pair.settings().timers().functionTimeout(),
        pair.settings().timers().propagation());
  }

  /** {@return what can be told of a pair that is only seen from outside} */
  public static Insight fromOutside(List<LeaseSeen> lease) {
    return new Insight(
        tenures(lease), List.of(), List.of(), null, null, Duration.ZERO, Duration.ZERO);
  }

  /** {@return whether the pair was seen from inside} */
  boolean isFromInside() {
    return acceptances != null;
  }

  /** Somebody may be told late, so a state that was seen before in a later epoch is old news. */
  private static List<LeaseTenure> tenures(List<LeaseSeen> lease) {
    List<LeaseTenure> tenures = new ArrayList<>();
    LeaseSeen first = null;
    Instant openedAt = null;
    for (LeaseSeen seen : lease.stream().sorted(comparing(LeaseSeen::at)).toList()) {
      if (first != null && seen.epoch() < first.epoch()) {
        continue;
      }
      if (first == null || seen.epoch() > first.epoch()) {
        if (first != null) {
          tenures.add(tenure(first, openedAt, seen.at()));
        }
        first = seen;
        openedAt = null;
      }
      if (openedAt == null && seen.state().equals("ACTIVE")) {
        openedAt = seen.at();
      }
    }
    if (first != null) {
      tenures.add(tenure(first, openedAt, null));
    }
    return tenures;
  }

  private static LeaseTenure tenure(
      LeaseSeen first, @Nullable Instant openedAt, @Nullable Instant to) {
    return new LeaseTenure(first.holder(), first.epoch(), first.at(), openedAt, to);
  }
}
