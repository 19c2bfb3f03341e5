package io.github.paymentdr.runtime.replication;

import java.time.Duration;

/** Until when an operation may go on; what is not done by then is left to the next call. */
public final class Deadline {
  private final long end;

  private Deadline(long end) {
    this.end = end;
  }

  /**
   * Starts the clock, which no change of the time of day moves.
   *
   * @param duration how long the operation may take
   * @return the deadline
   */
  public static Deadline after(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  /** {@return how long there is left, zero when it is over} */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  /** {@return whether it is over} */
  public boolean isOver() {
    return remaining().isZero();
  }
}
