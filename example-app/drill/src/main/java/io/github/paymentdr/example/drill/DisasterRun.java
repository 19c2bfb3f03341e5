package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.LaneView.Figures;
import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.disaster.Stage;
import io.github.paymentdr.example.drill.disaster.Unmet;
import io.github.paymentdr.example.drill.load.LoadCount;
import io.github.paymentdr.example.drill.load.LoadSettings;
import io.github.paymentdr.example.drill.load.PaymentLoad;
import io.github.paymentdr.example.drill.load.PaymentTarget;
import io.github.paymentdr.example.drill.measure.Aftermath;
import io.github.paymentdr.example.drill.measure.Course;
import io.github.paymentdr.example.drill.measure.Insight;
import io.github.paymentdr.example.drill.measure.Outcome;
import io.github.paymentdr.example.drill.measure.RegionSample;
import io.github.paymentdr.example.drill.measure.RegionWatch;
import io.github.paymentdr.example.drill.measure.WatchedRegion;
import io.github.paymentdr.example.drill.pair.Budget;
import io.github.paymentdr.example.drill.pair.Lane;
import io.github.paymentdr.example.drill.pair.LocalPair;
import io.github.paymentdr.example.drill.pair.LocalRegion;
import io.github.paymentdr.example.drill.pair.Mutation;
import io.github.paymentdr.example.drill.pair.PairSettings;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.DisasterReport;
import io.github.paymentdr.example.drill.report.LedgerSum;
import io.github.paymentdr.example.drill.report.Recovery;
import io.github.paymentdr.example.drill.report.Timeline;
import io.github.paymentdr.example.drill.report.Verdict;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Runs one disaster on a pair of its own, under load, and measures what became of the payments. */
final class DisasterRun {
  /** Payments go on for so long after it, to see that they do. */
  private static final double SETTLE_SECONDS = 5;

  /** Nobody is refused for so long before a disaster begins. */
  private static final Duration CALM = Duration.ofSeconds(1);

  private static final Duration CLOSING = Duration.ofSeconds(40);
  private static final Duration CLOSING_IN_VAIN = Duration.ofSeconds(10);

  /** Payments are looked up for at least so long, and for so long more with each. */
  private static final Duration AFTERMATH = Duration.ofSeconds(60);

  private static final Duration AFTERMATH_EACH = Duration.ofMillis(50);

  /** Whoever watches the regions is no region; Function URLs on this machine know keys by name. */
  private static final AwsCredentialsProvider WATCHER =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIACALLER", "example"));

  private final Disaster disaster;
  private final DrillOptions options;
  private final Mutation mutation;
  private final Lane lane;
  private final Semaphore starting;
  private final LaneView view;
  private final Budget budget = Timers.budget();
  private final List<String> failures = new ArrayList<>();

  DisasterRun(
      Disaster disaster,
      DrillOptions options,
      Mutation mutation,
      Lane lane,
      Semaphore starting,
      LaneView view) {
    this.disaster = disaster;
    this.options = options;
    this.mutation = mutation;
    this.lane = lane;
    this.starting = starting;
    this.view = view;
  }

  DisasterReport run() {
    starting.acquireUninterruptibly();
    LocalPair pair;
    try {
      pair = start();
    } catch (RuntimeException | AssertionError e) {
      return brokenOff(disaster, options, List.of(brokeOff(e)), List.of());
    } finally {
      starting.release();
    }
    DisasterReport report = run(pair);
    try {
      pair.close();
      return report;
    } catch (RuntimeException | AssertionError e) {
      // What was measured stays true.
      return report.failedBy("it left something behind: " + e);
    }
  }

  private LocalPair start() {
    return LocalPair.start(
        PairSettings.of(Timers.atSpeed(options.speed()))
            .withSeed(options.seedOf(disaster))
            .bearing(options.rate())
            .on(lane)
            .without(mutation));
  }

  private DisasterReport run(LocalPair pair) {
    long seed = options.seedOf(disaster);
    PaymentTarget endpoint =
        PaymentTarget.endpoint(pair.endpoint(), pair.callerKeyId(), pair.callerSecret());
    Stage stage = new Stage(pair, budget, options.speed(), seed, view::note);
    try (PaymentLoad load =
            PaymentLoad.start(endpoint, LoadSettings.of(options.rate(), seed, name(seed)));
        RegionWatch watch =
            RegionWatch.start(
                List.of(watched(pair.east()), watched(pair.west())),
                pair.settings().timers().sampling())) {
      view.shows(() -> figures(pair, load, watch));
      try {
        play(stage, load);
        Outcome outcome = measure(stage, endpoint, load, watch);
        judge(stage, outcome);
        return report(
            outcome, replayed(pair), failures.isEmpty() ? List.of() : evidence(stage, load));
      } catch (RuntimeException | AssertionError e) {
        failures.add(brokeOff(e));
        return brokenOff(disaster, options, List.copyOf(failures), evidence(stage, load));
      }
    }
  }

  private Outcome measure(
      Stage stage, PaymentTarget endpoint, PaymentLoad load, RegionWatch watch) {
    LocalPair pair = stage.pair();
    Instant endedAt = Instant.now();
    view.note("payments under way come to their end, and are looked up");
    load.finish(failures.isEmpty() ? CLOSING : CLOSING_IN_VAIN);
    if (failures.isEmpty()) {
      hasTheSameBooks(stage);
    }
    Course course =
        new Course(
            List.of(pair.east().name(), pair.west().name()),
            stage.begunAt().isPresent() ? disaster.recovery() : Recovery.NONE,
            stage.begunAt().orElse(endedAt),
            stage.countsFrom().orElse(endedAt),
            endedAt,
            stage.epochBefore(),
            stage.events(),
            budget.phasesAt(pair.settings().timers()),
            pair.settings().timers().sampling());
    Aftermath aftermath =
        Aftermath.ask(
            endpoint,
            load.attempts(),
            load.orders(),
            AFTERMATH.plus(AFTERMATH_EACH.multipliedBy(load.orders().size())));
    return Outcome.of(
        course, load.attempts(), load.orders(), aftermath, watch.samples(), Insight.of(pair));
  }

  /** The region that is the standby when all is over has received all that is booked. */
  private void hasTheSameBooks(Stage stage) {
    try {
      stage.becomesFit(stage.pair().standby());
      stage.until(
          "the books of " + stage.pair().standby().name() + " are those of the active region",
          stage.workLimit(),
          stage.pair()::hasTheSameBooks);
    } catch (Unmet e) {
      failures.add("when all was over, " + e.getMessage());
    }
  }

  private List<String> evidence(Stage stage, PaymentLoad load) {
    return Evidence.keep(
        options.report(),
        disaster.name(),
        stage,
        failures,
        load.attempts().stream().map(String::valueOf).toList());
  }

  private void play(Stage stage, PaymentLoad load) {
    LocalPair pair = stage.pair();
    try {
      stage.say("payments begin");
      stage.accepts(pair.east());
      stage.becomesFit(pair.west());
      awaitCalm(stage, load);
      disaster.run(stage);
    } catch (Unmet e) {
      failures.add(String.valueOf(e.getMessage()));
    } catch (RuntimeException | AssertionError e) {
      failures.add("the disaster could not be played: " + e);
    }
    boolean isOver = failures.isEmpty();
    failures.addAll(stage.failures());
    try {
      pair.heal();
      // Who has not come back so far is not waited for once more.
      if (isOver) {
        stage.accepts(pair.active());
      }
      stage.pause(SETTLE_SECONDS);
    } catch (Unmet e) {
      failures.add("when all was mended, " + e.getMessage());
    } catch (RuntimeException | AssertionError e) {
      failures.add("not all could be mended: " + e);
    }
  }

  /** What a function that has just begun refuses is not the disaster's. */
  private static void awaitCalm(Stage stage, PaymentLoad load) {
    long[] seen = {-1};
    Instant[] since = {Instant.MIN};
    stage.until(
        "callers are not refused any more",
        // Callers who repeat themselves keep a busy machine busy for a while.
        stage.workLimit().multipliedBy(3),
        () -> {
          LoadCount count = load.count();
          long vain =
              count.unanswered()
                  + count.refused().values().stream().mapToLong(Long::longValue).sum();
          if (vain != seen[0]) {
            seen[0] = vain;
            since[0] = Instant.now();
          }
          return Instant.now().isAfter(since[0].plus(CALM));
        });
  }

  private void judge(Stage stage, Outcome outcome) {
    failures.addAll(outcome.findings());
    if (outcome.undecided() > 0) {
      failures.add(outcome.undecided() + " payments were neither accepted nor rejected");
    }
    if (outcome.rejected() > 0) {
      failures.add(outcome.rejected() + " payments were rejected for good, and all are right");
    }
    if (stage.begunAt().isEmpty()) {
      failures.add("the disaster did not begin");
    } else if (disaster.recovery() == Recovery.NONE) {
      judgeOutage(stage, outcome.outageSeconds());
    } else {
      judgeRecovery(outcome);
    }
  }

  /** Where nobody takes over, payments stop for no longer than a switch by a person may take. */
  private void judgeOutage(Stage stage, double outage) {
    double allowed =
        Course.sumOf(Course.byPerson(budget.phasesAt(stage.pair().settings().timers())));
    if (outage > allowed) {
      failures.add(
          String.format(
              Locale.ROOT, "no payment was accepted for %.1f s of %.1f s", outage, allowed));
    }
  }

  private void judgeRecovery(Outcome outcome) {
    Double rto = outcome.rtoSeconds();
    double allowed = Objects.requireNonNullElse(outcome.budgetSeconds(), 0.0);
    if (rto == null) {
      failures.add("no region took over");
    } else if (rto > allowed) {
      failures.add(String.format(Locale.ROOT, "the recovery took %.1f s of %.1f s", rto, allowed));
    }
  }

  private DisasterReport report(Outcome outcome, @Nullable Long replayed, List<String> evidence) {
    return new DisasterReport(
        disaster.name(),
        disaster.title(),
        disaster.expectation(),
        failures.isEmpty() ? Verdict.PASSED : Verdict.FAILED,
        List.copyOf(failures),
        disaster.recovery(),
        outcome.rtoSeconds(),
        outcome.budgetSeconds(),
        outcome.phases(),
        outcome.rpoSeconds(),
        outcome.outageSeconds(),
        outcome.acknowledged(),
        outcome.lost().size(),
        outcome.doubled().size(),
        outcome.twoWriters().size(),
        outcome.refused(),
        outcome.unanswered(),
        replayed,
        outcome.ledgerSum(),
        outcome.timeline(),
        options.seedOf(disaster),
        evidence);
  }

  static String brokeOff(Throwable reason) {
    return "it broke off: " + reason;
  }

  /** {@return the report of a disaster for which there was no pair, or whose measurement failed} */
  static DisasterReport brokenOff(
      Disaster disaster, DrillOptions options, List<String> failures, List<String> evidence) {
    return new DisasterReport(
        disaster.name(),
        disaster.title(),
        disaster.expectation(),
        Verdict.FAILED,
        failures,
        disaster.recovery(),
        null,
        null,
        List.of(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        null,
        new LedgerSum(0, 0, 0),
        new Timeline(List.of(), List.of(), List.of(), List.of(), List.of()),
        options.seedOf(disaster),
        evidence);
  }

  /** Keys are of this pair alone, so they may be the same when it is repeated. */
  private static String name(long seed) {
    return Long.toString(seed & 0xffff_ffffL, Character.MAX_RADIX);
  }

  private static WatchedRegion watched(LocalRegion region) {
    return new WatchedRegion(
        region.name(), PaymentTarget.functionUrl(region.url(), region.name(), WATCHER));
  }

  /** {@return what all replays together have booked} */
  private static Long replayed(LocalPair pair) {
    long replayed = 0;
    for (LocalRegion region : List.of(pair.east(), pair.west())) {
      for (Execution execution : region.executions()) {
        replayed +=
            execution.events().stream()
                .filter(event -> event.state().equals("ReplayJournal"))
                .mapToLong(event -> event.output().at("/replay/Payload/applied").asLong())
                .sum();
      }
    }
    return replayed;
  }

  private static Figures figures(LocalPair pair, PaymentLoad load, RegionWatch watch) {
    LoadCount count = load.count();
    Map<String, Long> accepted = new TreeMap<>();
    List<LocalRegion> regions = List.of(pair.east(), pair.west());
    regions.forEach(
        region -> accepted.put(region.name(), count.accepted().getOrDefault(region.name(), 0L)));
    long refused = count.refused().values().stream().mapToLong(Long::longValue).sum();
    Long lag = null;
    String lease = "";
    long epoch = -1;
    for (LocalRegion region : regions) {
      RegionSample sample = watch.latest(region.name()).orElse(null);
      if (sample == null || !sample.isReachable()) {
        continue;
      }
      lag = sample.lagMillis() == null ? lag : sample.lagMillis();
      if (!sample.leaseHolder().isEmpty() && sample.epoch() > epoch) {
        epoch = sample.epoch();
        lease = sample.leaseHolder() + " (" + epoch + ", " + sample.state() + ")";
      }
    }
    return new Figures(accepted, refused + count.unanswered(), lag, lease, step(regions));
  }

  private static String step(List<LocalRegion> regions) {
    StringBuilder text = new StringBuilder();
    for (LocalRegion region : regions) {
      for (Execution execution : region.executions()) {
        if (execution.status() == Execution.Status.RUNNING) {
          text.append(text.isEmpty() ? "" : ", ").append(execution.currentState());
        }
      }
    }
    return text.toString();
  }
}
