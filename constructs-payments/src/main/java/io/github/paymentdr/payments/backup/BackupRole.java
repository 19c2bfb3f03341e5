package io.github.paymentdr.payments.backup;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.constructs.Construct;

/**
 * The role AWS Backup takes on to snapshot Aurora clusters and copy the snapshots to the other
 * region. Its statements follow "Managed policies for AWS Backup, customer managed policies, Amazon
 * Aurora" in the AWS Backup developer guide; {@code docs/decisions/0004-backup-role.md} tells what
 * was narrowed and why.
 */
final class BackupRole {
  /** Every snapshot that AWS Backup makes or copies has a name with this head. */
  private static final String SNAPSHOT_NAMES = "awsbackup:*";

  private final Stack stack;
  private final ImmutableList<String> regions;
  private final Role role;
  private final PolicyStatement snapshotCreation;

  BackupRole(Construct scope, List<String> regions, String vaultArn, String peerVaultArn) {
    this.stack = Stack.of(scope);
    this.regions = ImmutableList.copyOf(regions);
    this.snapshotCreation =
        allow(
            ImmutableList.of(snapshotsIn(stack.getRegion())),
            "rds:CreateDBClusterSnapshot",
            "rds:ListTagsForResource");
    PolicyDocument policy = new PolicyDocument();
    policy.addStatements(
        snapshotCreation,
        snapshotCare(),
        reading(),
        allow(
            ImmutableList.of(vaultArn, peerVaultArn),
            "backup:DescribeBackupVault",
            "backup:CopyIntoBackupVault"),
        copyingOut(peerVaultArn),
        allow(keys(), "kms:DescribeKey"),
        granting());
    this.role =
        Role.Builder.create(scope, "Role")
            .assumedBy(new ServicePrincipal("backup.amazonaws.com"))
            .description("Lets AWS Backup snapshot Aurora clusters and copy them across regions")
            .inlinePolicies(ImmutableMap.of("AuroraBackup", policy))
            .build();
    explain();
  }

  Role getRole() {
    return role;
  }

  void addCluster(String clusterArn) {
    snapshotCreation.addResources(clusterArn);
  }

  private PolicyStatement snapshotCare() {
    return allow(
        regions.stream().map(this::snapshotsIn).toList(),
        "rds:AddTagsToResource",
        "rds:CopyDBClusterSnapshot",
        "rds:DeleteDBClusterSnapshot",
        "rds:ListTagsForResource");
  }

  private static PolicyStatement reading() {
    return allow(
        ImmutableList.of("*"),
        "rds:DescribeDBClusters",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusterAutomatedBackups",
        "rds:DescribeDBInstances",
        "tag:GetResources");
  }

  private static PolicyStatement copyingOut(String peerVaultArn) {
    PolicyStatement statement = allow(ImmutableList.of("*"), "backup:CopyFromBackupVault");
    statement.addCondition(
        "ForAllValues:StringEquals", ImmutableMap.of("backup:CopyTargets", peerVaultArn));
    return statement;
  }

  private PolicyStatement granting() {
    PolicyStatement statement = allow(keys(), "kms:CreateGrant");
    statement.addCondition("Bool", ImmutableMap.of("kms:GrantIsForAWSResource", "true"));
    // The wildcard stands for the suffix of the partition's domain, such as .cn.
    statement.addCondition(
        "StringLike",
        ImmutableMap.of(
            "kms:ViaService",
            Stream.of("rds", "backup")
                .flatMap(service -> regions.stream().map(region -> service + "." + region))
                .map(endpoint -> endpoint + ".amazonaws.com*")
                .toList()));
    return statement;
  }

  private void explain() {
    IamWildcards.explain(
        role,
        "AWS Backup chooses the ends of its snapshots' names; the head awsbackup:, the account and"
            + " the two regions are fixed",
        "rds:CreateDBClusterSnapshot",
        "rds:AddTagsToResource",
        "rds:CopyDBClusterSnapshot",
        "rds:DeleteDBClusterSnapshot",
        "rds:ListTagsForResource");
    IamWildcards.explain(
        role,
        "AWS Backup lists before it knows an identifier; the action only reads",
        "rds:DescribeDBClusters",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusterAutomatedBackups",
        "rds:DescribeDBInstances",
        "tag:GetResources");
    IamWildcards.explain(
        role,
        "the recovery point's name is not known; a condition limits the target to the other"
            + " region's vault",
        "backup:CopyFromBackupVault");
    IamWildcards.explain(
        role,
        "the ids of the clusters' keys and of the other region's key are not known at synthesis;"
            + " limited to this account and the two regions, grants to those that RDS and AWS Backup"
            + " ask for their own use",
        "kms:DescribeKey",
        "kms:CreateGrant");
  }

  private String snapshotsIn(String region) {
    return arn("rds", region, "cluster-snapshot", SNAPSHOT_NAMES, ArnFormat.COLON_RESOURCE_NAME);
  }

  private List<String> keys() {
    return regions.stream()
        .map(region -> arn("kms", region, "key", "*", ArnFormat.SLASH_RESOURCE_NAME))
        .toList();
  }

  private String arn(
      String service, String region, String resource, String name, ArnFormat format) {
    return stack.formatArn(
        ArnComponents.builder()
            .service(service)
            .region(region)
            .resource(resource)
            .resourceName(name)
            .arnFormat(format)
            .build());
  }

  private static PolicyStatement allow(List<String> resources, String... actions) {
    return PolicyStatement.Builder.create()
        .actions(Stream.of(actions).toList())
        .resources(resources)
        .build();
  }
}
