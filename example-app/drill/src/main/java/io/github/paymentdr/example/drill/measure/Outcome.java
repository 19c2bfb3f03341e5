package io.github.paymentdr.example.drill.measure;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.load.Order;
import io.github.paymentdr.example.drill.report.LedgerSum;
import io.github.paymentdr.example.drill.report.Phase;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a disaster has come to.
 *
 * @param rtoSeconds from the disaster's begin, or the person's start, to the first payment that was
 *     accepted, through the endpoint, in a later epoch; null when no region had to take over, or
 *     none did
 * @param budgetSeconds what the budget allows for that; null when no region had to take over
 * @param phases the recovery by the budget's phases; empty when no region took over. They add up to
 *     the recovery time
 * @param rpoSeconds how far back the oldest acknowledged payment that was lost lies before the
 *     disaster
 * @param outageSeconds the longest time without an acceptance, from the disaster's begin on
 * @param acknowledged payments that a caller was told are accepted
 * @param lost what was acknowledged and is not there, one line for each payment
 * @param doubled what is there more than once, one line for each order
 * @param twoWriters what was accepted by a region that had lost the lease, or had not opened, one
 *     line for each payment
 * @param refused requests that were answered with something other than an acceptance
 * @param unanswered requests that were not answered
 * @param undecided payments whose callers have given up without knowing
 * @param rejected payments whose callers were told that they will not be accepted
 * @param ledgerSum whether the books add up
 * @param faults whatever else is not as it must be, one line for each thing
 * @param timeline what happened when
 */
public record Outcome(
    @Nullable Double rtoSeconds,
    @Nullable Double budgetSeconds,
    List<Phase> phases,
    double rpoSeconds,
    double outageSeconds,
    long acknowledged,
    List<String> lost,
    List<String> doubled,
    List<String> twoWriters,
    long refused,
    long unanswered,
    long undecided,
    long rejected,
    LedgerSum ledgerSum,
    List<String> faults,
    Timeline timeline) {
  private static final int EXAMPLES = 5;

  /**
   * Adds it up.
   *
   * @param course what was done
   * @param attempts what the callers were told
   * @param orders what they have begun
   * @param aftermath what the endpoint says when all is over
   * @param samples what the regions said meanwhile
   * @param insight what else is known
   */
  public static Outcome of(
      Course course,
      List<Attempt> attempts,
      List<Order> orders,
      Aftermath aftermath,
      List<RegionSample> samples,
      Insight insight) {
    Payments payments = new Payments(attempts, orders, aftermath, insight.books());
    Money money = new Money(payments, aftermath, insight.books());
    WriterCheck writers = new WriterCheck(attempts, insight);
    Optional<Instant> servedAt = servedAt(course, attempts);
    boolean takesOver = course.recovery() != Recovery.NONE;
    return new Outcome(
        servedAt.map(at -> Course.seconds(course.countsFrom(), at)).orElse(null),
        takesOver ? (Double) Course.sumOf(course.phases()) : null,
        servedAt.map(at -> new Phases(course, insight).until(at)).orElse(List.of()),
        rpo(course, payments),
        outage(course, attempts),
        payments.acknowledged().size(),
        payments.lost().stream().map(Payments.Acknowledged::toString).toList(),
        Stream.concat(payments.doubled().stream(), money.doubled().stream()).toList(),
        writers.violations(),
        attempts.stream().filter(Attempt::isRefused).count(),
        attempts.stream().filter(attempt -> !attempt.isAnswered()).count(),
        count(orders, Order.State.UNDECIDED),
        count(orders, Order.State.REJECTED),
        money.sum(),
        Stream.of(payments.faults(), money.faults(), writers.faults())
            .flatMap(List::stream)
            .toList(),
        Timelines.of(course, attempts, samples, insight));
  }

  /** {@return whether nothing was lost or doubled, nobody wrote beside another, and all adds up} */
  public boolean isClean() {
    return findings().isEmpty();
  }

  /** {@return what is wrong with the payments and the books, for people; empty when nothing is} */
  public List<String> findings() {
    List<String> findings = new ArrayList<>();
    add(findings, "acknowledged and lost", lost);
    add(findings, "booked more than once", doubled);
    add(findings, "accepted beside the holder of the lease", twoWriters);
    if (!ledgerSum.isRight()) {
      findings.add(
          "the books do not add up: %s acknowledged, %s booked, %s bookings unbalanced"
              .formatted(ledgerSum.expected(), ledgerSum.booked(), ledgerSum.unbalancedBookings()));
    }
    findings.addAll(faults);
    return List.copyOf(findings);
  }

  private static void add(List<String> findings, String what, List<String> lines) {
    if (!lines.isEmpty()) {
      findings.add(
          "%s: %s payments, as %s"
              .formatted(
                  what, lines.size(), String.join("; ", lines.stream().limit(EXAMPLES).toList())));
    }
  }

  /** An answer that repeats an earlier one accepts nothing. */
  private static Optional<Instant> servedAt(Course course, List<Attempt> attempts) {
    if (course.recovery() == Recovery.NONE) {
      return Optional.empty();
    }
    return attempts.stream()
        .filter(Attempt::isAccepted)
        .filter(attempt -> !attempt.isReplayed() && attempt.epoch() > course.epochBefore())
        .map(Attempt::answeredAt)
        .filter(at -> !at.isBefore(course.countsFrom()))
        .min(Instant::compareTo);
  }

  private static double rpo(Course course, Payments payments) {
    return payments.lost().stream()
        .map(payment -> Course.seconds(payment.at(), course.begunAt()))
        .filter(seconds -> seconds > 0)
        .max(Double::compare)
        .orElse(0.0);
  }

  private static double outage(Course course, List<Attempt> attempts) {
    Instant last = course.begunAt();
    Duration longest = Duration.ZERO;
    List<Instant> acceptances =
        attempts.stream()
            .filter(Attempt::isAccepted)
            .map(Attempt::answeredAt)
            .filter(at -> at.isAfter(course.begunAt()) && at.isBefore(course.endedAt()))
            .sorted()
            .toList();
    for (Instant next : Stream.concat(acceptances.stream(), Stream.of(course.endedAt())).toList()) {
      Duration gap = Duration.between(last, next);
      longest = gap.compareTo(longest) > 0 ? gap : longest;
      last = next;
    }
    return longest.toNanos() / 1e9;
  }

  private static long count(List<Order> orders, Order.State state) {
    return orders.stream().filter(order -> order.state() == state).count();
  }
}
