package io.github.paymentdr.example.drill.pair;

import java.io.IOException;

/** A way that requests take: open, cut, or one in which everything hangs. */
final class Gate {
  private enum State {
    OPEN,
    HANGING,
    CUT
  }

  private final String name;
  private State state = State.OPEN;

  Gate(String name) {
    this.name = name;
  }

  /** Waits while it hangs. */
  synchronized void pass() throws IOException {
    while (state == State.HANGING) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(name + " was left", e);
      }
    }
    if (state == State.CUT) {
      throw new IOException(name + " is cut");
    }
  }

  void open() {
    become(State.OPEN);
  }

  void cut() {
    become(State.CUT);
  }

  void hang() {
    become(State.HANGING);
  }

  private synchronized void become(State next) {
    state = next;
    notifyAll();
  }
}
