package io.github.paymentdr.payments.assets;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import io.github.paymentdr.payments.internal.ObjectEncryption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.constructs.Construct;

/** The role in which S3 copies objects from one region's bucket to the other's. */
final class ReplicationRole {
  private static final String[] SOURCE_OBJECT_ACTIONS = {
    "s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"
  };

  private static final String[] REPLICA_ACTIONS = {
    "s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"
  };

  /** With a bucket key, S3 also decrypts it again to check that it is intact. */
  private static final String[] REPLICA_KEY_ACTIONS = {
    "kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"
  };

  private ReplicationRole() {}

  /** A region's side of the replication; an unknown key is null. */
  record Side(String region, String bucketArn, @Nullable String keyArn) {}

  /**
   * The policy is inline and names the buckets by name, so that the role is complete before the
   * bucket with the replication configuration is.
   *
   * <p>The trust policy has no source condition: S3 does not document that it sends one when it
   * replicates, and nobody outside the account can hand the role to S3.
   */
  static Role create(Construct scope, Side source, Side destination) {
    Role role =
        Role.Builder.create(scope, "ReplicationRole")
            .description(
                "Lets S3 replicate assets from " + source.region + " to " + destination.region)
            .assumedBy(new ServicePrincipal("s3.amazonaws.com"))
            .inlinePolicies(
                ImmutableMap.of(
                    "Replication",
                    PolicyDocument.Builder.create()
                        .statements(statements(source, destination))
                        .build()))
            .build();
    IamWildcards.explain(
        role, "every object of this bucket is replicated, and no other", SOURCE_OBJECT_ACTIONS);
    IamWildcards.explain(
        role, "replicas keep their keys and go to the peer's bucket only", REPLICA_ACTIONS);
    if (destination.keyArn == null) {
      IamWildcards.explain(
          role,
          "the id of the peer's key is not known before its stack is deployed; the conditions bind"
              + " the use to S3 in the peer's region and to objects of the peer's bucket",
          REPLICA_KEY_ACTIONS);
    }
    return role;
  }

  private static List<PolicyStatement> statements(Side source, Side destination) {
    return ImmutableList.of(
        allow("s3:GetReplicationConfiguration", "s3:ListBucket")
            .resources(ImmutableList.of(source.bucketArn))
            .build(),
        allow(SOURCE_OBJECT_ACTIONS).resources(ImmutableList.of(source.bucketArn + "/*")).build(),
        allow(REPLICA_ACTIONS).resources(ImmutableList.of(destination.bucketArn + "/*")).build(),
        useOfKey(source, "kms:Decrypt"),
        useOfKey(destination, REPLICA_KEY_ACTIONS));
  }

  private static PolicyStatement useOfKey(Side side, String... actions) {
    String key = side.keyArn == null ? anyKeyIn(side.region) : side.keyArn;
    return allow(actions)
        .resources(ImmutableList.of(key))
        .conditions(ObjectEncryption.only(side.region, side.bucketArn))
        .build();
  }

  private static String anyKeyIn(String region) {
    return String.format("arn:%s:kms:%s:%s:key/*", Aws.PARTITION, region, Aws.ACCOUNT_ID);
  }

  private static PolicyStatement.Builder allow(String... actions) {
    return PolicyStatement.Builder.create().actions(ImmutableList.copyOf(actions));
  }
}
