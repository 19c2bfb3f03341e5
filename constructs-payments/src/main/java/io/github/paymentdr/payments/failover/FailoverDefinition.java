package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableMap;

/**
 * The state machine that makes its own region active: check, decide, take the lease, wait until the
 * other region accepts nothing, promote, replay, open, tell. What it uses is filled in by
 * CloudFormation: {@code ${ControlTable}}, {@code ${FailoverFunction}}, {@code ${PaymentFunction}},
 * {@code ${ReplicationFunction}}, {@code ${Topic}} and {@code ${Alarm}}.
 */
final class FailoverDefinition {
  private FailoverDefinition() {}

  /**
   * Makes the definition.
   *
   * @param partition the partition of both regions
   * @param region the region that is made active, where the state machine is
   * @param peer the other one, which is named in messages only
   * @param replicates whether there is a database that must be promoted
   */
  static ImmutableMap<String, Object> of(
      String partition, String region, String peer, boolean replicates, StepTimes times) {
    Definition definition =
        new Definition("Makes " + region + " the active region", times.execution());
    Failures failures = new Failures(region);
    Tasks tasks = new Tasks(partition, times);
    new DecisionStates(definition, failures, tasks, times, region, peer, replicates).add();
    new ActivationStates(definition, failures, tasks, times, region, peer, replicates).add();
    failures.addTo(definition, tasks);
    return definition.startingAt(DecisionStates.FIRST);
  }
}
