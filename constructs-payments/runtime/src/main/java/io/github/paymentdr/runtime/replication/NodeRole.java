package io.github.paymentdr.runtime.replication;

/** The part that a region's database has in its pair. */
public enum NodeRole {
  /** It is written to, and the other follows it. */
  ACTIVE,
  /** It follows the other, and refuses what is not replicated. */
  STANDBY,
  /** It is becoming active. */
  PROMOTING,
  /** It is becoming a standby again, and cannot take over before it is. */
  REBUILDING,
  /** It does not answer, or was never set up. */
  UNKNOWN
}
