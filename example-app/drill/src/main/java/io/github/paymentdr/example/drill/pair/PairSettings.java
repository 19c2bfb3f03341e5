package io.github.paymentdr.example.drill.pair;

import org.jspecify.annotations.Nullable;

/**
 * What a pair is started with.
 *
 * @param timers how fast it lives
 * @param seed what its random choices are made from
 * @param lane its servers, or null for servers of its own, which end with it
 * @param mutation the safeguard that it lacks
 * @param paymentsPerSecond how much it must bear
 */
public record PairSettings(
    Timers timers, long seed, @Nullable Lane lane, Mutation mutation, int paymentsPerSecond) {
  /** {@return a pair with these timers and servers of its own, for 10 payments a second} */
  public static PairSettings of(Timers timers) {
    return new PairSettings(timers, 1, null, Mutation.NONE, 10);
  }

  /** {@return the same with another seed} */
  public PairSettings withSeed(long newSeed) {
    return new PairSettings(timers, newSeed, lane, mutation, paymentsPerSecond);
  }

  /** {@return the same on servers that are there} */
  public PairSettings on(Lane newLane) {
    return new PairSettings(timers, seed, newLane, mutation, paymentsPerSecond);
  }

  /** {@return the same without a safeguard} */
  public PairSettings without(Mutation safeguard) {
    return new PairSettings(timers, seed, lane, safeguard, paymentsPerSecond);
  }

  /** {@return the same with the functions for so much load} */
  public PairSettings bearing(int newPaymentsPerSecond) {
    return new PairSettings(timers, seed, lane, mutation, newPaymentsPerSecond);
  }
}
