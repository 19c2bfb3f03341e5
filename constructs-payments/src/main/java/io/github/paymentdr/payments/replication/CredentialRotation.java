package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.payments.internal.DatabaseParts;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.FunctionLogs;
import io.github.paymentdr.payments.internal.SecretAccess;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.Permission;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.secretsmanager.CfnRotationSchedule;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.Construct;

/**
 * The function with which Secrets Manager changes the password of the replication's users, and when
 * it does. Only the region that has the secret rotates it; the other has a replica.
 */
final class CredentialRotation {
  private static final String HANDLER =
      "io.github.paymentdr.runtime.lambda.CredentialRotationHandler::handleRequest";

  /** From "Lambda rotation function execution role permissions" in the Secrets Manager guide. */
  private static final ImmutableList<String> ROTATE =
      ImmutableList.of(
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage");

  private CredentialRotation() {}

  static void create(
      Construct replication,
      DrReplicationProps props,
      DatabasePlacement placement,
      ImmutableMap<String, String> environment,
      ISecret secret,
      IKey key,
      SetUp setUp) {
    Construct scope = new Construct(replication, "Rotation");
    SecurityGroup securityGroup = placement.createSecurityGroup(scope, "Rotation");
    Function function =
        placement.place(function(scope, props, environment, secret, key), securityGroup);
    function.addPermission(
        "SecretsManager",
        Permission.builder()
            .principal(new ServicePrincipal("secretsmanager.amazonaws.com"))
            .sourceAccount(Stack.of(scope).getAccount())
            .build());
    // Not the L2, whose grants reach further than a rotation needs.
    CfnRotationSchedule schedule =
        CfnRotationSchedule.Builder.create(scope, "Schedule")
            .secretId(secret.getSecretArn())
            .rotationLambdaArn(function.getFunctionArn())
            .rotationRules(
                CfnRotationSchedule.RotationRulesProperty.builder()
                    .automaticallyAfterDays(props.getCredentialRotation().toDays())
                    .build())
            .rotateImmediatelyOnUpdate(false)
            .build();
    // Secrets Manager tries the function out, which logs in as the user that the set-up makes.
    schedule.getNode().addDependency(function, securityGroup);
    DatabaseParts.rulesFor(securityGroup, placement.cluster())
        .forEach(schedule.getNode()::addDependency);
    setUp.goLiveBefore(schedule);
  }

  private static Function.Builder function(
      Construct scope,
      DrReplicationProps props,
      ImmutableMap<String, String> environment,
      ISecret secret,
      IKey key) {
    LogGroup logGroup = FunctionLogs.create(scope, props.getLogRetention(), null);
    Role role =
        ExecutionRole.create(
            scope, logGroup, "What the rotation of the replication's password may do");
    SecretAccess.allow(role, props.getCluster().getSecret());
    allowRotation(role, secret, key);
    return ControlFunction.runtime(scope, props, role, logGroup)
        .description("Changes the password of the replication of a pair of databases")
        .handler(HANDLER)
        .environment(environment);
  }

  private static void allowRotation(Role role, ISecret secret, IKey key) {
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(ROTATE)
            .resources(ImmutableList.of(secret.getSecretArn()))
            .build());
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(ImmutableList.of("kms:Decrypt", "kms:GenerateDataKey"))
            .resources(ImmutableList.of(key.getKeyArn()))
            .conditions(
                ImmutableMap.of(
                    "StringEquals",
                    ImmutableMap.of(
                        "kms:ViaService",
                        String.format(
                            "secretsmanager.%s.amazonaws.com", Stack.of(role).getRegion()))))
            .build());
  }
}
