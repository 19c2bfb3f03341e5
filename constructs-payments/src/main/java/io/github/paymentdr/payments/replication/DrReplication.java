package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.database.AuroraReplication;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.internal.FunctionLogs;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.Stats;
import software.amazon.awscdk.services.dynamodb.ITableV2;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * The replication of a pair of {@link DrAuroraCluster}s: what sets it up, keeps and watches it, and
 * turns it round when a region is lost.
 *
 * <p>Each region has one control function with the same operations, whatever the kind of
 * replication: {@code state}, {@code observe}, {@code drain}, {@code promote}, {@code rebuild} and
 * others. A schedule calls it each minute to keep the replication in step and to report its
 * metrics. With {@code AuroraReplication.logical()} it also makes the way between the databases and
 * the database user that subscribes, and sets the replication up while the stack is deployed; a
 * global database replicates by itself, and the function only watches and promotes it.
 *
 * <pre>{@code
 * DrReplication replication =
 *     DrReplication.Builder.create(this, "Replication")
 *         .cluster(database)
 *         .names(names)
 *         .network(network)
 *         .schemas(List.of("ledger"))
 *         .certificateAuthorities("certificates/global-bundle.pem")
 *         .build()
 *         .startAfter(peering, migration)
 *         .refreshOn(migration.getSchemaVersion());
 * }</pre>
 *
 * <p>Which region may write is said in the databases alone. Deploying a stack again never changes
 * it: the set-up leaves the roles that a promotion has made.
 */
public final class DrReplication extends Construct {
  private static final String NAMESPACE = "PaymentDr/Replication";

  private final DrAuroraCluster cluster;
  private final String pairName;
  private final @Nullable Size retainedWalLimit;
  private final @Nullable LogicalReplication logical;
  private final @Nullable String peerFunctionName;
  private final Alias alias;

  /**
   * Adds the replication to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties, the same in both regions but for what belongs to the region
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, if the cluster, network, bucket or key is in another region, if the key is an
   *     alias, if the cluster has a replication already, or if the stack has a replication of this
   *     purpose already
   */
  public DrReplication(Construct scope, String id, DrReplicationProps props) {
    super(ReplicationPlacement.checked(scope, props), id);
    this.cluster = props.getCluster();
    this.pairName = props.pairName();
    this.retainedWalLimit = props.isLogical() ? props.getRetainedWalLimit() : null;
    this.logical = props.isLogical() ? new LogicalReplication(this, props) : null;
    this.peerFunctionName = props.isLogical() ? peerFunctionName(props) : null;
    this.alias = logical == null ? createGlobalControl(props) : logical.getAlias();
    ControlFunction.createSchedule(this, alias);
  }

  /** {@return the control function, by the alias that points to the version last set up} */
  public IFunction getFunction() {
    return alias;
  }

  /**
   * The control function of the other region, for whoever must operate it there when that region is
   * back: its name is made of names, so it can be known before the other region is deployed, and
   * whether it is there is not checked.
   *
   * @return name and alias, for example {@code payment-dr-replication-prod-us-west-2:live}; null
   *     for a global database, whose regions Aurora itself rebuilds
   */
  public @Nullable String getPeerFunctionName() {
    return peerFunctionName;
  }

  /** {@return how the pair replicates} */
  public AuroraReplication getReplication() {
    return cluster.getReplication();
  }

  /** {@return this region's cluster} */
  public DrAuroraCluster getCluster() {
    return cluster;
  }

  /**
   * The name and password of the database user that the standby subscribes as; in the secondary
   * region the replica.
   *
   * @return the secret, null for a global database, which needs none
   */
  public @Nullable ISecret getSecret() {
    return logical == null ? null : logical.getSecret();
  }

  /**
   * The bucket of the reports of what only a lost region had written, created or given.
   *
   * @return the bucket, null for a global database, which makes no reports
   */
  public @Nullable IBucket getReportBucket() {
    return logical == null ? null : logical.getReports();
  }

  /**
   * How much write-ahead log the active cluster keeps for an absent standby.
   *
   * @return the limit, null when there is none
   */
  public @Nullable Size getRetainedWalLimit() {
    return retainedWalLimit;
  }

  /**
   * Lets the set-up wait for what it needs: the migration that makes the tables and, in the
   * secondary region, the peering of the networks. Only the set-up and the control function's
   * version wait; the CDK's own {@code getNode().addDependency(...)} would let role and security
   * groups wait too, which is a circle as soon as what they wait for refers to them. A global
   * database is not set up, and nothing waits.
   *
   * @param dependencies what must be there first; it must not need the control function itself
   * @return this construct
   */
  public DrReplication startAfter(IDependable... dependencies) {
    if (logical != null) {
      for (IDependable dependency : dependencies) {
        logical.getSetUp().startAfter(dependency);
      }
    }
    return this;
  }

  /**
   * Runs the set-up again when a text changes, for example the version of the schema, so that new
   * tables are replicated by the end of the deployment that brings them. Without it the schedule
   * finds them within a minute or two. Further texts are added to earlier ones. A global database
   * is not set up, and nothing happens.
   *
   * @param version a text, usually a deploy-time token such as {@code migration.getSchemaVersion()}
   * @return this construct
   * @throws io.github.paymentdr.core.validation.InvalidInputException if there is no text
   */
  public DrReplication refreshOn(String version) {
    Faults faults = Faults.of("DrReplication");
    faults.unless(
        version != null && !version.isEmpty(),
        "version must be a text, got none; pass migration.getSchemaVersion()");
    faults.throwIfAny();
    if (logical != null) {
      logical.getSetUp().refreshOn(version);
    }
    return this;
  }

  /**
   * Lets the control function read the lease that says which region is active. A region that was
   * replaced then gives way although it cannot reach the other one, one that a planned promotion
   * has left drained goes on when the lease is handed back to it, and a new database does not take
   * itself for the first of its pair while the lease names the other region. The function may read
   * the lease and nothing else of the table. AWS alone promotes a global database, and nothing
   * happens.
   *
   * @param controlTable the replica of the lease's table in the stack's own region, such as {@code
   *     lease.getTable()} of a {@code RegionLease}
   * @return this construct
   * @throws io.github.paymentdr.core.validation.InvalidInputException if there is no table, or it
   *     is in another region
   */
  public DrReplication followLease(ITableV2 controlTable) {
    Faults faults = Faults.of("DrReplication");
    faults.require("controlTable", controlTable, "pass the table of the lease");
    Placement.of(this, faults).requireSameRegion("controlTable", controlTable);
    faults.throwIfAny();
    if (logical != null) {
      logical.followLease(controlTable);
    }
    return this;
  }

  /**
   * Lets somebody call the control function, with any operation: to look, to drain, to promote, to
   * rebuild and to tear down.
   *
   * @param grantee who may operate the replication in this region
   * @return the grant
   */
  public Grant grantOperate(IGrantable grantee) {
    return alias.grantInvoke(grantee);
  }

  /**
   * How far this region is behind the other one. It has data only while this region is the standby.
   *
   * @return the metric: the highest lag within a minute, in milliseconds
   */
  public Metric metricReplicationLag() {
    return logical == null
        ? cluster.metricGlobalReplicationLag()
        : metric("ReplicationLag", Stats.MAXIMUM);
  }

  /**
   * Whether nobody fetches the changes of this region: 1 if so, 0 if not. It has data only while
   * this region is active.
   *
   * @return the metric: maximum of a minute
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#logical()}
   */
  public Metric metricSlotInactive() {
    return logicalMetric("metricSlotInactive", "SlotInactive", Stats.MAXIMUM);
  }

  /**
   * How much write-ahead log this region keeps for the standby. It has data only while this region
   * is active.
   *
   * @return the metric: maximum of a minute, in bytes
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#logical()}
   */
  public Metric metricRetainedWal() {
    return logicalMetric("metricRetainedWal", "RetainedWal", Stats.MAXIMUM);
  }

  /**
   * How many tables are not, or not yet, replicated.
   *
   * @return the metric: maximum of a minute
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#logical()}
   */
  public Metric metricTablesNotInSync() {
    return logicalMetric("metricTablesNotInSync", "TablesNotInSync", Stats.MAXIMUM);
  }

  /**
   * How often the standby failed to apply changes. It has data only while this region is the
   * standby.
   *
   * @return the metric: sum of a minute
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the replication is not
   *     {@link AuroraReplication#logical()}
   */
  public Metric metricApplyErrors() {
    return logicalMetric("metricApplyErrors", "ApplyErrors", Stats.SUM);
  }

  /**
   * Whether this region could not take over if the other one was lost: 1 if so, 0 if it could. It
   * has data only while this region is not active, also when its database has lost its part in the
   * pair.
   *
   * @return the metric: maximum of a minute
   */
  public Metric metricNotFit() {
    return metric("NotFit", Stats.MAXIMUM);
  }

  /** {@return what tells this replication from the others of its stack} */
  String getPairName() {
    return pairName;
  }

  String getClusterPath() {
    return cluster.getNode().getPath();
  }

  private Alias createGlobalControl(DrReplicationProps props) {
    RegionRole role = props.getNames().getRegionPair().roleOf(this);
    LogGroup logGroup = FunctionLogs.create(this, props.getLogRetention(), null);
    Function function =
        ControlFunction.builder(
                this, props, ControlRole.ofGlobalDatabase(this, cluster, logGroup), logGroup)
            .environment(ReplicationEnvironment.ofGlobalDatabase(props, role))
            .build();
    return ControlFunction.createAlias(this, function);
  }

  private String peerFunctionName(DrReplicationProps props) {
    RegionRole role = props.getNames().getRegionPair().roleOf(this);
    return props.functionName(role.peer()) + ":" + ControlFunction.ALIAS;
  }

  private Metric logicalMetric(String method, String name, String statistic) {
    Faults faults = Faults.of("DrReplication");
    faults.unless(
        logical != null,
        String.format(
            "%s needs AuroraReplication.logical(), got %s; do not use this metric",
            method, getReplication()));
    faults.throwIfAny();
    return metric(name, statistic);
  }

  private Metric metric(String name, String statistic) {
    return Metric.Builder.create()
        .namespace(NAMESPACE)
        .metricName(name)
        .dimensionsMap(ImmutableMap.of("ClusterIdentifier", cluster.getClusterIdentifier()))
        .statistic(statistic)
        .period(Duration.minutes(1))
        .build()
        .attachTo(this);
  }

  /** Builds a {@link DrReplication}. */
  public static final class Builder extends DrReplicationProps.Setters<Builder>
      implements software.amazon.jsii.Builder<DrReplication> {
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
     * Adds the replication to the stack.
     *
     * @return the replication
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link DrReplicationProps.Builder#build()} do
     */
    @Override
    public DrReplication build() {
      return new DrReplication(scope, id, buildProps());
    }
  }
}
