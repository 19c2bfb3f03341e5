package io.github.paymentdr.payments.assets;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.iam.AddToResourcePolicyResult;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketPolicy;
import software.amazon.awscdk.services.s3.CfnBucket;
import software.amazon.awscdk.services.s3.IBucket;
import software.constructs.IDependable;

/**
 * Delivery of a bucket's server access logs. Written out here, because a feature flag of the app
 * decides whether the CDK would open the log bucket by policy or by ACL.
 */
final class AccessLogs {
  private static final String NO_POLICY_WARNING = "@payment-dr/assets:serverAccessLogsBucketPolicy";

  private AccessLogs() {}

  /** Sends the logs of the bucket to another one, under the bucket's name. */
  static void deliver(Bucket bucket, String bucketName, IBucket logs) {
    String prefix = bucketName + "/";
    CfnBucket resource = (CfnBucket) requireNonNull(bucket.getNode().getDefaultChild());
    resource.setLoggingConfiguration(
        CfnBucket.LoggingConfigurationProperty.builder()
            .destinationBucketName(logs.getBucketName())
            .logFilePrefix(prefix)
            .build());
    AddToResourcePolicyResult result =
        logs.addToResourcePolicy(
            PolicyStatement.Builder.create()
                .principals(ImmutableList.of(new ServicePrincipal("logging.s3.amazonaws.com")))
                .actions(ImmutableList.of("s3:PutObject"))
                .resources(ImmutableList.of(logs.arnForObjects(prefix + "*")))
                .conditions(onlyFrom(bucketName))
                .build());
    IDependable policy = result.getPolicyDependable();
    if (policy != null) {
      // Without the policy in place the first logs would be dropped.
      bucket.getNode().addDependency(policy);
    }
    explain(logs.getPolicy());
    if (!result.getStatementAdded()) {
      Annotations.of(bucket)
          .addWarningV2(
              NO_POLICY_WARNING,
              "the policy of the imported serverAccessLogsBucket cannot be extended; let"
                  + " logging.s3.amazonaws.com put objects into it");
    }
  }

  /**
   * By name, not by reference: the log bucket may be in another stack, which would make a cycle.
   */
  private static ImmutableMap<String, Object> onlyFrom(String bucketName) {
    String bucketArn = String.format("arn:%s:s3:::%s", Aws.PARTITION, bucketName);
    return ImmutableMap.of(
        "ArnEquals", ImmutableMap.of("aws:SourceArn", bucketArn),
        "StringEquals", ImmutableMap.of("aws:SourceAccount", Aws.ACCOUNT_ID));
  }

  private static void explain(@Nullable BucketPolicy policy) {
    if (policy != null) {
      IamWildcards.explain(
          policy, "S3 names each log file itself, under the bucket's own prefix", "s3:PutObject");
    }
  }
}
