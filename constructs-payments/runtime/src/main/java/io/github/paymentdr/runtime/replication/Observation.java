package io.github.paymentdr.runtime.replication;

import java.util.List;
import java.util.OptionalLong;

/**
 * What was measured of the replication. Values that this region's part does not have are empty.
 *
 * @param role the part of this region's database
 * @param lagMillis how far a standby is behind, end to end, in milliseconds
 * @param slotInactive whether nobody reads the slot of an active region: 0 or 1; 1 also if it has
 *     no slot
 * @param retainedWalBytes the WAL that an active region keeps for its standby
 * @param tablesNotInSync tables that are not replicated as they should be, by name
 * @param applyErrors how often a standby failed to apply a change since the last observation
 */
public record Observation(
    NodeRole role,
    OptionalLong lagMillis,
    OptionalLong slotInactive,
    OptionalLong retainedWalBytes,
    List<String> tablesNotInSync,
    OptionalLong applyErrors) {
  /** Copies the names. */
  public Observation {
    tablesNotInSync = List.copyOf(tablesNotInSync);
  }
}
