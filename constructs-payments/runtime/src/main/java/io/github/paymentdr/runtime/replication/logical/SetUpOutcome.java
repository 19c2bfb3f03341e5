package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.replication.NodeRole;

/**
 * What became of a set-up.
 *
 * @param role the part of this region
 * @param tables how many tables are replicated
 * @param copied how many of them a standby has copied; all of them in an active region
 */
public record SetUpOutcome(NodeRole role, int tables, int copied) {
  /** {@return whether the initial copy goes on by itself} */
  public boolean isCopying() {
    return copied < tables;
  }
}
