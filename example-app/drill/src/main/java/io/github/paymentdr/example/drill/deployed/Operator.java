package io.github.paymentdr.example.drill.deployed;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;

/** The person who makes the disaster. */
public interface Operator {
  /** Says something to the person. */
  void tell(String line);

  /** {@return whether the person has given the word since this was asked last} */
  boolean hasGivenTheWord();

  /**
   * {@return a person at a terminal, who gives the word with the Enter key}
   *
   * @param in what the person types
   * @param out what the person reads
   */
  static Operator at(InputStream in, PrintStream out) {
    return new Operator() {
      @Override
      public void tell(String line) {
        out.println(line);
        out.flush();
      }

      @Override
      public boolean hasGivenTheWord() {
        try {
          boolean isGiven = false;
          // Never waits: what was not typed is not there.
          while (in.available() > 0) {
            isGiven |= in.read() == '\n';
          }
          return isGiven;
        } catch (IOException e) {
          return false;
        }
      }
    };
  }
}
