package io.github.paymentdr.runtime.probe;

/** What a look at the other region says. */
public enum Verdict {
  /** It answered as it should. */
  HEALTHY,
  /** It did not, and this region sees. */
  UNHEALTHY,
  /** Nothing can be said: this region does not even see itself. */
  BLIND
}
