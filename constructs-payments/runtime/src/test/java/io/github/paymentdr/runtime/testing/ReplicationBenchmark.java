package io.github.paymentdr.runtime.testing;

import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.logical.RebuildOutcome;
import io.github.paymentdr.runtime.report.FolderReportStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Prints how many payments a pair of two servers on one machine keeps up with, how late they are,
 * what a payment costs for being replicated, and how long set-up, promotion and rebuild take.
 *
 * <p>{@code CONTRIBUTING.md} has the command.
 */
public final class ReplicationBenchmark {
  private static final int SEEDED = 200_000;
  private static final int CONNECTIONS = 12;
  private static final Duration STEP = Duration.ofSeconds(7);
  private static final Duration STEADY = Duration.ofSeconds(15);
  private static final double FIRST_RATE = 150;
  private static final double GROWTH = 1.5;
  private static final int ROUNDS = 8;
  private static final int PAYMENTS_A_ROUND = 100;
  private static final int PROMOTIONS = 10;

  private ReplicationBenchmark() {}

  /** Runs the benchmark. */
  public static void main(String[] arguments) throws Exception {
    machine();
    Path reports = Files.createTempDirectory("benchmark-reports");
    try (PostgresPair servers = PostgresPair.startDurable()) {
      costOfOnePayment(servers);
      sustained(servers);
      setUpAndRebuild(servers, reports);
      promotions(servers, reports);
    }
    System.exit(0);
  }

  private static void machine() throws IOException {
    String processor =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("?");
    System.out.printf(
        Locale.ROOT,
        "%d x %s, load %s; both servers, with fsync and TLS, and all callers on this machine%n",
        Runtime.getRuntime().availableProcessors(),
        processor,
        Files.readString(Path.of("/proc/loadavg")).substring(0, 4));
  }

  private static void costOfOnePayment(PostgresPair servers) throws SQLException {
    String plain = servers.newPaymentDatabase();
    TestPair pair = TestPair.of(servers, servers.newPaymentDatabase()).setUp();
    PaymentClient.admit(servers.east(), plain);
    try (PaymentClient without = PaymentClient.connect(servers.east(), plain);
        PaymentClient with =
            PaymentClient.connect(servers.east(), pair.east().servers().database())) {
      List<Double> bare = new ArrayList<>();
      List<Double> replicated = new ArrayList<>();
      // In turns, so that a change of the machine's speed meets both; the first is for warming up.
      for (int round = 0; round <= ROUNDS; round++) {
        if (round == 1) {
          bare.clear();
          replicated.clear();
        }
        authorise(without, bare);
        authorise(with, replicated);
      }
      print("a payment, not replicated", bare);
      print("a payment, fenced, published, followed", replicated);
      System.out.printf(
          Locale.ROOT,
          "  with : without   p50 %.2f : 1   p99 %.2f : 1%n",
          quantile(replicated, 0.5) / quantile(bare, 0.5),
          quantile(replicated, 0.99) / quantile(bare, 0.99));
    }
    tearDown(pair);
  }

  private static void authorise(PaymentClient client, List<Double> millis) throws SQLException {
    for (int i = 0; i < PAYMENTS_A_ROUND; i++) {
      long start = System.nanoTime();
      client.authorise(UUID.randomUUID().toString(), "");
      millis.add(millisSince(start));
    }
  }

  private static void sustained(PostgresPair servers) {
    TestPair pair = TestPair.of(servers, servers.newPaymentDatabase());
    pair.east().heartbeatInterval(Duration.ofMillis(20));
    pair.setUp();
    try (Upkeep upkeep = Upkeep.of(pair.east(), pair.west())) {
      double highest = 0;
      List<String> limits = new ArrayList<>();
      for (double rate = FIRST_RATE; limits.isEmpty(); rate *= GROWTH) {
        Step step = step(pair, rate, STEP);
        double late = quantile(step.lag(), 0.99);
        System.out.printf(
            Locale.ROOT,
            "  asked for %6.0f payments/s: accepted %6.0f/s, lag p99 %6.0f ms%n",
            rate,
            step.accepted(),
            late);
        if (late >= 1000) {
          limits.add("the apply worker falls behind");
        } else {
          highest = Math.max(highest, step.accepted());
        }
        if (step.accepted() < 0.95 * rate) {
          limits.add("the publisher, with the callers beside it, accepts no more");
        }
        awaitApplied(pair);
      }
      System.out.printf(
          Locale.ROOT,
          "%.0f payments/s sustained with lag p99 < 1 s; then %s%n",
          highest,
          String.join(", and ", limits));
      Step half = step(pair, highest / 2, STEADY);
      System.out.printf(
          Locale.ROOT,
          "at %.0f payments/s: lag p50 %.0f ms   p99 %.0f ms   max %.0f ms%n",
          half.accepted(),
          quantile(half.lag(), 0.5),
          quantile(half.lag(), 0.99),
          quantile(half.lag(), 1));
      upkeep.unexpected().forEach(Throwable::printStackTrace);
    }
    tearDown(pair);
  }

  /** What came of a rate: payments accepted a second, and how late beats were in milliseconds. */
  private record Step(double accepted, List<Double> lag) {}

  private static Step step(TestPair pair, double rate, Duration duration) {
    String begin = pair.east().query("select clock_timestamp()::text").get(0);
    PaymentLoad.Totals totals;
    try (PaymentLoad load =
        PaymentLoad.start(
            pair.east().servers().local(), pair.east().servers().database(), CONNECTIONS, rate)) {
      pair.east().query("select pg_sleep(" + duration.toMillis() / 1000.0 + ")");
      totals = load.stop();
    }
    String end = pair.east().query("select clock_timestamp()::text").get(0);
    awaitApplied(pair);
    List<Double> lag =
        pair
            .west()
            .query(
                "select 1000 * extract(epoch from received_at - written_at) from dr.heartbeat"
                    + (" where written_at between '" + begin + "' and '" + end + "'"))
            .stream()
            .map(Double::valueOf)
            .toList();
    return new Step(totals.payments() / totals.seconds(), lag);
  }

  private static void setUpAndRebuild(PostgresPair servers, Path reports) {
    LivePair live = LivePair.over(servers).seeded(SEEDED);
    live.east().reports(new FolderReportStore(reports));
    live.east().setUp();
    double gigabytes =
        Double.parseDouble(
                live.east()
                    .query(
                        "select sum(pg_table_size(oid)) from pg_class where relkind = 'r'"
                            + " and relnamespace = 'ledger'::regnamespace")
                    .get(0))
            / 1e9;
    long start = System.nanoTime();
    live.west().setUp();
    double seconds = millisSince(start) / 1000;
    System.out.printf(
        Locale.ROOT,
        "set-up with %d rows (%.2f GB) to copy %.1f s: %.0f rows/s, %.0f s/GB%n",
        SEEDED * 5,
        gigabytes,
        seconds,
        SEEDED * 5 / seconds,
        seconds / gigabytes);
    live.west()
        .log()
        .lines()
        .filter(line -> line.contains("being copied"))
        .forEach(line -> System.out.println("  " + line));

    live.link().cut();
    PaymentLoad.Totals lost;
    try (PaymentLoad load =
        PaymentLoad.start(
            live.east().servers().local(), live.east().servers().database(), 2, 200)) {
      Eventually.holds("payments that only one region has", () -> load.accepted() > 100);
      lost = load.stop();
    }
    live.west().control().promote(request(Mode.UNPLANNED));
    live.link().heal();
    RebuildOutcome outcome = rebuild(live.east());
    double compared = secondsOf("report_written_at - started_at", live.east());
    double copied = secondsOf("completed_at - report_written_at", live.east());
    System.out.printf(
        Locale.ROOT,
        "rebuild with %d payments that only it had (%d rows reported): comparison %.1f s"
            + " (%.0f s/GB), copy %.1f s (%.0f s/GB)%n",
        lost.payments(),
        outcome.rowsOnlyHere(),
        compared,
        compared / gigabytes,
        copied,
        copied / gigabytes);
    live.close();
  }

  private static double secondsOf(String interval, TestPair.Side side) {
    return Double.parseDouble(
        side.query(
                "select extract(epoch from "
                    + interval
                    + ") from dr.rebuild order by started_at desc limit 1")
            .get(0));
  }

  private static void promotions(PostgresPair servers, Path reports) {
    TestPair pair = TestPair.of(servers, servers.newPaymentDatabase());
    for (TestPair.Side side : List.of(pair.east(), pair.west())) {
      side.reports(new FolderReportStore(reports));
    }
    pair.setUp();
    for (Mode mode : Mode.values()) {
      List<Double> promoted = new ArrayList<>();
      List<Double> rebuilt = new ArrayList<>();
      for (int i = 0; i < PROMOTIONS; i++) {
        boolean isToWest = i % 2 == 0;
        TestPair.Side next = isToWest ? pair.west() : pair.east();
        TestPair.Side last = isToWest ? pair.east() : pair.west();
        last.control().maintain(Deadline.after(Duration.ofMillis(500)));
        long start = System.nanoTime();
        next.control().promote(request(mode));
        promoted.add(millisSince(start));
        start = System.nanoTime();
        rebuild(last);
        rebuilt.add(millisSince(start));
      }
      String name = mode.name().toLowerCase(Locale.ROOT);
      System.out.printf(
          Locale.ROOT,
          "promotion, %s, of %d: p50 %.0f ms   max %.0f ms; rebuild of few rows p50 %.0f ms%n",
          name,
          PROMOTIONS,
          quantile(promoted, 0.5),
          quantile(promoted, 1),
          quantile(rebuilt, 0.5));
    }
    tearDown(pair);
  }

  private static PromotionRequest request(Mode mode) {
    return new PromotionRequest(mode, OptionalLong.empty(), Optional.empty());
  }

  private static RebuildOutcome rebuild(TestPair.Side side) {
    RebuildOutcome outcome;
    do {
      outcome = side.control().rebuild(Deadline.after(TimeLimits.LONG.statement()));
    } while (outcome.phase() != RebuildOutcome.Phase.STANDBY);
    return outcome;
  }

  private static void awaitApplied(TestPair pair) {
    String end = pair.east().query("select pg_current_wal_insert_lsn()::text").get(0);
    Eventually.holds(
        "all is applied",
        () ->
            pair.east()
                .query(
                    "select confirmed_flush_lsn >= '"
                        + end
                        + "' from pg_replication_slots where database = current_database()")
                .contains("t"));
  }

  private static void tearDown(TestPair pair) {
    for (TestPair.Side side : List.of(pair.west(), pair.east())) {
      side.control().tearDown(Deadline.after(Duration.ofSeconds(20)));
    }
  }

  private static void print(String name, List<Double> millis) {
    System.out.printf(
        Locale.ROOT,
        "%-40s p50 %.2f ms   p99 %.2f ms%n",
        name,
        quantile(millis, 0.5),
        quantile(millis, 0.99));
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private static double quantile(List<Double> values, double part) {
    return values.stream().sorted().toList().get((int) (part * (values.size() - 1)));
  }
}
