package io.github.paymentdr.core.region;

/**
 * The role a region has in the pair by configuration. It does not change on failover: which region
 * is active at a moment is state, not configuration.
 */
public enum RegionRole {
  /** The region that is active after the first deployment. */
  PRIMARY,
  /** The region that takes over. */
  SECONDARY;

  /** {@return the role of the other region of the pair} */
  public RegionRole peer() {
    return this == PRIMARY ? SECONDARY : PRIMARY;
  }
}
