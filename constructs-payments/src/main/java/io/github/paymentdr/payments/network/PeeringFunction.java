package io.github.paymentdr.payments.network;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.FunctionLogs;
import io.github.paymentdr.payments.internal.ResourceProvider;
import io.github.paymentdr.payments.internal.RuntimeCode;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.constructs.Construct;

/**
 * The function that finds the network of the other region and routes it back. It calls the EC2 API
 * only, so it is not in the VPC.
 */
final class PeeringFunction {
  private static final String HANDLER =
      "io.github.paymentdr.runtime.lambda.PeeringHandler::handleRequest";
  private static final int MEMORY = 1024;
  private static final int TIMEOUT_MINUTES = 3;

  /** EC2 accepts no resource for those that describe. */
  private static final List<String> DESCRIBE =
      ImmutableList.of("ec2:DescribeRouteTables", "ec2:DescribeVpcs");

  private static final List<String> CHANGE_ROUTES =
      ImmutableList.of("ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute");

  private PeeringFunction() {}

  /**
   * Makes the function with its role, its log group and the provider framework before it.
   *
   * @return the service token of custom resources
   */
  static String create(
      Construct scope, RetentionDays retention, String peerRegion, String networkName) {
    LogGroup logGroup = FunctionLogs.create(scope, retention, null);
    Function function =
        Function.Builder.create(scope, "Function")
            .description("Finds the network of the other region and routes it back")
            .code(RuntimeCode.asset())
            .handler(HANDLER)
            .runtime(Runtime.JAVA_21)
            .architecture(Architecture.ARM_64)
            .memorySize(MEMORY)
            .timeout(Duration.minutes(TIMEOUT_MINUTES))
            .role(createRole(scope, logGroup, peerRegion, networkName))
            .logGroup(logGroup)
            .loggingFormat(LoggingFormat.JSON)
            .build();
    return ResourceProvider.create(scope, function, retention, "the peering of networks");
  }

  private static IRole createRole(
      Construct scope, LogGroup logGroup, String peerRegion, String networkName) {
    Role role =
        Role.Builder.create(scope, "Role")
            .description("What the peering of networks may do in the other region")
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .build();
    logGroup.grantWrite(role);
    allow(
        role,
        DESCRIBE,
        "*",
        ImmutableMap.of("aws:RequestedRegion", peerRegion),
        "EC2 knows no resource for describing; limited to the region of the other network");
    allow(
        role,
        CHANGE_ROUTES,
        String.format("arn:%s:ec2:%s:%s:route-table/*", Aws.PARTITION, peerRegion, Aws.ACCOUNT_ID),
        ImmutableMap.of("aws:ResourceTag/" + NetworkTags.NETWORK, networkName),
        "the ids of the other region's route tables are not known here; limited to those with the"
            + " tag of the network");
    return role;
  }

  private static void allow(
      Role role,
      List<String> actions,
      String resource,
      Map<String, String> equal,
      String reasonForWildcard) {
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(actions)
            .resources(ImmutableList.of(resource))
            .conditions(ImmutableMap.of("StringEquals", equal))
            .build());
    IamWildcards.explain(
        ExecutionRole.policyOf(role), reasonForWildcard, actions.toArray(String[]::new));
  }
}
