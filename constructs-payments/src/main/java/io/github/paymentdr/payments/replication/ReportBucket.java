package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.payments.internal.ExecutionRole;
import io.github.paymentdr.payments.internal.ObjectEncryption;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.constructs.Construct;

/** Where the rows are kept that only a lost region had written. */
final class ReportBucket {
  /** The runtime files its reports by the region that was rebuilt. */
  private static final String PREFIX = "rebuild-of-";

  private static final double MINIMUM_TLS_VERSION = 1.2;
  private static final int ABORT_UPLOADS_AFTER_DAYS = 7;
  private static final String[] OBJECT_ACTIONS = {"s3:GetObject", "s3:PutObject"};

  private ReportBucket() {}

  static IBucket create(Construct scope, IKey key) {
    return Bucket.Builder.create(scope, "Reports")
        .versioned(true)
        .encryption(BucketEncryption.KMS)
        .encryptionKey(key)
        .bucketKeyEnabled(true)
        .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
        .enforceSsl(true)
        .minimumTlsVersion(MINIMUM_TLS_VERSION)
        .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
        .lifecycleRules(
            ImmutableList.of(
                LifecycleRule.builder()
                    .id("abort-incomplete-uploads")
                    .abortIncompleteMultipartUploadAfter(Duration.days(ABORT_UPLOADS_AFTER_DAYS))
                    .build()))
        // A report may be the only trace of a payment.
        .removalPolicy(RemovalPolicy.RETAIN)
        .build();
  }

  /** Lets the control function write and read reports, and nothing else of the bucket. */
  static void allow(Role role, IBucket bucket) {
    String region = Stack.of(role).getRegion();
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(ImmutableList.copyOf(OBJECT_ACTIONS))
            .resources(ImmutableList.of(bucket.arnForObjects(PREFIX + region + "/*")))
            .build());
    IamWildcards.explain(
        ExecutionRole.policyOf(role),
        "the function names each report itself, under its region's prefix",
        OBJECT_ACTIONS);
    IKey key = bucket.getEncryptionKey();
    if (key != null) {
      role.addToPolicy(
          PolicyStatement.Builder.create()
              .actions(ImmutableList.of("kms:Decrypt", "kms:GenerateDataKey"))
              .resources(ImmutableList.of(key.getKeyArn()))
              .conditions(ObjectEncryption.only(region, bucket.getBucketArn()))
              .build());
    }
  }
}
