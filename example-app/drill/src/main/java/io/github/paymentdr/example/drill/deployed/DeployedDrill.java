package io.github.paymentdr.example.drill.deployed;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.load.LoadCount;
import io.github.paymentdr.example.drill.load.LoadSettings;
import io.github.paymentdr.example.drill.load.PaymentLoad;
import io.github.paymentdr.example.drill.measure.Aftermath;
import io.github.paymentdr.example.drill.measure.Course;
import io.github.paymentdr.example.drill.measure.Insight;
import io.github.paymentdr.example.drill.measure.LeaseSeen;
import io.github.paymentdr.example.drill.measure.Moment;
import io.github.paymentdr.example.drill.measure.Outcome;
import io.github.paymentdr.example.drill.measure.RegionSample;
import io.github.paymentdr.example.drill.measure.RegionWatch;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.Mark;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.Verdict;
import io.github.paymentdr.runtime.lease.LeaseReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * A drill on a pair in AWS. It pays, watches and measures as on the local pair; the disaster is
 * what the operator does. It starts none, and there is no option that makes it.
 */
public final class DeployedDrill {
  private static final String NAME = "deployed";
  private static final Duration LOOK = Duration.ofMillis(100);

  /** So many payments show that the pair works. */
  private static final int ENOUGH = 5;

  private final DeployedSettings settings;
  private final DeployedSettings.Waits waits;
  private final Operator operator;
  private final DeployedPair pair;
  private final PaymentLoad load;
  private final RegionWatch watch;
  private final LeaseTable table;
  private final List<Moment> moments = new ArrayList<>();
  private int looked;
  private @Nullable Instant lastAcceptance;
  private @Nullable Instant servedAt;
  private Instant toldAt = Instant.MIN;
  private boolean isBegunByTheLease;

  private DeployedDrill(
      DeployedSettings settings, Operator operator, DeployedPair pair, List<LeaseReader> readers) {
    this.settings = settings;
    this.waits = settings.waits();
    this.operator = operator;
    this.pair = pair;
    this.load =
        PaymentLoad.start(
            pair.endpoint(),
            LoadSettings.of(settings.paymentsPerSecond(), settings.seed(), run(settings)));
    this.watch = RegionWatch.start(List.of(pair.active(), pair.standby()), waits.interval());
    this.table = LeaseTable.watch(readers, waits.interval());
  }

  /** Keys are kept for ever, so no two drills may have the same. */
  private static String run(DeployedSettings settings) {
    return Long.toString(Instant.now().toEpochMilli(), Character.MAX_RADIX)
        + "-"
        + Long.toString(settings.seed() & 0xffff, Character.MAX_RADIX);
  }

  /**
   * Holds the drill.
   *
   * @param settings which pair, and how
   * @param operator who makes the disaster
   * @param credentials who asks the regions for their health
   * @return what has become of the payments
   * @throws DeployedException if the pair does not answer, or is not well before anything happens,
   *     or nothing happens
   */
  public static DisasterReport hold(
      DeployedSettings settings, Operator operator, AwsCredentialsProvider credentials)
      throws DeployedException {
    DeployedPair pair = DeployedPair.find(settings, credentials);
    List<LeaseReader> readers =
        settings.controlTable().isEmpty()
            ? List.of()
            : Stream.of(pair.active(), pair.standby())
                .map(
                    region ->
                        LeaseTable.reader(settings.controlTable(), region.name(), credentials))
                .toList();
    return hold(settings, operator, pair, readers);
  }

  static DisasterReport hold(
      DeployedSettings settings, Operator operator, DeployedPair pair, List<LeaseReader> readers)
      throws DeployedException {
    DeployedDrill drill = new DeployedDrill(settings, operator, pair, readers);
    try {
      return drill.hold();
    } finally {
      drill.watch.close();
      drill.table.close();
      drill.load.finish(Duration.ZERO);
    }
  }

  private DisasterReport hold() throws DeployedException {
    awaitPayments();
    OperatorCommands.of(pair.active().name(), pair.standby().name()).forEach(operator::tell);
    operator.tell("");
    operator.tell("Payments are accepted. Press Enter when you begin the disaster.");
    Instant begunAt = awaitDisaster();
    Instant endedAt = awaitEnd(begunAt);
    operator.tell("Finishing the payments under way, and looking each of them up.");
    load.finish(waits.closing());
    Aftermath aftermath =
        Aftermath.ask(pair.endpoint(), load.attempts(), load.orders(), waits.aftermath());
    watch.close();
    table.close();
    boolean isServedAtTheEnd = lastAcceptance().isAfter(endedAt.minus(waits.unnoticed()));
    Course course =
        new Course(
            List.of(pair.active().name(), pair.standby().name()),
            recovery(isServedAtTheEnd),
            begunAt,
            countsFrom(begunAt),
            endedAt,
            pair.epoch(),
            moments,
            settings.budget().phasesAt(Timers.production()),
            Duration.ofSeconds(1));
    List<RegionSample> samples = watch.samples();
    Outcome outcome =
        Outcome.of(
            course,
            load.attempts(),
            load.orders(),
            aftermath,
            samples,
            Insight.fromOutside(lease()));
    return report(course, outcome, isServedAtTheEnd, samples);
  }

  /**
   * Where all that was seen is that the lease had moved, somebody has decided so before, and only
   * what follows can be measured.
   */
  private Recovery recovery(boolean isServedAtTheEnd) {
    if (servedAt == null && isServedAtTheEnd) {
      return Recovery.NONE;
    }
    return isBegunByTheLease ? Recovery.BY_PERSON : Recovery.AUTOMATIC;
  }

  /** Whoever gives the word too late must not make the recovery shorter. */
  private Instant countsFrom(Instant begunAt) {
    Instant served = servedAt;
    if (served == null) {
      return begunAt;
    }
    return load.attempts().stream()
        .filter(Attempt::isAccepted)
        .filter(attempt -> attempt.epoch() <= pair.epoch())
        .map(Attempt::answeredAt)
        .filter(at -> at.isBefore(served))
        .max(Instant::compareTo)
        .filter(last -> last.isBefore(begunAt))
        .orElse(begunAt);
  }

  private void awaitPayments() throws DeployedException {
    operator.tell(
        "Paying to "
            + pair.endpoint().uri()
            + " from accounts drill-"
            + load.settings().run()
            + "-*; what they pay stays in the books.");
    Instant limit = Instant.now().plus(waits.recovery());
    while (load.count().acknowledged() < ENOUGH) {
      if (Instant.now().isAfter(limit)) {
        throw new DeployedException(
            List.of(
                "the endpoint accepts no payments: "
                    + load.count()
                    + "; begin a drill when the pair is well"));
      }
      look();
    }
  }

  private Instant awaitDisaster() throws DeployedException {
    Instant limit = Instant.now().plus(waits.begin());
    while (Instant.now().isBefore(limit)) {
      look();
      if (operator.hasGivenTheWord()) {
        return begins(Instant.now(), "the operator begins");
      }
      if (lastAcceptance().isBefore(Instant.now().minus(waits.unnoticed()))) {
        return begins(lastAcceptance(), "no payment is accepted from here on");
      }
      Optional<LeaseSeen> moved = moved();
      if (moved.isPresent()) {
        isBegunByTheLease = true;
        return begins(moved.get().at(), "the lease goes to " + moved.get().holder());
      }
    }
    throw new DeployedException(
        List.of("nothing has happened in " + waits.begin().toSeconds() + " s; begin anew"));
  }

  private Instant begins(Instant at, String text) {
    moments.add(new Moment(at, Mark.Kind.DISASTER, text));
    operator.tell("The disaster begins: " + text + ". Press Enter to end the drill early.");
    return at;
  }

  private Optional<LeaseSeen> moved() {
    return lease().stream()
        .filter(seen -> seen.epoch() > pair.epoch())
        .min(Comparator.comparing(LeaseSeen::at));
  }

  /** {@return when it was over: the callers end now} */
  private Instant awaitEnd(Instant begunAt) {
    Instant limit = begunAt.plus(waits.recovery());
    while (Instant.now().isBefore(limit)) {
      look();
      if (operator.hasGivenTheWord()) {
        moments.add(new Moment(Instant.now(), Mark.Kind.PERSON, "the operator ends the drill"));
        break;
      }
      Instant served = servedAt;
      if (served != null && Instant.now().isAfter(served.plus(waits.settle()))) {
        break;
      }
    }
    return Instant.now();
  }

  /** Lets a moment pass, and takes note of what it has brought. */
  private void look() {
    try {
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the drill was interrupted", e);
    }
    List<Attempt> ended = load.attemptsAfter(looked);
    looked += ended.size();
    for (Attempt attempt : ended) {
      if (attempt.isAccepted()) {
        lastAcceptance = attempt.answeredAt();
      }
      if (servedAt == null
          && attempt.isAccepted()
          && !attempt.isReplayed()
          && attempt.epoch() > pair.epoch()) {
        servedAt = attempt.answeredAt();
        operator.tell(attempt.region() + " accepts payments in epoch " + attempt.epoch() + ".");
      }
    }
    if (Instant.now().isAfter(toldAt.plus(waits.unnoticed()))) {
      toldAt = Instant.now();
      operator.tell(progress());
    }
  }

  private Instant lastAcceptance() {
    Instant last = lastAcceptance;
    return last == null ? Instant.MIN : last;
  }

  private String progress() {
    LoadCount count = load.count();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "  accepted %s, refused %s, unanswered %s, under way %s",
            count.accepted(),
            count.refused(),
            count.unanswered(),
            count.underWay()));
    for (String region : List.of(pair.active().name(), pair.standby().name())) {
      watch.latest(region).ifPresent(sample -> text.append("; ").append(about(sample)));
    }
    return text.toString();
  }

  private static String about(RegionSample sample) {
    Long lagMillis = sample.lagMillis();
    return sample.region()
        + (sample.isHealthy() ? " well" : sample.isReachable() ? " not well" : " not reached")
        + (sample.leaseHolder().isEmpty()
            ? ""
            : ", lease " + sample.leaseHolder() + " " + sample.epoch() + " " + sample.state())
        + (lagMillis == null ? "" : ", " + lagMillis + " ms behind");
  }

  private List<LeaseSeen> lease() {
    return Stream.concat(LeaseSeen.in(watch.samples()).stream(), table.seen().stream()).toList();
  }

  private DisasterReport report(
      Course course, Outcome outcome, boolean isServedAtTheEnd, List<RegionSample> samples) {
    List<String> failures = new ArrayList<>(outcome.findings());
    Double rto = outcome.rtoSeconds();
    Double budget = outcome.budgetSeconds();
    if (rto != null && budget != null && rto > budget) {
      failures.add(
          String.format(
              Locale.ROOT, "the recovery took %.1f s of %.1f s that it may take", rto, budget));
    }
    if (!isServedAtTheEnd) {
      failures.add("no payments are accepted at the end");
    } else if (course.recovery() == Recovery.NONE
        && outcome.outageSeconds() > Course.sumOf(course.budget())) {
      failures.add(
          String.format(
              Locale.ROOT,
              "no payment was accepted for %.1f s, and no region took over, for which it has %.1f s",
              outcome.outageSeconds(),
              Course.sumOf(course.budget())));
    }
    if (outcome.undecided() > 0) {
      failures.add(outcome.undecided() + " payments were given up undecided");
    }
    if (outcome.rejected() > 0) {
      failures.add(outcome.rejected() + " payments were rejected");
    }
    return new DisasterReport(
        NAME,
        "What the operator did",
        "Nothing acknowledged is lost or booked twice, and no region accepts beside the holder of"
            + " the lease. Where the active region is lost the other one takes over within the"
            + " budget.",
        failures.isEmpty() ? Verdict.PASSED : Verdict.FAILED,
        failures,
        course.recovery(),
        rto,
        budget,
        outcome.phases(),
        outcome.rpoSeconds(),
        outcome.outageSeconds(),
        outcome.acknowledged(),
        outcome.lost().size(),
        outcome.doubled().size(),
        outcome.twoWriters().size(),
        outcome.refused(),
        outcome.unanswered(),
        null,
        outcome.ledgerSum(),
        outcome.timeline(),
        settings.seed(),
        failures.isEmpty()
            ? List.of()
            : DeployedEvidence.keep(
                settings.report(), NAME, failures, load.attempts(), samples, lease()));
  }
}
