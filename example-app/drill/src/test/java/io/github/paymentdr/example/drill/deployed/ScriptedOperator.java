package io.github.paymentdr.example.drill.deployed;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** A person who does something as soon as payments are accepted, and gives the word or not. */
final class ScriptedOperator implements Operator {
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AtomicBoolean word = new AtomicBoolean();
  private final Runnable work;

  ScriptedOperator(Runnable work) {
    this.work = work;
  }

  @Override
  public void tell(String line) {
    told.add(line);
    if (line.startsWith("Payments are accepted.")) {
      new Thread(work).start();
    }
  }

  void giveTheWord() {
    word.set(true);
  }

  @Override
  public boolean hasGivenTheWord() {
    return word.getAndSet(false);
  }

  List<String> told() {
    return List.copyOf(told);
  }
}
