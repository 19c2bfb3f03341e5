package io.github.paymentdr.example.drill.report;

/** Who brings the service back after a disaster. */
public enum Recovery {
  /** The other region takes over by itself. */
  AUTOMATIC,
  /** A person starts the takeover, and its time counts from there. */
  BY_PERSON,
  /** Nobody: the active region stays the active one. */
  NONE
}
