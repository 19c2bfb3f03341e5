package io.github.paymentdr.payments.failover;

import io.github.paymentdr.core.recovery.RecoveryObjective;
import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.payments.function.PaymentFunction;
import io.github.paymentdr.payments.replication.DrReplication;
import io.github.paymentdr.payments.replication.Replicated;
import io.github.paymentdr.payments.testing.Synthesis;
import java.time.Duration;
import java.util.List;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/** The constructs that a failover needs in a region, and the failover itself. */
public final class FailedOver {
  private static final RecoveryObjective OBJECTIVE =
      RecoveryObjective.of(Duration.ofMinutes(5), Duration.ofMinutes(1));

  private FailedOver() {}

  public static PaymentFunction function(Construct scope, DrNames names, int timeoutSeconds) {
    return unnamed(scope, timeoutSeconds).names(names).build();
  }

  public static PaymentFunction.Builder unnamed(Construct scope, int timeoutSeconds) {
    return PaymentFunction.Builder.create(scope, "Payments")
        .vpc(
            Vpc.fromVpcAttributes(
                scope,
                "PaymentsVpc",
                VpcAttributes.builder()
                    .vpcId("vpc-1")
                    .availabilityZones(List.of("a", "b"))
                    .privateSubnetIds(List.of("subnet-1", "subnet-2"))
                    .privateSubnetRouteTableIds(List.of("route-1", "route-2"))
                    .build()))
        .code(Code.fromBucket(Bucket.fromBucketName(scope, "Code", "code"), "handler.jar", "1"))
        .handler("com.example.Handler::handleRequest")
        .timeout(software.amazon.awscdk.Duration.seconds(timeoutSeconds));
  }

  public static RegionLease lease(Construct scope, DrNames names) {
    return RegionLease.Builder.create(scope, "Lease").names(names).build();
  }

  public static ITopic topic(Construct scope) {
    return new Topic(scope, "Notifications");
  }

  /** Without a database to promote. */
  public static DrFailover.Builder alone(Construct scope) {
    return alone(scope, Synthesis.NAMES);
  }

  public static DrFailover.Builder alone(Construct scope, DrNames names) {
    return DrFailover.Builder.create(scope, "Failover")
        .names(names)
        .lease(lease(scope, names))
        .paymentFunction(function(scope, names, 10))
        .notificationTopic(topic(scope))
        .objective(OBJECTIVE);
  }

  public static DrFailover.Builder with(Construct scope, DrReplication.Builder replication) {
    return alone(scope).replication(replication.build());
  }

  public static DrFailover.Builder logical(Construct scope) {
    return with(scope, Replicated.logical(scope));
  }

  public static DrFailover.Builder globalDatabase(Construct scope) {
    return with(scope, Replicated.globalDatabase(scope));
  }
}
