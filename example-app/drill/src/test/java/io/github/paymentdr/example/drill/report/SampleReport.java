package io.github.paymentdr.example.drill.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Made up, like what a full run gives, with everything that may stand in a report. */
final class SampleReport {
  private static final String EAST = "us-east-1";
  private static final String WEST = "us-west-2";
  private static final List<String> NAMES =
      List.of(
          "region-killed",
          "database-killed",
          "regions-disconnected",
          "clients-cut-off",
          "region-slow",
          "region-frozen",
          "failover-crash-at-read-lease",
          "failover-crash-at-promote",
          "two-failovers-at-once",
          "clocks-wrong",
          "disk-full",
          "replication-broken",
          "flapping",
          "deployed");

  private SampleReport() {}

  static DrillReport passed() {
    return report(NAMES.stream().map(name -> disaster(name, List.of())).toList());
  }

  static DrillReport failed() {
    List<DisasterReport> disasters = new ArrayList<>();
    for (String name : NAMES) {
      disasters.add(
          disaster(
              name,
              name.equals("disk-full")
                  ? List.of("3 acknowledged payments are <lost> & \"gone\"")
                  : List.of()));
    }
    return report(disasters);
  }

  static DrillReport empty() {
    return report(List.of());
  }

  private static DrillReport report(List<DisasterReport> disasters) {
    long failed = disasters.stream().filter(one -> one.verdict() == Verdict.FAILED).count();
    return new DrillReport(
        1,
        Instant.parse("2026-11-23T02:00:00Z"),
        Instant.parse("2026-11-23T02:12:34Z"),
        new Summary(
            failed == 0 && !disasters.isEmpty() ? Verdict.PASSED : Verdict.FAILED,
            disasters.size(),
            (int) (disasters.size() - failed),
            300,
            disasters.isEmpty() ? null : 71.234,
            disasters.isEmpty() ? null : 64.5,
            null,
            disasters.isEmpty() ? null : 119.0,
            failed == 0 ? 0 : 2.5,
            88.1,
            21_345,
            failed * 3,
            0,
            0,
            4_321,
            321,
            new LedgerSum(106_725_017, failed == 0 ? 106_725_017 : 106_719_020, 0)),
        disasters,
        new Conditions(
            "local",
            1,
            42,
            "mvn -B -q -DskipTests -Pdrill verify -Ddrill.seed=42",
            Map.of("PostgreSQL", "15.12"),
            Map.of("probe interval", "10 s"),
            "20 payments a second through the endpoint, spread over 50 payers.",
            List.of("PostgreSQL 15.12 with TLS", "the payment function from its artifact"),
            List.of("CloudWatch's delay of 15 s", "CloudFront: the edge function in Node")));
  }

  private static DisasterReport disaster(String name, List<String> failures) {
    boolean isTakenOver = !name.equals("flapping");
    Random random = new Random(name.hashCode());
    double rto = 55 + random.nextInt(20);
    return new DisasterReport(
        name,
        "A disaster called " + name,
        "us-west-2 takes over by itself within the budget. Nothing acknowledged is lost.",
        failures.isEmpty() ? Verdict.PASSED : Verdict.FAILED,
        failures,
        isTakenOver ? Recovery.AUTOMATIC : Recovery.NONE,
        isTakenOver ? rto : null,
        isTakenOver ? 119.0 : null,
        !isTakenOver ? List.of() : name.equals("deployed") ? phasesFromOutside() : phases(random),
        failures.isEmpty() ? 0 : 2.5,
        rto + 1.5,
        1_500 + random.nextInt(100),
        failures.isEmpty() ? 0 : 3,
        0,
        0,
        random.nextInt(400),
        random.nextInt(40),
        isTakenOver ? 12L : null,
        new LedgerSum(7_501_234, failures.isEmpty() ? 7_501_234 : 7_495_237, 0),
        timeline(random, rto, isTakenOver),
        4711,
        failures.isEmpty() ? List.of() : List.of("evidence/" + name));
  }

  private static List<Phase> phasesFromOutside() {
    return List.of(
        new Phase("until the lease was taken", 51, 62),
        new Phase("until the region had opened", 30, 43),
        new Phase("until callers were served", 4, 14));
  }

  private static List<Phase> phases(Random random) {
    return List.of(
        new Phase("detection", 21 + random.nextInt(10), 33),
        new Phase("alarm", 15.1, 15),
        new Phase("decision", 0.4, 13),
        new Phase("lease", 0.05, 1),
        new Phase("fencing", 16.02, 16),
        new Phase("promotion", 0.6, 17),
        new Phase("replay", 0.3, 10),
        new Phase("opening", 5.4, 9),
        new Phase("reconnect", 0.8, 5));
  }

  private static Timeline timeline(Random random, double rto, boolean isTakenOver) {
    List<Sample> samples = new ArrayList<>();
    for (int at = -10; at < rto + 25; at++) {
      boolean isDown = isTakenOver && at >= 0 && at < rto;
      String region = isTakenOver && at >= rto ? WEST : EAST;
      samples.add(
          new Sample(
              at,
              1,
              isDown ? Map.of() : Map.of(region, 18L + random.nextInt(5)),
              isDown ? Map.of(EAST, 3L, "none", 5L + random.nextInt(30)) : Map.of(),
              isDown ? null : 20L + random.nextInt(60)));
    }
    if (!isTakenOver) {
      return new Timeline(
          List.of(EAST, WEST),
          samples,
          List.of(new Mark(0, Mark.Kind.DISASTER, "us-east-1 flaps")),
          List.of(new Tenure(EAST, 1, -10, -10, rto + 25)),
          List.of());
    }
    double taken = rto - 24;
    return new Timeline(
        List.of(EAST, WEST),
        samples,
        List.of(
            new Mark(0, Mark.Kind.DISASTER, "us-east-1 is gone"),
            new Mark(taken - 1, Mark.Kind.ALARM, "PeerUnhealthy goes on in us-west-2"),
            new Mark(rto + 15, Mark.Kind.MENDED, "us-east-1 is there again")),
        List.of(
            new Tenure(EAST, 1, -10, -10, taken), new Tenure(WEST, 2, taken, rto - 6, rto + 25)),
        List.of(
            new Step(WEST, "Assess", taken - 0.6, taken - 0.1),
            new Step(WEST, "WaitForFencing", taken, taken + 16),
            new Step(WEST, "Promote", taken + 16, taken + 16.8),
            new Step(WEST, "OpenTraffic", rto - 6, rto - 0.5)));
  }
}
