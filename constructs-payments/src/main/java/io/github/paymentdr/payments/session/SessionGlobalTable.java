package io.github.paymentdr.payments.session;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import io.github.paymentdr.core.validation.Faults;
import io.github.paymentdr.payments.internal.TableMetrics;
import io.github.paymentdr.payments.internal.TableProtection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.Billing;
import software.amazon.awscdk.services.dynamodb.ITableV2;
import software.amazon.awscdk.services.dynamodb.MultiRegionConsistency;
import software.amazon.awscdk.services.dynamodb.Operation;
import software.amazon.awscdk.services.dynamodb.ReplicaTableProps;
import software.amazon.awscdk.services.dynamodb.TableAttributesV2;
import software.amazon.awscdk.services.dynamodb.TableEncryptionV2;
import software.amazon.awscdk.services.dynamodb.TableV2;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/**
 * The sessions of a payment application, in a DynamoDB global table with a replica in each region.
 *
 * <p>The same code is written in both regions' stacks. In the primary region it makes the table
 * with both replicas, because CloudFormation keeps all replicas of a table in one stack; in the
 * secondary region it refers to the replica by the name that both stacks know beforehand. Grants
 * and metrics are those of the replica in the stack's own region.
 *
 * <p>Each region reads and writes its own replica, and the other one follows within about a second:
 * the table is eventually consistent across regions, because a strongly consistent one could not
 * let sessions expire by themselves. The last write of an item wins.
 *
 * <pre>{@code
 * SessionGlobalTable sessions =
 *     SessionGlobalTable.Builder.create(this, "Sessions").names(names).build();
 * sessions.grantReadWriteData(function);
 * }</pre>
 */
public final class SessionGlobalTable extends Construct {
  private static final List<String> READ_ACTIONS =
      ImmutableList.of("dynamodb:GetItem", "dynamodb:Query");

  private static final List<String> READ_WRITE_ACTIONS =
      ImmutableList.of(
          "dynamodb:GetItem",
          "dynamodb:Query",
          "dynamodb:ConditionCheckItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
          "dynamodb:DeleteItem");

  /**
   * What DynamoDB does with a table's key on behalf of a caller, from "Authorizing use of your KMS
   * key" in the DynamoDB developer guide, without the right to make grants, which only the creation
   * of a table needs.
   */
  private static final List<String> KEY_READ_ACTIONS =
      ImmutableList.of("kms:Decrypt", "kms:DescribeKey");

  private static final List<String> KEY_READ_WRITE_ACTIONS =
      ImmutableList.of(
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo");

  private final RegionPair regionPair;
  private final String pairName;
  private final ITableV2 table;
  private final @Nullable String localKeyArn;

  /**
   * Adds the table, or the reference to it, to a stack.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties, the same in both regions
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, or if the primary region's stack has a table of this purpose already
   */
  public SessionGlobalTable(Construct scope, String id, SessionGlobalTableProps props) {
    super(checked(scope, props), id);
    this.regionPair = props.getNames().getRegionPair();
    this.pairName = nameOf(props);
    RegionRole role = regionPair.roleOf(this);
    SessionTableKeys keys = props.getCustomerKeys();
    this.localKeyArn = keys == null ? null : keys.keyArnOf(role);
    this.table = role == RegionRole.PRIMARY ? createTable(props) : importTable(props);
  }

  /** {@return the replica in the stack's own region} */
  public ITableV2 getTable() {
    return table;
  }

  /** {@return the table's name, the same in both regions} */
  public String getTableName() {
    return table.getTableName();
  }

  /**
   * Lets somebody read sessions by their key from the replica in the stack's own region. There is
   * no right to scan the table.
   *
   * @param grantee who may read
   * @return the grant
   */
  public Grant grantReadData(IGrantable grantee) {
    return grant(grantee, READ_ACTIONS, KEY_READ_ACTIONS);
  }

  /**
   * Lets somebody read and write sessions by their key in the replica in the stack's own region,
   * also in transactions. There is no right to scan the table or to read or write in batches.
   *
   * @param grantee who may read and write
   * @return the grant
   */
  public Grant grantReadWriteData(IGrantable grantee) {
    return grant(grantee, READ_WRITE_ACTIONS, KEY_READ_WRITE_ACTIONS);
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

  /**
   * How long an item written in the stack's own region takes to appear in the other region. The
   * region that sends reports it, so a lost region reports nothing.
   *
   * @return the metric: average over five minutes, in milliseconds
   */
  public Metric metricReplicationLatency() {
    return TableMetrics.replicationLatency(table, regionPair.peerOf(Stack.of(this).getRegion()));
  }

  private ITableV2 createTable(SessionGlobalTableProps props) {
    TableV2.Builder builder =
        TableV2.Builder.create(this, "Table")
            .tableName(nameOf(props))
            .partitionKey(stringAttribute(props.getPartitionKeyName()))
            .timeToLiveAttribute(props.getTimeToLiveAttribute())
            .billing(Billing.onDemand())
            .multiRegionConsistency(MultiRegionConsistency.EVENTUAL)
            .replicas(
                ImmutableList.of(
                    ReplicaTableProps.builder().region(regionPair.getSecondary()).build()))
            .encryption(encryptionOf(props.getCustomerKeys()))
            .pointInTimeRecoverySpecification(
                TableProtection.recoveryOf(
                    props.getPointInTimeRecovery(), props.getRecoveryPeriodInDays()))
            .deletionProtection(props.getDeletionProtection())
            .removalPolicy(props.getRemovalPolicy());
    String sortKey = props.getSortKeyName();
    if (sortKey != null) {
      builder.sortKey(stringAttribute(sortKey));
    }
    return builder.build();
  }

  private ITableV2 importTable(SessionGlobalTableProps props) {
    TableAttributesV2.Builder attributes = TableAttributesV2.builder().tableName(nameOf(props));
    if (localKeyArn != null) {
      attributes.encryptionKey(importKey(localKeyArn));
    }
    return TableV2.fromTableAttributes(this, "Table", attributes.build());
  }

  private TableEncryptionV2 encryptionOf(@Nullable SessionTableKeys keys) {
    return keys == null
        ? TableEncryptionV2.awsManagedKey()
        : TableEncryptionV2.customerManagedKey(
            importKey(keys.getPrimaryKeyArn()),
            ImmutableMap.of(regionPair.getSecondary(), keys.getSecondaryKeyArn()));
  }

  private IKey importKey(String keyArn) {
    return Key.fromKeyArn(this, "Key", keyArn);
  }

  private static Attribute stringAttribute(String name) {
    return Attribute.builder().name(name).type(AttributeType.STRING).build();
  }

  private static String nameOf(SessionGlobalTableProps props) {
    return props.getNames().pairName(props.getPurpose());
  }

  private Grant grant(IGrantable grantee, List<String> actions, List<String> keyActions) {
    Grant grant =
        Grant.addToPrincipal(
            GrantOnPrincipalOptions.builder()
                .grantee(grantee)
                .actions(actions)
                .resourceArns(ImmutableList.of(table.getTableArn()))
                .build());
    return localKeyArn == null ? grant : grant.combine(grantKey(grantee, keyActions, localKeyArn));
  }

  /** The key is never used directly, only by DynamoDB for requests of the grantee. */
  private Grant grantKey(IGrantable grantee, List<String> actions, String keyArn) {
    String service = String.format("dynamodb.%s.%s", Stack.of(this).getRegion(), Aws.URL_SUFFIX);
    return Grant.addToPrincipal(
        GrantOnPrincipalOptions.builder()
            .grantee(grantee)
            .actions(actions)
            .resourceArns(ImmutableList.of(keyArn))
            .conditions(ImmutableMap.of("StringEquals", ImmutableMap.of("kms:ViaService", service)))
            .build());
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, SessionGlobalTableProps props) {
    RegionRole role = props.getNames().getRegionPair().roleOf(scope);
    if (role == RegionRole.PRIMARY) {
      Faults faults = Faults.of("SessionGlobalTable");
      Placement.of(scope, faults)
          .requireUniquePurpose(
              SessionGlobalTable.class,
              "tables",
              props.getPurpose(),
              other -> other.pairName.equals(nameOf(props)));
      faults.throwIfAny();
    }
    return scope;
  }

  /** Builds a {@link SessionGlobalTable}. */
  public static final class Builder extends SessionGlobalTableProps.Setters<Builder>
      implements software.amazon.jsii.Builder<SessionGlobalTable> {
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
     * Adds the table, or the reference to it, to the stack.
     *
     * @return the table
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link SessionGlobalTableProps.Builder#build()} do
     */
    @Override
    public SessionGlobalTable build() {
      return new SessionGlobalTable(scope, id, buildProps());
    }
  }
}
