package io.github.paymentdr.example.drill.report;

/** Whether what had to happen has happened. */
public enum Verdict {
  /** Everything that was stated beforehand came true. */
  PASSED,
  /** Something did not; the failures say what. */
  FAILED
}
