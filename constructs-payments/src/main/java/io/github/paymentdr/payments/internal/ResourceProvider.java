package io.github.paymentdr.payments.internal;

import com.google.common.collect.ImmutableList;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.customresources.Provider;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.constructs.Construct;

/**
 * The CDK's provider framework, a function between CloudFormation and the handler that waits for
 * the handler and reports its failure. It calls AWS APIs only, so it is not in the VPC.
 */
public final class ResourceProvider {
  private ResourceProvider() {}

  /**
   * Makes the framework's function, with a role and a log group of its own.
   *
   * @return the service token of custom resources
   */
  public static String create(
      Construct scope, IFunction handler, RetentionDays retention, String purpose) {
    LogGroup logGroup =
        LogGroup.Builder.create(scope, "ProviderLogGroup")
            .retention(retention)
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    return Provider.Builder.create(scope, "Provider")
        .onEventHandler(handler)
        .logGroup(logGroup)
        // The framework's own grant reaches every version of the handler.
        .frameworkOnEventRole(createRole(scope, handler, logGroup, purpose).withoutPolicyUpdates())
        .build()
        .getServiceToken();
  }

  private static Role createRole(
      Construct scope, IFunction handler, LogGroup logGroup, String purpose) {
    Role role =
        Role.Builder.create(scope, "ProviderRole")
            .description("What the CDK's provider framework may do for " + purpose)
            .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
            .build();
    logGroup.grantWrite(role);
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(ImmutableList.of("lambda:GetFunction", "lambda:InvokeFunction"))
            .resources(ImmutableList.of(handler.getFunctionArn()))
            .build());
    return role;
  }
}
