package io.github.paymentdr.example.drill.pair;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * How slow a region's network is. Each request waits for a random time before it is passed on, and
 * a share of them is lost on one of the two ways; what is lost is not answered. At a database a
 * lost packet is one that comes late, because TCP repeats it.
 *
 * @param atLeast the shortest delay
 * @param atMost the longest delay
 * @param lost the share of requests that are lost, from 0 to 1
 * @param ways where; never empty
 */
public record Latency(Duration atLeast, Duration atMost, double lost, Set<Way> ways) {
  /** A way that requests take. */
  public enum Way {
    /** Requests of callers, and of the endpoint for them, to the Function URL. */
    FROM_CLIENTS,
    /** Requests of the other region, to the Function URL and to the database. */
    FROM_PEER,
    /** Requests of the region's functions and state machine to the table. */
    TO_TABLE,
    /** What the region's functions exchange with its database. */
    TO_DATABASE,
    /**
     * Only the answer to the reading of the lease that confirms an acceptance: the one which an
     * instance asks for next after it has written an entry of the journal. The table has read it by
     * then; the answer is late. A delay just below the lease time is the worst that a network may
     * do; where the client gives up before, each of its attempts is as late.
     */
    LEASE_CONFIRMATION
  }

  /**
   * Makes a latency.
   *
   * @throws IllegalArgumentException if a delay is negative, the longest is shorter than the
   *     shortest, the share is not one, or there is no way
   */
  public Latency {
    if (atLeast.isNegative() || atMost.compareTo(atLeast) < 0) {
      throw new IllegalArgumentException("no delay is between " + atLeast + " and " + atMost);
    }
    if (!(lost >= 0 && lost <= 1)) {
      throw new IllegalArgumentException("the share that is lost must be from 0 to 1, got " + lost);
    }
    if (ways.isEmpty()) {
      throw new IllegalArgumentException("a latency needs a way");
    }
    ways = Set.copyOf(ways);
  }

  /** {@return a latency that loses nothing} */
  public static Latency between(Duration atLeast, Duration atMost, Way first, Way... more) {
    return new Latency(atLeast, atMost, 0, EnumSet.of(first, more));
  }

  /** {@return the same, but a share is lost} */
  public Latency losing(double share) {
    return new Latency(atLeast, atMost, share, ways);
  }
}
