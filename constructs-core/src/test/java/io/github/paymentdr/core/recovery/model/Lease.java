package io.github.paymentdr.core.recovery.model;

/**
 * The item that both regions read and write, one at a time.
 *
 * @param region which region has it, 0 or 1
 * @param epoch how often it has changed hands, from 1
 * @param active whether the region may accept, or is still becoming active
 * @param execution which of the region's executions took it
 */
record Lease(int region, int epoch, boolean active, int execution) {
  static final Lease FIRST = new Lease(0, 1, true, 0);

  boolean admits(int asking) {
    return active && region == asking;
  }

  boolean admits(int asking, int askedEpoch) {
    return admits(asking) && epoch == askedEpoch;
  }

  /** Whether the execution of the region is becoming active with it. */
  boolean isBeingOpened(int by, int inEpoch, int byExecution) {
    return region == by && epoch == inEpoch && !active && execution == byExecution;
  }

  Lease taken(int by, int newEpoch, int byExecution) {
    return new Lease(by, newEpoch, false, byExecution);
  }

  Lease resumed(int byExecution) {
    return new Lease(region, epoch, false, byExecution);
  }

  Lease opened() {
    return new Lease(region, epoch, true, 0);
  }

  Lease handedBack() {
    return new Lease(1 - region, epoch + 1, true, 0);
  }

  @Override
  public String toString() {
    return "lease " + Region.name(region) + epoch + (active ? " open" : " activating");
  }
}
