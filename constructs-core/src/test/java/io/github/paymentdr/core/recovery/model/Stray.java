package io.github.paymentdr.core.recovery.model;

/**
 * A write to the lease that was sent, and repeated or given up by its sender, and that may arrive
 * at any later time.
 *
 * @param kind what it asks for
 * @param epoch the epoch that it was read in (a taking) or that it opens
 * @param execution the sender
 */
record Stray(Kind kind, int epoch, int execution) {
  static final Stray NONE = new Stray(Kind.NOTHING, 0, 0);

  enum Kind {
    NOTHING,
    TAKING,
    OPENING
  }

  static Stray taking(int epoch, int execution) {
    return new Stray(Kind.TAKING, epoch, execution);
  }

  static Stray opening(int epoch, int execution) {
    return new Stray(Kind.OPENING, epoch, execution);
  }

  /** The number of a new execution, which is not that of this. */
  int another() {
    return kind == Kind.NOTHING || execution == 1 ? 0 : 1;
  }

  @Override
  public String toString() {
    return kind == Kind.NOTHING ? "" : " stray " + kind + epoch;
  }
}
