package io.github.paymentdr.example.drill.disaster;

/** Something that had to happen did not, and what follows is of no use without it. */
public final class Unmet extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param expectation what did not happen
   */
  public Unmet(String expectation) {
    super(expectation);
  }
}
