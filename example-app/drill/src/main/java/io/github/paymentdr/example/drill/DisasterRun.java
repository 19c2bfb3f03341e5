package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.disaster.Disaster;
import io.github.paymentdr.example.drill.disaster.Event;
import io.github.paymentdr.example.drill.disaster.Stage;
import io.github.paymentdr.example.drill.disaster.Unmet;
import io.github.paymentdr.example.drill.load.LoadSettings;
import io.github.paymentdr.example.drill.load.PaymentLoad;
import io.github.paymentdr.example.drill.load.PaymentTarget;
import io.github.paymentdr.example.drill.measure.Aftermath;
import io.github.paymentdr.example.drill.measure.Course;
import io.github.paymentdr.example.drill.measure.Insight;
import io.github.paymentdr.example.drill.measure.Moment;
import io.github.paymentdr.example.drill.measure.Outcome;
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
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** One disaster on a pair of its own: starts the pair, pays, breaks, waits, and adds up. */
final class DisasterRun {
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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

  /** {@return what it came to; a failed one also when the pair could not be started} */
  DisasterReport run() {
    try (LocalPair pair = start()) {
      return on(pair);
    } catch (RuntimeException | AssertionError e) {
      failures.add("the drill itself failed: " + e);
      return broken();
    }
  }

  private LocalPair start() {
    starting.acquireUninterruptibly();
    try {
      return LocalPair.start(
          new PairSettings(
              Timers.atSpeed(options.speed()), options.seedOf(disaster), lane, mutation));
    } finally {
      starting.release();
    }
  }

  private DisasterReport on(LocalPair pair) {
    long seed = options.seedOf(disaster);
    Stage stage = new Stage(pair, budget, options.speed(), seed, view::note);
    PaymentTarget endpoint =
        PaymentTarget.endpoint(pair.endpoint(), pair.callerKeyId(), pair.callerSecret());
    try (PaymentLoad load =
            PaymentLoad.start(
                endpoint,
                LoadSettings.of(options.rate(), seed, Long.toString(Math.abs(seed), 36)));
        RegionWatch watch =
            RegionWatch.start(
                Stream.of(pair.east(), pair.west()).map(DisasterRun::watched).toList(),
                interval())) {
      view.shows(() -> Figures.of(pair, load, watch));
      happen(stage, pair);
      Instant endedAt = Instant.now();
      view.note("waiting for the callers to have their answers");
      load.finish(PATIENCE);
      view.note("asking after every payment");
      Aftermath aftermath =
          Aftermath.ask(endpoint, load.attempts(), load.orders(), stage.workLimit());
      Outcome outcome =
          Outcome.of(
              course(stage, endedAt),
              load.attempts(),
              load.orders(),
              aftermath,
              watch.samples(),
              Insight.of(pair));
      judge(outcome);
      return report(stage, pair, outcome, load);
    }
  }

  /** What is not met ends the disaster, not the measurement of it. */
  private void happen(Stage stage, LocalPair pair) {
    try {
      stage.accepts(pair.east());
      stage.until("the standby is fit", stage.workLimit(), () -> stage.isFit(pair.west()));
      disaster.run(stage);
    } catch (Unmet e) {
      failures.add(String.valueOf(e.getMessage()));
    } catch (RuntimeException | AssertionError e) {
      failures.add("the disaster broke off: " + e);
    }
    failures.addAll(stage.failures());
    try {
      pair.heal();
      stage.accepts(pair.active());
    } catch (Unmet e) {
      failures.add("when all was mended: " + e.getMessage());
    } catch (RuntimeException | AssertionError e) {
      failures.add("when all was mended: " + e);
    }
  }

  private static WatchedRegion watched(LocalRegion region) {
    return new WatchedRegion(
        region.name(),
        PaymentTarget.functionUrl(
            region.url(),
            region.name(),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIADRILL", "drill"))));
  }

  private Duration interval() {
    Duration second = Duration.ofMillis(Math.round(1_000 / options.speed()));
    return second.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : second;
  }

  private Course course(Stage stage, Instant endedAt) {
    Instant begunAt = stage.begunAt().orElse(endedAt);
    return new Course(
        List.of(stage.east().name(), stage.west().name()),
        disaster.recovery(),
        begunAt,
        stage.countsFrom().orElse(begunAt),
        endedAt,
        stage.epochBefore(),
        stage.events().stream().map(DisasterRun::moment).toList(),
        budget.phasesAt(options.speed()),
        interval());
  }

  private static Moment moment(Event event) {
    return new Moment(event.at(), event.kind(), event.text());
  }

  private void judge(Outcome outcome) {
    failures.addAll(outcome.findings());
    if (outcome.undecided() > 0) {
      failures.add(outcome.undecided() + " payments were never decided");
    }
    if (outcome.rejected() > 0) {
      failures.add(outcome.rejected() + " payments were refused for good, and there was no reason");
    }
    Double allowed = outcome.budgetSeconds();
    if (disaster.recovery() == Recovery.NONE || allowed == null) {
      return;
    }
    Double taken = outcome.rtoSeconds();
    if (taken == null) {
      failures.add("no payment was accepted in a later epoch");
    } else if (taken > allowed) {
      failures.add(
          String.format(
              Locale.ROOT, "it took %.1f s, and the budget allows %.1f s", taken, allowed));
    }
  }

  private DisasterReport report(Stage stage, LocalPair pair, Outcome outcome, PaymentLoad load) {
    List<String> evidence =
        failures.isEmpty()
            ? List.of()
            : Evidence.keep(
                options.report(),
                disaster.name(),
                stage,
                failures,
                load.attempts().stream().map(String::valueOf).toList());
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
        replayed(pair),
        outcome.ledgerSum(),
        outcome.timeline(),
        options.seedOf(disaster),
        evidence);
  }

  private static long replayed(LocalPair pair) {
    return Stream.of(pair.east(), pair.west())
        .flatMap(region -> region.executions().stream())
        .filter(execution -> execution.status() == Execution.Status.SUCCEEDED)
        .mapToLong(
            execution ->
                execution
                    .await(Duration.ofSeconds(1))
                    .output()
                    .at("/replay/Payload/applied")
                    .asLong())
        .sum();
  }

  private DisasterReport broken() {
    return new DisasterReport(
        disaster.name(),
        disaster.title(),
        disaster.expectation(),
        Verdict.FAILED,
        List.copyOf(failures),
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
        List.of());
  }
}
