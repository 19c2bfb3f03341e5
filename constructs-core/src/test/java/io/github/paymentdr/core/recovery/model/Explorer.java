package io.github.paymentdr.core.recovery.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Visits every state that a model can reach, breadth first, so that a fault is found by one of the
 * shortest ways to it.
 *
 * @param <S> the states: immutable, with equals and hashCode
 */
final class Explorer<S> {
  private final Model<S> model;
  private final Numbers<S> numbers = new Numbers<>();
  private final List<S> states = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();
  private final Ints parents = new Ints();

  /** For each state where its successors begin in {@link #successors}. */
  private final Ints firstSuccessor = new Ints();

  /** Where the steps lead that are not faults. */
  private final Ints successors = new Ints();

  private long steps;

  private Explorer(Model<S> model) {
    this.model = model;
  }

  /** What can happen, and what must not. */
  interface Model<S> {
    S start();

    void steps(S state, Steps<S> steps);

    /** Says what is wrong with a state. */
    Optional<String> fault(S state);

    /** Says whether somebody serves in the state. */
    boolean serves(S state);
  }

  /** Takes the steps that are possible in a state. */
  interface Steps<S> {
    /** Something that the parts do by themselves. */
    void step(String label, S next);

    /** Something that goes wrong, on which nothing may rely. */
    void fault(String label, S next);
  }

  /**
   * What was found.
   *
   * @param states how many states there are
   * @param steps how many steps lead from one to another
   * @param fault what is wrong, the way to it line by line, if something is
   * @param stuck the way to a state from which nobody can serve again, if there is one
   */
  record Result(
      long states, long steps, Optional<List<String>> fault, Optional<List<String>> stuck) {
    @Override
    public String toString() {
      return String.format("%s states, %s steps", states, steps);
    }
  }

  static <S> Result explore(Model<S> model) {
    return new Explorer<>(model).run();
  }

  private Result run() {
    visit(model.start(), -1, "start");
    for (int current = 0; current < states.size(); current++) {
      S state = states.get(current);
      Optional<String> fault = model.fault(state);
      if (fault.isPresent()) {
        List<String> way = wayTo(current);
        way.add("FAULT: " + fault.get());
        return new Result(states.size(), steps, Optional.of(way), Optional.empty());
      }
      firstSuccessor.add(successors.size());
      model.steps(state, new Recorder(current));
    }
    firstSuccessor.add(successors.size());
    return new Result(states.size(), steps, Optional.empty(), findStuck());
  }

  private int visit(S state, int parent, String label) {
    int known = numbers.of(state, states);
    if (known >= 0) {
      return known;
    }
    states.add(state);
    parents.add(parent);
    labels.add(label);
    return states.size() - 1;
  }

  private List<String> wayTo(int number) {
    List<String> way = new ArrayList<>();
    for (int at = number; at >= 0; at = parents.get(at)) {
      way.add(String.format("%-46s %s", labels.get(at), states.get(at)));
    }
    Collections.reverse(way);
    return way;
  }

  /** Goes back from the states in which somebody serves, by steps that are not faults. */
  private Optional<List<String>> findStuck() {
    Ints firstPredecessor = new Ints();
    int[] predecessors = predecessors(firstPredecessor);
    boolean[] canServe = new boolean[states.size()];
    Deque<Integer> open = new ArrayDeque<>();
    for (int number = 0; number < canServe.length; number++) {
      if (model.serves(states.get(number))) {
        canServe[number] = true;
        open.add(number);
      }
    }
    while (!open.isEmpty()) {
      int number = open.remove();
      for (int i = firstPredecessor.get(number); i < firstPredecessor.get(number + 1); i++) {
        if (!canServe[predecessors[i]]) {
          canServe[predecessors[i]] = true;
          open.add(predecessors[i]);
        }
      }
    }
    for (int number = 0; number < canServe.length; number++) {
      if (!canServe[number]) {
        List<String> way = wayTo(number);
        way.add("STUCK: nobody can serve again");
        return Optional.of(way);
      }
    }
    return Optional.empty();
  }

  private int[] predecessors(Ints firstPredecessor) {
    int[] next = new int[states.size() + 1];
    for (int i = 0; i < successors.size(); i++) {
      next[successors.get(i) + 1]++;
    }
    for (int number = 0; number < states.size(); number++) {
      next[number + 1] += next[number];
    }
    for (int first : next) {
      firstPredecessor.add(first);
    }
    int[] predecessors = new int[successors.size()];
    for (int number = 0; number < states.size(); number++) {
      for (int i = firstSuccessor.get(number); i < firstSuccessor.get(number + 1); i++) {
        predecessors[next[successors.get(i)]++] = number;
      }
    }
    return predecessors;
  }

  private final class Recorder implements Steps<S> {
    private final int from;

    Recorder(int from) {
      this.from = from;
    }

    @Override
    public void step(String label, S next) {
      steps++;
      successors.add(visit(next, from, label));
    }

    @Override
    public void fault(String label, S next) {
      steps++;
      visit(next, from, label);
    }
  }

  /**
   * Tells states that were seen from new ones: numbers by hash, with open addressing, in a quarter
   * of the memory that a map takes.
   */
  private static final class Numbers<S> {
    private int[] numbers = newTable(1 << 16);
    private int[] hashes = new int[1 << 16];

    /** The number of a state, negative if it is new; then it is the next one of the list. */
    int of(S state, List<S> states) {
      if (2 * states.size() >= numbers.length) {
        grow();
      }
      int hash = spread(state.hashCode());
      int slot = hash & (numbers.length - 1);
      while (numbers[slot] >= 0) {
        if (hashes[slot] == hash && states.get(numbers[slot]).equals(state)) {
          return numbers[slot];
        }
        slot = (slot + 1) & (numbers.length - 1);
      }
      numbers[slot] = states.size();
      hashes[slot] = hash;
      return -1;
    }

    private void grow() {
      int[] oldNumbers = numbers;
      int[] oldHashes = hashes;
      numbers = newTable(2 * oldNumbers.length);
      hashes = new int[numbers.length];
      for (int old = 0; old < oldNumbers.length; old++) {
        if (oldNumbers[old] >= 0) {
          int slot = oldHashes[old] & (numbers.length - 1);
          while (numbers[slot] >= 0) {
            slot = (slot + 1) & (numbers.length - 1);
          }
          numbers[slot] = oldNumbers[old];
          hashes[slot] = oldHashes[old];
        }
      }
    }

    /** Generated hash codes of nested records differ in few bits. */
    private static int spread(int hash) {
      int mixed = hash * 0x9E3779B9;
      return mixed ^ (mixed >>> 15);
    }

    private static int[] newTable(int length) {
      int[] table = new int[length];
      Arrays.fill(table, -1);
      return table;
    }
  }

  /** A list of int that costs four bytes for each. */
  private static final class Ints {
    private int[] values = new int[1024];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    int get(int index) {
      return values[index];
    }

    int size() {
      return size;
    }
  }
}
