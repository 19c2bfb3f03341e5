package io.github.paymentdr.runtime.probe;

import java.time.Duration;
import java.util.Optional;

/**
 * Looks at the other region from this one. What does not answer is only then said to be not healthy
 * when something else answers: this region's own URL, which is reached the same way.
 */
public final class Outlook {
  /** What is left of a probe's time for what comes after the questions. */
  private static final Duration RESERVE = Duration.ofMillis(500);

  /** Less is no question. */
  private static final Duration LEAST = Duration.ofMillis(250);

  private final HealthClient health;
  private final String region;
  private final String peerRegion;
  private final String path;
  private final Duration timeout;

  /**
   * Makes the outlook of a region.
   *
   * @param health asks
   * @param region this region
   * @param peerRegion the other region
   * @param path path and query that ask a region for its health
   * @param timeout how long one question may take
   */
  public Outlook(
      HealthClient health, String region, String peerRegion, String path, Duration timeout) {
    this.health = health;
    this.region = region;
    this.peerRegion = peerRegion;
    this.path = path;
    this.timeout = timeout;
  }

  /**
   * Looks once: asks the other region, and this one if the other does not answer well. Both
   * together take no longer than they may.
   *
   * @param peerUrl the other region's URL
   * @param ownUrl this region's URL; empty if it has not registered
   * @param limit how long both questions may take
   * @return the finding
   */
  public Finding look(String peerUrl, Optional<String> ownUrl, Duration limit) {
    long start = System.nanoTime();
    HealthAnswer answer = askPeer(peerUrl, shorter(timeout, limit.minus(RESERVE)));
    if (answer.isHealthy()) {
      return new Finding(Verdict.HEALTHY, peerRegion + " is healthy");
    }
    Duration left = limit.minus(RESERVE).minus(Duration.ofNanos(System.nanoTime() - start));
    return judge(answer, askOwn(ownUrl, shorter(timeout, left)));
  }

  /**
   * Asks the other region for its health.
   *
   * @param peerUrl its URL
   * @param limit how long it may take
   * @return the answer
   */
  public HealthAnswer askPeer(String peerUrl, Duration limit) {
    return health.ask(peerUrl, path, peerRegion, limit);
  }

  /**
   * Asks this region for anything: without the query, because it is not this region's health that
   * is in question here, but whether an answer gets through.
   *
   * @param ownUrl this region's URL; empty if it has not registered
   * @param limit how long it may take
   * @return the answer
   */
  public HealthAnswer askOwn(Optional<String> ownUrl, Duration limit) {
    return ownUrl
        .map(url -> health.ask(url, path.split("\\?", 2)[0], region, limit))
        .orElseGet(() -> HealthAnswer.none("it has not registered"));
  }

  /**
   * Asks this region for its health.
   *
   * @param ownUrl its URL
   * @return the answer
   */
  public HealthAnswer askOwnHealth(String ownUrl) {
    return askOwnHealth(ownUrl, timeout);
  }

  /**
   * Asks this region for its health.
   *
   * @param ownUrl its URL
   * @param limit how long it may take
   * @return the answer
   */
  public HealthAnswer askOwnHealth(String ownUrl, Duration limit) {
    return health.ask(ownUrl, path, region, limit);
  }

  /**
   * Judges the answers of a look that the other region did not pass.
   *
   * <p>A refusal is Lambda's answer to who has no right, and to everybody where there is no
   * function any more. This region's own URL tells them apart: it is asked by the same role with
   * rights of the same kind.
   *
   * @param peer what the other region said
   * @param own what this region said
   * @return the finding
   */
  public Finding judge(HealthAnswer peer, HealthAnswer own) {
    if (peer.isRefusal() && (own.isRefusal() || !own.isAnswer())) {
      return new Finding(
          Verdict.BLIND,
          peerRegion
              + " did not let this region ask ("
              + peer.text()
              + "), and neither did "
              + region
              + " itself ("
              + own.text()
              + "), which says nothing of its health; look at the rights of this function first");
    }
    return own.isAnswer()
        ? new Finding(Verdict.UNHEALTHY, peerRegion + " is not healthy: " + told(peer))
        : new Finding(
            Verdict.BLIND,
            peerRegion
                + " did not answer well ("
                + peer.text()
                + "), and neither did "
                + region
                + " itself ("
                + own.text()
                + "), so nothing can be said");
  }

  private String told(HealthAnswer peer) {
    return peer.isRefusal()
        ? peer.text()
            + ", while "
            + region
            + " lets the same role ask, so its Function URL or what allows it is gone"
        : peer.text();
  }

  /** {@return how long one question may take} */
  public Duration timeout() {
    return timeout;
  }

  private static Duration shorter(Duration wanted, Duration left) {
    Duration given = wanted.compareTo(left) < 0 ? wanted : left;
    return given.compareTo(LEAST) < 0 ? LEAST : given;
  }
}
