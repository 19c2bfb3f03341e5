package io.github.paymentdr.core.recovery.model;

import java.util.Optional;
import java.util.Set;

/**
 * The order of journal and reading alone: nobody waits for anything and there are no clocks, so
 * that every step may come at any later time. Two regions may accept at once here. What must hold
 * all the same: an acknowledged payment is in the database of whichever region is open, and one key
 * never has two acknowledged payments.
 *
 * <p>There is one key, because keys meet nowhere: each has its own row and its own slot of the
 * journal. Several attempts under it compete, in both regions.
 */
final class JournalModel implements Explorer.Model<JournalModel.State> {
  /** What is deliberately done wrong. */
  enum Mistake {
    NO_CONFIRM,
    JOURNAL_AFTER_COMMIT,
    REPEAT_WITHOUT_CONFIRM,
    REPLAY_CLAIMS_NOTHING,
    /** It has promoted its database in vain, or has not been rebuilt since it was active. */
    UNFIT_TAKES_OVER,
    REPLACING_LOOKS_AT_ATTEMPT_ALONE,
    LATER_EPOCH_IS_REPLACED,
    TAKING_IGNORES_EPOCH
  }

  private static final String[] ADMIT = Region.labels("request begins");
  private static final String[] FIND = Region.labels("repeated request finds the first one");
  private static final String[] JOURNAL = Region.labels("request writes to the journal");
  private static final String[] GIVE_WAY = Region.labels("request gives way to a later epoch");
  private static final String[] CONFIRM = Region.labels("request reads the lease, may accept");
  private static final String[] REFUSE = Region.labels("request reads the lease, is refused");
  private static final String[] SKIP = Region.labels("request does not read the lease");
  private static final String[] SEND = Region.labels("request sends its commit");
  private static final String[] COMMIT = Region.labels("database commits");
  private static final String[] ABORT = Region.labels("database refuses, another has the key");
  private static final String[] ANSWER = Region.labels("request is acknowledged");
  private static final String[] CRASH = Region.labels("function crashes");
  private static final String[] ORPHAN = Region.labels("function crashes, its commit is under way");
  private static final String[] DROP = Region.labels("commit under way is lost");
  private static final String[] LATE = Region.labels("function crashes, its entry is under way");
  private static final String[] START = Region.labels("execution reads the lease");
  private static final String[] TAKE = Region.labels("execution takes the lease");
  private static final String[] TAKE_TWICE = Region.labels("takes the lease, repeated on the way");
  private static final String[] TOO_LATE = Region.labels("execution is too late");
  private static final String[] RESUME = Region.labels("execution resumes an earlier one");
  private static final String[] REPLAY = Region.labels("execution promotes and replays");
  private static final String[] OPEN = Region.labels("execution opens the lease");
  private static final String[] OPEN_LATE =
      Region.labels("execution dies, its opening is under way");
  private static final String[] HAND_BACK = Region.labels("execution hands the lease back");
  private static final String[] DIE = Region.labels("execution dies");
  private static final String[] ARRIVE = Region.labels("write to the lease under way arrives");
  private static final String[] VANISH = Region.labels("write to the lease under way is lost");
  private static final String[] ENTRY = Region.labels("entry under way arrives");
  private static final String[] ENTRY_LOST = Region.labels("entry under way is lost");
  private static final String[] FOLLOW = Region.labels("database receives what the other one has");
  private static final String[] REBUILD = Region.labels("database is rebuilt from the other one");
  private static final String[] MARK = Region.labels("cleaning finds the entry in its database");
  private static final String[] CLEAN = Region.labels("cleaning removes the entry");

  private static final int NONE = 0;

  private final int lastEpoch;
  private final int lastAttempt;
  private final Set<Mistake> mistakes;

  JournalModel(int lastEpoch, int lastAttempt, Set<Mistake> mistakes) {
    this.lastEpoch = lastEpoch;
    this.lastAttempt = lastAttempt;
    this.mistakes = mistakes;
  }

  /** Where a request is. */
  enum Doing {
    NOTHING,
    ADMITTED,
    JOURNALED,
    /** A repeated request has found the first one in the database. */
    FOUND,
    CONFIRMED,
    COMMITTING,
    /** As committing, but the function is gone and nobody will be answered. */
    ORPHANED,
    /** The client is to be told. */
    ACCEPTED,
    /** As accepted, but by mistake not in the journal yet. */
    COMMITTED
  }

  /** The slot of the key in the journal. */
  record Entry(int attempt, int epoch) {
    static final Entry EMPTY = new Entry(NONE, 0);

    @Override
    public String toString() {
      return attempt == NONE ? "-" : "#" + attempt + " of " + epoch;
    }
  }

  /** An entry under way, to be written if the slot still has what its writer saw there. */
  record Late(Entry entry, Entry seen) {
    static final Late NOTHING = new Late(Entry.EMPTY, Entry.EMPTY);
  }

  /** The one request that holds the lock of the key in its region's database. */
  record Writer(Doing doing, int attempt, int epoch, Late late) {
    static final Writer IDLE = new Writer(Doing.NOTHING, NONE, 0, Late.NOTHING);

    Writer at(Doing next) {
      return new Writer(next, attempt, epoch, late);
    }

    /** The epoch has served for the journal and for the lease, and nobody asks for it again. */
    Writer withoutEpoch() {
      return new Writer(doing, attempt, 0, late);
    }

    Writer ended() {
      return new Writer(Doing.NOTHING, NONE, 0, late);
    }

    Writer begun(int newAttempt, int newEpoch) {
      return new Writer(Doing.ADMITTED, newAttempt, newEpoch, late);
    }

    Writer with(Late newLate) {
      return new Writer(doing, attempt, epoch, newLate);
    }

    @Override
    public String toString() {
      return (doing == Doing.NOTHING ? "idle" : doing + " #" + attempt)
          + (epoch == 0 ? "" : " of " + epoch)
          + (late.equals(Late.NOTHING) ? "" : " late " + late.entry());
    }
  }

  /** Where an execution is. */
  enum Stage {
    NONE,
    HAS_READ,
    TAKEN,
    REPLAYED
  }

  /** A region's execution; its number tells it from the one before. */
  record Activator(Stage stage, int epoch, int execution, Stray stray) {
    static final Activator IDLE = new Activator(Stage.NONE, 0, 0, Stray.NONE);

    Activator at(Stage next, int nextEpoch) {
      return new Activator(next, nextEpoch, execution, stray);
    }

    Activator ended() {
      return new Activator(Stage.NONE, 0, 0, stray);
    }

    Activator another() {
      return new Activator(stage, epoch, stray.another(), stray);
    }

    Activator with(Stray newStray) {
      return new Activator(stage, epoch, execution, newStray);
    }

    @Override
    public String toString() {
      return (stage == Stage.NONE ? "none" : stage + "" + epoch) + stray;
    }
  }

  /** One region: its function, its execution, and which attempt its database has for the key. */
  record Side(Writer writer, Activator activator, int database, boolean follows) {
    Side with(Writer newWriter) {
      return new Side(newWriter, activator, database, follows);
    }

    Side with(Activator newActivator) {
      return new Side(writer, newActivator, database, follows);
    }

    Side holding(int attempt) {
      return new Side(writer, activator, attempt, follows);
    }

    Side following(boolean nowFollows) {
      return new Side(writer, activator, database, nowFollows);
    }

    @Override
    public String toString() {
      return String.format(
          "database %s%s, %s, %s",
          database == NONE ? "-" : "#" + database, follows ? " following" : "", writer, activator);
    }
  }

  /**
   * All of it.
   *
   * @param slot the journal's slot of the key
   * @param attempts how many there have been
   * @param acknowledged the attempt that a client was told of
   * @param doubled whether a client was told of another one, too
   * @param cleaning whether an entry is about to be removed, whatever it is then
   */
  record State(
      Lease lease,
      Entry slot,
      Side a,
      Side b,
      int attempts,
      int acknowledged,
      boolean doubled,
      boolean cleaning) {
    Side side(int region) {
      return region == 0 ? a : b;
    }

    State with(int region, Side side) {
      return new State(
          lease,
          slot,
          region == 0 ? side : a,
          region == 1 ? side : b,
          attempts,
          acknowledged,
          doubled,
          cleaning);
    }

    State with(int region, Writer writer) {
      return with(region, side(region).with(writer));
    }

    State with(int region, Activator activator) {
      return with(region, side(region).with(activator));
    }

    State with(Lease newLease) {
      return new State(newLease, slot, a, b, attempts, acknowledged, doubled, cleaning);
    }

    State with(Entry newSlot) {
      return new State(lease, newSlot, a, b, attempts, acknowledged, doubled, cleaning);
    }

    State withAnotherAttempt() {
      return new State(lease, slot, a, b, attempts + 1, acknowledged, doubled, cleaning);
    }

    State acknowledging(int attempt) {
      boolean another = acknowledged != NONE && acknowledged != attempt;
      return new State(lease, slot, a, b, attempts, attempt, doubled || another, cleaning);
    }

    State cleaning(boolean now) {
      return new State(lease, slot, a, b, attempts, acknowledged, doubled, now);
    }

    @Override
    public String toString() {
      return String.format(
          "%-18s journal %s, acknowledged %s | A: %s | B: %s",
          lease, slot, acknowledged == NONE ? "-" : "#" + acknowledged, a, b);
    }
  }

  @Override
  public State start() {
    Side active = new Side(Writer.IDLE, Activator.IDLE, NONE, false);
    return new State(
        Lease.FIRST, Entry.EMPTY, active, active.following(true), 0, NONE, false, false);
  }

  @Override
  public Optional<String> fault(State state) {
    if (state.doubled()) {
      return Optional.of("one key has two acknowledged payments");
    }
    boolean lost =
        state.acknowledged() != NONE
            && state.lease().active()
            && state.side(state.lease().region()).database() != state.acknowledged();
    return lost
        ? Optional.of("the open region does not have the acknowledged payment")
        : Optional.empty();
  }

  @Override
  public boolean serves(State state) {
    return state.lease().active();
  }

  @Override
  public void steps(State state, Explorer.Steps<State> steps) {
    for (int region = 0; region < 2; region++) {
      write(state, region, steps);
      activate(state, region, steps);
      deliver(state, region, steps);
      replicate(state, region, steps);
      clean(state, region, steps);
    }
  }

  private void write(State state, int region, Explorer.Steps<State> steps) {
    Side side = state.side(region);
    Writer writer = side.writer();
    switch (writer.doing()) {
      case NOTHING -> begin(state, region, steps);
      case ADMITTED -> {
        if (side.database() != NONE) {
          Writer found = writer.begun(side.database(), writer.epoch()).at(Doing.FOUND);
          steps.step(FIND[region], state.with(region, found));
        } else if (mistakes.contains(Mistake.JOURNAL_AFTER_COMMIT)) {
          confirm(state, region, steps);
        } else {
          journal(state, region, Doing.JOURNALED, steps);
        }
      }
      case JOURNALED, FOUND -> confirm(state, region, steps);
      case CONFIRMED -> steps.step(SEND[region], state.with(region, writer.at(Doing.COMMITTING)));
      case COMMITTING, ORPHANED -> commit(state, region, steps);
      case COMMITTED -> journal(state, region, Doing.ACCEPTED, steps);
      case ACCEPTED -> steps.step(ANSWER[region], answered(state, region));
    }
    if (writer.doing() == Doing.COMMITTING) {
      steps.fault(ORPHAN[region], state.with(region, writer.at(Doing.ORPHANED)));
    } else if (writer.doing() != Doing.NOTHING && writer.doing() != Doing.ORPHANED) {
      steps.fault(CRASH[region], state.with(region, writer.ended()));
    }
  }

  private void begin(State state, int region, Explorer.Steps<State> steps) {
    Side side = state.side(region);
    int epoch = state.lease().epoch();
    if (!state.lease().admits(region)) {
      return;
    }
    if (side.database() != NONE) {
      Writer found = side.writer().begun(side.database(), epoch).at(Doing.FOUND);
      steps.step(FIND[region], state.with(region, found));
    } else if (state.attempts() < lastAttempt) {
      Writer begun = side.writer().begun(state.attempts() + 1, epoch);
      steps.step(ADMIT[region], state.with(region, begun).withAnotherAttempt());
    }
  }

  private void journal(State state, int region, Doing next, Explorer.Steps<State> steps) {
    Writer writer = state.side(region).writer();
    Entry entry = new Entry(writer.attempt(), writer.epoch());
    boolean later = state.slot().epoch() > entry.epoch();
    if (later && !mistakes.contains(Mistake.LATER_EPOCH_IS_REPLACED)) {
      steps.step(GIVE_WAY[region], state.with(region, writer.ended()));
      return;
    }
    steps.step(JOURNAL[region], state.with(region, writer.at(next)).with(entry));
    if (writer.late().equals(Late.NOTHING)) {
      Late late = new Late(entry, state.slot());
      steps.fault(LATE[region], state.with(region, writer.ended().with(late)));
    }
  }

  private void confirm(State state, int region, Explorer.Steps<State> steps) {
    Writer writer = state.side(region).writer();
    boolean repeats = writer.doing() == Doing.FOUND;
    Writer next = writer.at(repeats ? Doing.ACCEPTED : Doing.CONFIRMED);
    boolean journalsLater = mistakes.contains(Mistake.JOURNAL_AFTER_COMMIT);
    State confirmed = state.with(region, journalsLater ? next : next.withoutEpoch());
    Mistake skipping = repeats ? Mistake.REPEAT_WITHOUT_CONFIRM : Mistake.NO_CONFIRM;
    if (mistakes.contains(skipping)) {
      steps.step(SKIP[region], confirmed);
    } else if (state.lease().admits(region, writer.epoch())) {
      steps.step(CONFIRM[region], confirmed);
    } else {
      steps.step(REFUSE[region], state.with(region, writer.ended()));
    }
  }

  private void commit(State state, int region, Explorer.Steps<State> steps) {
    Side side = state.side(region);
    Writer writer = side.writer();
    boolean isOrphan = writer.doing() == Doing.ORPHANED;
    if (side.database() != NONE && side.database() != writer.attempt()) {
      steps.step(ABORT[region], state.with(region, writer.ended()));
    } else {
      Writer next = isOrphan ? writer.ended() : writer.at(committed());
      steps.step(COMMIT[region], state.with(region, side.holding(writer.attempt()).with(next)));
    }
    if (isOrphan) {
      steps.fault(DROP[region], state.with(region, writer.ended()));
    }
  }

  private Doing committed() {
    return mistakes.contains(Mistake.JOURNAL_AFTER_COMMIT) ? Doing.COMMITTED : Doing.ACCEPTED;
  }

  private static State answered(State state, int region) {
    Writer writer = state.side(region).writer();
    return state.with(region, writer.ended()).acknowledging(writer.attempt());
  }

  private void activate(State state, int region, Explorer.Steps<State> steps) {
    Activator activator = state.side(region).activator();
    Lease lease = state.lease();
    int epoch = activator.epoch();
    State ended = state.with(region, activator.ended());
    switch (activator.stage()) {
      case NONE -> {
        if (lease.region() != region && lease.epoch() < lastEpoch && isFit(state, region)) {
          Activator another = activator.another().at(Stage.HAS_READ, lease.epoch());
          steps.step(START[region], state.with(region, another));
        } else if (lease.region() == region && !lease.active()) {
          Activator another = activator.another().at(Stage.TAKEN, lease.epoch());
          steps.step(
              RESUME[region], state.with(region, another).with(lease.resumed(another.execution())));
        }
      }
      case HAS_READ -> take(state, region, steps);
      case TAKEN -> {
        steps.step(REPLAY[region], replayed(state, region));
        // Only a promotion that has not begun is refused, so that there is nothing to hand back
        // else.
        boolean untouched = state.side(region).follows();
        if (untouched
            && lease.isBeingOpened(region, epoch, activator.execution())
            && epoch < lastEpoch) {
          steps.step(HAND_BACK[region], ended.with(lease.handedBack()));
        }
      }
      case REPLAYED -> {
        if (lease.isBeingOpened(region, epoch, activator.execution())) {
          steps.step(OPEN[region], ended.with(lease.opened()));
          Stray opening = Stray.opening(epoch, activator.execution());
          steps.fault(OPEN_LATE[region], state.with(region, activator.ended().with(opening)));
        } else {
          steps.step(TOO_LATE[region], ended);
        }
      }
    }
    if (activator.stage() != Stage.NONE) {
      steps.fault(DIE[region], ended);
    }
  }

  /** Either it follows the other one, or the other one still follows it. */
  private boolean isFit(State state, int region) {
    return state.side(region).follows()
        || state.side(1 - region).follows()
        || mistakes.contains(Mistake.UNFIT_TAKES_OVER);
  }

  private void take(State state, int region, Explorer.Steps<State> steps) {
    Activator activator = state.side(region).activator();
    int epoch = activator.epoch();
    if (!mayTake(state.lease(), region, epoch)) {
      steps.step(TOO_LATE[region], state.with(region, activator.ended()));
      return;
    }
    Activator taking = activator.at(Stage.TAKEN, epoch + 1);
    State taken = state.with(state.lease().taken(region, epoch + 1, activator.execution()));
    steps.step(TAKE[region], taken.with(region, taking));
    Stray repeated = Stray.taking(epoch, activator.execution());
    steps.fault(TAKE_TWICE[region], taken.with(region, taking.with(repeated)));
  }

  private boolean mayTake(Lease lease, int region, int readEpoch) {
    return mistakes.contains(Mistake.TAKING_IGNORES_EPOCH)
        || (lease.epoch() == readEpoch && lease.region() != region);
  }

  /** Neither database follows the other any more. */
  private State replayed(State state, int region) {
    Side side = state.side(region);
    Activator activator = side.activator();
    Entry slot = state.slot();
    boolean claims = !mistakes.contains(Mistake.REPLAY_CLAIMS_NOTHING);
    State next = state.with(1 - region, state.side(1 - region).following(false));
    if (slot.attempt() != NONE && claims) {
      next = next.with(new Entry(slot.attempt(), Math.max(slot.epoch(), activator.epoch())));
    }
    Side promoted = side.database() == NONE ? side.holding(slot.attempt()) : side;
    Activator done = activator.at(Stage.REPLAYED, activator.epoch());
    return next.with(region, promoted.following(false).with(done));
  }

  private void deliver(State state, int region, Explorer.Steps<State> steps) {
    Side side = state.side(region);
    Stray stray = side.activator().stray();
    Lease lease = state.lease();
    if (stray.kind() != Stray.Kind.NOTHING) {
      State without = state.with(region, side.activator().with(Stray.NONE));
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
    Late late = side.writer().late();
    if (!late.equals(Late.NOTHING)) {
      State without = state.with(region, side.writer().with(Late.NOTHING));
      steps.fault(ENTRY_LOST[region], without);
      boolean unchanged =
          mistakes.contains(Mistake.REPLACING_LOOKS_AT_ATTEMPT_ALONE)
              ? late.seen().attempt() == state.slot().attempt()
              : late.seen().equals(state.slot());
      if (unchanged) {
        steps.fault(ENTRY[region], without.with(late.entry()));
      }
    }
  }

  private static void replicate(State state, int region, Explorer.Steps<State> steps) {
    Side side = state.side(region);
    int other = state.side(1 - region).database();
    Lease lease = state.lease();
    if (lease.region() == region) {
      return;
    }
    if (side.follows() && other != NONE && side.database() != other) {
      steps.step(FOLLOW[region], state.with(region, side.holding(other)));
    }
    if (!side.follows() && lease.active()) {
      steps.step(REBUILD[region], state.with(region, side.holding(other).following(true)));
    }
  }

  /** What is removed is what the slot has then, not what was found. */
  private static void clean(State state, int region, Explorer.Steps<State> steps) {
    Side side = state.side(region);
    if (!state.cleaning()
        && state.lease().region() != region
        && side.follows()
        && state.slot().attempt() != NONE
        && side.database() == state.slot().attempt()) {
      steps.step(MARK[region], state.cleaning(true));
    }
    if (state.cleaning() && region == 0) {
      steps.step(CLEAN[region], state.cleaning(false).with(Entry.EMPTY));
    }
  }
}
