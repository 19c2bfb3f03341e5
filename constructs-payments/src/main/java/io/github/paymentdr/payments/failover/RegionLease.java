package io.github.paymentdr.payments.failover;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.recovery.FencingTime;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.internal.TableMetrics;
import io.github.paymentdr.payments.internal.TableProtection;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.Billing;
import software.amazon.awscdk.services.dynamodb.ITableV2;
import software.amazon.awscdk.services.dynamodb.MultiRegionConsistency;
import software.amazon.awscdk.services.dynamodb.Operation;
import software.amazon.awscdk.services.dynamodb.ReplicaTableProps;
import software.amazon.awscdk.services.dynamodb.TableEncryptionV2;
import software.amazon.awscdk.services.dynamodb.TableV2;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.IGrantable;
import software.constructs.Construct;

/**
 * Who is active: the lease of a pair, in a DynamoDB global table that is strongly consistent across
 * regions, and beside it the journal of what was accepted.
 *
 * <p>A payment function that the lease guards accepts a write only on a fresh reading of the lease.
 * The region that takes over first takes the lease, then waits until the other one's last reading
 * has expired: {@link #fencingTime}. So two regions never accept payments at once, whatever the
 * network does.
 *
 * <p>The same code is written in both regions' stacks. In the primary region it makes the table
 * with both replicas and the witness, because CloudFormation keeps all replicas of a table in one
 * stack; in the secondary region it refers to the replica by the name that both stacks know
 * beforehand. Grants and metrics are those of the replica in the stack's own region.
 *
 * <pre>{@code
 * RegionLease lease = RegionLease.Builder.create(this, "Lease").names(names).build();
 * lease.guard(function);
 * }</pre>
 */
public final class RegionLease extends Construct {
  private static final String PARTITION_KEY = "id";

  /**
   * The cleaning of the journal takes an attempt for dead when its entry is five minutes old and
   * the database has nothing of it: {@code JournalCleaning.DEAD_AFTER} of the runtime. A call that
   * can last longer could still commit, and its payment would be in no journal. A minute is kept
   * for the last commit and for what the clocks of two functions differ.
   */
  static final int LONGEST_CALL_SECONDS = 240;

  private final DrNames names;
  private final RegionPair regionPair;
  private final String pairName;
  private final Duration leaseTime;
  private final int clockDriftPercent;
  private final ITableV2 table;
  private final ControlTableAccess access;

  /**
   * Adds the lease's table, or the reference to it, to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties, the same in both regions
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, or if the primary region's stack has a lease of this purpose already
   */
  public RegionLease(Construct scope, String id, RegionLeaseProps props) {
    super(checked(scope, props), id);
    this.names = props.getNames();
    this.regionPair = props.getNames().getRegionPair();
    this.pairName = nameOf(props);
    this.leaseTime = props.getLeaseTime();
    this.clockDriftPercent = props.getClockDriftPercent().intValue();
    RegionRole role = regionPair.roleOf(this);
    this.table = role == RegionRole.PRIMARY ? createTable(props) : importTable();
    this.access = new ControlTableAccess(table.getTableArn(), regionPair, role);
  }

  /** {@return the replica in the stack's own region} */
  public ITableV2 getTable() {
    return table;
  }

  /** {@return the table's name, the same in both regions} */
  public String getTableName() {
    return table.getTableName();
  }

  /** {@return the names of the pair} */
  DrNames getNames() {
    return names;
  }

  /** {@return how long a reading of the lease is good for} */
  public Duration getLeaseTime() {
    return leaseTime;
  }

  /**
   * How long a take-over waits before the database may be written to, so that nothing is accepted
   * in both regions.
   *
   * @param functionTimeout the time limit of the payment function, 1 to 900 seconds
   * @return the time
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the time limit is missing,
   *     out of range, or a deploy-time token
   */
  public FencingTime fencingTime(Duration functionTimeout) {
    checkTimeout(functionTimeout);
    return FencingTime.of(timeOf(leaseTime), timeOf(functionTimeout), clockDriftPercent);
  }

  /**
   * Lets a payment function accept writes only while its region is active, and lets it keep the
   * journal. The function learns where to look from the environment variables {@code CONTROL_TABLE}
   * and {@code LEASE_MILLIS}; its code must ask the lease, for example with the class {@code
   * RegionGuard} of the runtime. It may read the lease and the journal, and write entries of the
   * journal; it can never change the lease.
   *
   * @param function the payment function of the stack's own region
   * @return this construct
   * @throws io.github.paymentdr.core.validation.InvalidInputException if there is no function, if
   *     it is in another region, or if its time limit is over 4 minutes or a deploy-time token: the
   *     cleaning of the journal takes entries that are older than 5 minutes for those of calls that
   *     are over
   */
  public RegionLease guard(PaymentFunction function) {
    checkFunction(function);
    function.addEnvironment("CONTROL_TABLE", table.getTableName());
    function.addEnvironment("LEASE_MILLIS", Long.toString(timeOf(leaseTime).toMillis()));
    access.grantJournal(function);
    return this;
  }

  /** Lets somebody read the lease. */
  Grant grantReadLease(IGrantable grantee) {
    return access.grantReadLease(grantee);
  }

  /** Lets the state machine read the lease and change it. */
  Grant grantTakeLease(IGrantable grantee) {
    return access.grantTakeLease(grantee);
  }

  /** Lets the probe find both regions' URLs and remember since when the other one is not well. */
  Grant grantProbe(IGrantable grantee) {
    return access.grantProbe(grantee);
  }

  /** Lets the failover function register this region, and read what it needs to fail over. */
  Grant grantRegister(IGrantable grantee) {
    return access.grantRegister(grantee);
  }

  /**
   * How many reads of the local replica were throttled, of all operations together.
   *
   * @return the metric: sum over one minute
   */
  public Metric metricReadThrottleEvents() {
    return TableMetrics.readThrottleEvents(table);
  }

  /**
   * How many writes to the local replica were throttled, of all operations together.
   *
   * @return the metric: sum over one minute
   */
  public Metric metricWriteThrottleEvents() {
    return TableMetrics.writeThrottleEvents(table);
  }

  /**
   * How many requests of one operation to the local replica were throttled. DynamoDB has this
   * metric for single operations only.
   *
   * @param operation the operation
   * @return the metric: sum over one minute
   */
  public Metric metricThrottledRequests(Operation operation) {
    return TableMetrics.throttledRequests(table, operation);
  }

  /**
   * How many requests of one operation to the local replica DynamoDB answered with an internal
   * error. DynamoDB has this metric for single operations only.
   *
   * @param operation the operation
   * @return the metric: sum over one minute
   */
  public Metric metricSystemErrors(Operation operation) {
    return TableMetrics.systemErrors(table, operation);
  }

  private ITableV2 createTable(RegionLeaseProps props) {
    String witness = regionPair.getWitness().orElse(null);
    if (witness == null) {
      warnOfEventualLease();
    }
    return TableV2.Builder.create(this, "Table")
        .tableName(pairName)
        .partitionKey(Attribute.builder().name(PARTITION_KEY).type(AttributeType.STRING).build())
        .billing(Billing.onDemand())
        .multiRegionConsistency(
            witness == null ? MultiRegionConsistency.EVENTUAL : MultiRegionConsistency.STRONG)
        .witnessRegion(witness)
        .replicas(
            ImmutableList.of(ReplicaTableProps.builder().region(regionPair.getSecondary()).build()))
        .encryption(TableEncryptionV2.awsManagedKey())
        .pointInTimeRecoverySpecification(
            TableProtection.recoveryOf(
                props.getPointInTimeRecovery(), props.getRecoveryPeriodInDays()))
        .deletionProtection(props.getDeletionProtection())
        .removalPolicy(props.getRemovalPolicy())
        .build();
  }

  private void warnOfEventualLease() {
    Annotations.of(this)
        .addWarningV2(
            "@payment-dr/failover:eventualLease",
            "DynamoDB keeps no strongly consistent table in "
                + regionPair
                + ", so what one region writes to the lease and the journal reaches the other about"
                + " a second later: after a take-over, a region that is cut off goes on accepting"
                + " until the new lease reaches it, and a payment acknowledged in the last second"
                + " may be missing; choose two regions of one set, such as us-east-1 and us-west-2,"
                + " or accept this");
  }

  private ITableV2 importTable() {
    return TableV2.fromTableName(this, "Table", pairName);
  }

  private void checkFunction(@Nullable PaymentFunction function) {
    Faults faults = Faults.of("RegionLease");
    faults.require("function", function, "pass the payment function to guard");
    if (function != null) {
      Placement.of(this, faults).requireSameRegion("function", function.getFunction());
      checkLongestCall(faults, function.getTimeout());
    }
    faults.throwIfAny();
  }

  private static void checkLongestCall(Faults faults, Duration timeout) {
    if (timeout.isUnresolved()) {
      faults.unless(
          false,
          "function must have a timeout that is known at synthesis, got a deploy-time token; give it"
              + " a literal value");
      return;
    }
    long seconds = timeOf(timeout).toSeconds();
    faults.unless(
        seconds <= LONGEST_CALL_SECONDS,
        String.format(
            "function must have a timeout of at most %s seconds, got %s; the cleaning of the journal"
                + " takes entries that are older than 5 minutes for those of calls that are over",
            LONGEST_CALL_SECONDS, seconds));
  }

  private static void checkTimeout(@Nullable Duration functionTimeout) {
    Faults faults = Faults.of("RegionLease");
    faults.require("functionTimeout", functionTimeout, "pass that of the payment function");
    faults.unless(
        functionTimeout == null || !functionTimeout.isUnresolved(),
        "functionTimeout must be known at synthesis, got a deploy-time token; pass a literal value");
    faults.throwIfAny();
  }

  private static java.time.Duration timeOf(Duration duration) {
    return java.time.Duration.ofMillis(duration.toMilliseconds().longValue());
  }

  private static String nameOf(RegionLeaseProps props) {
    return props.getNames().pairName(props.getPurpose());
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, RegionLeaseProps props) {
    RegionRole role = props.getNames().getRegionPair().roleOf(scope);
    if (role == RegionRole.PRIMARY) {
      Faults faults = Faults.of("RegionLease");
      Placement.of(scope, faults)
          .requireUniquePurpose(
              RegionLease.class,
              "leases",
              props.getPurpose(),
              other -> other.pairName.equals(nameOf(props)));
      faults.throwIfAny();
    }
    return scope;
  }

  /** Builds a {@link RegionLease}. */
  public static final class Builder extends RegionLeaseProps.Setters<Builder>
      implements software.amazon.jsii.Builder<RegionLease> {
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
     * Adds the lease's table, or the reference to it, to the stack.
     *
     * @return the lease
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link RegionLeaseProps.Builder#build()} do
     */
    @Override
    public RegionLease build() {
      return new RegionLease(scope, id, buildProps());
    }
  }
}
