package io.github.paymentdr.core.recovery.model;

import io.github.paymentdr.core.recovery.FencingTime;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Fencing by time alone: a region accepts on a reading of the lease, and a region that takes over
 * waits. There is no journal here, and nothing may be accepted in two regions at once.
 *
 * <p>A tick is a second of the slowest clock. The clocks of the functions and of their time limit
 * are the slowest, and that of the region that waits is the fastest: any other choice makes a
 * function end, or refuse, or a wait last, earlier or later than here, and ending early, refusing
 * and being late may happen at every step anyway. For the same reason nothing before the last
 * reading of a request takes time: a request that has used up some of its time is one that ends
 * early.
 */
final class FencingModel implements Explorer.Model<FencingModel.State> {
  /** What is deliberately done wrong. */
  enum Mistake {
    NO_WAIT,
    WAIT_WITHOUT_DRIFT,
    WAIT_WITHOUT_LEASE_TIME,
    READING_SURVIVES_FREEZE,
    TAKING_IGNORES_EPOCH,
    NOBODY_RESUMES
  }

  private static final int LEASE_SECONDS = 2;
  private static final int TIMEOUT_SECONDS = 9;
  private static final int DRIFT_PERCENT = 10;

  private static final String[] ADMIT = Region.labels("request begins, reads the lease");
  private static final String[] READ = Region.labels("request reads the lease again");
  private static final String[] REFUSE = Region.labels("request is refused");
  private static final String[] CHECK = Region.labels("reading arrives and is young");
  private static final String[] KEPT = Region.labels("request uses the reading it had kept");
  private static final String[] SEND = Region.labels("request sends its commit");
  private static final String[] COMMIT = Region.labels("database carries the commit out");
  private static final String[] LOSE = Region.labels("request fails, or cannot reach the lease");
  private static final String[] ORPHAN = Region.labels("function crashes, its commit is under way");
  private static final String[] START = Region.labels("execution reads the lease");
  private static final String[] TAKE = Region.labels("execution takes the lease");
  private static final String[] TAKE_TWICE = Region.labels("takes the lease, repeated on the way");
  private static final String[] TOO_LATE = Region.labels("execution is too late to take the lease");
  private static final String[] RESUME = Region.labels("execution resumes an earlier one");
  private static final String[] WAITED = Region.labels("execution has waited");
  private static final String[] OPEN = Region.labels("execution opens the lease");
  private static final String[] OPEN_LATE =
      Region.labels("execution dies, its opening is under way");
  private static final String[] HAND_BACK = Region.labels("execution hands the lease back");
  private static final String[] DIE = Region.labels("execution dies");
  private static final String[] ARRIVE = Region.labels("what was under way arrives");
  private static final String[] VANISH = Region.labels("what was under way is lost");
  private static final String[] TICKS = {
    "a second passes",
    "a second passes, A's function is frozen",
    "a second passes, B's function is frozen",
    "a second passes, both functions are frozen"
  };

  private final Set<Mistake> mistakes;
  private final int lastEpoch;
  private final int clockDriftPercent;

  /** In seconds of the waiting region's clock. */
  private final long wait;

  FencingModel(int lastEpoch, int clockDriftPercent, Set<Mistake> mistakes) {
    this.mistakes = mistakes;
    this.lastEpoch = lastEpoch;
    this.clockDriftPercent = clockDriftPercent;
    this.wait = mistakes.contains(Mistake.NO_WAIT) ? 0 : fencingTime().toSeconds();
  }

  FencingModel(int lastEpoch, Set<Mistake> mistakes) {
    this(lastEpoch, DRIFT_PERCENT, mistakes);
  }

  private FencingTime fencingTime() {
    Duration timeout = Duration.ofSeconds(TIMEOUT_SECONDS);
    Duration lease = Duration.ofSeconds(LEASE_SECONDS);
    if (mistakes.contains(Mistake.WAIT_WITHOUT_LEASE_TIME)) {
      timeout = timeout.minus(lease);
    }
    int drift = mistakes.contains(Mistake.WAIT_WITHOUT_DRIFT) ? 0 : clockDriftPercent;
    return FencingTime.of(lease, timeout, drift);
  }

  /** Where a request is. */
  enum Doing {
    NOTHING,
    ADMITTED,
    READING,
    COMMITTABLE,
    COMMITTING,
    /** As committing, but the function is gone and nobody will be answered. */
    ORPHANED
  }

  /**
   * The one function of a region, with at most one request.
   *
   * @param doing where its request is
   * @param epoch the epoch that the request belongs to
   * @param time seconds since the reading; once the commit is sent, since then
   * @param age the age of the reading by the function's own clocks
   * @param kept the epoch of a reading that was kept for later requests, which is a mistake
   * @param keptAge its age by the function's own clocks
   */
  record Writer(Doing doing, int epoch, int time, int age, int kept, int keptAge) {
    static final Writer IDLE = new Writer(Doing.NOTHING, 0, 0, 0, 0, 0);

    Writer at(Doing next, int nextEpoch) {
      return new Writer(next, nextEpoch, 0, 0, kept, keptAge);
    }

    /** What it knew is forgotten, unless by mistake. */
    Writer ended() {
      return at(Doing.NOTHING, 0);
    }

    Writer checked() {
      return new Writer(Doing.COMMITTABLE, epoch, time, 0, kept, keptAge);
    }

    Writer orphaned() {
      return new Writer(Doing.ORPHANED, epoch, time, 0, kept, keptAge);
    }

    Writer keeping() {
      return new Writer(doing, epoch, time, age, epoch, age);
    }

    boolean isFunctionRunning() {
      return doing != Doing.NOTHING && doing != Doing.ORPHANED;
    }

    Writer afterSecond(boolean frozen) {
      int keptNow = kept == 0 || frozen ? keptAge : Math.min(keptAge + 1, LEASE_SECONDS);
      int stillKept = keptNow == LEASE_SECONDS ? 0 : kept;
      Writer same = new Writer(doing, epoch, time, age, stillKept, stillKept == 0 ? 0 : keptNow);
      return switch (doing) {
        case NOTHING, ADMITTED -> same;
        case READING -> same.older(time + 1, frozen ? age : Math.min(age + 1, LEASE_SECONDS));
        case COMMITTABLE -> same.older(time + 1, 0);
        case COMMITTING, ORPHANED -> time == LEASE_SECONDS ? same.ended() : same.older(time + 1, 0);
      };
    }

    private Writer older(int newTime, int newAge) {
      boolean over =
          newTime >= TIMEOUT_SECONDS && (doing == Doing.READING || doing == Doing.COMMITTABLE);
      return over ? ended() : new Writer(doing, epoch, newTime, newAge, kept, keptAge);
    }

    @Override
    public String toString() {
      return doing == Doing.NOTHING
          ? "idle"
          : doing + "" + epoch + (doing.compareTo(Doing.READING) >= 0 ? " " + time + "s" : "");
    }
  }

  /** Where an execution is. */
  enum Stage {
    NONE,
    HAS_READ,
    WAITING,
    FENCED
  }

  /**
   * A region's execution.
   *
   * @param stage where it is
   * @param epoch the epoch that it has read, then the one that it has taken
   * @param waited for how many seconds of the slowest clock it has waited
   * @param execution tells it from the one before
   * @param stray what is under way from it or from the one before
   */
  record Activator(Stage stage, int epoch, int waited, int execution, Stray stray) {
    static final Activator NONE = new Activator(Stage.NONE, 0, 0, 0, Stray.NONE);

    Activator at(Stage next, int nextEpoch) {
      return new Activator(next, nextEpoch, 0, execution, stray);
    }

    Activator ended() {
      return new Activator(Stage.NONE, 0, 0, 0, stray);
    }

    Activator another() {
      return new Activator(stage, epoch, waited, stray.another(), stray);
    }

    Activator with(Stray newStray) {
      return new Activator(stage, epoch, waited, execution, newStray);
    }

    Activator waiting(int seconds) {
      return new Activator(stage, epoch, seconds, execution, stray);
    }

    @Override
    public String toString() {
      return stage == Stage.NONE
          ? "none" + stray
          : stage + "" + epoch + (stage == Stage.WAITING ? " " + waited + "s" : "") + stray;
    }
  }

  /**
   * All of it.
   *
   * @param fenced the latest epoch whose wait is over: nothing of an earlier one may be accepted
   * @param broken whether something was accepted all the same
   */
  record State(
      Lease lease,
      int fenced,
      Writer writerA,
      Writer writerB,
      Activator activatorA,
      Activator activatorB,
      boolean broken) {
    Writer writer(int region) {
      return region == 0 ? writerA : writerB;
    }

    Activator activator(int region) {
      return region == 0 ? activatorA : activatorB;
    }

    State with(int region, Writer writer) {
      return new State(
          lease,
          fenced,
          region == 0 ? writer : writerA,
          region == 1 ? writer : writerB,
          activatorA,
          activatorB,
          broken);
    }

    State with(int region, Activator activator) {
      return new State(
          lease,
          fenced,
          writerA,
          writerB,
          region == 0 ? activator : activatorA,
          region == 1 ? activator : activatorB,
          broken);
    }

    State with(Lease newLease) {
      return new State(newLease, fenced, writerA, writerB, activatorA, activatorB, broken);
    }

    State fencedUpTo(int epoch) {
      return new State(
          lease, Math.max(fenced, epoch), writerA, writerB, activatorA, activatorB, broken);
    }

    State accepted(int epoch) {
      return new State(
          lease, fenced, writerA, writerB, activatorA, activatorB, broken || epoch < fenced);
    }

    @Override
    public String toString() {
      return String.format(
          "%-18s fenced %s | A: %s, %s | B: %s, %s",
          lease, fenced, writerA, activatorA, writerB, activatorB);
    }
  }

  @Override
  public State start() {
    return new State(
        Lease.FIRST, 1, Writer.IDLE, Writer.IDLE, Activator.NONE, Activator.NONE, false);
  }

  @Override
  public Optional<String> fault(State state) {
    return state.broken()
        ? Optional.of("a region has accepted after the other one's wait was over")
        : Optional.empty();
  }

  @Override
  public boolean serves(State state) {
    return (state.writerA().doing() == Doing.COMMITTING
            && state.lease().admits(0, state.writerA().epoch()))
        || (state.writerB().doing() == Doing.COMMITTING
            && state.lease().admits(1, state.writerB().epoch()));
  }

  @Override
  public void steps(State state, Explorer.Steps<State> steps) {
    for (int region = 0; region < 2; region++) {
      write(state, region, steps);
      activate(state, region, steps);
      deliver(state, region, steps);
    }
    pass(state, steps);
  }

  private void write(State state, int region, Explorer.Steps<State> steps) {
    Writer writer = state.writer(region);
    Lease lease = state.lease();
    int epoch = writer.epoch();
    State ended = state.with(region, writer.ended());
    switch (writer.doing()) {
      case NOTHING -> {
        if (lease.admits(region)) {
          steps.step(ADMIT[region], state.with(region, writer.at(Doing.ADMITTED, lease.epoch())));
        }
        if (writer.kept() != 0) {
          steps.step(KEPT[region], state.with(region, writer.at(Doing.COMMITTABLE, writer.kept())));
        }
      }
      case ADMITTED -> {
        if (lease.admits(region, epoch)) {
          steps.step(READ[region], state.with(region, writer.at(Doing.READING, epoch)));
        } else {
          steps.step(REFUSE[region], ended);
        }
      }
      case READING -> {
        if (writer.age() < LEASE_SECONDS) {
          boolean keeps = mistakes.contains(Mistake.READING_SURVIVES_FREEZE);
          steps.step(
              CHECK[region],
              state.with(region, keeps ? writer.keeping().checked() : writer.checked()));
        } else {
          steps.step(REFUSE[region], ended);
        }
      }
      case COMMITTABLE ->
          steps.step(SEND[region], state.with(region, writer.at(Doing.COMMITTING, epoch)));
      case COMMITTING, ORPHANED -> steps.step(COMMIT[region], ended.accepted(epoch));
    }
    if (writer.doing() == Doing.COMMITTING) {
      steps.fault(ORPHAN[region], state.with(region, writer.orphaned()));
    } else if (writer.isFunctionRunning()) {
      steps.fault(LOSE[region], ended);
    }
  }

  private void activate(State state, int region, Explorer.Steps<State> steps) {
    Activator activator = state.activator(region);
    Lease lease = state.lease();
    int epoch = activator.epoch();
    int execution = activator.execution();
    State ended = state.with(region, activator.ended());
    switch (activator.stage()) {
      case NONE -> {
        if (lease.region() != region && lease.epoch() < lastEpoch) {
          Activator another = activator.another().at(Stage.HAS_READ, lease.epoch());
          steps.step(START[region], state.with(region, another));
        } else if (mayResume(lease, region)) {
          Activator another = activator.another().at(Stage.WAITING, lease.epoch());
          steps.step(
              RESUME[region], state.with(region, another).with(lease.resumed(another.execution())));
        }
      }
      case HAS_READ -> take(state, region, steps);
      case WAITING -> {
        if (byWaitingClock(activator.waited()) >= wait) {
          Activator next = activator.at(Stage.FENCED, epoch);
          steps.step(WAITED[region], state.with(region, next).fencedUpTo(epoch));
        }
      }
      case FENCED -> {
        if (!lease.isBeingOpened(region, epoch, execution)) {
          steps.step(TOO_LATE[region], ended);
        } else {
          steps.step(OPEN[region], ended.with(lease.opened()));
          steps.fault(
              OPEN_LATE[region],
              state.with(region, activator.ended().with(Stray.opening(epoch, execution))));
          if (epoch < lastEpoch) {
            steps.step(HAND_BACK[region], ended.with(lease.handedBack()));
          }
        }
      }
    }
    if (activator.stage() != Stage.NONE) {
      steps.fault(DIE[region], ended);
    }
  }

  private boolean mayResume(Lease lease, int region) {
    return lease.region() == region
        && !lease.active()
        && !mistakes.contains(Mistake.NOBODY_RESUMES);
  }

  private void take(State state, int region, Explorer.Steps<State> steps) {
    Activator activator = state.activator(region);
    int epoch = activator.epoch();
    if (!mayTake(state.lease(), region, epoch)) {
      steps.step(TOO_LATE[region], state.with(region, activator.ended()));
      return;
    }
    Activator waiting = activator.at(Stage.WAITING, epoch + 1);
    State taken = state.with(state.lease().taken(region, epoch + 1, activator.execution()));
    steps.step(TAKE[region], taken.with(region, waiting));
    Stray repeated = Stray.taking(epoch, activator.execution());
    steps.fault(TAKE_TWICE[region], taken.with(region, waiting.with(repeated)));
  }

  private boolean mayTake(Lease lease, int region, int readEpoch) {
    return mistakes.contains(Mistake.TAKING_IGNORES_EPOCH)
        || (lease.epoch() == readEpoch && lease.region() != region);
  }

  private void deliver(State state, int region, Explorer.Steps<State> steps) {
    Activator activator = state.activator(region);
    Stray stray = activator.stray();
    if (stray.kind() == Stray.Kind.NOTHING) {
      return;
    }
    Lease lease = state.lease();
    State without = state.with(region, activator.with(Stray.NONE));
    steps.fault(VANISH[region], without);
    int epoch = stray.epoch();
    int execution = stray.execution();
    if (stray.kind() == Stray.Kind.TAKING && mayTake(lease, region, epoch)) {
      steps.fault(ARRIVE[region], without.with(lease.taken(region, epoch + 1, execution)));
    } else if (stray.kind() == Stray.Kind.OPENING
        && lease.isBeingOpened(region, epoch, execution)) {
      steps.fault(ARRIVE[region], without.with(lease.opened()));
    }
  }

  /** Frozen functions' clocks stand still, or run on, which is the plain second. */
  private void pass(State state, Explorer.Steps<State> steps) {
    for (int frozen = 0; frozen < TICKS.length; frozen++) {
      State next =
          state
              .with(0, state.writerA().afterSecond((frozen & 1) != 0))
              .with(1, state.writerB().afterSecond((frozen & 2) != 0))
              .with(0, afterSecond(state.activatorA()))
              .with(1, afterSecond(state.activatorB()));
      if (next.equals(state)) {
        continue;
      }
      if (frozen == 0) {
        steps.step(TICKS[frozen], next);
      } else {
        steps.fault(TICKS[frozen], next);
      }
    }
  }

  private Activator afterSecond(Activator activator) {
    boolean counts =
        activator.stage() == Stage.WAITING && byWaitingClock(activator.waited()) < wait;
    return counts ? activator.waiting(activator.waited() + 1) : activator;
  }

  private int byWaitingClock(int seconds) {
    return seconds + seconds * clockDriftPercent / 100;
  }
}
