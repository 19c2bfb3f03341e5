package io.github.paymentdr.runtime.replication.logical;

import java.util.Optional;

/**
 * What became of a rebuild.
 *
 * @param phase how far it is
 * @param report where the report of the rows that only this region had is, once it is written
 * @param rowsOnlyHere how many rows only this region had, as far as is known
 * @param rowsDifferent how many rows the other region has with another content
 * @param tables how many tables are replicated
 * @param copied how many of them are copied
 */
public record RebuildOutcome(
    Phase phase,
    Optional<String> report,
    long rowsOnlyHere,
    long rowsDifferent,
    int tables,
    int copied) {
  /** How far a rebuild is. */
  public enum Phase {
    /** It looks for rows that only this region has; call again. */
    COMPARING,
    /** The report is written; tables are copied from the active region. */
    COPYING,
    /** It is a standby. */
    STANDBY
  }
}
