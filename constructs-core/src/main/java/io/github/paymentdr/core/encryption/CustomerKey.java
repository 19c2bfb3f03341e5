package io.github.paymentdr.core.encryption;

import io.github.paymentdr.core.iam.IamWildcards;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** Makes customer-managed KMS keys with the defaults of a pair. */
public final class CustomerKey {
  private CustomerKey() {}

  /**
   * Adds a symmetric key that rotates every year and stays when its stack is deleted, because data
   * encrypted under a deleted key is lost.
   *
   * @param scope the construct that owns the key
   * @param id the key's construct id
   * @param description what is encrypted with the key, shown in the KMS console
   * @return the key
   */
  public static Key create(Construct scope, String id, String description) {
    Key key =
        Key.Builder.create(scope, id)
            .description(description)
            .enableKeyRotation(true)
            .removalPolicy(RemovalPolicy.RETAIN)
            .build();
    IamWildcards.explain(
        key,
        "a key policy speaks of its own key only, and without the account's root as administrator"
            + " the key could become unmanageable",
        "kms:*");
    return key;
  }
}
