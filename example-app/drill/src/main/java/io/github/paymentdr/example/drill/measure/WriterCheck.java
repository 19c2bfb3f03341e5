package io.github.paymentdr.example.drill.measure;

import static java.util.Comparator.comparing;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.pair.Acceptance;
import io.github.paymentdr.example.drill.pair.LeaseTenure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks for payments that a region accepted after another one had opened. The order of what was
 * answered shows it to anybody; whoever knows the tenures sees it also when the other one has not
 * accepted anything yet.
 */
final class WriterCheck {
  private final Insight insight;
  private final List<Acceptance> acceptances;
  private final List<String> violations = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  WriterCheck(List<Attempt> attempts, Insight insight) {
    this.insight = insight;
    List<Acceptance> inside = insight.acceptances();
    List<Acceptance> all = inside == null ? seenByCallers(attempts) : inside;
    acceptances = all.stream().filter(one -> one.epoch() > 0).toList();
    if (acceptances.size() < all.size()) {
      faults.add(
          "%s acceptances do not say in which epoch they were"
              .formatted(all.size() - acceptances.size()));
    }
    check();
  }

  /** Repeated answers accept nothing. */
  private static List<Acceptance> seenByCallers(List<Attempt> attempts) {
    return attempts.stream()
        .filter(attempt -> attempt.isAccepted() && !attempt.isReplayed())
        .map(
            attempt ->
                new Acceptance(
                    attempt.region(),
                    attempt.epoch(),
                    attempt.key(),
                    attempt.paymentId(),
                    attempt.answeredAt()))
        .toList();
  }

  private void check() {
    NavigableMap<Long, Acceptance> first = new TreeMap<>();
    for (Acceptance one : acceptances) {
      first.merge(one.epoch(), one, (a, b) -> b.answeredAt().isBefore(a.answeredAt()) ? b : a);
    }
    Map<Long, LeaseTenure> tenures = new HashMap<>();
    insight.tenures().forEach(tenure -> tenures.put(tenure.epoch(), tenure));
    for (Acceptance one : acceptances.stream().sorted(comparing(Acceptance::answeredAt)).toList()) {
      fault(one, first, tenures)
          .ifPresent(
              fault ->
                  violations.add(
                      "payment %s accepted by %s in epoch %s at %s, %s"
                          .formatted(
                              one.paymentId(),
                              one.region(),
                              one.epoch(),
                              one.answeredAt(),
                              fault)));
    }
  }

  private Optional<String> fault(
      Acceptance one, NavigableMap<Long, Acceptance> first, Map<Long, LeaseTenure> tenures) {
    Optional<Acceptance> later =
        first.tailMap(one.epoch(), false).values().stream()
            .filter(other -> one.answeredAt().isAfter(other.answeredAt()))
            .findFirst();
    if (later.isPresent()) {
      return Optional.of(
          "after %s had accepted in epoch %s at %s"
              .formatted(later.get().region(), later.get().epoch(), later.get().answeredAt()));
    }
    Acceptance sibling = first.get(one.epoch());
    if (sibling != null && !sibling.region().equals(one.region())) {
      return Optional.of("the epoch of " + sibling.region());
    }
    if (!insight.isFromInside()) {
      return Optional.empty();
    }
    return afterAnotherOpened(one, tenures.values())
        .or(() -> outside(one, tenures.get(one.epoch())));
  }

  /** Whether the other one had accepted anything yet is luck. */
  private static Optional<String> afterAnotherOpened(
      Acceptance one, Collection<LeaseTenure> tenures) {
    for (LeaseTenure later : tenures) {
      Instant openedAt = later.openedAt();
      if (later.epoch() > one.epoch() && openedAt != null && one.answeredAt().isAfter(openedAt)) {
        return Optional.of(
            "after %s had opened in epoch %s at %s"
                .formatted(later.region(), later.epoch(), openedAt));
      }
    }
    return Optional.empty();
  }

  /** What is seen from outside is seen too late to judge by it. */
  private Optional<String> outside(Acceptance one, @Nullable LeaseTenure tenure) {
    if (tenure == null || !tenure.region().equals(one.region())) {
      return Optional.of("which it never had");
    }
    Instant openedAt = tenure.openedAt();
    if (openedAt == null || one.answeredAt().isBefore(openedAt)) {
      return Optional.of(
          "which was " + (openedAt == null ? "never opened" : "opened at " + openedAt));
    }
    Instant to = tenure.to();
    if (to != null && one.answeredAt().isAfter(to.plus(insight.functionTimeout()))) {
      return Optional.of("which ended at " + to);
    }
    return Optional.empty();
  }

  List<String> violations() {
    return violations;
  }

  List<String> faults() {
    return faults;
  }
}
