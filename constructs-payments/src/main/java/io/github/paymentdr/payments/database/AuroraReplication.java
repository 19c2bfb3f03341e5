package io.github.paymentdr.payments.database;

import org.jspecify.annotations.Nullable;

/**
 * How the data of a pair's primary cluster reaches the other region. It is chosen when the clusters
 * are created. A deployed pair can change between {@link #none()} and {@link #logical()}, which
 * differ in parameters that take effect when the writers are rebooted; nothing can change to or
 * from {@link #globalDatabase()} in place.
 *
 * <pre>{@code
 * DrAuroraCluster.Builder.create(this, "Database").replication(AuroraReplication.logical())
 * }</pre>
 */
public final class AuroraReplication {
  private final Mode mode;

  private AuroraReplication(Mode mode) {
    this.mode = mode;
  }

  /**
   * No replication: the two clusters know nothing of each other, and only copies of backups reach
   * the other region. Any instance class will do. The construct warns with the id {@code
   * @payment-dr/database:noReplication}.
   *
   * @return the choice
   */
  public static AuroraReplication none() {
    return new AuroraReplication(Mode.NONE);
  }

  /**
   * PostgreSQL's own logical replication: each region has an ordinary cluster with a writer, a
   * master user and a secret of its own, and the standby subscribes to the tables of the active
   * one. Any instance class will do, burstable ones too. The clusters alone do not replicate: the
   * {@code replication} package sets the subscription up and watches it.
   *
   * @return the choice
   */
  public static AuroraReplication logical() {
    return new AuroraReplication(Mode.LOGICAL);
  }

  /**
   * Aurora Global Database: Aurora's storage layer copies every change, usually within a second.
   * Needs memory-optimised instance classes such as {@code db.r6g.large}. The primary's stack must
   * be deployed before the secondary's and deleted after it.
   *
   * @return the choice
   */
  public static AuroraReplication globalDatabase() {
    return new AuroraReplication(Mode.GLOBAL_DATABASE);
  }

  /** {@return whether this is {@link #logical()}} */
  public boolean isLogical() {
    return mode == Mode.LOGICAL;
  }

  /** {@return whether this is {@link #globalDatabase()}} */
  public boolean isGlobalDatabase() {
    return mode == Mode.GLOBAL_DATABASE;
  }

  Mode getMode() {
    return mode;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AuroraReplication replication && mode == replication.mode;
  }

  @Override
  public int hashCode() {
    return mode.hashCode();
  }

  /** {@return the choice as it is written in code, {@code AuroraReplication.none()}} */
  @Override
  public String toString() {
    return "AuroraReplication." + mode.method;
  }

  enum Mode {
    NONE("none()"),
    LOGICAL("logical()"),
    GLOBAL_DATABASE("globalDatabase()");

    private final String method;

    Mode(String method) {
      this.method = method;
    }
  }
}
