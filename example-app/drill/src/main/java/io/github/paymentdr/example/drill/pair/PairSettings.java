package io.github.paymentdr.example.drill.pair;

import org.jspecify.annotations.Nullable;

/**
 * What a pair is started with.
 *
 * @param timers how fast it lives
 * @param seed what its random choices are made from
 * @param lane its servers, or null for servers of its own, which end with it
 * @param mutation the safeguard that it lacks
 */
public record PairSettings(Timers timers, long seed, @Nullable Lane lane, Mutation mutation) {
  /** {@return a pair with these timers and servers of its own} */
  public static PairSettings of(Timers timers) {
    return new PairSettings(timers, 1, null, Mutation.NONE);
  }

  /** {@return the same with another seed} */
  public PairSettings withSeed(long newSeed) {
    return new PairSettings(timers, newSeed, lane, mutation);
  }

  /** {@return the same on servers that are there} */
  public PairSettings on(Lane newLane) {
    return new PairSettings(timers, seed, newLane, mutation);
  }

  /** {@return the same without a safeguard} */
  public PairSettings without(Mutation safeguard) {
    return new PairSettings(timers, seed, lane, safeguard);
  }
}
