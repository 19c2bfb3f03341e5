package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.iam.IamWildcards;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.kms.CfnKey;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.ReplicaRegion;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.secretsmanager.SecretStringGenerator;
import software.constructs.Construct;

/**
 * The name and password of the database user that the standby subscribes as. The primary region
 * makes it and the secondary has a replica under the same name, so that the replication can be
 * turned round while either region is gone.
 */
final class ReplicationSecret {
  private static final String ID = "Secret";
  private static final String FIRST_USER = "{\"username\":\"dr_replication_a\"}";
  private static final int PASSWORD_LENGTH = 40;

  private ReplicationSecret() {}

  static ISecret create(Construct scope, DrReplicationProps props, IKey key) {
    String peer = props.getNames().getRegionPair().getSecondary();
    Secret secret =
        Secret.Builder.create(scope, ID)
            .secretName(nameOf(props))
            .description("The database user that the standby subscribes as")
            .encryptionKey(key)
            .generateSecretString(
                SecretStringGenerator.builder()
                    .secretStringTemplate(FIRST_USER)
                    .generateStringKey("password")
                    .passwordLength(PASSWORD_LENGTH)
                    // It also stands in connection strings, where punctuation would be quoted.
                    .excludePunctuation(true)
                    .build())
            .replicaRegions(ImmutableList.of(ReplicaRegion.builder().region(peer).build()))
            // It opens nothing that the databases do not hold themselves.
            .removalPolicy(RemovalPolicy.DESTROY)
            .build();
    explain(key);
    return secret;
  }

  /** The replica of the secret that the primary's stack has made. */
  static ISecret importReplica(Construct scope, DrReplicationProps props) {
    return Secret.fromSecretNameV2(scope, ID, nameOf(props));
  }

  private static void explain(IKey key) {
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
  }

  /**
   * Not only the pair's name: Secrets Manager would take a hyphen and six characters at the end,
   * such as a suffix, for the random end of a secret's ARN.
   */
  private static String nameOf(DrReplicationProps props) {
    return props.pairName() + "/credentials";
  }
}
