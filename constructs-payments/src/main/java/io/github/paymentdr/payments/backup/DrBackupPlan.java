package io.github.paymentdr.payments.backup;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.encryption.CustomerKey;
import io.github.paymentdr.core.region.Placement;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.Faults;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.backup.BackupPlan;
import software.amazon.awscdk.services.backup.BackupPlanCopyActionProps;
import software.amazon.awscdk.services.backup.BackupPlanRule;
import software.amazon.awscdk.services.backup.BackupPlanRuleProps;
import software.amazon.awscdk.services.backup.BackupVault;
import software.amazon.awscdk.services.backup.CfnBackupSelection;
import software.amazon.awscdk.services.backup.IBackupPlan;
import software.amazon.awscdk.services.backup.IBackupVault;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.events.EventPattern;
import software.amazon.awscdk.services.events.IRule;
import software.amazon.awscdk.services.events.IRuleTarget;
import software.amazon.awscdk.services.events.Rule;
import software.amazon.awscdk.services.events.targets.SnsTopic;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.rds.IDatabaseCluster;
import software.amazon.awscdk.services.sns.ITopic;
import software.constructs.Construct;
import software.constructs.IValidation;

/**
 * Daily backups of Aurora clusters in one region of the pair, each copied to the vault of the other
 * region. The same code in both stacks gives two plans that mirror each other, so whichever region
 * has the writer is backed up.
 *
 * <p>Each region has a vault of its own with a customer key of its own. A copy job fails until the
 * other region is deployed. Failed jobs are reported by an EventBridge rule.
 *
 * <pre>{@code
 * DrBackupPlan backup =
 *     DrBackupPlan.Builder.create(this, "Backup").names(names).notificationTopic(topic).build();
 * backup.addCluster(cluster);
 * }</pre>
 */
public final class DrBackupPlan extends Construct {
  /** The id of the warning that nobody is told of failed jobs; adding a target withdraws it. */
  public static final String UNNOTICED_WARNING = "@payment-dr/backup:failuresUnnoticed";

  private static final List<String> FAILED = ImmutableList.of("FAILED", "ABORTED", "EXPIRED");

  private final RegionPair pair;
  private final String vaultName;
  private final IKey encryptionKey;
  private final BackupVault vault;
  private final BackupPlan plan;
  private final BackupRole role;
  private final CfnBackupSelection selection;
  private final Rule failureRule;
  private final Set<String> clusterArns = new LinkedHashSet<>();

  /**
   * Adds the vault and the plan to a stack. Select at least one cluster with {@link #addCluster}.
   *
   * @param scope a construct inside a stack whose environment names a region of the pair
   * @param id the construct's id
   * @param props the properties
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the stack's region is not
   *     in the pair, if the key or the topic is in another region, if the key is an alias, or if
   *     the stack has a plan of this purpose already
   */
  public DrBackupPlan(Construct scope, String id, DrBackupPlanProps props) {
    super(checked(scope, props), id);
    this.pair = props.getNames().getRegionPair();
    this.vaultName = props.vaultName();
    this.encryptionKey = keyOf(props);
    this.vault = createVault(props);
    String peerVaultArn = peerVaultArn();
    this.plan = createPlan(props, peerVaultArn);
    this.role = new BackupRole(this, pair.getRegions(), vault.getBackupVaultArn(), peerVaultArn);
    this.selection = createSelection();
    this.failureRule = createFailureRule();
    reportTo(props.getNotificationTopic());
    getNode().addValidation(new SomethingIsSelected());
  }

  /** {@return the vault of this region, which also receives the other region's copies} */
  public IBackupVault getVault() {
    return vault;
  }

  /** {@return the plan} */
  public IBackupPlan getPlan() {
    return plan;
  }

  /** {@return the key of the vault, created or given} */
  public IKey getEncryptionKey() {
    return encryptionKey;
  }

  /** {@return the rule that matches failed backup and copy jobs of this region's vault} */
  public IRule getFailureRule() {
    return failureRule;
  }

  /**
   * Backs a cluster up. Adding it again changes nothing.
   *
   * @param cluster an Aurora cluster of this stack's account and region, created or imported
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the cluster is in another
   *     region; the plan of that region is the one to add it to
   */
  public void addCluster(IDatabaseCluster cluster) {
    checkRegion(cluster);
    String arn = cluster.getClusterArn();
    if (clusterArns.add(arn)) {
      role.addCluster(arn);
      selection.setBackupSelection(selected());
    }
  }

  /**
   * Tells somebody else of failed jobs too. The event is passed on as it is, with the job's state,
   * message and resource.
   *
   * @param target where the event goes, for example a topic, a queue or a function
   */
  public void addNotificationTarget(IRuleTarget target) {
    failureRule.addTarget(target);
    Annotations.of(this).acknowledgeWarning(UNNOTICED_WARNING);
  }

  /**
   * The backup jobs that succeeded. Less than one in a day means that a daily backup is missing.
   *
   * @return the metric, as a sum over an hour
   */
  public Metric metricBackupJobsCompleted() {
    return metric("NumberOfBackupJobsCompleted");
  }

  /**
   * The backup jobs that failed.
   *
   * @return the metric, as a sum over an hour
   */
  public Metric metricBackupJobsFailed() {
    return metric("NumberOfBackupJobsFailed");
  }

  /**
   * The copy jobs to the other region that succeeded.
   *
   * @return the metric, as a sum over an hour
   */
  public Metric metricCopyJobsCompleted() {
    return metric("NumberOfCopyJobsCompleted");
  }

  /**
   * The copy jobs to the other region that failed.
   *
   * @return the metric, as a sum over an hour
   */
  public Metric metricCopyJobsFailed() {
    return metric("NumberOfCopyJobsFailed");
  }

  private IKey keyOf(DrBackupPlanProps props) {
    IKey given = props.getEncryptionKey();
    return given == null
        ? CustomerKey.create(this, "Key", "Backups in the vault " + vaultName)
        : given;
  }

  private BackupVault createVault(DrBackupPlanProps props) {
    return BackupVault.Builder.create(this, "Vault")
        .backupVaultName(vaultName)
        .encryptionKey(encryptionKey)
        .blockRecoveryPointDeletion(props.getBlockRecoveryPointDeletion())
        .lockConfiguration(props.getLockConfiguration())
        // A first deployment that is rolled back must not leave the name taken.
        .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        .build();
  }

  /** By name, because neither region can wait for the other to be deployed. */
  private String peerVaultArn() {
    Stack stack = Stack.of(this);
    return stack.formatArn(
        ArnComponents.builder()
            .service("backup")
            .region(pair.peerOf(stack.getRegion()))
            .resource("backup-vault")
            .resourceName(vaultName)
            .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
            .build());
  }

  private BackupPlan createPlan(DrBackupPlanProps props, String peerVaultArn) {
    BackupPlanCopyActionProps copy =
        BackupPlanCopyActionProps.builder()
            .destinationBackupVault(BackupVault.fromBackupVaultArn(this, "PeerVault", peerVaultArn))
            .deleteAfter(props.getCopyRetention())
            .build();
    BackupPlanRule rule =
        new BackupPlanRule(
            BackupPlanRuleProps.builder()
                .ruleName("Daily")
                .scheduleExpression(props.getSchedule())
                .startWindow(props.getStartWindow())
                .completionWindow(props.getCompletionWindow())
                .deleteAfter(props.getRetention())
                .enableContinuousBackup(false)
                .copyActions(ImmutableList.of(copy))
                .build());
    return BackupPlan.Builder.create(this, "Plan")
        .backupPlanName(vaultName)
        .backupVault(vault)
        .backupPlanRules(ImmutableList.of(rule))
        .build();
  }

  private CfnBackupSelection createSelection() {
    return CfnBackupSelection.Builder.create(this, "Selection")
        .backupPlanId(plan.getBackupPlanId())
        .backupSelection(selected())
        .build();
  }

  private CfnBackupSelection.BackupSelectionResourceTypeProperty selected() {
    return CfnBackupSelection.BackupSelectionResourceTypeProperty.builder()
        .selectionName("Clusters")
        .iamRoleArn(role.getRole().getRoleArn())
        .resources(ImmutableList.copyOf(clusterArns))
        .build();
  }

  private Rule createFailureRule() {
    String arn = vault.getBackupVaultArn();
    return Rule.Builder.create(this, "FailureRule")
        .description("Backup and copy jobs of the vault " + vaultName + " that did not succeed")
        .eventPattern(
            EventPattern.builder()
                .source(ImmutableList.of("aws.backup"))
                .detailType(ImmutableList.of("Backup Job State Change", "Copy Job State Change"))
                .detail(
                    ImmutableMap.of(
                        "state",
                        FAILED,
                        "$or",
                        ImmutableList.of(
                            field("backupVaultArn", arn),
                            field("sourceBackupVaultArn", arn),
                            field("destinationBackupVaultArn", arn))))
                .build())
        .build();
  }

  private static ImmutableMap<String, Object> field(String name, String value) {
    return ImmutableMap.of(name, ImmutableList.of(value));
  }

  private void reportTo(@Nullable ITopic topic) {
    if (topic == null) {
      Annotations.of(this)
          .addWarningV2(
              UNNOTICED_WARNING,
              "nobody is told when a backup or copy job fails; set notificationTopic(...) or call"
                  + " addNotificationTarget(...)");
    } else {
      failureRule.addTarget(new SnsTopic(topic));
    }
  }

  private Metric metric(String name) {
    return Metric.Builder.create()
        .namespace("AWS/Backup")
        .metricName(name)
        .dimensionsMap(ImmutableMap.of("BackupVaultName", vaultName))
        .statistic("Sum")
        .period(Duration.hours(1))
        .build();
  }

  private void checkRegion(IDatabaseCluster cluster) {
    String region = Stack.of(this).getRegion();
    String actual = cluster.getEnv().getRegion();
    Faults faults = Faults.of("DrBackupPlan");
    faults.unless(
        Token.isUnresolved(actual) || actual.equals(region),
        String.format(
            "the cluster %s must be in %s, got %s; add it to the plan of its own region",
            cluster.getNode().getPath(), region, actual));
    faults.throwIfAny();
  }

  /** Runs before the construct exists, so that a fault leaves nothing half-made in the tree. */
  private static Construct checked(Construct scope, DrBackupPlanProps props) {
    props.getNames().getRegionPair().roleOf(scope);
    Faults faults = Faults.of("DrBackupPlan");
    Placement placement = Placement.of(scope, faults);
    placement.requireUniquePurpose(
        DrBackupPlan.class,
        "plans",
        props.getPurpose(),
        other -> other.vaultName.equals(props.vaultName()));
    placement.requireKey("encryptionKey", props.getEncryptionKey());
    placement.requireSameRegion("notificationTopic", props.getNotificationTopic());
    faults.throwIfAny();
    return scope;
  }

  /** A plan without a selection deploys and never backs anything up. */
  private final class SomethingIsSelected implements IValidation {
    @Override
    public List<String> validate() {
      return clusterArns.isEmpty()
          ? ImmutableList.of(
              "DrBackupPlan: nothing is selected for backup; call addCluster(...) at least once")
          : ImmutableList.of();
    }
  }

  /** Builds a {@link DrBackupPlan}. */
  public static final class Builder extends DrBackupPlanProps.Setters<Builder>
      implements software.amazon.jsii.Builder<DrBackupPlan> {
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
     * Adds the vault and the plan to the stack.
     *
     * @return the plan
     * @throws io.github.paymentdr.core.validation.InvalidInputException as the constructor and
     *     {@link DrBackupPlanProps.Builder#build()} do
     */
    @Override
    public DrBackupPlan build() {
      return new DrBackupPlan(scope, id, buildProps());
    }
  }
}
