package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.payments.database.DrAuroraCluster;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.SecretAccess;
import java.util.List;
import software.amazon.awscdk.services.dynamodb.ITableV2;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.logs.ILogGroup;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.Construct;

/** What the control function may do. Log group and networks apart, it is all on named things. */
final class ControlRole {
  private static final String DESCRIPTION =
      "What the control function of the replication may do, and Lambda on its behalf";

  private static final String READ_METRICS = "cloudwatch:GetMetricData";

  private ControlRole() {}

  /** It talks to the databases, and asks RDS where the other region's is. */
  static Role ofLogical(
      Construct scope, DrAuroraCluster cluster, ILogGroup logGroup, ISecret secret) {
    Role role = ExecutionRole.create(scope, logGroup, DESCRIPTION);
    SecretAccess.allow(role, cluster.getSecret());
    SecretAccess.allow(role, secret);
    allow(
        role,
        ImmutableList.of("rds:DescribeDBClusters"),
        ImmutableList.of(cluster.getPeerClusterArn()));
    return role;
  }

  /** It talks to RDS and CloudWatch only. */
  static Role ofGlobalDatabase(Construct scope, DrAuroraCluster cluster, ILogGroup logGroup) {
    Role role =
        Role.Builder.create(scope, "Role")
            .description(DESCRIPTION)
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .build();
    logGroup.grantWrite(role);
    List<String> global = ImmutableList.of(cluster.getGlobalClusterArn());
    allow(role, ImmutableList.of("rds:DescribeGlobalClusters"), global);
    allow(
        role,
        ImmutableList.of("rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"),
        ImmutableList.<String>builder()
            .addAll(global)
            .add(cluster.getClusterArn(), cluster.getPeerClusterArn())
            .build());
    allow(role, ImmutableList.of(READ_METRICS), ImmutableList.of("*"));
    IamWildcards.explain(
        ExecutionRole.policyOf(role), "CloudWatch knows no resource for metrics", READ_METRICS);
    return role;
  }

  /** The one item that says who is active. */
  static void allowLease(Function function, ITableV2 controlTable) {
    function.addToRolePolicy(
        PolicyStatement.Builder.create()
            .actions(ImmutableList.of("dynamodb:GetItem"))
            .resources(ImmutableList.of(controlTable.getTableArn()))
            .conditions(
                ImmutableMap.of(
                    "ForAllValues:StringEquals",
                    ImmutableMap.of("dynamodb:LeadingKeys", ImmutableList.of("lease"))))
            .build());
  }

  private static void allow(Role role, List<String> actions, List<String> resources) {
    role.addToPolicy(
        PolicyStatement.Builder.create().actions(actions).resources(resources).build());
  }
}
