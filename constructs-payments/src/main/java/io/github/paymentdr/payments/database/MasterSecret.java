package io.github.paymentdr.payments.database;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.iam.IamWildcards;
import software.amazon.awscdk.services.kms.CfnKey;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.rds.DatabaseSecret;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.ReplicaRegion;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.constructs.Construct;

/** The master user's name and password, which the CDK generates and Secrets Manager keeps. */
final class MasterSecret {
  private static final String ID = "Secret";

  private MasterSecret() {}

  /** The secret of a cluster that stands alone. */
  static DatabaseSecret create(Construct scope, DrAuroraClusterProps props, IKey key) {
    return finish(builder(scope, props, key).build(), props, key);
  }

  /** The secret of a global database, with a replica in the secondary region. */
  static DatabaseSecret createReplicated(Construct scope, DrAuroraClusterProps props, IKey key) {
    String peer = props.getNames().getRegionPair().getSecondary();
    return finish(
        builder(scope, props, key)
            .secretName(nameOf(props))
            .replicaRegions(ImmutableList.of(ReplicaRegion.builder().region(peer).build()))
            .build(),
        props,
        key);
  }

  /** The replica of the secret that the primary's stack has made. */
  static ISecret importReplica(Construct scope, DrAuroraClusterProps props) {
    return Secret.fromSecretNameV2(scope, ID, nameOf(props));
  }

  private static DatabaseSecret.Builder builder(
      Construct scope, DrAuroraClusterProps props, IKey key) {
    return DatabaseSecret.Builder.create(scope, ID)
        .username(props.getMasterUsername())
        .dbname(props.getDatabaseName())
        .encryptionKey(key);
  }

  private static DatabaseSecret finish(
      DatabaseSecret secret, DrAuroraClusterProps props, IKey key) {
    secret.applyRemovalPolicy(ClusterParts.companionPolicy(props));
    if (key.getNode().getDefaultChild() instanceof CfnKey) {
      IamWildcards.explain(
          key,
          "a key policy speaks of its own key only, and the condition admits nothing but Secrets"
              + " Manager on behalf of this account",
          "kms:Decrypt",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
          "kms:CreateGrant",
          "kms:DescribeKey");
    }
    return secret;
  }

  /**
   * Not only the pair's name: Secrets Manager would take a hyphen and six characters at the end,
   * such as a suffix, for the random end of a secret's ARN.
   */
  private static String nameOf(DrAuroraClusterProps props) {
    return props.pairName() + "/master";
  }
}
