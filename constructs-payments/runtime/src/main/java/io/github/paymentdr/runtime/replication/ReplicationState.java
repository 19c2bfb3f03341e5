package io.github.paymentdr.runtime.replication;

import java.util.List;
import java.util.OptionalLong;

/**
 * Which part a region's database has.
 *
 * @param role the part
 * @param epoch how many times the pair has had an active region, as far as this one knows
 * @param fitToTakeOver whether it could be promoted now without losing more than the lag
 * @param problems what stands against that, or is not as it should be; empty when all is well
 */
public record ReplicationState(
    NodeRole role, OptionalLong epoch, boolean fitToTakeOver, List<String> problems) {
  /** Copies the problems. */
  public ReplicationState {
    problems = List.copyOf(problems);
  }
}
