package io.github.paymentdr.runtime.failover;

import io.github.paymentdr.runtime.control.ControlItems;
import io.github.paymentdr.runtime.control.LeaseItem;
import io.github.paymentdr.runtime.control.Times;
import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.probe.ProbePoints;
import io.github.paymentdr.runtime.replication.ControlException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Says what a failover has cost, and what is to be done next. The first report of an epoch counts;
 * one that is made again says the same.
 */
public final class RecoveryReport {
  private static final int LONGEST_SUBJECT = 100;

  /** The message is carried by a state machine and by mail, and neither takes any length. */
  private static final int MOST_SLOTS = 50;

  private final ControlItems items;
  private final ProbePoints points;
  private final Settings settings;
  private final Clock clock;
  private final Log log;

  /**
   * The region that reports.
   *
   * @param region this region
   * @param peerRegion the other region
   * @param pair the name of the pair
   * @param objective how long a recovery may take
   * @param peerReplicationFunction the function that controls the replication in the other region,
   *     if there is something to rebuild
   */
  public record Settings(
      String region,
      String peerRegion,
      String pair,
      Duration objective,
      Optional<String> peerReplicationFunction) {}

  /**
   * What is reported.
   *
   * @param planned whether the other region took part
   * @param startedBy who wanted it
   * @param unhealthySince since when the other region was not healthy
   * @param takenAt when the lease was taken
   * @param promotion what the promotion answered
   * @param replay what the replay of the journal answered
   */
  public record Event(
      boolean planned,
      String startedBy,
      Optional<Instant> unhealthySince,
      Optional<Instant> takenAt,
      Map<?, ?> promotion,
      Map<?, ?> replay) {}

  /**
   * Makes a report.
   *
   * @param items the control table
   * @param points gets how long it took
   * @param settings the region that reports
   * @param clock the time
   * @param log where it is written what could not be kept
   */
  public RecoveryReport(
      ControlItems items, ProbePoints points, Settings settings, Clock clock, Log log) {
    this.items = items;
    this.points = points;
    this.settings = settings;
    this.clock = clock;
    this.log = log;
  }

  /**
   * Reports.
   *
   * @param event what is reported
   * @return the members {@code recoverySeconds}, {@code withinObjective}, {@code subject} and
   *     {@code message}
   * @throws ControlException if the control table does not answer
   */
  public Map<String, @Nullable Object> report(Event event) {
    Instant now = clock.instant();
    Optional<LeaseItem> lease =
        items.lease().filter(item -> item.lease().activeRegion().equals(settings.region()));
    long seconds = keep(lease, began(event, now), now);
    boolean isWithin = seconds <= settings.objective().toSeconds();
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("recoverySeconds", seconds);
    answer.put("withinObjective", isWithin);
    answer.put("subject", subject(event, seconds, isWithin));
    answer.put("message", message(event, lease, seconds, now));
    return answer;
  }

  /** What was planned keeps callers waiting from when the lease was taken, and not before. */
  private static Instant began(Event event, Instant now) {
    Optional<Instant> began =
        event.planned()
            ? event.takenAt().or(event::unhealthySince)
            : event.unhealthySince().or(event::takenAt);
    return began.orElse(now);
  }

  private long keep(Optional<LeaseItem> lease, Instant began, Instant now) {
    long seconds = Math.max(0, Duration.between(began, now).toSeconds());
    if (lease.isEmpty()) {
      log.warn("the lease is not this region's any more, so the recovery is not written in it");
      return seconds;
    }
    if (lease.get().recoverySeconds().isPresent()) {
      return lease.get().recoverySeconds().getAsLong();
    }
    if (items.recordRecovery(lease.get().lease(), seconds)) {
      try {
        points.putRecoveryTime(seconds, now);
      } catch (SdkException e) {
        log.warn("the metric RecoveryTime was not put: " + e.getMessage());
      }
    }
    return seconds;
  }

  private String subject(Event event, long seconds, boolean isWithin) {
    String subject =
        settings.pair()
            + ": "
            + settings.region()
            + " is active"
            + (event.planned() ? " as planned" : "")
            + " after "
            + seconds
            + " s ("
            + (isWithin ? "within" : "OVER")
            + " the objective of "
            + settings.objective().toSeconds()
            + " s)";
    String printable = subject.replaceAll("[^ -~]", "?");
    return printable.substring(0, Math.min(LONGEST_SUBJECT, printable.length()));
  }

  private String message(Event event, Optional<LeaseItem> lease, long seconds, Instant now) {
    List<String> lines = new ArrayList<>();
    lines.add(
        settings.region()
            + " is the active region of "
            + settings.pair()
            + lease.map(item -> " in epoch " + item.lease().epoch()).orElse("")
            + ". It took over from "
            + settings.peerRegion()
            + ".");
    lines.add("");
    lines.add("Mode: " + (event.planned() ? "planned" : "unplanned"));
    lines.add("Started by: " + event.startedBy());
    lines.add("Recovery: " + seconds + " s, objective " + settings.objective().toSeconds() + " s");
    event
        .unhealthySince()
        .filter(since -> !event.planned())
        .ifPresent(since -> lines.add("Not healthy since: " + ControlTable.time(since)));
    event.takenAt().ifPresent(taken -> lines.add("Lease taken: " + ControlTable.time(taken)));
    lease
        .flatMap(LeaseItem::openedAt)
        .ifPresent(opened -> lines.add("Accepting since: " + ControlTable.time(opened)));
    lines.add("Reported: " + ControlTable.time(now));
    lines.add("");
    lines.add(promotion(event.promotion()));
    lines.add(replay(event.replay()));
    lines.add("");
    lines.add("Next: " + next(event));
    return String.join("\n", lines);
  }

  private static String promotion(Map<?, ?> promotion) {
    StringBuilder line = new StringBuilder("Database: ");
    Object window = promotion.get("lossWindowMillis");
    if (window instanceof Number millis && millis.longValue() == 0) {
      line.append("complete");
    } else if (window instanceof Number millis) {
      line.append("the replication was behind by ")
          .append(millis.longValue())
          .append(" ms; what was acknowledged in that time came from the journal");
    } else {
      line.append("how far the replication was behind is not known; what was acknowledged came")
          .append(" from the journal");
    }
    Times.parse(promotion.get("completeUntil"))
        .ifPresent(until -> line.append("; complete until ").append(ControlTable.time(until)));
    return line.toString();
  }

  private static String replay(Map<?, ?> replay) {
    if (replay.isEmpty()) {
      return "Journal: not replayed";
    }
    String line =
        String.format(
            "Journal: %s entries, %s applied, %s present already, %s superseded, %s blocked",
            count(replay, "entries"),
            count(replay, "applied"),
            count(replay, "present"),
            count(replay, "superseded"),
            count(replay, "blocked"));
    return count(replay, "blocked").equals("0")
        ? line
        : line
            + "\nBLOCKED, each is an acknowledged payment that is to be put right by hand: "
            + blockedSlots(replay);
  }

  private static String blockedSlots(Map<?, ?> replay) {
    List<?> slots = replay.get("blockedSlots") instanceof List<?> list ? list : List.of();
    List<?> named = slots.subList(0, Math.min(MOST_SLOTS, slots.size()));
    long blocked =
        replay.get("blocked") instanceof Number number ? number.longValue() : slots.size();
    return blocked > named.size()
        ? named
            + " and "
            + (blocked - named.size())
            + " more; the runbook says how to find them in the journal"
        : named.toString();
  }

  private static String count(Map<?, ?> replay, String name) {
    return replay.get(name) instanceof Number number ? String.valueOf(number.longValue()) : "?";
  }

  private String next(Event event) {
    String peer = settings.peerRegion();
    return settings
        .peerReplicationFunction()
        .map(
            function ->
                (event.planned() ? "let " + peer + " follow" : "when " + peer + " is back, rebuild")
                    + (event.planned() ? "" : " it")
                    + "; until then it must not become active. Call this until its state is"
                    + " STANDBY:\naws lambda invoke --region "
                    + peer
                    + " --function-name "
                    + function
                    + " --cli-read-timeout 900 --cli-binary-format raw-in-base64-out --payload"
                    + " '{\"operation\":\"rebuild\"}' /dev/stdout")
        .orElseGet(
            () ->
                "see that "
                    + peer
                    + " follows again before it may become active; the runbook says how for each"
                    + " kind of replication");
  }
}
