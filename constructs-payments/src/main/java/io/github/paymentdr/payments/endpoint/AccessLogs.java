package io.github.paymentdr.payments.endpoint;

import com.google.common.collect.ImmutableList;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.constructs.Construct;

/**
 * Where CloudFront writes who called. Standard logging of the older kind, because what the newer
 * one needs must be made in us-east-1, and the endpoint may be in a stack of another region.
 */
final class AccessLogs {
  private static final double MINIMUM_TLS_VERSION = 1.2;

  private AccessLogs() {}

  static IBucket bucketOf(Construct scope, PaymentEndpointProps props) {
    IBucket given = props.getAccessLogsBucket();
    return given == null ? create(scope, props) : given;
  }

  /** With ACLs, which is how CloudFront gets the right to write; the files still become ours. */
  private static Bucket create(Construct scope, PaymentEndpointProps props) {
    return Bucket.Builder.create(scope, "AccessLogs")
        .encryption(BucketEncryption.S3_MANAGED)
        .objectOwnership(ObjectOwnership.BUCKET_OWNER_PREFERRED)
        .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
        .enforceSsl(true)
        .minimumTlsVersion(MINIMUM_TLS_VERSION)
        .lifecycleRules(
            ImmutableList.of(
                LifecycleRule.builder()
                    .id("expire-access-logs")
                    .expiration(props.getAccessLogsRetention())
                    .build()))
        .removalPolicy(props.getRemovalPolicy())
        .build();
  }
}
