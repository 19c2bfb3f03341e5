package io.github.paymentdr.example.drill.disaster;

import io.github.paymentdr.example.drill.measure.Moment;
import io.github.paymentdr.example.drill.pair.AlarmChange;
import io.github.paymentdr.example.drill.pair.Budget;
import io.github.paymentdr.example.drill.pair.LocalPair;
import io.github.paymentdr.example.drill.pair.LocalRegion;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.Mark;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a disaster happens on: the pair, time at the speed of the run, chance from a seed, and the
 * record of what was done and of what did not come true.
 */
public final class Stage {
  /** What the runbook says to start a takeover with. */
  public static final String UNPLANNED = "{\"mode\":\"unplanned\"}";

  /** What the runbook says to start a switch with. */
  public static final String PLANNED = "{\"mode\":\"planned\"}";

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration SLOW_LOOK = Duration.ofMillis(200);
  private static final Duration LONG_LOOK = Duration.ofMillis(500);

  /** What is not made of timers gets at least this long, because the machine has other things. */
  private static final Duration WORK = Duration.ofSeconds(30);

  private static final Duration LATE = Duration.ofSeconds(10);

  /** A person who is told that the other region is not healthy looks again, so often. */
  private static final int TRIES = 5;

  /** A region that was too busy to say that it is well may be less so then. */
  private static final Duration BEFORE_NEXT_TRY = Duration.ofSeconds(5);

  /** So many payments are more than a late answer. */
  private static final int SOME = 2;

  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final LocalPair pair;
  private final Budget budget;
  private final double speed;
  private final SplittableRandom random;
  private final Consumer<String> note;
  private final List<Moment> events = new CopyOnWriteArrayList<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private @Nullable Instant begunAt;
  private @Nullable Instant countsFrom;
  private boolean isPersonFirst;
  private long epochBefore;

  /**
   * Makes a stage.
   *
   * @param pair the pair; us-east-1 is active
   * @param budget what a recovery may take
   * @param speed how many times faster than in production its timers run
   * @param seed what random choices are made from
   * @param note is told what happens, for whoever is looking
   */
  public Stage(LocalPair pair, Budget budget, double speed, long seed, Consumer<String> note) {
    this.pair = pair;
    this.budget = budget;
    this.speed = speed;
    this.random = new SplittableRandom(seed);
    this.note = note;
  }

  /** {@return the pair} */
  public LocalPair pair() {
    return pair;
  }

  /** {@return the region that is active before the disaster} */
  public LocalRegion east() {
    return pair.east();
  }

  /** {@return the region that follows before the disaster} */
  public LocalRegion west() {
    return pair.west();
  }

  /** {@return chance, from the seed} */
  public SplittableRandom random() {
    return random;
  }

  /** {@return the pair's timers} */
  public Timers timers() {
    return pair.settings().timers();
  }

  /** {@return a time at the speed of the run} */
  public Duration scaled(double productionSeconds) {
    return Duration.ofNanos(Math.round(productionSeconds / speed * 1e9));
  }

  /** {@return seconds between two bounds, by chance} */
  public double between(double least, double most) {
    return least + random.nextDouble() * (most - least);
  }

  /** Lets so many seconds pass, at the speed of the run. */
  public void pause(double productionSeconds) {
    sleep(scaled(productionSeconds));
  }

  /** The disaster begins; recovery times count from the first call of this. */
  public void disaster(String text) {
    tell(Mark.Kind.DISASTER, text);
    begin(Instant.now());
  }

  /**
   * The disaster begins, as soon as the moment for it is found.
   *
   * @param attempt lets it happen, or undoes it and says no, when the moment was not the right one
   * @throws Unmet if there is no such moment
   */
  public void disaster(String text, BooleanSupplier attempt) {
    until(
        text,
        workLimit(),
        () -> {
          Instant moment = Instant.now();
          boolean happened = attempt.getAsBoolean();
          if (happened) {
            begin(moment);
          }
          return happened;
        });
    tell(Mark.Kind.DISASTER, text);
  }

  private void begin(Instant moment) {
    if (begunAt == null) {
      begunAt = moment;
      countsFrom = moment;
      epochBefore = epoch();
    }
  }

  /** Something else is broken, before the disaster or beside it. */
  public void breaks(String text) {
    tell(Mark.Kind.DISASTER, text);
  }

  /** Something is mended. */
  public void mended(String text) {
    tell(Mark.Kind.MENDED, text);
  }

  /**
   * A person starts the state machine of a region. Recovery times count from the first start after
   * the disaster's begin, whatever becomes of it.
   */
  public Execution personStarts(LocalRegion region, String input) {
    starts(region, input);
    return region.activate(input);
  }

  /**
   * The same, and this execution is stopped at a state.
   *
   * @param isDone whether what the state asks for is done before
   */
  public Execution personStartsAndStopsAt(
      String state, boolean isDone, LocalRegion region, String input) {
    starts(region, input);
    return region.activateAndStopAt(state, isDone, input);
  }

  private void starts(LocalRegion region, String input) {
    tell(Mark.Kind.PERSON, "somebody starts " + region.name() + " with " + input);
    if (begunAt != null && !isPersonFirst) {
      isPersonFirst = true;
      countsFrom = Instant.now();
    }
  }

  /** {@return the disaster's begin, or nothing when it has not begun} */
  public Optional<Instant> begunAt() {
    return Optional.ofNullable(begunAt);
  }

  /** {@return what recovery times count from} */
  public Optional<Instant> countsFrom() {
    return Optional.ofNullable(countsFrom);
  }

  /** {@return the lease's epoch when the disaster began} */
  public long epochBefore() {
    return epochBefore;
  }

  /** {@return what was done} */
  public List<Moment> events() {
    return List.copyOf(events);
  }

  /** {@return what did not come true} */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /** Says for people what is being done, without a mark in the report. */
  public void say(String text) {
    note.accept(text);
  }

  private void tell(Mark.Kind kind, String text) {
    events.add(new Moment(Instant.now(), kind, text));
    note.accept(text);
  }

  /** Keeps it as a failure when something is not so. */
  public void expect(boolean isSo, String failure) {
    if (!isSo) {
      failures.add(failure);
    }
  }

  /**
   * Waits until something is so.
   *
   * @param what what is waited for, for people
   * @param atMost how long at most
   * @param condition whether it is so
   * @throws Unmet if it does not come about
   */
  public void until(String what, Duration atMost, BooleanSupplier condition) {
    until(what, atMost, LOOK, condition);
  }

  private void until(String what, Duration atMost, Duration pause, BooleanSupplier condition) {
    Instant limit = Instant.now().plus(atMost);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(limit)) {
        throw new Unmet("not within " + atMost.toSeconds() + " s: " + what + "; " + situation());
      }
      sleep(pause);
    }
  }

  private String situation() {
    StringBuilder text =
        new StringBuilder("the lease has ")
            .append(pair.lease("activeRegion"))
            .append(", epoch ")
            .append(pair.lease("epoch"))
            .append(", ")
            .append(pair.lease("state"));
    for (LocalRegion region : List.of(pair.east(), pair.west())) {
      region.executions().forEach(one -> text.append("; ").append(one));
    }
    return text.toString();
  }

  /** Waits until a region has taken over and accepts payments through the endpoint. */
  public void takesOver(LocalRegion region) {
    say("waiting for " + region.name() + " to take over");
    // Longer than the budget: one who is late is to be measured, not given up.
    until(
        region.name() + " takes over and accepts payments",
        limit(),
        () ->
            pair.acceptances().stream()
                    .filter(one -> one.epoch() > epochBefore && one.region().equals(region.name()))
                    .count()
                >= SOME);
    say(region.name() + " accepts payments");
  }

  /** {@return how long is waited for a recovery: a while longer than the budget} */
  public Duration limit() {
    return Duration.ofMillis(Math.round(budget.totalAt(timers()) * 1_000))
        .plus(scaled(60))
        .plus(LATE);
  }

  /** {@return how long is waited for what does not depend on the speed} */
  public Duration workLimit() {
    return WORK.plus(WORK);
  }

  /**
   * Waits until a region accepts payments in whatever epoch.
   *
   * @param region who must accept
   */
  public void accepts(LocalRegion region) {
    Instant now = Instant.now();
    until(
        region.name() + " accepts payments",
        workLimit().plus(scaled(30)),
        () -> acceptedSince(region, now) >= SOME);
  }

  /** {@return how many payments a region has accepted since a moment} */
  public long acceptedSince(LocalRegion region, Instant since) {
    return pair.acceptances().stream()
        .filter(one -> one.region().equals(region.name()) && one.answeredAt().isAfter(since))
        .count();
  }

  /** Looks for a while that the lease is not moved. */
  public void staysWhereItIs(double productionSeconds, String why) {
    long epoch = epoch();
    say("nobody may take over: " + why);
    Instant end = Instant.now().plus(scaled(productionSeconds));
    while (Instant.now().isBefore(end) && epoch() == epoch) {
      sleep(SLOW_LOOK);
    }
    expect(epoch() == epoch, "nobody may take over (" + why + "), and the lease was moved");
  }

  /** {@return whether an alarm on the other region is on in a region} */
  public boolean isAlarmOn(LocalRegion region) {
    boolean isOn = false;
    for (AlarmChange change : pair.alarms()) {
      if (change.region().equals(region.name())) {
        isOn = change.isOn();
      }
    }
    return isOn;
  }

  /** {@return how often an alarm on the other region went on in a region} */
  public long alarmsOf(LocalRegion region) {
    return pair.alarms().stream()
        .filter(change -> change.isOn() && change.region().equals(region.name()))
        .count();
  }

  /** {@return the lease's epoch} */
  public long epoch() {
    String epoch = pair.lease("epoch");
    return epoch.isEmpty() ? 0 : Long.parseLong(epoch);
  }

  /** Waits until an execution is over. */
  public Execution.End endOf(Execution execution) {
    until(execution + " comes to its end", limit(), () -> isOver(execution));
    return execution.await(Duration.ofSeconds(1));
  }

  /** {@return whether an execution is over} */
  public static boolean isOver(Execution execution) {
    return execution.status() != Execution.Status.RUNNING;
  }

  /**
   * A region that was lost and is there again must refuse payments, be rebuilt, and be fit to take
   * over in its turn.
   */
  public void becomesStandby(LocalRegion region) {
    refuses(region);
    say(region.name() + " is rebuilt as the standby");
    try {
      region.rebuild();
    } catch (AssertionError e) {
      throw new Unmet(String.valueOf(e.getMessage()));
    }
    becomesFit(region);
    say(region.name() + " is fit to take over again");
  }

  /** Waits until the replication says that a region could take over. */
  public void becomesFit(LocalRegion region) {
    // Each look is a connection to the database.
    until(region.name() + " is fit to take over", workLimit(), LONG_LOOK, region::isFitToTakeOver);
  }

  /** A region that does not have the lease must not accept what reaches it all the same. */
  public void refuses(LocalRegion region) {
    until(region.name() + " answers again", workLimit(), () -> answers(region));
    for (int i = 0; i < 3; i++) {
      int status = pay(region.url());
      expect(
          status >= 400 || status == 0,
          region.name() + " has not got the lease and answered a payment with " + status);
    }
  }

  private static boolean answers(LocalRegion region) {
    return pay(region.url()) != 0;
  }

  /** A payment that nobody must accept, with a key that is never used again. */
  private static int pay(URI url) {
    String body =
        "{\"amount\":1,\"currency\":\"EUR\",\"payer\":\"nobody-1\",\"payee\":\"nobody-2\"}";
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve("payments"))
            .timeout(Duration.ofSeconds(5))
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKIACALLER/20261122/us-east-1/lambda/aws4_request,"
                    + " SignedHeaders=host, Signature=0")
            .header("Idempotency-Key", "stray-" + java.util.UUID.randomUUID())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
      return response.statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Before the disaster: a planned switch, after which the other region follows. */
  public void switchTo(LocalRegion region) {
    LocalRegion other = region == pair.east() ? pair.west() : pair.east();
    becomesFit(region);
    say("switching to " + region.name() + ", as planned");
    Execution execution = begun(() -> region.activate(PLANNED));
    if (endOf(execution).status() != Execution.Status.SUCCEEDED) {
      throw new Unmet("the planned switch before the disaster failed: " + execution);
    }
    accepts(region);
    becomesStandby(other);
  }

  /**
   * A person starts a planned switch, again when it is refused before it has begun, and waits until
   * it comes to a state.
   *
   * @return the execution that came there
   * @throws Unmet if none does
   */
  public Execution personSwitches(LocalRegion region, String state) {
    Execution execution = begun(() -> personStarts(region, PLANNED));
    until(
        "the switch to " + region.name() + " comes to " + state,
        limit(),
        () -> execution.states().contains(state) || isOver(execution));
    if (!execution.states().contains(state)) {
      throw new Unmet("the switch has ended before it came to " + state + ": " + execution);
    }
    return execution;
  }

  /** What follows is not in the cool-down of the switch before it. */
  public void lastSwitchIsLongAgo() {
    say("the cool-down of the switch is set to be over");
    pair.endCoolDown();
  }

  /** A switch that is refused before it takes the lease changes nothing, and is started again. */
  private Execution begun(Supplier<Execution> start) {
    Execution execution = start.get();
    for (int i = 1; i < TRIES && isRefused(execution); i++) {
      sleep(BEFORE_NEXT_TRY);
      execution = start.get();
    }
    return execution;
  }

  private boolean isRefused(Execution execution) {
    until(
        execution + " takes the lease or ends",
        limit(),
        () -> hasTakenLease(execution) || isOver(execution));
    return !hasTakenLease(execution) && endOf(execution).status() == Execution.Status.FAILED;
  }

  private static boolean hasTakenLease(Execution execution) {
    return execution.states().contains("TakeLease");
  }

  /** Lets a time pass that is what it is at every speed, or less when something is so before. */
  void pauseUntil(Duration atMost, BooleanSupplier condition) {
    Instant limit = Instant.now().plus(atMost);
    while (Instant.now().isBefore(limit) && !condition.getAsBoolean()) {
      sleep(LOOK);
    }
  }

  /** Lets a time pass that is what it is at every speed. */
  private void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the drill was interrupted", e);
    }
  }
}
