package io.github.paymentdr.payments.session;

import io.github.paymentdr.core.region.RegionRole;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The customer-managed KMS keys of a session table: one for the replica in each region, because
 * DynamoDB encrypts a replica with a key of the replica's own region.
 *
 * <p>Both keys must exist before the primary region's stack is deployed, since that stack makes
 * both replicas. Their key policies must leave access to IAM, as the policies made by KMS and by
 * the CDK do.
 */
public final class SessionTableKeys {
  private final String primaryKeyArn;
  private final String secondaryKeyArn;

  private SessionTableKeys(String primaryKeyArn, String secondaryKeyArn) {
    this.primaryKeyArn = primaryKeyArn;
    this.secondaryKeyArn = secondaryKeyArn;
  }

  /**
   * Names the keys. Whether they fit the pair is checked when the table's properties are built.
   *
   * @param primaryKeyArn the ARN of a symmetric key in the primary region, or a deploy-time token
   * @param secondaryKeyArn the ARN of a symmetric key in the secondary region, or a deploy-time
   *     token
   * @return the keys
   */
  public static SessionTableKeys of(String primaryKeyArn, String secondaryKeyArn) {
    return new SessionTableKeys(primaryKeyArn, secondaryKeyArn);
  }

  /** {@return the ARN of the key of the primary region's replica} */
  public String getPrimaryKeyArn() {
    return primaryKeyArn;
  }

  /** {@return the ARN of the key of the secondary region's replica} */
  public String getSecondaryKeyArn() {
    return secondaryKeyArn;
  }

  String keyArnOf(RegionRole role) {
    return role == RegionRole.PRIMARY ? primaryKeyArn : secondaryKeyArn;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SessionTableKeys keys
        && primaryKeyArn.equals(keys.primaryKeyArn)
        && secondaryKeyArn.equals(keys.secondaryKeyArn);
  }

  @Override
  public int hashCode() {
    return Objects.hash(primaryKeyArn, secondaryKeyArn);
  }

  /** {@return both ARNs, the primary region's first} */
  @Override
  public String toString() {
    return primaryKeyArn + " and " + secondaryKeyArn;
  }
}
