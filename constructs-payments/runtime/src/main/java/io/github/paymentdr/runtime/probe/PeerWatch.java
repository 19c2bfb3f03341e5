package io.github.paymentdr.runtime.probe;

import io.github.paymentdr.runtime.control.ControlItems;
import io.github.paymentdr.runtime.control.LeaseItem;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.ControlException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Watches the other region through one minute: looks, puts the points, and keeps since when it is
 * not healthy. Nothing that fails ends it; the next look comes all the same.
 */
public final class PeerWatch {
  /** What was healthy longer ago another process may have seen since. */
  private static final Duration RECENT = Duration.ofMinutes(1);

  private final ControlItems items;
  private final Outlook outlook;
  private final ProbePoints points;
  private final String region;
  private final String peerRegion;
  private final Clock clock;

  private @Nullable String peerUrl;
  private @Nullable String ownUrl;
  private @Nullable Verdict last;

  /** When the other region was last seen healthy, if nothing else was seen since. */
  private @Nullable Instant lastHealthy;

  /**
   * Makes the watch of a region. What it has learnt of the regions' URLs it keeps from one minute
   * to the next, for when the table does not answer.
   *
   * @param items the control table
   * @param outlook looks
   * @param points puts the points
   * @param region this region
   * @param peerRegion the other region
   * @param clock the time of the points
   */
  public PeerWatch(
      ControlItems items,
      Outlook outlook,
      ProbePoints points,
      String region,
      String peerRegion,
      Clock clock) {
    this.items = items;
    this.outlook = outlook;
    this.points = points;
    this.region = region;
    this.peerRegion = peerRegion;
    this.clock = clock;
  }

  /**
   * Watches for a minute.
   *
   * @param loop when it looks
   * @param available how long it may take at most
   * @param log where it is written what was found
   * @return how many looks there were; none while the other region has not registered
   */
  public int watch(ProbeLoop loop, Duration available, Log log) {
    Minute minute = new Minute(log);
    learnUrls(log);
    if (peerUrl == null) {
      log.info("the other region has not registered yet, so there is nothing to probe");
      return 0;
    }
    return loop.run(available, minute::probe);
  }

  /** A region that was replaced has another URL; one that is lost has its last. */
  private void learnUrls(Log log) {
    try {
      peerUrl = items.functionUrl(peerRegion).orElse(null);
      ownUrl = items.functionUrl(region).orElse(null);
    } catch (ControlException e) {
      log.warn("the regions' URLs could not be read; the last known are used: " + e.getMessage());
    }
  }

  /** What is known in one minute. Another process may know more; the table decides. */
  private final class Minute {
    private final Log log;
    private boolean isRead;
    private Optional<Instant> unhealthySince = Optional.empty();

    Minute(Log log) {
      this.log = log;
    }

    void probe(Duration limit) {
      try {
        Instant start = clock.instant();
        // Beside the question, so that a slow table takes none of the question's time.
        CompletableFuture<Long> recovery = CompletableFuture.supplyAsync(this::recoverySeconds);
        Finding finding = look(limit);
        put(finding.verdict(), recovery.join(), start);
        remember(finding.verdict(), start);
      } catch (RuntimeException e) {
        log.warn("a probe failed: " + e, "error", e.getClass().getSimpleName());
      }
    }

    private Finding look(Duration limit) {
      String url = peerUrl;
      Finding finding =
          url == null
              ? new Finding(Verdict.BLIND, "the other region's URL is not known")
              : outlook.look(url, Optional.ofNullable(ownUrl), limit);
      // The log says what changes, not each of six times a minute.
      if (finding.verdict() != last) {
        if (finding.verdict() == Verdict.HEALTHY) {
          log.info(finding.detail(), "verdict", finding.verdict().name());
        } else {
          log.warn(finding.detail(), "verdict", finding.verdict().name());
        }
        last = finding.verdict();
      }
      return finding;
    }

    private void put(Verdict verdict, long recoverySeconds, Instant time) {
      try {
        points.put(verdict, recoverySeconds, time);
      } catch (SdkException e) {
        log.warn("the metrics were not put: " + e.getMessage());
      }
    }

    /**
     * How long callers have waited for this region: from the loss of the other one until this one
     * has them, whatever holds it up. A region that was never taken over, or is reported, waits for
     * nothing.
     */
    private long recoverySeconds() {
      try {
        return items.lease().flatMap(this::recoveryBegan).map(this::secondsSince).orElse(0L);
      } catch (ControlException e) {
        log.warn("how far a recovery is could not be read: " + e.getMessage());
        return 0L;
      }
    }

    private Optional<Instant> recoveryBegan(LeaseItem item) {
      if (!item.lease().activeRegion().equals(region)) {
        return sinceUnhealthy();
      }
      boolean isActive = item.lease().state() == Lease.State.ACTIVE;
      boolean isOver = isActive && (item.takenAt().isEmpty() || item.recoverySeconds().isPresent());
      return isOver ? Optional.empty() : item.unhealthySince().or(item::takenAt);
    }

    private long secondsSince(Instant began) {
      return Math.max(0, Duration.between(began, clock.instant()).toSeconds());
    }

    private Optional<Instant> sinceUnhealthy() {
      if (!isRead) {
        unhealthySince = items.unhealthySince(region);
        isRead = true;
      }
      return unhealthySince;
    }

    /** Somewhere between a probe that was healthy and the next it began, and callers waited. */
    private Instant began(Instant time) {
      Instant healthy = lastHealthy;
      return healthy == null || healthy.isAfter(time) || healthy.isBefore(time.minus(RECENT))
          ? time
          : healthy;
    }

    private void remember(Verdict verdict, Instant time) {
      Instant began = began(time);
      lastHealthy = verdict == Verdict.HEALTHY ? time : null;
      if (verdict == Verdict.BLIND) {
        return;
      }
      try {
        if (verdict == Verdict.UNHEALTHY && sinceUnhealthy().isEmpty()) {
          // If another process was first, its time stays.
          isRead = items.beginUnhealthy(region, began);
          unhealthySince = Optional.of(began);
        } else if (verdict == Verdict.HEALTHY && sinceUnhealthy().isPresent()) {
          isRead = items.endUnhealthy(region, sinceUnhealthy().get());
          unhealthySince = Optional.empty();
        }
      } catch (ControlException e) {
        isRead = false;
        log.warn("since when the other region is not healthy was not kept: " + e.getMessage());
      }
    }
  }
}
