package io.github.paymentdr.core.recovery.model;

/** What the two regions are called in the ways that are printed. */
final class Region {
  private Region() {}

  static String name(int region) {
    return region == 0 ? "A" : "B";
  }

  /** One text for each region, made once: labels are kept for every state. */
  static String[] labels(String what) {
    return new String[] {"A: " + what, "B: " + what};
  }
}
