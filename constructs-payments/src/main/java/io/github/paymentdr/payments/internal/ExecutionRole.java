package io.github.paymentdr.payments.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import java.util.List;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.logs.ILogGroup;
import software.constructs.Construct;
import software.constructs.IConstruct;

/**
 * The role of a function in a VPC, in place of the AWS managed policies, which allow writing to any
 * log group and let the function's code handle any network interface.
 */
public final class ExecutionRole {
  /**
   * The actions with which Lambda looks after a function's network interfaces, from "Giving Lambda
   * functions access to resources in an Amazon VPC" in the Lambda developer guide. EC2 accepts no
   * resource for those that describe.
   */
  private static final List<String> DESCRIBE_NETWORK =
      ImmutableList.of("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets");

  private static final String CREATE_INTERFACE = "ec2:CreateNetworkInterface";

  private static final List<String> CHANGE_INTERFACE =
      ImmutableList.of(
          "ec2:AssignPrivateIpAddresses",
          "ec2:DeleteNetworkInterface",
          "ec2:UnassignPrivateIpAddresses");

  private static final List<String> TRACE =
      ImmutableList.of("xray:PutTelemetryRecords", "xray:PutTraceSegments");

  private ExecutionRole() {}

  public static Role create(Construct scope, ILogGroup logGroup, String description) {
    Role role =
        Role.Builder.create(scope, "Role")
            .description(description)
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .build();
    logGroup.grantWrite(role);
    allowNetworkInterfaces(role);
    denyNetworkInterfacesToCode(role);
    return role;
  }

  public static void allowTracing(Role role) {
    allow(role, TRACE, "*");
    IamWildcards.explain(
        policyOf(role),
        "X-Ray knows no resource for sending segments",
        TRACE.toArray(String[]::new));
  }

  private static void allowNetworkInterfaces(Role role) {
    allow(role, DESCRIBE_NETWORK, "*");
    allow(role, CHANGE_INTERFACE, ec2Arn(Aws.ACCOUNT_ID, "*/*"));
    // A subnet or security group that is shared belongs to another account.
    allow(
        role,
        ImmutableList.of(CREATE_INTERFACE),
        ec2Arn(Aws.ACCOUNT_ID, "*/*"),
        ec2Arn("*", "subnet/*"),
        ec2Arn("*", "security-group/*"));
    IConstruct policy = policyOf(role);
    IamWildcards.explain(
        policy,
        "EC2 knows no resource for describing; denied to the function's own code",
        DESCRIBE_NETWORK.toArray(String[]::new));
    IamWildcards.explain(
        policy,
        "Lambda makes and removes interfaces whose ids nobody knows beforehand, and checks this"
            + " right when the function is created; denied to the function's own code",
        ImmutableList.<String>builder()
            .add(CREATE_INTERFACE)
            .addAll(CHANGE_INTERFACE)
            .build()
            .toArray(String[]::new));
  }

  /**
   * Only requests of a function's code carry the key {@code lambda:SourceFunctionArn}; those that
   * Lambda makes for the function do not. Asking whether the key is there, and not for the one
   * function, keeps the role free of a reference to the function that waits for it.
   */
  private static void denyNetworkInterfacesToCode(Role role) {
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .effect(Effect.DENY)
            .actions(
                ImmutableList.<String>builder()
                    .addAll(DESCRIBE_NETWORK)
                    .add(CREATE_INTERFACE)
                    .addAll(CHANGE_INTERFACE)
                    .build())
            .resources(ImmutableList.of("*"))
            .conditions(
                ImmutableMap.of("Null", ImmutableMap.of("lambda:SourceFunctionArn", "false")))
            .build());
  }

  private static void allow(Role role, List<String> actions, String... resources) {
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(actions)
            .resources(ImmutableList.copyOf(resources))
            .build());
  }

  private static String ec2Arn(String account, String resource) {
    return String.format("arn:%s:ec2:%s:%s:%s", Aws.PARTITION, Aws.REGION, account, resource);
  }

  public static IConstruct policyOf(Role role) {
    return role.getNode().findChild("DefaultPolicy");
  }
}
