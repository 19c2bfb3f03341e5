package io.github.paymentdr.example.drill;

import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.Conditions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Under what conditions a drill on this machine is held. */
final class LocalConditions {
  private static final List<String> REAL =
      List.of(
          "the payment function from its packaged jar, under Lambda's Java runtime interface"
              + " client, in processes of its own that are killed and frozen by signals",
          "PostgreSQL in both regions, with the logical replication that the product sets up",
          "the probe, the functions of the failover and of the replication, by their own code",
          "the state machine as synthesised, with its waits, retries and time limits",
          "the edge function as synthesised, which checks the callers and picks the region",
          "the callers: HTTP, their own keys, repetition by the rules of docs/client.md");

  private static final List<String> SIMULATED =
      List.of(
          "Lambda and its Function URLs: one request at a time in each process, the time limit by"
              + " killing it, 429 above the limit; no snapshots",
          "the table: DynamoDB Local, one for both regions, so as strongly consistent as the"
              + " global table that the stacks make, without its latency",
          "Step Functions: an interpreter of the same language",
          "CloudWatch and EventBridge: the alarm is judged as its properties say, and takes the"
              + " delay that the budget assumes",
          "CloudFront and its key value store: a front of 502 and 504, which learns a change"
              + " after the delay that the budget assumes",
          "the network between and around the regions: ways on one machine that are cut, slowed"
              + " and lose",
          "IAM, TLS to the Function URLs, and RDS itself: none of AWS takes part");

  private LocalConditions() {}

  static Conditions of(DrillOptions options, int disasters) {
    return new Conditions(
        "local",
        options.speed(),
        options.seed(),
        options.command(
            disasters == io.github.paymentdr.example.drill.disaster.Catalogue.disasters().size()
                ? List.of()
                : options.disasters().stream().map(one -> one.name()).toList()),
        versions(),
        timers(Timers.atSpeed(options.speed())),
        options.rate()
            + " payments a second on each pair, from callers that repeat an unanswered or refused"
            + " one with its key",
        REAL,
        SIMULATED);
  }

  private static Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Java", System.getProperty("java.version"));
    versions.put(
        "operating system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    versions.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    return versions;
  }

  private static Map<String, String> timers(Timers timers) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("lease time", text(timers.leaseTime()));
    texts.put("time limit of the payment function", text(timers.functionTimeout()));
    texts.put("from one probe to the next", text(timers.probeInterval()));
    texts.put("time limit of a probe", text(timers.probeTimeout()));
    texts.put("alarm and its event", text(timers.alarmDelay()));
    texts.put("wait for fencing", text(timers.fencingWait()));
    texts.put("cool-down", text(timers.coolDown()));
    texts.put("from the store to the edge", text(timers.propagation()));
    return texts;
  }

  private static String text(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
