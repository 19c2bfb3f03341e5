package io.github.paymentdr.payments.failover;

/**
 * How long each step of the state machine takes at most, in seconds, as the budget counts it.
 *
 * @param table a request to the control table
 * @param assessment asking the other region's health, and why it does not answer
 * @param fitness asking the replication
 * @param fencing until the other region accepts nothing
 * @param promotion until the database is writable
 * @param replay giving the journal to the database
 * @param traffic moving the endpoint
 * @param secondLook from what may pass, or a false alarm, until the alarm is looked at again
 * @param coolDown the longest wait for the end of a cool-down
 */
record StepTimes(
    int table,
    int assessment,
    int fitness,
    int fencing,
    int promotion,
    int replay,
    int traffic,
    int secondLook,
    int coolDown) {
  /** Starting a function from its snapshot, its first connections, and its own requests. */
  static final int FUNCTION = 3;

  /** Between two looks at a promotion that AWS is at. */
  static final int PROMOTION_POLL = 5;

  /** A promotion that only has to be asked for answers at once. */
  static final int REQUEST = 15;

  /** Of a promotion's time in the budget; Aurora has taken several times what is usual. */
  private static final int PATIENCE = 4;

  /** How often a run that an alarm has started looks again before it gives up. */
  static final int MOST_LOOKS = 40;

  /** Between two looks at an earlier execution that is at it; callers may be waiting. */
  static final int EARLIER_POLL = 5;

  /** How often a run that an alarm has started looks whether an earlier one has ended. */
  static final int MOST_WAITS = 120;

  /** Of such a look: the alarm, the lease and the execution, with some retries. */
  private static final int WAIT = 30;

  /** Of one look: reading the lease, asking both regions and the replication, with all retries. */
  private static final int LOOK = 300;

  /**
   * Beside promotion, cool-down and looks: all retries of all steps, and a person's way to a
   * computer.
   */
  private static final int REST_OF_EXECUTION = 7_200;

  /**
   * When an attempt is cut off. The budget counts one attempt at its full share. One that is merely
   * slower is not thrown away, one that hangs is not waited for; either is a disturbance of this
   * region on top of the loss of the other, as every retry is, and beyond the budget.
   */
  static int limitOf(int share) {
    return 2 * share;
  }

  /**
   * How long a function may work so that its answer, also one that it refuses, is there before the
   * attempt is cut off.
   */
  static int workWithin(int share) {
    return limitOf(share) - FUNCTION;
  }

  int promotionRounds() {
    return Math.max(1, PATIENCE * promotion / PROMOTION_POLL);
  }

  /** The last resort, when even the failure of a step cannot be told. */
  int execution() {
    return REST_OF_EXECUTION
        + coolDown
        + PATIENCE * promotion
        + MOST_LOOKS * (secondLook + LOOK)
        + MOST_WAITS * (EARLIER_POLL + WAIT);
  }
}
