package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.recovery.RecoveryBudget;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.replication.DrReplication;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.IAlarm;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.stepfunctions.IStateMachine;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.constructs.Construct;

/**
 * Notices that the other region is lost and makes this one active, with no person involved.
 *
 * <p>Each region has one. Its probe asks the other region's health and puts what it finds into a
 * metric; an alarm on it starts a state machine, which confirms the outage, takes the lease, waits
 * until the other region accepts nothing, promotes the database, replays the journal, moves the
 * traffic and tells people. A person starts the same state machine for a planned switch. Nothing
 * that it needs is in the other region, or made while it runs.
 *
 * <pre>{@code
 * DrFailover failover =
 *     DrFailover.Builder.create(this, "Failover")
 *         .names(names)
 *         .lease(lease)
 *         .paymentFunction(function)
 *         .replication(replication)
 *         .notificationTopic(alarms.getTopic())
 *         .objective(RecoveryObjective.of(fiveMinutes, oneMinute))
 *         .build();
 * }</pre>
 *
 * <p>The worst case of a recovery is added up from the properties, and the synthesis fails when it
 * is over the objective: see {@link #getBudget}.
 */
public final class DrFailover extends Construct {
  private final String pairName;
  private final RecoveryBudget budget;
  private final FailoverMetrics metrics;
  private final Alias probe;
  private final Alias function;
  private final FailoverAlarms alarms;
  private final Alarm trigger;
  private final StateMachine stateMachine;

  /**
   * Adds the failover to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties, the same in both regions but for what belongs to the region
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, if something given is of another region or pair, if the stack has a failover
   *     of this purpose already, or if the budget is over the objective
   */
  public DrFailover(Construct scope, String id, DrFailoverProps props) {
    super(checked(scope, props), id);
    String region = Stack.of(this).getRegion();
    String peer = props.getNames().getRegionPair().peerOf(region);
    FailoverBudget times = new FailoverBudget(props);
    this.pairName = props.pairName();
    this.budget = times.budget();
    this.metrics = new FailoverMetrics(pairName, props.getProbeInterval());
    FailoverFunctions functions = new FailoverFunctions(this, props);
    this.probe = functions.createProbe(this);
    this.function = functions.createFailover(this);
    Registration.create(this, props, function);
    this.alarms = new FailoverAlarms(this, props.getNotificationTopic(), region, peer);
    this.trigger =
        alarms.createTrigger(metrics, props.getUnhealthyDatapoints(), props.getAutomaticFailover());
    this.stateMachine =
        new FailoverStateMachine(this, props, function, trigger).create(times.stepTimes());
    watch(times);
    if (props.getAutomaticFailover()) {
      alarms.watchLostStarts(Starts.byAlarm(this, trigger, stateMachine));
    }
    Starts.cleaning(this, props.getPaymentFunction().getAlias());
    warnOfNothingToPromote(props);
  }

  /** {@return the state machine that makes this region active; its name is the pair's} */
  public IStateMachine getStateMachine() {
    return stateMachine;
  }

  /** {@return the worst case of a recovery, phase by phase; its text is meant for an output} */
  public RecoveryBudget getBudget() {
    return budget;
  }

  /** {@return the alarm on the other region, which starts a failover if that is automatic} */
  public IAlarm getTrigger() {
    return trigger;
  }

  /** {@return all alarms, the one that starts a failover first} */
  public List<IAlarm> getAlarms() {
    return ImmutableList.copyOf(alarms.all());
  }

  /** {@return the function that probes the other region, by its alias} */
  public IFunction getProbe() {
    return probe;
  }

  /** {@return the function that the state machine and CloudFormation call, by its alias} */
  public IFunction getFunction() {
    return function;
  }

  /**
   * Lets somebody start a failover or a planned switch to this region.
   *
   * @param grantee who may start it
   * @return the grant
   */
  public Grant grantStart(IGrantable grantee) {
    return stateMachine.grantStartExecution(grantee);
  }

  /**
   * Whether the other region is unhealthy: 1 if so, 0 if not, nothing when nobody knows.
   *
   * @return the metric: maximum of a probe interval
   */
  public Metric metricPeerUnhealthy() {
    return metrics.peerUnhealthy().attachTo(this);
  }

  /**
   * Whether the probe saw nothing, not even its own region: 1 if so, 0 if not.
   *
   * @return the metric: maximum of a minute
   */
  public Metric metricProbeBlind() {
    return metrics.probeBlind().attachTo(this);
  }

  /**
   * For how many seconds callers have waited for this region: from the loss of the other one, if
   * that has the lease, until this one has taken over and reported it; 0 when nobody waits.
   *
   * @return the metric: maximum of a probe interval
   */
  public Metric metricRecoverySeconds() {
    return metrics.recoverySeconds().attachTo(this);
  }

  /**
   * How long a recovery to this region took, from the last healthy probe until it was verified.
   *
   * @return the metric: maximum of a minute, in seconds
   */
  public Metric metricRecoveryTime() {
    return metrics.recoveryTime().attachTo(this);
  }

  /** {@return executions of the state machine that were started, sum of each minute} */
  public Metric metricExecutionsStarted() {
    return FailoverMetrics.perMinute(stateMachine.metricStarted());
  }

  /** {@return executions of the state machine that stopped at a step, sum of each minute} */
  public Metric metricExecutionsFailed() {
    return FailoverMetrics.perMinute(stateMachine.metricFailed());
  }

  private void watch(FailoverBudget times) {
    alarms.watchProbe(metrics);
    alarms.watchRecovery(metrics, times.overdueSeconds());
    alarms.watchExecutions(stateMachine);
  }

  private void warnOfNothingToPromote(DrFailoverProps props) {
    if (props.getReplication() == null) {
      Annotations.of(this)
          .addWarningV2(
              "@payment-dr/failover:withoutReplication",
              "a failover promotes no database, so this region takes over with whatever its database"
                  + " has and only the journal is replayed; set replication(...), or acknowledge"
                  + " this warning when there is nothing to promote");
    }
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, DrFailoverProps props) {
    DrNames names = props.getNames();
    names.getRegionPair().roleOf(scope);
    Faults faults = Faults.of("DrFailover");
    Placement placement = Placement.of(scope, faults);
    placement.requireUniquePurpose(
        DrFailover.class,
        "failovers",
        props.getPurpose(),
        other -> other.pairName.equals(props.pairName()));
    placement.requireSameRegion("notificationTopic", props.getNotificationTopic());
    checkRegion(faults, scope, "lease", props.getLease());
    checkRegion(faults, scope, "paymentFunction", props.getPaymentFunction());
    checkRegion(faults, scope, "endpoint", props.getEndpoint());
    DrReplication replication = props.getReplication();
    checkRegion(faults, scope, "replication", replication);
    if (replication != null) {
      checkPair(faults, scope, replication, names.getRegionPair());
    }
    PropertyChecks.checkSamePair(faults, "lease", props.getLease().getNames(), names);
    checkBudget(faults, props);
    faults.throwIfAny();
    return scope;
  }

  private static void checkRegion(
      Faults faults, Construct scope, String property, @Nullable Construct given) {
    if (given == null) {
      return;
    }
    String expected = Stack.of(scope).getRegion();
    String actual = Stack.of(given).getRegion();
    faults.unless(
        actual.equals(expected),
        String.format(
            "%s must be in %s like the stack, got %s; use the one of the stack's own region",
            property, expected, actual));
  }

  private static void checkPair(
      Faults faults, Construct scope, DrReplication replication, RegionPair pair) {
    String region = Stack.of(scope).getRegion();
    faults.unless(
        !Stack.of(replication).getRegion().equals(region)
            || replication
                .getCluster()
                .getPeerClusterArn()
                .contains(":rds:" + pair.peerOf(region) + ":"),
        "replication must be of the pair "
            + pair
            + ", got one of another pair; give both the same names(...)");
  }

  private static void checkBudget(Faults faults, DrFailoverProps props) {
    try {
      new FailoverBudget(props).budget();
    } catch (InvalidInputException e) {
      faults.addAll(e);
    }
  }

  /** Builds a {@link DrFailover}. */
  public static final class Builder extends DrFailoverProps.Setters<Builder>
      implements software.amazon.jsii.Builder<DrFailover> {
    private final Construct scope;
    private final String id;

    private Builder(Construct scope, String id) {
      this.scope = scope;
      this.id = id;
    }

    /**
     * Starts a builder.
     *
     * @param scope a construct inside a stack whose environment names a region of the pair
     * @param id the construct's id
     * @return a new builder
     */
    public static Builder create(Construct scope, String id) {
      return new Builder(scope, id);
    }

    /**
     * Adds the failover to the stack.
     *
     * @return the failover
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link DrFailoverProps.Builder#build()} do
     */
    @Override
    public DrFailover build() {
      return new DrFailover(scope, id, buildProps());
    }
  }
}
