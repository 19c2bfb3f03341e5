package io.github.paymentdr.runtime.replication;

/**
 * Watches and promotes this region's database. What builds on it does not know how the databases
 * replicate.
 */
public interface ReplicationControl {
  /**
   * Measures the replication.
   *
   * @return what was measured
   * @throws ControlException if this region's database cannot be asked
   */
  Observation observe();

  /**
   * Says which part this region's database has, and whether it could take over.
   *
   * @return the state; a database that cannot be asked is a state too
   */
  ReplicationState state();

  /**
   * Makes this region's database the one that is written to. Calling it again, also after a crash
   * anywhere in it, goes on where it was and answers the same.
   *
   * @param request how
   * @return what became of it
   * @throws RefusedException if it must not or cannot be promoted; nothing has been changed that
   *     would keep it from replicating
   * @throws ControlException if something that is needed did not answer; call it again
   */
  PromotionOutcome promote(PromotionRequest request);
}
