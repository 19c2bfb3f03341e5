package io.github.paymentdr.runtime.failover;

import io.github.paymentdr.runtime.control.ControlItems;
import io.github.paymentdr.runtime.control.LeaseItem;
import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.probe.Finding;
import io.github.paymentdr.runtime.probe.HealthAnswer;
import io.github.paymentdr.runtime.probe.Outlook;
import io.github.paymentdr.runtime.probe.Verdict;
import io.github.paymentdr.runtime.replication.ControlException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides whether this region should take over, before anything is done. */
public final class Assessment {
  /** What is to be done. */
  public enum Decision {
    /** Take over. */
    GO,
    /** The other region is well after all, or may still become so by itself. */
    FALSE_ALARM,
    /** This region sees nothing, so it must not act. */
    BLIND,
    /** The other region cannot take part in what was planned. */
    PEER_NOT_HEALTHY
  }

  /** Who wants it. */
  public enum Starter {
    /** An alarm, which may be wrong. */
    ALARM,
    /** A person, who knows why. */
    PERSON
  }

  /**
   * The region that decides, and how it does.
   *
   * @param region this region
   * @param peerRegion the other region
   * @param attempts how often the other region must fail to answer well
   * @param coolDown for how long after a takeover no alarm starts another
   * @param activation the longest time from taking the lease to opening it
   */
  public record Settings(
      String region, String peerRegion, int attempts, Duration coolDown, Duration activation) {}

  private final ControlItems items;
  private final Outlook outlook;
  private final Settings settings;
  private final Clock clock;
  private final Consumer<Duration> pause;

  /**
   * Makes an assessment.
   *
   * @param items the control table
   * @param outlook looks at the other region
   * @param settings the region that decides, and how it does
   * @param clock the time
   * @param pause waits for a while
   */
  public Assessment(
      ControlItems items,
      Outlook outlook,
      Settings settings,
      Clock clock,
      Consumer<Duration> pause) {
    this.items = items;
    this.outlook = outlook;
    this.settings = settings;
    this.clock = clock;
    this.pause = pause;
  }

  private record Judgement(Decision decision, String detail) {}

  /**
   * Decides.
   *
   * @param planned whether the other region is to take part
   * @param starter who wants it
   * @return the members {@code decision}, {@code detail}, {@code unhealthySince} and {@code
   *     coolDownUntil}
   * @throws ControlException if the control table does not answer, or this region's own payment
   *     function is not well
   */
  public Map<String, @Nullable Object> assess(boolean planned, Starter starter) {
    Instant now = clock.instant();
    Instant unhealthySince =
        items.unhealthySince(settings.region()).filter(since -> since.isBefore(now)).orElse(now);
    Judgement judgement = judge(planned, starter);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("decision", judgement.decision().name());
    answer.put("detail", judgement.detail());
    answer.put("unhealthySince", ControlTable.time(unhealthySince));
    answer.put("coolDownUntil", ControlTable.time(clock.instant().plus(settings.coolDown())));
    return answer;
  }

  private Judgement judge(boolean planned, Starter starter) {
    if (!planned && starter == Starter.PERSON) {
      return new Judgement(
          Decision.GO, "a person gave " + settings.peerRegion() + " up, so it was not asked");
    }
    Optional<String> peerUrl = items.functionUrl(settings.peerRegion());
    if (peerUrl.isEmpty()) {
      return new Judgement(
          planned ? Decision.PEER_NOT_HEALTHY : Decision.BLIND,
          settings.peerRegion()
              + " has not registered, so it cannot be asked; deploy its stack, or take over by"
              + " hand");
    }
    return planned ? judgePlanned(peerUrl.get()) : judgeOutage(peerUrl.get());
  }

  private Judgement judgePlanned(String peerUrl) {
    HealthAnswer answer = outlook.askPeer(peerUrl, outlook.timeout());
    for (int attempt = 2; attempt <= settings.attempts() && !answer.isHealthy(); attempt++) {
      answer = outlook.askPeer(peerUrl, outlook.timeout());
    }
    return answer.isHealthy()
        ? new Judgement(Decision.GO, settings.peerRegion() + " is healthy and can hand over")
        : new Judgement(
            Decision.PEER_NOT_HEALTHY,
            settings.peerRegion()
                + " is not healthy ("
                + answer.text()
                + "), so it cannot hand over; put it right, or take over unplanned");
  }

  private Judgement judgeOutage(String peerUrl) {
    if (isPeerOpening()) {
      return new Judgement(
          Decision.FALSE_ALARM,
          settings.peerRegion()
              + " has taken the lease less than "
              + settings.activation().toSeconds()
              + " s ago and may still open it");
    }
    Optional<String> ownUrl = items.functionUrl(settings.region());
    // Beside all questions, so that it takes no time of its own, and a first start has time enough.
    CompletableFuture<HealthAnswer> ownHealth =
        CompletableFuture.supplyAsync(() -> ownHealth(ownUrl));
    for (int attempt = 1; attempt < settings.attempts(); attempt++) {
      long start = System.nanoTime();
      if (outlook.askPeer(peerUrl, outlook.timeout()).isHealthy()) {
        return falseAlarm();
      }
      // What fails at once is asked again only when it could have answered: one hiccup is one.
      Duration rest = outlook.timeout().minusNanos(System.nanoTime() - start);
      if (!rest.isNegative()) {
        pause.accept(rest);
      }
    }
    CompletableFuture<HealthAnswer> own =
        CompletableFuture.supplyAsync(() -> outlook.askOwn(ownUrl, outlook.timeout()));
    HealthAnswer answer = outlook.askPeer(peerUrl, outlook.timeout());
    if (answer.isHealthy()) {
      return falseAlarm();
    }
    Finding finding = outlook.judge(answer, own.join());
    if (finding.verdict() == Verdict.BLIND) {
      return new Judgement(Decision.BLIND, finding.detail());
    }
    refuseUnlessFit(ownHealth.join());
    return new Judgement(
        Decision.GO, finding.detail() + "; tries that failed: " + settings.attempts());
  }

  /**
   * Two regions that do not see each other would else take the lease from each other in turns, and
   * none would ever open it.
   */
  private boolean isPeerOpening() {
    return items
        .lease()
        .filter(item -> item.lease().activeRegion().equals(settings.peerRegion()))
        .filter(item -> item.lease().state() == Lease.State.ACTIVATING)
        .flatMap(LeaseItem::takenAt)
        .filter(taken -> clock.instant().isBefore(taken.plus(settings.activation())))
        .isPresent();
  }

  private HealthAnswer ownHealth(Optional<String> ownUrl) {
    Duration limit = outlook.timeout().multipliedBy(settings.attempts());
    return ownUrl
        .map(url -> outlook.askOwnHealth(url, limit))
        .orElseGet(() -> outlook.askOwn(ownUrl, limit));
  }

  /**
   * No decision, but a failure, because it may pass and is worth another attempt at once: a region
   * that cannot serve must not take the lease from one that perhaps soon can again.
   */
  private void refuseUnlessFit(HealthAnswer own) {
    if (!own.isHealthy()) {
      throw new ControlException(
          settings.region()
              + " is not fit to take over: its own payment function is not healthy ("
              + own.text()
              + "). Look at the log of that function, and at the database and the control table"
              + " that it needs");
    }
  }

  private Judgement falseAlarm() {
    return new Judgement(
        Decision.FALSE_ALARM, settings.peerRegion() + " is healthy when it is asked again");
  }
}
