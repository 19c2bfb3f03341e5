package io.github.paymentdr.payments.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.iam.IamWildcards;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.secretsmanager.ISecret;

/**
 * The right to read one secret. The CDK's own grant also lets the role describe the secret, and
 * writes the role into the key's policy, so that the key, and with it the database, would wait for
 * the role.
 */
public final class SecretAccess {
  private static final String GET_VALUE = "secretsmanager:GetSecretValue";
  private static final String DECRYPT = "kms:Decrypt";

  private SecretAccess() {}

  public static void allow(Role role, ISecret secret) {
    role.addToPolicy(
        PolicyStatement.Builder.create()
            .actions(ImmutableList.of(GET_VALUE))
            .resources(ImmutableList.of(arnOf(secret)))
            .build());
    if (secret.getSecretFullArn() == null) {
      IamWildcards.explain(
          ExecutionRole.policyOf(role),
          "the secret is known by name only; its ARN ends with six characters that Secrets Manager"
              + " chooses",
          GET_VALUE);
    }
    IKey key = secret.getEncryptionKey();
    if (key != null) {
      role.addToPolicy(
          PolicyStatement.Builder.create()
              .actions(ImmutableList.of(DECRYPT))
              .resources(ImmutableList.of(key.getKeyArn()))
              .conditions(
                  ImmutableMap.of(
                      "StringEquals", ImmutableMap.of("kms:ViaService", secretsManager())))
              .build());
    }
  }

  private static String arnOf(ISecret secret) {
    String full = secret.getSecretFullArn();
    return full == null ? secret.getSecretArn() + "-??????" : full;
  }

  private static String secretsManager() {
    return String.format("secretsmanager.%s.amazonaws.com", Aws.REGION);
  }
}
