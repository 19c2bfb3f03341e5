package io.github.paymentdr.payments.replication;

/**
 * How the standby's database makes sure whom it talks to when it subscribes to the active one. The
 * connection is encrypted either way, and the way between the regions is a peering connection.
 */
public enum SubscriptionSslMode {
  /**
   * The active cluster must show a certificate for its own host name from an authority that the
   * standby's server trusts.
   */
  VERIFY_FULL("verify-full"),

  /** Any certificate will do. */
  REQUIRE("require");

  private final String sslMode;

  SubscriptionSslMode(String sslMode) {
    this.sslMode = sslMode;
  }

  /** The mode as libpq writes it. */
  String toSslMode() {
    return sslMode;
  }
}
