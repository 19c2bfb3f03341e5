package io.github.paymentdr.example.drill;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.paymentdr.example.drill.pair.Timers;
import io.github.paymentdr.example.drill.report.Conditions;
import io.github.paymentdr.example.drill.stepfunctions.StateMachineRunner;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

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
              + " killing it, 429 above the limit; no snapshots; what a pair leaves warm and idle"
              + " serves the next pair on the same servers",
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
    versions.put("Payment DR Constructs", own("product.version"));
    versions.put("PostgreSQL", own("postgresql.version"));
    versions.put("DynamoDB Local", own("dynamodb-local.version"));
    versions.put("interpreter of state machines", interpreter());
    versions.put("Node", node());
    versions.put("Java", System.getProperty("java.version"));
    versions.put(
        "operating system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    versions.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    return versions;
  }

  /** {@return what the build has built with} */
  private static String own(String name) {
    Properties versions = new Properties();
    try (InputStream stream = LocalConditions.class.getResourceAsStream("versions.properties")) {
      versions.load(Objects.requireNonNull(stream));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Objects.requireNonNull(versions.getProperty(name), name);
  }

  private static String interpreter() {
    try {
      return "aws-local-stepfunctions "
          + new ObjectMapper()
              .readTree(StateMachineRunner.folder().resolve("package.json").toFile())
              .at("/dependencies/aws-local-stepfunctions")
              .asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String node() {
    try {
      Process process = new ProcessBuilder("node", "--version").start();
      return new String(process.getInputStream().readAllBytes(), UTF_8).trim();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    texts.put("upkeep of the replication (a minute in AWS)", text(timers.upkeep()));
    return texts;
  }

  private static String text(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
