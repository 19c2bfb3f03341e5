package io.github.paymentdr.example.drill.measure;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.load.Order;
import io.github.paymentdr.example.drill.measure.Aftermath.Finding;
import io.github.paymentdr.example.drill.pair.Acceptance;
import io.github.paymentdr.example.drill.pair.AlarmChange;
import io.github.paymentdr.example.drill.pair.Books;
import io.github.paymentdr.example.drill.pair.FailoverStep;
import io.github.paymentdr.example.drill.pair.LeaseTenure;
import io.github.paymentdr.example.drill.report.Mark;
import io.github.paymentdr.example.drill.report.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A disaster that is told and not held; times are in seconds from its begin. What is told of a
 * payment's acceptance is also in the books, at the endpoint and with the functions, until
 * something else is told.
 */
final class Story {
  static final String EAST = "us-east-1";
  static final String WEST = "us-west-2";

  /** When the disaster begins. */
  static final Instant ZERO = Instant.parse("2026-11-22T12:00:00Z");

  private final List<Attempt> attempts = new ArrayList<>();
  private final Map<String, Order> orders = new LinkedHashMap<>();
  final Map<String, Finding> found = new HashMap<>();
  final Map<String, Long> balances = new HashMap<>();
  final List<Acceptance> acceptances = new ArrayList<>();
  final List<RegionSample> samples = new ArrayList<>();
  final List<LeaseTenure> tenures = new ArrayList<>();
  final List<FailoverStep> steps = new ArrayList<>();
  final List<AlarmChange> alarms = new ArrayList<>();
  final List<Moment> moments = new ArrayList<>();
  final Map<String, Long> booked = new HashMap<>();
  final Map<String, String> keys = new HashMap<>();
  final List<String> withoutOneKey = new ArrayList<>();
  final List<String> doubledReferences = new ArrayList<>();
  final List<String> unbalanced = new ArrayList<>();
  final Map<String, Long> paid = new HashMap<>();
  private boolean isFromOutside;
  private Recovery recovery = Recovery.AUTOMATIC;
  private double countsFrom;
  private double endedAt = 100;

  static Instant at(double seconds) {
    return ZERO.plusNanos(Math.round(seconds * 1e9));
  }

  Story fromOutside() {
    isFromOutside = true;
    return this;
  }

  Story recovery(Recovery who, double from) {
    recovery = who;
    countsFrom = from;
    return this;
  }

  Story endedAt(double seconds) {
    endedAt = seconds;
    return this;
  }

  /** A payment that is accepted at the first attempt. */
  void accepted(String name, double seconds, long amount, String region, long epoch) {
    told(name, seconds, amount, region, epoch, "id-" + name, false);
    books(name, amount);
    acceptances.add(new Acceptance(region, epoch, "key-" + name, "id-" + name, at(seconds)));
  }

  /** A caller is told that its payment is accepted. */
  void told(
      String name,
      double seconds,
      long amount,
      String region,
      long epoch,
      String id,
      boolean isReplayed) {
    attempts.add(attempt(name, seconds, amount, 201, isReplayed, region, epoch, id));
    order(name, amount, Order.State.ACKNOWLEDGED);
  }

  /** It is in the books. */
  void books(String name, long amount) {
    found.put("id-" + name, Finding.THERE);
    booked.put("id-" + name, amount);
    keys.put("key-" + name, "id-" + name);
    pays(name, amount);
  }

  /** Its payer pays. */
  void pays(String name, long amount) {
    paid.merge("payer-of-" + name, amount, Long::sum);
    balances.merge("payer-of-" + name, -amount, Long::sum);
  }

  void refused(String name, double seconds, int status, String region) {
    attempts.add(attempt(name, seconds, 1, status, false, region, 0, ""));
  }

  void order(String name, long amount, Order.State state) {
    orders.put(
        name,
        new Order("key-" + name, "reference " + name, "payer-of-" + name, amount, at(-50), state));
  }

  private static Attempt attempt(
      String name,
      double seconds,
      long amount,
      int status,
      boolean isReplayed,
      String region,
      long epoch,
      String id) {
    return new Attempt(
        "key-" + name,
        "reference " + name,
        "payer-of-" + name,
        amount,
        at(seconds - 0.01),
        at(seconds),
        status,
        isReplayed,
        region,
        epoch,
        id);
  }

  void tenure(
      String region, long epoch, double from, @Nullable Double openedAt, @Nullable Double to) {
    tenures.add(
        new LeaseTenure(
            region,
            epoch,
            at(from),
            openedAt == null ? null : at(openedAt),
            to == null ? null : at(to)));
  }

  void step(String execution, String name, double from, @Nullable Double to) {
    steps.add(new FailoverStep(WEST, execution, name, at(from), to == null ? null : at(to), ""));
  }

  void sample(String region, double seconds, long epoch, String state, @Nullable Long lag) {
    samples.add(
        new RegionSample(
            region, at(seconds), true, true, epoch % 2 == 1 ? EAST : WEST, epoch, state, lag));
  }

  /** It changes, by a point of its metric that had come 15 s before. */
  void alarm(double seconds, boolean isOn) {
    alarms.add(new AlarmChange(WEST, "PeerUnhealthy", isOn, at(seconds - 15), at(seconds)));
  }

  void moment(double seconds, Mark.Kind kind, String text) {
    moments.add(new Moment(at(seconds), kind, text));
  }

  List<Attempt> attempts() {
    return attempts;
  }

  List<Order> orders() {
    return List.copyOf(orders.values());
  }

  Outcome outcome() {
    Map<String, Double> budget = new LinkedHashMap<>();
    budget.put("detection", 33.0);
    budget.put("alarm", 15.0);
    budget.put("decision", 13.0);
    budget.put("lease", 1.0);
    budget.put("fencing", 16.0);
    budget.put("promotion", 17.0);
    budget.put("replay", 10.0);
    budget.put("opening", 9.0);
    budget.put("reconnect", 5.0);
    Course course =
        new Course(
            List.of(EAST, WEST),
            recovery,
            ZERO,
            at(countsFrom),
            at(endedAt),
            1,
            moments,
            budget,
            Duration.ofSeconds(1));
    Insight insight =
        isFromOutside
            ? Insight.fromOutside(LeaseSeen.in(samples))
            : new Insight(
                tenures,
                steps,
                alarms,
                acceptances,
                new Books(booked, keys, withoutOneKey, doubledReferences, unbalanced, paid),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5));
    return Outcome.of(course, attempts, orders(), new Aftermath(found, balances), samples, insight);
  }
}
