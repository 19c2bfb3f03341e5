package io.github.paymentdr.payments.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.constructs.Construct;

/** The log group of a function, and CloudWatch Logs' right to use the key it is encrypted with. */
public final class FunctionLogs {
  /**
   * What CloudWatch Logs does with a key, from "Encrypt log data in CloudWatch Logs using AWS Key
   * Management Service" in the CloudWatch Logs user guide, without the wildcards found there.
   */
  private static final List<String> KEY_ACTIONS =
      ImmutableList.of(
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo");

  private FunctionLogs() {}

  public static LogGroup create(Construct scope, RetentionDays retention, @Nullable IKey key) {
    if (key != null) {
      admitLogsService(scope, key);
    }
    return LogGroup.Builder.create(scope, "LogGroup")
        .retention(retention)
        .encryptionKey(key)
        .removalPolicy(RemovalPolicy.RETAIN)
        .build();
  }

  private static void admitLogsService(Construct scope, IKey key) {
    PolicyStatement statement =
        PolicyStatement.Builder.create()
            .principals(
                ImmutableList.of(
                    new ServicePrincipal(String.format("logs.%s.%s", Aws.REGION, Aws.URL_SUFFIX))))
            .actions(KEY_ACTIONS)
            .resources(ImmutableList.of("*"))
            // Naming the one log group would make key and log group wait for each other.
            .conditions(
                ImmutableMap.of(
                    "ArnLike",
                    ImmutableMap.of("kms:EncryptionContext:aws:logs:arn", anyLogGroupOfTheStack())))
            .build();
    if (key.addToResourcePolicy(statement).getStatementAdded()) {
      IamWildcards.explain(
          key,
          "a key policy speaks of its own key only; the encryption context limits CloudWatch Logs"
              + " to log groups of this account and region",
          KEY_ACTIONS.toArray(String[]::new));
    } else {
      Annotations.of(scope)
          .addWarningV2(
              "@payment-dr/function:logKeyPolicyNotManaged",
              "the policy of an imported logEncryptionKey cannot be changed from here; it must"
                  + " admit CloudWatch Logs, otherwise the log group cannot be created");
    }
  }

  private static String anyLogGroupOfTheStack() {
    return String.format(
        "arn:%s:logs:%s:%s:log-group:*", Aws.PARTITION, Aws.REGION, Aws.ACCOUNT_ID);
  }
}
