package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableMap;

/**
 * What a cluster's parameter group sets, the same in both regions, because each may publish today
 * and subscribe tomorrow.
 *
 * <p>Only what "Setting up logical replication for your Aurora PostgreSQL DB cluster" and public
 * examples on Aurora show to be settable is set; {@code wal_receiver_timeout} (30 seconds) and
 * {@code max_sync_workers_per_subscription} (2) stay at Aurora's defaults, which fit.
 */
final class ClusterParameters {
  private static final ImmutableMap<String, String> FOR_EVERY_CLUSTER =
      ImmutableMap.of("rds.force_ssl", "1");

  /**
   * A subscription takes one slot, and one more for each table that it copies at a time; the rest
   * is for a rebuild beside it and for other subscribers. PostgreSQL wants as many senders.
   */
  private static final String SLOTS_AND_SENDERS = "20";

  /** One applies, two copy tables; as many again for a subscription of somebody else's. */
  private static final String REPLICATION_WORKERS = "6";

  /**
   * At least the replication workers, their launcher, 3 autovacuum workers and 8 for parallel
   * queries. With Aurora's 8 on two processors, parallel queries could leave none to apply changes.
   */
  private static final String WORKER_PROCESSES = "20";

  /**
   * In milliseconds. Frees the slot of a subscriber that is gone before it returns, yet outlives
   * four heartbeats and a pause of a small instance without processor credits.
   */
  private static final String SENDER_TIMEOUT = "20000";

  private static final ImmutableMap<String, String> FOR_LOGICAL_REPLICATION =
      ImmutableMap.<String, String>builder()
          .putAll(FOR_EVERY_CLUSTER)
          .put("rds.logical_replication", "1")
          .put("max_replication_slots", SLOTS_AND_SENDERS)
          .put("max_wal_senders", SLOTS_AND_SENDERS)
          .put("max_logical_replication_workers", REPLICATION_WORKERS)
          .put("max_worker_processes", WORKER_PROCESSES)
          .put("wal_sender_timeout", SENDER_TIMEOUT)
          .buildOrThrow();

  private ClusterParameters() {}

  static ImmutableMap<String, String> of(AuroraReplication replication) {
    return replication.isLogical() ? FOR_LOGICAL_REPLICATION : FOR_EVERY_CLUSTER;
  }
}
